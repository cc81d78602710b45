// Package runtime carries the sources of its own module, so that a tool can
// write them into a scratch folder and build a generated package there without
// a network. Nobody else imports it: generated packages use [nn], [optim],
// [metric], [data], [weights] and [train].
//
// [nn]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/nn
// [optim]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/optim
// [metric]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/metric
// [data]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/data
// [weights]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/weights
// [train]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/train
package runtime

import (
	"embed"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// The patterns take in the tests, 1% of the tool, so that nobody keeps a list of
// files.
//
//go:embed go.mod *.go */*.go */*.s internal/*/*.go
var source embed.FS

// Source holds the files of the module under their paths in it, for copies of
// what packages need that only predict.
func Source() fs.FS { return source }

// WriteSource writes go.mod and every Go and assembly file of the module but its
// tests to a folder that is not there yet, under their paths in the module.
func WriteSource(folder string) error {
	return fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		path := filepath.Join(folder, filepath.FromSlash(name))
		switch {
		case err != nil || strings.HasSuffix(name, "_test.go"):
			return err
		case d.IsDir():
			return os.MkdirAll(path, 0o777)
		}
		text, err := source.ReadFile(name)
		if err != nil {
			return err
		}
		return os.WriteFile(path, text, 0o666)
	})
}
