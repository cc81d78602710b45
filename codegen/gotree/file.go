package gotree

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dave/jennifer/jen"
)

// Imports are the packages that emitted code may name.
var Imports = map[string]string{
	"bytes": "bytes", "context": "context", "embed": "embed", "errors": "errors", "fmt": "fmt", "io": "io", "binary": "encoding/binary",
	"fs": "io/fs", "json": "encoding/json", "math": "math", "os": "os", "rand": "math/rand/v2", "reflect": "reflect", "runtime": "runtime", "slices": "slices",
	"color": "image/color", "filepath": "path/filepath", "image": "image", "iter": "iter", "strconv": "strconv", "time": "time", "unicode": "unicode", "utf8": "unicode/utf8",
	"sha256": "crypto/sha256", "hex": "encoding/hex", "strings": "strings", "sync": "sync", "atomic": "sync/atomic", "testing": "testing", "unsafe": "unsafe",

	"modeltest":   "github.com/nngen-go/nngen/runtime/modeltest",
	"data":        "github.com/nngen-go/nngen/runtime/data",
	"encode":      "github.com/nngen-go/nngen/runtime/encode",
	"metric":      "github.com/nngen-go/nngen/runtime/metric",
	"nn":          "github.com/nngen-go/nngen/runtime/nn",
	"optim":       "github.com/nngen-go/nngen/runtime/optim",
	"peak":        "github.com/nngen-go/nngen/runtime/peak",
	"train":       "github.com/nngen-go/nngen/runtime/train",
	"safetensors": "github.com/nngen-go/nngen/runtime/safetensors",
	"weights":     "github.com/nngen-go/nngen/runtime/weights",
}

// qualified finds the names of other packages in a text: §fmt.Errorf. The mark
// never comes from a user: Mention and Quote replace it.
var qualified = regexp.MustCompile(`§(\w+)\.(\w+)`)

// code turns a text into jennifer code that imports what the text names.
func code(text string) *jen.Statement {
	s := &jen.Statement{}
	at := 0
	for _, m := range qualified.FindAllStringSubmatchIndex(text, -1) {
		path, ok := Imports[text[m[2]:m[3]]]
		if !ok {
			panic("gotree: no import path for " + text[m[0]:m[1]])
		}
		s.Op(text[at:m[0]]).Qual(path, text[m[4]:m[5]])
		at = m[1]
	}
	return s.Op(text[at:])
}

// File is one Go file that is being written.
type File struct {
	pkg         string
	header, doc []string
	constraint  string   // of the build
	unnamed     []string // imports
	texts       []string // of the declarations
}

// NewFile starts a file of a package: first the lines of its header, then those
// of the package's documentation.
func NewFile(pkg string, header []string, doc ...string) *File {
	return &File{pkg: pkg, header: header, doc: doc}
}

// Build puts a build constraint below the header.
func (f *File) Build(constraint string) { f.constraint = constraint }

// Import imports packages for what their initialisation does.
func (f *File) Import(paths ...string) { f.unnamed = append(f.unnamed, paths...) }

// Add appends one declaration, or a few. A name of another package is written
// §fmt.Errorf, and imports it.
func (f *File) Add(format string, args ...any) {
	f.texts = append(f.texts, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

// Texts are the declarations, as they were added.
func (f *File) Texts() []string { return f.texts }

// Rewrite changes every declaration.
func (f *File) Rewrite(change func(text string) string) {
	for i, text := range f.texts {
		f.texts[i] = change(text)
	}
}

// Render gives the formatted bytes, the standard library's imports apart from
// the others.
func (f *File) Render() ([]byte, error) {
	out := jen.NewFile(f.pkg)
	for _, line := range f.header {
		out.HeaderComment(line)
	}
	for _, line := range f.doc {
		for _, line := range wrap(line) {
			out.PackageComment("//" + prefixed(" ", line))
		}
	}
	for name, path := range Imports {
		out.ImportName(path, name)
	}
	out.Anon(f.unnamed...)
	for _, text := range f.texts {
		out.Line().Add(code(text))
	}
	var b strings.Builder
	if err := out.Render(&b); err != nil {
		return nil, err
	}
	text := groupImports(strings.ReplaceAll(b.String(), fixedSpace, " "))
	if f.constraint != "" {
		text = strings.Replace(text, "\n\npackage ", "\n\n//go:build "+f.constraint+"\n\npackage ", 1)
	}
	return []byte(text), nil
}

// Header is the header of a file in another language than Go.
func Header(lines []string) string {
	var b strings.Builder
	for _, line := range lines {
		b.WriteString("// " + line + "\n")
	}
	return strings.ReplaceAll(b.String(), fixedSpace, " ")
}

// groupImports puts a blank line between the standard library and the rest.
// imports.Process of x/tools would do it by parsing and printing each file twice
// more.
func groupImports(src string) string {
	const open = "\nimport (\n"
	from := strings.Index(src, open)
	if from < 0 {
		return src
	}
	from += len(open)
	to := from + strings.Index(src[from:], ")\n")
	var std, other []string
	for _, line := range strings.SplitAfter(src[from:to], "\n") {
		switch {
		case strings.Contains(line, "."):
			other = append(other, line)
		case strings.TrimSpace(line) != "":
			std = append(std, line)
		}
	}
	if len(std) > 0 && len(other) > 0 {
		std = append(std, "\n")
	}
	return src[:from] + strings.Join(std, "") + strings.Join(other, "") + src[to:]
}
