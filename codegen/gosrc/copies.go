package gosrc

import (
	"sync"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/static"
	"github.com/nngen-go/nngen/runtime"
)

var (
	encoders = sync.OnceValues(func() (*static.Library, error) { return static.Load(runtime.Source(), "encode", "", nil) })
	tests    = sync.OnceValues(func() (*static.Library, error) { return static.Load(runtime.Source(), "modeltest", "", nil) })
)

// withCopies has a package that only predicts carry what it calls of the
// runtime: what encodes in a file of its own, what tests with the tests.
func (e *emitter) withCopies(files []namedFile) ([]namedFile, error) {
	if !e.enc.Has() && len(e.p.Classes) == 0 {
		return files, nil
	}
	library, err := encoders()
	if err != nil {
		return nil, err
	}
	copies := namedFile{"encoders.go", e.newFile()}
	all := make([]*gotree.File, len(files))
	for i, f := range files {
		all[i] = f.file.File
	}
	if err := library.Embed(copies.file.File, all...); err != nil {
		return nil, err
	}
	if len(copies.file.Texts()) > 0 {
		files = append(files, copies)
	}
	for _, f := range files {
		if f.name == "encode_test.go" {
			if library, err = tests(); err == nil {
				err = library.Embed(f.file.File, f.file.File)
			}
		}
	}
	return files, err
}
