/* libhdf5's header, which Debian and Ubuntu keep in a folder for each variant of the library. */
#if __has_include(<hdf5/serial/hdf5.h>)
#include <hdf5/serial/hdf5.h>
#else
#include <hdf5.h>
#endif
