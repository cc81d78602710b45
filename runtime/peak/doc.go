// Package peak measures what the machine can do at most, for benchmarks that
// say how close they come: the rate of fused multiply-adds ([FMA]) and the rate
// at which memory is read ([Read]), at the level of [nn.CPU].
//
// A measurement takes a millisecond or two. What a core gives changes with its
// clock, its temperature and its neighbours, so a benchmark takes one
// measurement between every two slices of its own work, in the same process,
// and compares medians. Nothing here is needed for predicting or training.
package peak
