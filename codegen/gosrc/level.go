package gosrc

import "github.com/nngen-go/nngen/codegen/isa/amd64"

// levels are what the sets of instructions are called that kernels are written
// in.
var levels = map[amd64.Level]string{amd64.AVX512: "§nn.AVX512", amd64.AVX2: "§nn.AVX2"}

// levelDecl prints how the level of the machine code is chosen.
func (e machineText) levelDecl(f *file) {
	f.add(`// cpu is the set of instructions that the kernels are chosen for.
var cpu = §nn.CPU()`)
}
