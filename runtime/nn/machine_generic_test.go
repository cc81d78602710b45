//go:build !amd64 || purego || tinygo

package nn

const machineCode = false
