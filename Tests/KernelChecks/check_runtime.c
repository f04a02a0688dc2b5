/* Dispatch and threads. */
#include "check.h"

void check_runtime(struct check *check);

void check_runtime(struct check *check) {
    check_use_variant(check);
    check_true(check, ck_isa_active() == check_isa(check), "the tier asked for is in force");
    check_true(check, ck_threads_observed() == ck_threads(), "%d threads really ran", ck_threads());
    check_true(check, ck_threads_available() >= 1, "at least one CPU is available");

    const int threads = ck_threads();
    const ck_guest before = ck_guest_begin(2);
    check_true(check, ck_threads() == 2 && ck_threads_observed() == 2, "a guest has the threads it asked for");
    ck_guest_end(before);
    check_true(check, ck_threads() == threads, "and afterwards those it had");

    ck_isa_limit(CK_ISA_AVX512);
    check_true(check, ck_isa_active() == ck_isa_supported(), "a limit above the machine gives the machine's best");
    check_use_variant(check);
}
