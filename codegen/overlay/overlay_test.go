package overlay

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A module of Go, of assembly and of embedded files is built where it is seen, out of
// one folder and then out of another.
func TestWrite(t *testing.T) {
	at := filepath.Join(t.TempDir(), "at")
	for _, word := range []string{"one", "two"} {
		dir := t.TempDir()
		for name, text := range map[string]string{
			"go.mod":          "module m\n\ngo 1.24\n",
			"main.go":         "package main\n\nimport (\n\t\"runtime\"\n\n\t\"m/sub/p\"\n)\n\nfunc main() {\n\t_, file, _, _ := runtime.Caller(0)\n\tprintln(p.Text, p.Answer(), file)\n}\n",
			"sub/p/p.go":      "package p\n\nimport _ \"embed\"\n\n//go:embed text\nvar Text string\n\nfunc Answer() int { return answer() }\n",
			"sub/p/text":      word,
			"sub/p/answer.go": "//go:build !amd64\n\npackage p\n\nfunc answer() int { return 42 }\n",
			"sub/p/asm.go":    "//go:build amd64\n\npackage p\n\nfunc answer() int\n",
			"sub/p/p_amd64.s": "#include \"go_asm.h\"\n#include \"textflag.h\"\n\nTEXT ·answer(SB), NOSPLIT, $0-8\n\tMOVQ $42, ret+0(FP)\n\tRET\n",
		} {
			path := filepath.Join(dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		file, err := Write(dir, at)
		if err != nil {
			t.Fatal(err)
		}
		exe := filepath.Join(dir, "program.exe")
		build := exec.Command("go", "build", "-overlay", file, "-o", exe, ".")
		build.Dir, build.Env = at, append(os.Environ(), "GOWORK=off", "GOFLAGS=")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		out, err := exec.Command(exe).CombinedOutput()
		if want := word + " 42 " + filepath.ToSlash(filepath.Join(at, "main.go")) + "\n"; err != nil || string(out) != want {
			t.Errorf("%q, %v, want %q", out, err, want)
		}
	}
	filepath.WalkDir(at, func(path string, d os.DirEntry, _ error) error {
		if !d.IsDir() {
			t.Errorf("there is a file: %s", strings.TrimPrefix(path, at))
		}
		return nil
	})
}
