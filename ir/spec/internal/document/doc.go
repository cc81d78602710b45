// Package document reads the files in which descriptions are written, YAML and
// JSON, into values, and reads sections out of values: their keys, and words,
// names, numbers and lists.
//
// It is free of what a description holds. It knows how values and names are
// written here, in Python and in R, and says where a file or a value is not what
// was asked for.
package document
