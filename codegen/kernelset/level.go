package kernelset

import (
	"sync"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/static"
	"github.com/nngen-go/nngen/runtime"
)

// levels are what the sets of instructions are called that kernels are written
// in.
var levels = map[amd64.Level]string{amd64.AVX512: "AVX512", amd64.AVX2: "AVX2"}

// atLeast is the case of a processor that has a level.
func atLeast(l amd64.Level) []gotree.Expr {
	return []gotree.Expr{gotree.Op(gotree.Word("cpu"), ">=", gotree.Qual{Package: "nn", Name: levels[l]})}
}

// levelDecl prints how the level of the machine code is chosen.
func levelDecl(f *gotree.File) {
	f.Add(`// cpu is the set of instructions that the kernels are chosen for.
var cpu = §nn.CPU()`)
}

var processors = sync.OnceValues(func() (*static.Library, error) {
	return static.Load(runtime.Source(), "nn", amd64.Constraint, map[string]string{"CPU": "cpuLevel", "Level": "instructions", "level": "supported", "Go": "goBodies", "AVX2": "levelAVX2", "AVX512": "levelAVX512"})
})

// CarryLevels has the file of the machine code carry what the runtime tells
// processors apart with, for a package that imports nothing.
func CarryLevels(f *gotree.File) error {
	library, err := processors()
	if err != nil {
		return err
	}
	return library.Embed(f, f)
}
