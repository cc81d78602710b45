// Command optimgen writes the machine kernels of runtime/optim: for each entry
// of its table, the loop that a Go function of that package spells out, once for
// AVX2 and once for AVX-512, with the stubs and the choice between them.
//
// It is free of networks: the optimizers are the same for all of them, so their
// kernels are made here once and lie in the runtime.
package main

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
)

//go:generate go run . ../../../../runtime/optim

func main() {
	log.SetFlags(0)
	log.SetPrefix("optimgen: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: optimgen folder of runtime/optim")
	}
	files, err := generate(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for _, f := range files {
		if err := os.WriteFile(filepath.Join(os.Args[1], f.name), f.text, 0o666); err != nil {
			log.Fatal(err)
		}
	}
}

type file struct {
	name string
	text []byte
}

// generate makes the files for the package in a folder, whose Go functions it
// reads.
func generate(folder string) ([]file, error) {
	bodies, err := readBodies(folder)
	if err != nil {
		return nil, err
	}
	var all []kernel
	for _, k := range table {
		b, ok := bodies[k.name+"Go"]
		if !ok {
			return nil, fmt.Errorf("no function %sGo in %s", k.name, folder)
		}
		k.body = b
		all = append(all, k)
	}
	assembly, err := assemblyFile(all)
	if err != nil {
		return nil, err
	}
	stubs, err := stubFile(all)
	if err != nil {
		return nil, err
	}
	generic, err := genericFile(all)
	if err != nil {
		return nil, err
	}
	return []file{
		{"kernels_amd64.s", assembly},
		{"kernels_amd64.go", stubs},
		{"kernels_generic.go", generic},
	}, nil
}
