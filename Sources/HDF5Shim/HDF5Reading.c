#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "HDF5Shim.h"
#include "library.h"

/* A walk through a file. */
typedef struct {
    const hdf5_limits *limits;
    const hdf5_visitor *visitor;
    const char *const *skipped;
    size_t bytes;
    size_t text_bytes;
    size_t objects;
    hdf5_status status;
} walk;

/* A group being walked through, and where it is. */
typedef struct {
    walk *walk;
    const char *path;
    size_t depth;
} place;

static herr_t end(walk *walk, hdf5_status status) {
    if (walk->status == HDF5_DONE) walk->status = status;
    return -1;
}

/* Counts an object; other than 0 where the file goes beyond a limit, as with the two below. */
static herr_t count(walk *walk) { return ++walk->objects > walk->limits->objects ? end(walk, HDF5_LIMIT) : 0; }

static herr_t add(walk *walk, size_t *sum, size_t limit, hsize_t elements, size_t size) {
    if (size != 0 && elements > (limit - *sum) / size) return end(walk, HDF5_LIMIT);
    *sum += (size_t)elements * size;
    return 0;
}

static herr_t add_numbers(walk *walk, hsize_t elements, size_t size) {
    return add(walk, &walk->bytes, walk->limits->bytes, elements, size);
}

static herr_t add_texts(walk *walk, hsize_t elements, size_t size) {
    return add(walk, &walk->text_bytes, walk->limits->text_bytes, elements, size);
}

/* Lets this process take no more than so many bytes of memory beyond what it has; 0 lifts that again. libhdf5 says how
 * long texts are only when it has allocated them, and thousands may refer to one. */
static void limit_memory(size_t bytes) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_DATA, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    FILE *file = bytes == 0 ? NULL : fopen("/proc/self/statm", "r");
    if (file != NULL) {
        unsigned long pages;
        if (fscanf(file, "%*u %*u %*u %*u %*u %lu", &pages) == 1) {
            rlim_t bound = pages * (rlim_t)sysconf(_SC_PAGESIZE) + bytes;
            if (bound < limit.rlim_max) limit.rlim_cur = bound;
        }
        fclose(file);
    }
    setrlimit(RLIMIT_DATA, &limit);
}

/* ---- Attributes ------------------------------------------------------------------------------------------------- */

/* Texts of variable length, which libhdf5 allocates. */
static herr_t variable_texts(walk *walk, hid_t attribute, hid_t type, hid_t space, const char *path, const char *name,
                             size_t elements, int is_array) {
    char **texts = calloc(elements, sizeof *texts);
    hid_t memory = H5Tcopy(H5T_C_S1);
    herr_t result = -1;
    /* Rounded up by the allocator, and with what libhdf5 needs itself. */
    limit_memory(walk->limits->text_bytes - walk->text_bytes + elements * 64 + (1 << 22));
    errno = 0;
    int is_read = texts != NULL && memory >= 0 && H5Tset_size(memory, H5T_VARIABLE) >= 0 &&
                  H5Tset_cset(memory, H5Tget_cset(type)) >= 0 && H5Aread(attribute, memory, texts) >= 0;
    limit_memory(0);
    if (is_read) {
        size_t bytes = 0;
        for (size_t i = 0; i < elements; i++) {
            if (texts[i] == NULL) texts[i] = calloc(1, 1);
            bytes += texts[i] == NULL ? 0 : strlen(texts[i]);
        }
        result = add_texts(walk, bytes, 1);
        if (result == 0 && walk->visitor->attribute(walk->visitor->context, path, name, (const char *const *)texts,
                                                    elements, is_array) != 0)
            result = end(walk, HDF5_STOPPED);
        H5Dvlen_reclaim(memory, space, H5P_DEFAULT, texts);
    } else {
        end(walk, errno == ENOMEM ? HDF5_LIMIT : HDF5_DAMAGED);
    }
    if (memory >= 0) H5Tclose(memory);
    free(texts);
    return result;
}

/* Texts of one length each, filled up with zeros or spaces. */
static herr_t fixed_texts(walk *walk, hid_t attribute, hid_t type, const char *path, const char *name, size_t elements,
                          int is_array) {
    size_t size = H5Tget_size(type);
    if (size == 0) return end(walk, HDF5_DAMAGED);
    if (add_texts(walk, elements, size) != 0) return -1;
    char *raw = calloc(elements, size);
    char *ended = calloc(elements, size + 1);
    const char **texts = calloc(elements, sizeof *texts);
    herr_t result = -1;
    if (raw != NULL && ended != NULL && texts != NULL && H5Aread(attribute, type, raw) >= 0) {
        for (size_t i = 0; i < elements; i++) {
            memcpy(ended + i * (size + 1), raw + i * size, size);
            texts[i] = ended + i * (size + 1);
        }
        result = walk->visitor->attribute(walk->visitor->context, path, name, texts, elements, is_array) == 0
                     ? 0
                     : end(walk, HDF5_STOPPED);
    } else {
        end(walk, HDF5_DAMAGED);
    }
    free(raw);
    free(ended);
    free(texts);
    return result;
}

static herr_t visit_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context) {
    (void)info;
    place *place = context;
    walk *walk = place->walk;
    hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    if (attribute < 0) return end(walk, HDF5_DAMAGED);
    hid_t type = H5Aget_type(attribute);
    hid_t space = H5Aget_space(attribute);
    herr_t result = -1;
    if (type < 0 || space < 0) {
        end(walk, HDF5_DAMAGED);
    } else if (count(walk) != 0) {
        result = -1;
    } else if (H5Tget_class(type) != H5T_STRING) {
        result = 0;
    } else {
        hssize_t elements = H5Sget_simple_extent_npoints(space);
        int is_array = H5Sget_simple_extent_type(space) != H5S_SCALAR;
        if (elements < 0) {
            end(walk, HDF5_DAMAGED);
        } else if (elements == 0) {
            result = walk->visitor->attribute(walk->visitor->context, place->path, name, NULL, 0, 1) == 0
                         ? 0
                         : end(walk, HDF5_STOPPED);
        } else if (H5Tis_variable_str(type) > 0) {
            if (add_texts(walk, (hsize_t)elements, 1) == 0)
                result = variable_texts(walk, attribute, type, space, place->path, name, (size_t)elements, is_array);
        } else {
            result = fixed_texts(walk, attribute, type, place->path, name, (size_t)elements, is_array);
        }
    }
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    H5Aclose(attribute);
    return result;
}

/* ---- Datasets --------------------------------------------------------------------------------------------------- */

/* Whether a dataset's elements lie in this file, in chunks that are not too large: each is unpacked as a whole. */
static herr_t check_storage(walk *walk, hid_t dataset, size_t size) {
    hid_t plist = H5Dget_create_plist(dataset);
    if (plist < 0) return end(walk, HDF5_DAMAGED);
    H5D_layout_t layout = H5Pget_layout(plist);
    hsize_t sides[H5S_MAX_RANK];
    herr_t result = 0;
    if (H5Pget_external_count(plist) != 0 || layout == H5D_VIRTUAL) {
        result = end(walk, HDF5_FOREIGN);
    } else if (layout == H5D_CHUNKED) {
        int rank = H5Pget_chunk(plist, H5S_MAX_RANK, sides);
        if (rank < 0) result = end(walk, HDF5_DAMAGED);
        size_t room = walk->limits->bytes / size;
        for (int axis = 0; axis < rank && result == 0; axis++) {
            if (sides[axis] == 0 || sides[axis] > room) result = end(walk, HDF5_LIMIT);
            else room /= sides[axis];
        }
    }
    H5Pclose(plist);
    return result;
}

static herr_t read_dataset(walk *walk, hid_t dataset, hid_t space, size_t size, const char *path) {
    hsize_t sizes[H5S_MAX_RANK];
    uint64_t shape[H5S_MAX_RANK];
    int rank = H5Sget_simple_extent_ndims(space);
    hssize_t elements = H5Sget_simple_extent_npoints(space);
    if (rank < 0 || elements < 0 || H5Sget_simple_extent_dims(space, sizes, NULL) < 0) return end(walk, HDF5_DAMAGED);
    if ((size_t)rank > walk->limits->rank) return end(walk, HDF5_LIMIT);
    if (add_numbers(walk, (hsize_t)elements, size < sizeof(float) ? sizeof(float) : size) != 0) return -1;
    for (int axis = 0; axis < rank; axis++) shape[axis] = sizes[axis];
    float *values = malloc(((size_t)elements + 1) * sizeof *values);
    herr_t result = -1;
    if (values == NULL || H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) {
        end(walk, HDF5_DAMAGED);
    } else {
        const hdf5_visitor *visitor = walk->visitor;
        result = visitor->dataset(visitor->context, path, shape, (size_t)rank, values, (size_t)elements) == 0
                     ? 0
                     : end(walk, HDF5_STOPPED);
    }
    free(values);
    return result;
}

static herr_t visit_dataset(walk *walk, hid_t dataset, const char *path) {
    if (count(walk) != 0) return -1;
    hid_t type = H5Dget_type(dataset);
    hid_t space = H5Dget_space(dataset);
    herr_t result = -1;
    if (type < 0 || space < 0) {
        end(walk, HDF5_DAMAGED);
    } else if (H5Tget_class(type) != H5T_FLOAT && H5Tget_class(type) != H5T_INTEGER) {
        result = check_storage(walk, dataset, 1);
    } else {
        size_t size = H5Tget_size(type);
        if (size == 0) end(walk, HDF5_DAMAGED);
        else if (check_storage(walk, dataset, size) == 0) result = read_dataset(walk, dataset, space, size, path);
    }
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    return result;
}

/* ---- Groups ----------------------------------------------------------------------------------------------------- */

static herr_t visit_group(walk *walk, hid_t group, const char *path, size_t depth);

static int is_skipped(const walk *walk, const char *name, size_t depth) {
    for (size_t i = 0; depth == 0 && walk->skipped[i] != NULL; i++) {
        if (strcmp(walk->skipped[i], name) == 0) return 1;
    }
    return 0;
}

static herr_t visit_link(hid_t group, const char *name, const H5L_info_t *info, void *context) {
    place *place = context;
    walk *walk = place->walk;
    if (is_skipped(walk, name, place->depth)) return 0;
    /* Soft links name other places of the file, which are visited there; external ones name other files. */
    if (info->type == H5L_TYPE_EXTERNAL) return end(walk, HDF5_FOREIGN);
    if (info->type != H5L_TYPE_HARD) return 0;

    size_t length = strlen(place->path) + strlen(name) + 2;
    char *path = malloc(length);
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    herr_t result = -1;
    if (path == NULL || object < 0) {
        end(walk, HDF5_DAMAGED);
    } else {
        snprintf(path, length, "%s%s%s", place->path, place->depth == 0 ? "" : "/", name);
        switch (H5Iget_type(object)) {
        case H5I_GROUP: result = visit_group(walk, object, path, place->depth + 1); break;
        case H5I_DATASET: result = visit_dataset(walk, object, path); break;
        default: result = 0; break;
        }
    }
    if (object >= 0) H5Oclose(object);
    free(path);
    return result;
}

static herr_t visit_group(walk *walk, hid_t group, const char *path, size_t depth) {
    /* A group may contain itself. */
    if (depth > walk->limits->depth) return end(walk, HDF5_LIMIT);
    if (count(walk) != 0) return -1;
    place here = {.walk = walk, .path = path, .depth = depth};
    if (walk->visitor->group(walk->visitor->context, path) != 0) return end(walk, HDF5_STOPPED);
    hsize_t index = 0;
    if (H5Aiterate2(group, H5_INDEX_NAME, H5_ITER_INC, &index, visit_attribute, &here) < 0)
        return end(walk, HDF5_DAMAGED);
    index = 0;
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &index, visit_link, &here) < 0) return end(walk, HDF5_DAMAGED);
    return 0;
}

hdf5_status hdf5_read(const char *path, const hdf5_limits *limits, const char *const *skipped,
                      const hdf5_visitor *visitor) {
    /* Nothing on standard error, and no filters loaded from other files. */
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    H5PLset_loading_state(0);
    walk walk = {.limits = limits, .visitor = visitor, .skipped = skipped, .status = HDF5_DONE};
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file < 0) return HDF5_DAMAGED;
    hid_t root = H5Gopen2(file, "/", H5P_DEFAULT);
    if (root < 0) {
        end(&walk, HDF5_DAMAGED);
    } else {
        visit_group(&walk, root, "", 0);
        H5Gclose(root);
    }
    H5Fclose(file);
    return walk.status;
}
