// Package container reads and writes the files that Keras keeps models in: the
// archives of Keras 3, called .keras, and the HDF5 files of all versions, called
// .h5 or .hdf5, with a model or with weights alone.
//
// A [Model] has the description as the JSON text that is in the file, and the
// weights by their place, each of which is read when it is asked for. What the
// description means is the business of others, and so is which weight belongs to
// which parameter of a network.
//
// The formats follow keras/src/saving/saving_lib.py and
// keras/src/legacy/saving/legacy_h5_format.py of Keras 3.15, and for files of
// earlier versions those of Keras 1.2, 2.2 and 2.13. A file is untrusted input;
// see package hdf5.
package container
