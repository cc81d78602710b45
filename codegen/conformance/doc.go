// Package conformance holds the tests that run one and the same network on
// every engine: the interpreter in float64 as the oracle, and the emitted Go
// packages, built into one binary and driven through their exported API.
package conformance
