/* Threads that start together, each on a processor of its own: a system that had just woken them all on one would need
 * longer to spread them than a run lasts. They are the system's own rather than OpenMP's, because what is measured here
 * should not depend on what the kernels run on. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "machine.h"

enum { RUNS = 6 }; /* the first is not counted */

struct team {
    pthread_mutex_t gate; /* held until it is known whether all threads are there */
    bool is_whole;
    pthread_barrier_t barrier;
    cm_body body;
    void *context;
    size_t rounds;
};

struct member {
    struct team *team;
    pthread_t handle;
    int index;
    double begin[RUNS], end[RUNS];
};

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/* Keeps the calling thread on the processor of this number among those that it may use, if there are so many. */
static void settle(int number) {
    cpu_set_t all, one;
    if (sched_getaffinity(0, sizeof all, &all) != 0 || number >= CPU_COUNT(&all)) return;
    int cpu = 0;
    for (int seen = 0; seen < number || !CPU_ISSET(cpu, &all); cpu++) seen += CPU_ISSET(cpu, &all) ? 1 : 0;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    (void)sched_setaffinity(0, sizeof one, &one); /* a refusal costs precision alone */
}

static void *work(void *argument) {
    struct member *member = argument;
    struct team *team = member->team;
    settle(member->index);
    pthread_mutex_lock(&team->gate);
    pthread_mutex_unlock(&team->gate);
    for (int run = 0; team->is_whole && run < RUNS; run++) {
        pthread_barrier_wait(&team->barrier);
        member->begin[run] = now();
        team->body(team->context, member->index, team->rounds);
        member->end[run] = now();
    }
    return NULL;
}

static double best_of(const struct member *members, int threads) {
    double best = 0;
    for (int run = 1; run < RUNS; run++) {
        double begin = members[0].begin[run], end = members[0].end[run];
        for (int i = 1; i < threads; i++) {
            if (members[i].begin[run] < begin) begin = members[i].begin[run];
            if (members[i].end[run] > end) end = members[i].end[run];
        }
        if (run == 1 || end - begin < best) best = end - begin;
    }
    return best;
}

double cm_best_seconds(int threads, cm_body body, void *context, size_t rounds) {
    if (threads < 1) return 0;
    struct team team = {.body = body, .context = context, .rounds = rounds};
    struct member *members = calloc((size_t)threads, sizeof *members);
    if (!members) return 0;
    pthread_mutex_init(&team.gate, NULL);
    pthread_barrier_init(&team.barrier, NULL, (unsigned)threads);

    pthread_mutex_lock(&team.gate);
    int present = 0;
    for (; present < threads; present++) {
        struct member *member = &members[present];
        member->team = &team;
        member->index = present;
        if (pthread_create(&member->handle, NULL, work, member) != 0) break;
    }
    team.is_whole = present == threads;
    pthread_mutex_unlock(&team.gate);
    for (int i = 0; i < present; i++) pthread_join(members[i].handle, NULL);

    const double best = team.is_whole ? best_of(members, threads) : 0;
    pthread_barrier_destroy(&team.barrier);
    pthread_mutex_destroy(&team.gate);
    free(members);
    return best;
}
