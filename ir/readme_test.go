package ir_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/codegen"
	"github.com/nngen-go/nngen/ir/build"
	"github.com/nngen-go/nngen/ir/internal/golden"
	"github.com/nngen-go/nngen/ir/pass"
	"github.com/nngen-go/nngen/ir/spec"
)

// fence is a fenced block of README.md whose info string names what it shows:
//
//	yaml tiny.yaml        the description, the input of everything else
//	text train/fuse       the dump after a pass
//	go forward.go hidden  a declaration of an emitted file
var fence = regexp.MustCompile("(?ms)^```(\\w+) (\\S+)(?: (\\S+))?\n(.*?)^```$")

// TestReadme keeps the walk through the compiler true: every dump that it shows
// is what the compiler prints today.
func TestReadme(t *testing.T) {
	raw, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(raw)
	blocks := fence.FindAllStringSubmatch(readme, -1)
	if len(blocks) < 6 || blocks[0][1] != "yaml" {
		t.Fatalf("README.md shows %d stages, and they must begin with the description", len(blocks))
	}
	shown := stages(t, blocks[0][2], blocks[0][4])
	out := fence.ReplaceAllStringFunc(readme, func(block string) string {
		m := fence.FindStringSubmatch(block)
		kind, file, decl, have := m[1], m[2], m[3], m[4]
		if kind == "yaml" {
			return block
		}
		want, ok := shown[file]
		if kind == "go" {
			want, ok = declaration(want, decl)
		}
		if !ok {
			t.Errorf("README.md shows %s %s, which does not exist", file, decl)
			return block
		}
		if want != have && !*golden.Update {
			t.Errorf("README.md: %s %s is stale; run go test ./ir -run TestReadme -update\nhave\n%swant\n%s", file, decl, have, want)
		}
		return strings.TrimSuffix(block, have+"```") + want + "```"
	})
	if *golden.Update {
		if err := os.WriteFile("README.md", []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// stages compiles the description and gives every dump and emitted file by name.
func stages(t *testing.T, file, src string) map[string]string {
	t.Helper()
	m, err := spec.Parse(file, []byte(src))
	if err != nil {
		t.Fatal(err)
	}
	net, err := build.Build(m)
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]string{}
	dump := func(stage, text string) { shown[stage] = strings.TrimRight(text, "\n") + "\n" }
	p, err := pass.Compile(net.Header, pass.Source{Predict: net.Predict, Step: net.Step, Evaluate: net.Evaluate, Train: net.Train}, pass.Options{Dump: dump})
	if err != nil {
		t.Fatal(err)
	}
	files, err := codegen.Generate(p, codegen.Config{Package: "tiny"})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		shown[f.Name] = string(f.Data)
	}
	return shown
}

// declaration cuts the function out of a formatted file, with its comment.
func declaration(src, name string) (string, bool) {
	at := strings.Index(src, "\nfunc "+name+"(")
	if at < 0 { // of elements of any precision
		at = strings.Index(src, "\nfunc "+name+"[")
	}
	if at < 0 {
		return "", false
	}
	from := strings.LastIndex(src[:at], "\n\n") + 2
	end := strings.Index(src[at:], "\n}\n")
	return src[from : at+end+3], end >= 0
}
