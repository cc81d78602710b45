package gosrc

import (
	"sync"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/kernelset"
	"github.com/nngen-go/nngen/codegen/static"
	"github.com/nngen-go/nngen/runtime"
)

var (
	encoders = sync.OnceValues(func() (*static.Library, error) { return static.Load(runtime.Source(), "encode", "", nil) })
	readers  = sync.OnceValues(func() (*static.Library, error) { return static.Load(runtime.Source(), "safetensors", "", nil) })
	tests    = sync.OnceValues(func() (*static.Library, error) {
		return static.Load(runtime.Source(), "modeltest", "", map[string]string{"Predictor": "predictorTests", "Answer": "answerTests", "Stream": "streamTests", "StreamFuncs": "streamFuncs", "Port": "testPort", "Reader": "readerTests", "Tensor": "testTensor"})
	})
)

// verbatim prints a declaration that is the same in every package, and these of its
// methods.
func (e *program) verbatim(f *file, name string, methods ...string) {
	texts, err := static.Verbatim(name, methods...)
	if err != nil {
		e.fail("%w", err)
	}
	for _, text := range texts {
		f.add("%s", text)
	}
}

// withCopies has a package that only predicts carry what it calls of the
// runtime: what encodes and what reads weights in files of their own, what tests
// with the tests, and what tells processors apart with the machine code.
func (e *phases) withCopies(files []namedFile) ([]namedFile, error) {
	var all, tested []*gotree.File
	for _, f := range files {
		if f.name == "kernels_amd64.go" {
			if err := kernelset.CarryLevels(f.file.File); err != nil {
				return nil, err
			}
		}
		if all = append(all, f.file.File); f.name == "model_test.go" || f.name == "encode_test.go" {
			tested = append(tested, f.file.File)
		}
	}
	library, err := tests()
	if err != nil {
		return nil, err
	}
	if err := library.Embed(tested[0], tested...); err != nil {
		return nil, err
	}
	for _, own := range []struct {
		name string
		of   func() (*static.Library, error)
	}{{"weights.go", readers}, {"encoders.go", encoders}} {
		if library, err = own.of(); err != nil {
			return nil, err
		}
		copies := namedFile{own.name, e.newFile()}
		if err := library.Embed(copies.file.File, all...); err != nil {
			return nil, err
		}
		if len(copies.file.Texts()) > 0 {
			files = append(files, copies)
		}
	}
	return files, nil
}
