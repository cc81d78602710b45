package static

import (
	"go/format"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nngen-go/nngen/codegen/gotree"
)

const source = `package lib

import (
	"fmt"
	"math"
)

// Kind is what [Make] makes.
type Kind struct {
	Name string // not a Name
	n    int
}

// Make makes a Kind.
func Make(name string) *Kind { return &Kind{Name: name, n: limit} }

const limit = 7 // of a Kind

// Name is not that of a Kind.
func Name() string { return "Name" }

func (k *Kind) String() string { return fmt.Sprint(k.Name, k.size()) }

func (k *Kind) size() float64 { return math.Sqrt(float64(k.n)) }

// Unused is called by nobody.
func (k *Kind) Unused() { other() }

func other() {}
`

const copied = `package small

import (
	"fmt"
	"math"
)

var k = makes("x")

// kind is what makes makes.
type kind struct {
	Name string // not a Name
	n    int
}

// makes makes a kind.
func makes(name string) *kind { return &kind{Name: name, n: limit} }

const limit = 7 // of a Kind

func (k *kind) String() string { return fmt.Sprint(k.Name, k.size()) }

func (k *kind) size() float64 { return math.Sqrt(float64(k.n)) }
`

func load(t *testing.T, text string, rename map[string]string) *Library {
	t.Helper()
	l, err := Load(fstest.MapFS{
		"lib/lib.go":      {Data: []byte(text)},
		"lib/lib_test.go": {Data: []byte("package lib_test")},
		"lib/other.go":    {Data: []byte("//go:build wasm\n\npackage lib\n\nfunc other() {}\n")},
	}, "lib", "", rename)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestEmbed(t *testing.T) {
	l := load(t, source, map[string]string{"Make": "makes"}) // make is Go's
	f := gotree.NewFile("small", nil)
	f.Add("var k = §lib.Make(%q)", "x")
	if err := l.Embed(f, f); err != nil {
		t.Fatal(err)
	}
	got, err := f.Render()
	if err != nil {
		t.Fatal(err)
	}
	want, err := format.Source([]byte(copied))
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Names that mean something else where the copy stands are errors.
func TestClashes(t *testing.T) {
	for text, want := range map[string]string{
		"func Make() {}":                                                         "something else",
		"func F() { G() }\n\nfunc G() {}":                                        "",
		"func F() { g := 1; G(g) }\n\nfunc G(int) {}":                            "something else",
		"func F() { H(); h() }\n\nfunc h() {}\n\nfunc H() {}":                    "both be called h",
		"import \"math\"\n\nfunc F() { Math(math.Pi) }\n\nfunc Math(float64) {}": "something else",
		"import \"example.com/x\"\n\nfunc F() { x.Y() }":                         "reaches package example.com/x",
	} {
		name := "F"
		if strings.Contains(text, "Make") {
			name = "Make"
		}
		_, err := load(t, "package lib\n\n"+text+"\n", nil).Copy([]string{name}, nil)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	if _, err := load(t, source, nil).Copy([]string{"Gone"}, nil); err == nil {
		t.Error("what is not there was copied")
	}
}
