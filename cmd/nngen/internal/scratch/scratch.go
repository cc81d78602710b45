// Package scratch compiles programs that use a generated package, in a temporary
// module of the package, the program and the runtime, and keeps them for the next
// run that needs the same. It is free of networks: files come in, and a program
// that can be started comes out.
package scratch

import (
	"context"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"time"

	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
	"github.com/nngen-go/nngen/codegen/overlay"
	nngenruntime "github.com/nngen-go/nngen/runtime"
)

// Program is a compiled program, and a folder for this run of it.
type Program struct {
	Path string // of the executable
	Dir  string // temporary: files for the program go here
	lock *os.File
}

const goMod = `module nngen.scratch

go 1.24

require github.com/nngen-go/nngen/runtime v0.0.0

replace github.com/nngen-go/nngen/runtime => ./runtime
`

// Build compiles a program, whose files stand at the root of the module, with a
// package, which it imports as "nngen.scratch/model", or takes both from the cache.
// Close removes what is temporary.
func Build(ctx context.Context, pkg, program map[string][]byte) (*Program, error) {
	return BuildAll(ctx, map[string]map[string][]byte{"model": pkg}, program)
}

// BuildAll is Build with any number of packages by their names, which the program imports
// as "nngen.scratch/NAME".
func BuildAll(ctx context.Context, packages map[string]map[string][]byte, program map[string][]byte) (*Program, error) {
	files := map[string][]byte{}
	for name, pkg := range packages {
		for file, b := range pkg {
			files[path.Join(name, file)] = b
		}
	}
	p, err := newProgram()
	if err != nil {
		return nil, err
	}
	if p.Path, err = p.executable(ctx, files, program); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// Close removes the folder.
func (p *Program) Close() {
	leftover.Remove(p.Dir)
	p.lock.Close() // nil or not
}

// Command starts the program. When ctx ends it is asked to stop, and ended by force
// only where it does not within ten seconds.
func (p *Program) Command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.Path, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// prefix begins the names of the folders.
const prefix = "nngen-scratch-"

// newProgram makes the folder, and removes those of killed runs.
func newProgram() (*Program, error) {
	sweep()
	dir, err := os.MkdirTemp("", prefix)
	if err != nil {
		return nil, err
	}
	leftover.Add(dir)
	p := &Program{Dir: dir}
	if p.lock, err = leftover.Lock(dir); err == nil {
		err = os.WriteFile(filepath.Join(dir, "go.mod"), []byte(goMod), 0o666)
	}
	if err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// folderName matches what newProgram makes.
var folderName = regexp.MustCompile(`^` + prefix + `\d+$`)

// sweep removes the folders of killed runs.
func sweep() {
	dir := os.TempDir()
	leftover.Sweep(dir, func(name string, e os.DirEntry) bool {
		if !e.IsDir() || !folderName.MatchString(name) {
			return false
		}
		mod, err := os.ReadFile(filepath.Join(dir, name, "go.mod"))
		return err == nil && string(mod) == goMod && leftover.Abandoned(filepath.Join(dir, name))
	})
}

// executable gives the path of the program: in the cache, or else in the folder,
// where it is compiled.
func (p *Program) executable(ctx context.Context, packages, program map[string][]byte) (string, error) {
	tool, err := findGo(ctx, p.Dir)
	if err != nil {
		return "", err
	}
	kept := openCache()
	key := keyOf(tool, packages, program)
	if path, ok := kept.find(key); ok {
		return path, nil
	}
	if err := p.write(packages, program); err != nil {
		return "", err
	}
	exe := filepath.Join(p.Dir, "program.exe")
	dir, args := p.Dir, []string(nil)
	if at, err := kept.place(); err == nil { // else the module is where it lies
		file, err := overlay.Write(p.Dir, at)
		if err != nil {
			return "", err
		}
		dir, args = at, []string{"-overlay", file}
	}
	if err := tool.build(ctx, dir, exe, args...); err != nil {
		return "", err
	}
	kept.put(key, exe)
	return exe, nil
}

// write puts the module into the folder, which has its go.mod.
func (p *Program) write(packages, program map[string][]byte) error {
	if err := nngenruntime.WriteSource(filepath.Join(p.Dir, "runtime")); err != nil {
		return err
	}
	for _, files := range []map[string][]byte{packages, program} {
		for name, b := range files {
			to := filepath.Join(p.Dir, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
				return err
			}
			if err := os.WriteFile(to, b, 0o666); err != nil {
				return err
			}
		}
	}
	return nil
}
