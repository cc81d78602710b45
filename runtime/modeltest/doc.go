// Package modeltest holds the tests that a generated package passes: that
// predictions do not depend on how they are asked for, that gradients are the
// slope of the loss, that single precision follows double precision, that a
// network learns what it can learn. The package's own test says in a table what
// network it is ([Network]).
//
// It is free of networks: samples are made up by reflection, and the training
// step in double precision is a list of kernel calls that the package gives
// ([Call]).
package modeltest
