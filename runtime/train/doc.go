// Package train holds the training loop: [Fit] and [Evaluate] with the
// semantics of Keras 3, the [History] of a run, Keras's callbacks and its
// progress line.
//
// A training may be interrupted at any moment, kill -9 included: with
// [BackupAndRestore] the same call goes on from a checkpoint and ends with the
// same bits as if nothing had happened.
//
// It is free of layers and kernels: a network takes part as an [Engine], which
// a generated package implements over its parameter block and its workspace.
// The loop itself is sequential and allocates nothing per step; for a given seed
// its results do not depend on the machine's number of processors. Callbacks
// stay beside it, in no package of their own, because generated packages name
// them here: train.EarlyStopping.
package train
