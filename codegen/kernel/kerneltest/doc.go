// Package kerneltest runs machine kernels in a process of their own, and holds them to
// a reference in float64: see Case, Check and Benchmark.
package kerneltest
