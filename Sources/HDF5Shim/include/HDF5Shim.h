#ifndef HDF5_SHIM_H
#define HDF5_SHIM_H

#include <stddef.h>
#include <stdint.h>

/* What Swift needs of libhdf5, whose constants are macros that Swift cannot see.
 *
 * Numbers are read and written as 32-bit floats, attributes as UTF-8 texts: what files of Keras consist of. */

/* What a file holds, in the order of its names. A visitor that returns other than 0 ends the walk. */
typedef struct {
    void *context;
    int (*group)(void *context, const char *path);
    /* One text, or as many as an array has. */
    int (*attribute)(void *context, const char *path, const char *name, const char *const *texts, size_t count,
                     int is_array);
    int (*dataset)(void *context, const char *path, const uint64_t *shape, size_t rank, const float *values,
                   size_t count);
} hdf5_visitor;

/* The bounds that a file must keep. */
typedef struct {
    /* Of all datasets together, and of one chunk of a dataset, unpacked. */
    size_t bytes;
    /* Of all attributes together: they are not packed, so that they are no longer than the file. */
    size_t text_bytes;
    /* Groups, datasets and attributes. */
    size_t objects;
    size_t rank;
    size_t depth;
} hdf5_limits;

/* Why reading or writing ended. */
typedef enum {
    HDF5_DONE = 0,
    /* Not HDF5, damaged, or beyond what libhdf5 can read. */
    HDF5_DAMAGED,
    /* The file goes beyond a limit. */
    HDF5_LIMIT,
    /* It refers to other files, by an external link, external data or a virtual dataset. */
    HDF5_FOREIGN,
    /* A visitor ended the walk. */
    HDF5_STOPPED,
    /* The file cannot be created or written. */
    HDF5_UNWRITTEN,
} hdf5_status;

/* Reads a file. Groups at the root of the names in `skipped`, which ends with NULL, are left out. */
hdf5_status hdf5_read(const char *path, const hdf5_limits *limits, const char *const *skipped,
                      const hdf5_visitor *visitor);

typedef struct hdf5_writer hdf5_writer;

/* Creates a file; NULL where it cannot be. */
hdf5_writer *hdf5_create(const char *path);

/* Creates a group and those above it, where they are not there yet. */
hdf5_status hdf5_write_group(hdf5_writer *writer, const char *path);

/* Writes floats; the groups above are created. */
hdf5_status hdf5_write_dataset(hdf5_writer *writer, const char *path, const uint64_t *shape, size_t rank,
                               const float *values);

/* Writes a text, or an array of texts, as an attribute of a group that there is; "/" is the root. */
hdf5_status hdf5_write_attribute(hdf5_writer *writer, const char *path, const char *name, const char *const *texts,
                                 size_t count, int is_array);

/* Closes the file and frees the writer. */
hdf5_status hdf5_close(hdf5_writer *writer);

#endif
