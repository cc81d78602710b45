// Package encode turns the rows of a data set into numbers: what the Encode
// method of a generated package calls for each feature. Packages that only
// predict carry copies of these functions, so that a service encodes with the
// bits of the training. It is free of data sets, and of files but for the
// documents that weights files carry.
//
// Arithmetic is float64, with products that are rounded before anything is added
// to them: the same bits on every processor.
package encode
