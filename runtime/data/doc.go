// Package data holds the data sets that Fit and Evaluate read and the readers
// that fill them: CSV tables, IDX and NumPy arrays, token lists and folders of
// texts or images. It also has the learners of preprocessing: statistics of
// numbers and vocabularies.
//
// It is free of networks: X and Y are whatever types a generated package
// declares for its input and its target. Readers treat their input as
// untrusted: they bound what they allocate by what they have read, and name
// the file, the line and the column of a mistake.
package data
