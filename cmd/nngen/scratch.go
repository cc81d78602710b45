package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	nngenruntime "github.com/nngen-go/nngen/runtime"
)

// scratch is a temporary module that holds a generated package, a program that
// uses it, and the runtime.
type scratch struct {
	dir  string
	lock *os.File // held as long as somebody works with it; may be nil
}

// scratchPrefix begins the name of its folder: see sweepScratch.
const scratchPrefix = "nngen-scratch-"

const scratchModule = `module nngen.scratch

go 1.24

require github.com/nngen-go/nngen/runtime v0.0.0

replace github.com/nngen-go/nngen/runtime => ./runtime
`

// newScratch writes the module: the package as "nngen.scratch/model", the
// program at the root. Close removes it.
func newScratch(pkg, program map[string][]byte) (*scratch, error) {
	sweepScratch()
	dir, err := os.MkdirTemp("", scratchPrefix)
	if err != nil {
		return nil, err
	}
	temporary.add(dir)
	s := &scratch{dir: dir}
	if s.lock, err = lockFolder(dir); err != nil {
		s.Close()
		return nil, err
	}
	if err := s.write(pkg, program); err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *scratch) write(pkg, program map[string][]byte) error {
	write := func(files map[string][]byte, dir string) error {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
		for name, b := range files {
			if err := os.WriteFile(filepath.Join(dir, name), b, 0o666); err != nil {
				return err
			}
		}
		return nil
	}
	return errors.Join(
		nngenruntime.WriteSource(filepath.Join(s.dir, "runtime")),
		write(map[string][]byte{"go.mod": []byte(scratchModule)}, s.dir),
		write(pkg, filepath.Join(s.dir, "model")),
		write(program, s.dir),
	)
}

// Close removes the module.
func (s *scratch) Close() {
	temporary.remove(s.dir)
	s.lock.Close() // nil or not
}

// build compiles the program and gives the path of the executable.
func (s *scratch) build(ctx context.Context) (string, error) {
	tool, err := exec.LookPath("go")
	if err != nil {
		return "", errors.New("the go command is not in PATH: the model is compiled before it runs, so this needs an installed Go (https://go.dev/dl)")
	}
	env, err := s.environment(ctx, tool)
	if err != nil {
		return "", err
	}
	exe := filepath.Join(s.dir, "program.exe")
	// No tables for a debugger: compiling takes an eighth less.
	cmd := s.command(ctx, tool, env, "build", "-trimpath", "-gcflags=nngen.scratch/...=-dwarf=false", "-ldflags=-s -w", "-o", exe, ".")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", s.failure(ctx, "go build", err, out)
	}
	return exe, nil
}

func (s *scratch) command(ctx context.Context, tool string, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, tool, args...)
	cmd.Dir, cmd.Env = s.dir, env
	endTogether(cmd)
	cmd.WaitDelay = 2 * time.Second
	return cmd
}

// environment is the caller's, without what could make the go command look
// elsewhere than at the scratch module: workspaces, vendoring, flags, proxies,
// other targets. The build cache is the caller's own, and so is what the compiler
// may use of the machine.
func (s *scratch) environment(ctx context.Context, tool string) ([]string, error) {
	var env []string
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if name = strings.ToUpper(name); !strings.HasPrefix(name, "GO") && !strings.HasPrefix(name, "CGO_") {
			env = append(env, kv)
		}
	}
	kept := []string{"GOROOT", "GOCACHE", "GOPATH", "GOTMPDIR", "GOENV", "GOGC", "GOMEMLIMIT", "GOMAXPROCS"}
	for _, name := range kept {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	env = append(env, "GO111MODULE=on", "GOWORK=off", "GOPROXY=off", "GOSUMDB=off", "GOTOOLCHAIN=local", "GOFLAGS=", "CGO_ENABLED=0")
	// "go env -w" settings would come back for every variable that is empty:
	// they are read once, for the cache, and then left out.
	out, err := s.command(ctx, tool, env, "env", "GOCACHE").Output()
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		if exit != nil {
			out = exit.Stderr
		}
		return nil, s.failure(ctx, "go env", err, out)
	}
	return append(env, "GOENV=off", "GOCACHE="+strings.TrimSpace(string(out))), nil
}

// failure says that the go command failed, with what it said.
func (s *scratch) failure(ctx context.Context, what string, err error, out []byte) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s in a scratch module: %w\n%s", what, err, bytes.TrimSpace(out))
}

// program is the command that runs the executable. When ctx ends it is asked to
// stop, and ended by force only where it does not within ten seconds.
func program(ctx context.Context, exe string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, exe, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	return cmd
}

// folderError says that a folder is where a file should be.
func folderError(path string) error {
	return fmt.Errorf("%s: this is a folder, not a file", path)
}
