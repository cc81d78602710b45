package gosrc

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/dave/jennifer/jen"
)

// imports are the packages that emitted code may name.
var imports = map[string]string{
	"bytes": "bytes", "context": "context", "embed": "embed", "errors": "errors", "fmt": "fmt", "io": "io", "binary": "encoding/binary",
	"fs": "io/fs", "json": "encoding/json", "math": "math", "os": "os", "rand": "math/rand/v2", "runtime": "runtime", "slices": "slices",
	"color": "image/color", "filepath": "path/filepath", "image": "image", "iter": "iter", "strconv": "strconv", "time": "time", "utf8": "unicode/utf8",
	"sha256": "crypto/sha256", "hex": "encoding/hex", "strings": "strings", "sync": "sync", "testing": "testing", "unsafe": "unsafe",

	"data":    "github.com/nngen-go/nngen/runtime/data",
	"metric":  "github.com/nngen-go/nngen/runtime/metric",
	"nn":      "github.com/nngen-go/nngen/runtime/nn",
	"optim":   "github.com/nngen-go/nngen/runtime/optim",
	"peak":    "github.com/nngen-go/nngen/runtime/peak",
	"train":   "github.com/nngen-go/nngen/runtime/train",
	"weights": "github.com/nngen-go/nngen/runtime/weights",
}

// qualified finds the names of other packages in a text: §fmt.Errorf. The mark
// never comes from a user: comment and quote replace it.
var qualified = regexp.MustCompile(`§(\w+)\.(\w+)`)

// code turns a text into jennifer code that imports what the text names.
func code(text string) *jen.Statement {
	s := &jen.Statement{}
	at := 0
	for _, m := range qualified.FindAllStringSubmatchIndex(text, -1) {
		path, ok := imports[text[m[2]:m[3]]]
		if !ok {
			panic("gosrc: no import path for " + text[m[0]:m[1]])
		}
		s.Op(text[at:m[0]]).Qual(path, text[m[4]:m[5]])
		at = m[1]
	}
	return s.Op(text[at:])
}

// file is one emitted Go file.
type file struct {
	jen        *jen.File
	constraint string   // of the build
	texts      []string // of the declarations
}

// newFile starts a file below the header that marks it as ours.
func (e *emitter) newFile(doc ...string) *file {
	f := jen.NewFile(e.cfg.Package)
	for _, line := range e.header() {
		f.HeaderComment(line)
	}
	for _, line := range doc {
		for _, line := range wrap(line) {
			f.PackageComment("//" + prefixed(" ", line))
		}
	}
	for name, path := range imports {
		f.ImportName(path, name)
	}
	return &file{jen: f}
}

func prefixed(prefix, s string) string {
	if s == "" || strings.HasPrefix(s, "\t") {
		return s
	}
	return prefix + s
}

// build puts a build constraint below the header.
func (f *file) build(constraint string) { f.constraint = constraint }

// add appends one declaration, or a few.
func (f *file) add(format string, args ...any) {
	text := strings.TrimSpace(fmt.Sprintf(format, args...))
	f.texts = append(f.texts, text)
	f.jen.Line().Add(code(text))
}

// render gives the formatted bytes, the standard library's imports apart from
// the others.
func (f *file) render() ([]byte, error) {
	var b strings.Builder
	if err := f.jen.Render(&b); err != nil {
		return nil, err
	}
	text := groupImports(strings.ReplaceAll(b.String(), fixedSpace, " "))
	if f.constraint != "" {
		text = strings.Replace(text, "\n\npackage ", "\n\n//go:build "+f.constraint+"\n\npackage ", 1)
	}
	return []byte(text), nil
}

// groupImports puts a blank line between the standard library and the rest.
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

// docComment prints lines as a comment; long ones are wrapped.
func docComment(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		for _, l := range wrap(l) {
			b.WriteString("//" + prefixed(" ", l) + "\n")
		}
	}
	return b.String()
}

// wrap breaks a line of prose before column 80. Indented lines stay as they are.
func wrap(s string) []string {
	const width = 77
	if strings.HasPrefix(s, "\t") || len([]rune(s)) <= width {
		return []string{s}
	}
	var lines []string
	line := ""
	for _, w := range strings.Split(strings.TrimSpace(s), " ") {
		if line != "" && len([]rune(line))+1+len([]rune(w)) > width {
			lines = append(lines, line)
			line = w
		} else if line == "" {
			line = w
		} else {
			line += " " + w
		}
	}
	return append(lines, line)
}

// quotedList is a list of texts as Go writes it.
func quotedList(list []string) string {
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, quote(s))
	}
	return strings.Join(quoted, ", ")
}
