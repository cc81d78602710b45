// Package hdf5 reads and writes the HDF5 files that hold the weights of Keras
// models, with the standard library alone.
//
// It follows the HDF5 File Format Specification, version 3.0
// (https://support.hdfgroup.org/documentation/hdf5/latest/_f_m_t3.html); the
// layouts that the specification leaves to the library (sizes of fields in
// fractal heaps, B-trees of version 2 and extensible arrays) follow the sources
// of HDF5 2.0.
//
// [Open] reads what h5py writes with any setting of libver: superblocks 0 to 3,
// object headers of both versions, groups as symbol tables, compact and dense
// links, compact and dense attributes, compact, contiguous and chunked data
// with every chunk index, the filters deflate, shuffle and fletcher32, numbers
// of both byte orders, enumerations as booleans, strings of fixed and variable
// length. What it leaves out (soft and external links, external and virtual
// data, compound types, references, other filters) it names in an error at the
// object that needs it, and all else in the file stays readable.
//
// A file is untrusted input. Nothing in it makes a reader panic, every size is
// compared with the file before memory is allocated, and one call allocates no
// more than twice the size of the file, beyond what deflate expands.
//
// [New] begins a file to be written: superblock 0, groups as symbol tables and
// contiguous data, which every version of HDF5 since 1.6 reads.
package hdf5
