#include <stdlib.h>
#include <string.h>

#include "HDF5Shim.h"
#include "library.h"

struct hdf5_writer {
    hid_t file;
    /* Makes the groups above a new object. */
    hid_t with_groups;
};

hdf5_writer *hdf5_create(const char *path) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    hdf5_writer *writer = malloc(sizeof *writer);
    if (writer == NULL) return NULL;
    writer->file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    writer->with_groups = H5Pcreate(H5P_LINK_CREATE);
    if (writer->file < 0 || writer->with_groups < 0 || H5Pset_create_intermediate_group(writer->with_groups, 1) < 0) {
        hdf5_close(writer);
        return NULL;
    }
    return writer;
}

hdf5_status hdf5_write_group(hdf5_writer *writer, const char *path) {
    hid_t group = H5Gopen2(writer->file, path, H5P_DEFAULT);
    if (group < 0) group = H5Gcreate2(writer->file, path, writer->with_groups, H5P_DEFAULT, H5P_DEFAULT);
    return group >= 0 && H5Gclose(group) >= 0 ? HDF5_DONE : HDF5_UNWRITTEN;
}

/* A space of a shape; of rank 0, one element. */
static hid_t space_of(const uint64_t *shape, size_t rank) {
    hsize_t sizes[H5S_MAX_RANK];
    if (rank > H5S_MAX_RANK) return -1;
    for (size_t axis = 0; axis < rank; axis++) sizes[axis] = shape[axis];
    return rank == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple((int)rank, sizes, NULL);
}

hdf5_status hdf5_write_dataset(hdf5_writer *writer, const char *path, const uint64_t *shape, size_t rank,
                               const float *values) {
    hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
    hid_t space = space_of(shape, rank);
    hid_t dataset = -1;
    hdf5_status status = HDF5_UNWRITTEN;
    /* Without times, the same content gives the same bytes. */
    if (plist >= 0 && space >= 0 && H5Pset_obj_track_times(plist, 0) >= 0) {
        dataset = H5Dcreate2(writer->file, path, H5T_IEEE_F32LE, space, writer->with_groups, plist, H5P_DEFAULT);
    }
    if (dataset >= 0 && H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0) {
        status = HDF5_DONE;
    }
    if (dataset >= 0 && H5Dclose(dataset) < 0) status = HDF5_UNWRITTEN;
    if (space >= 0) H5Sclose(space);
    if (plist >= 0) H5Pclose(plist);
    return status;
}

hdf5_status hdf5_write_attribute(hdf5_writer *writer, const char *path, const char *name, const char *const *texts,
                                 size_t count, int is_array) {
    uint64_t length = count;
    hid_t object = H5Oopen(writer->file, path, H5P_DEFAULT);
    hid_t type = H5Tcopy(H5T_C_S1);
    hid_t space = space_of(&length, is_array ? 1 : 0);
    hid_t attribute = -1;
    hdf5_status status = HDF5_UNWRITTEN;
    if (object >= 0 && type >= 0 && space >= 0 && H5Tset_size(type, H5T_VARIABLE) >= 0
        && H5Tset_cset(type, H5T_CSET_UTF8) >= 0) {
        attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    }
    if (attribute >= 0 && (count == 0 || H5Awrite(attribute, type, texts) >= 0)) status = HDF5_DONE;
    if (attribute >= 0 && H5Aclose(attribute) < 0) status = HDF5_UNWRITTEN;
    if (space >= 0) H5Sclose(space);
    if (type >= 0) H5Tclose(type);
    if (object >= 0) H5Oclose(object);
    return status;
}

hdf5_status hdf5_close(hdf5_writer *writer) {
    hdf5_status status = HDF5_DONE;
    if (writer->with_groups >= 0) H5Pclose(writer->with_groups);
    if (writer->file >= 0 && H5Fclose(writer->file) < 0) status = HDF5_UNWRITTEN;
    free(writer);
    return status;
}
