package main

import (
	"fmt"
	"go/format"
	"strings"
)

// stubFile declares the assembly functions and chooses among them.
func stubFile(kernels []kernel) ([]byte, error) {
	var b strings.Builder
	b.WriteString(header + "//go:build " + constraint + "\n\npackage optim\n\nimport \"github.com/nngen-go/nngen/runtime/nn\"\n")
	for _, k := range kernels {
		fmt.Fprintf(&b, `
// %[1]s is %[1]sGo in the machine code of this processor.
func %[1]s(%[2]s) {
	for from := 0; from < len(%[3]s); from += chunk {
		to := min(from+chunk, len(%[3]s))
		%[4]s := %[5]s
		switch nn.CPU() {
		case nn.AVX512:
			%[1]sAVX512(%[6]s)
		case nn.AVX2:
			%[1]sAVX2(%[6]s)
		default:
			%[1]sGo(%[6]s)
		}
	}
}
`, k.name, k.body.params(), k.body.slices[0], strings.Join(k.body.slices, ", "), strings.Join(k.body.slices, "[from:to], ")+"[from:to]", k.body.args())
		for _, lv := range levels {
			fmt.Fprintf(&b, "\n// %s%s computes\n//\n//\t%s\n//\n//go:noescape\nfunc %[1]s%[2]s(%[4]s)\n",
				k.name, lv.name, strings.ReplaceAll(k.body.loop, "\n", "\n//\t"), k.body.params())
		}
	}
	return format.Source([]byte(b.String()))
}

// genericFile has the Go functions do the work.
func genericFile(kernels []kernel) ([]byte, error) {
	var b strings.Builder
	b.WriteString(header + "//go:build !amd64 || purego || tinygo\n\npackage optim\n")
	for _, k := range kernels {
		fmt.Fprintf(&b, "\nfunc %s(%s) { %[1]sGo(%[3]s) }\n", k.name, k.body.params(), k.body.args())
	}
	return format.Source([]byte(b.String()))
}
