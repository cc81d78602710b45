// Package generated holds what nngen makes of the models in testdata/models,
// for reading and for the tests. A test of cmd/nngen runs the lines below and
// compares.
//
// The weights in irispredict and adultpredict are those of
//
//	nngen fit ../testdata/models/iris.yaml --seed 1
//	nngen fit ../testdata/models/adult.yaml --seed 1
//
// Package service is written by hand: a program around adultpredict.
package generated

//go:generate go run ../cmd/nngen generate ../testdata/models/imdb.yaml -o imdb
//go:generate go run ../cmd/nngen generate ../testdata/models/mnist.yaml -o mnist
//go:generate go run ../cmd/nngen generate ../testdata/models/mnistcnn.yaml -o mnistcnn
//go:generate go run ../cmd/nngen generate ../testdata/models/iris.yaml -o iris
//go:generate go run ../cmd/nngen generate ../testdata/models/adult.yaml -o adult
//go:generate go run ../cmd/nngen generate ../testdata/models/iris.yaml -o irispredict --predict-only
//go:generate go run ../cmd/nngen generate ../testdata/models/adult.yaml -o adultpredict --predict-only
