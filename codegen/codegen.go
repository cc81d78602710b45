// Package codegen turns a compiled network into the files of a Go package.
//
// It is free of layers, graphs and disks: it sees a loop.Program and returns
// bytes.
package codegen

import (
	"github.com/nngen-go/nngen/codegen/gosrc"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// Config says what to generate.
type Config = gosrc.Config

// File is one file of a generated package.
type File = gosrc.File

// Generate returns the files of the package that runs p, each with its name and
// its formatted text. Equal programs and settings give equal bytes. It fails
// where the program holds what this version has no Go for, and says what.
func Generate(p *loop.Program, cfg Config) ([]File, error) { return gosrc.Generate(p, cfg) }

// Kernel tells what a kernel of a package runs in.
type Kernel = gosrc.Kernel

// Kernels lists the kernels of the package that Generate makes.
func Kernels(p *loop.Program, cfg Config) ([]Kernel, error) { return gosrc.Kernels(p, cfg) }

// PackageName turns any name into that of a package, and of its folder: ASCII
// letters in lower case and digits.
func PackageName(name string) string { return gotree.PackageName(name) }

// ValidPackage reports whether Go takes name for that of a package that others
// import.
func ValidPackage(name string) bool { return gotree.ValidPackage(name) }
