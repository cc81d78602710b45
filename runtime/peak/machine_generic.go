//go:build !amd64 || purego || tinygo

package peak

func multiplyAdd(n int) float64 { return multiplyAddGo(n) }

func read(v []float32) { readGo(v) }

func readRows(table []float32, width int, ids []int32) { readRowsGo(table, width, ids) }
