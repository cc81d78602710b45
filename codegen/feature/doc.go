// Package feature prints how rows become numbers: the encode.go, encoding.go,
// data.go and encode_test.go of an emitted package, from the description of its
// encoding. What is the same for every network stands in runtime/encode and
// runtime/data. The package is free of kernels, layers and training.
package feature
