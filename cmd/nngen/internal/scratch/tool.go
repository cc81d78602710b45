package scratch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// tool is the go command and the environment that it runs in.
type tool struct {
	path    string
	env     []string
	version string // what tells its compiler from another
}

// buildFlags leave tables for a debugger out: compiling takes an eighth less.
var buildFlags = []string{"-gcflags=nngen.scratch/...=-dwarf=false", "-ldflags=-s -w"}

// findGo finds the go command. Its environment is the caller's, without what could
// make it look elsewhere than at the scratch module: workspaces, vendoring, flags,
// proxies, other targets. The build cache is the caller's own, and so is what the
// compiler may use of the machine. Dir is a folder with a go.mod.
func findGo(ctx context.Context, dir string) (*tool, error) {
	path, err := exec.LookPath("go")
	if err != nil {
		return nil, errors.New("the go command is not in PATH: the model is compiled before it runs, so this needs an installed Go (https://go.dev/dl)")
	}
	t := &tool{path: path}
	for _, kv := range os.Environ() {
		name, _, _ := strings.Cut(kv, "=")
		if name = strings.ToUpper(name); !strings.HasPrefix(name, "GO") && !strings.HasPrefix(name, "CGO_") {
			t.env = append(t.env, kv)
		}
	}
	kept := []string{"GOROOT", "GOCACHE", "GOPATH", "GOTMPDIR", "GOENV", "GOGC", "GOMEMLIMIT", "GOMAXPROCS"}
	for _, name := range kept {
		if v, ok := os.LookupEnv(name); ok {
			t.env = append(t.env, name+"="+v)
		}
	}
	t.env = append(t.env, "GO111MODULE=on", "GOWORK=off", "GOPROXY=off", "GOSUMDB=off", "GOTOOLCHAIN=local", "GOFLAGS=", "CGO_ENABLED=0")
	// "go env -w" settings would come back for every variable that is empty:
	// they are read once, for the cache, and then left out.
	out, err := t.command(ctx, dir, "env", "-json", "GOCACHE", "GOVERSION", "GOTOOLDIR").Output()
	var set struct{ GOCACHE, GOVERSION, GOTOOLDIR string }
	if err == nil {
		err = json.Unmarshal(out, &set)
	}
	if err != nil {
		var exit *exec.ExitError
		errors.As(err, &exit)
		if exit != nil {
			out = exit.Stderr
		}
		return nil, failure(ctx, "go env", err, out)
	}
	t.env = append(t.env, "GOENV=off", "GOCACHE="+set.GOCACHE)
	t.version = strings.Join([]string{set.GOVERSION, set.GOTOOLDIR, stamp(set.GOTOOLDIR, "compile"), stamp(set.GOTOOLDIR, "link")}, "\n")
	return t, nil
}

// stamp tells a tool from what has been installed in its place under the same
// version, by those who work on Go itself.
func stamp(dir, name string) string {
	found, _ := filepath.Glob(filepath.Join(dir, name+"*")) // .exe, somewhere
	for _, path := range found {
		if info, err := os.Stat(path); err == nil {
			return fmt.Sprint(info.Size(), info.ModTime().UnixNano())
		}
	}
	return ""
}

// build compiles the program of a module.
func (t *tool) build(ctx context.Context, dir, exe string, args ...string) error {
	cmd := t.command(ctx, dir, slices.Concat([]string{"build"}, buildFlags, args, []string{"-o", exe, "."})...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return failure(ctx, "go build", err, out)
	}
	return nil
}

func (t *tool) command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, t.path, args...)
	cmd.Dir, cmd.Env = dir, t.env
	endTogether(cmd)
	cmd.WaitDelay = 2 * time.Second
	return cmd
}

// failure says that the go command failed, with what it said.
func failure(ctx context.Context, what string, err error, out []byte) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return fmt.Errorf("%s in a scratch module: %w\n%s", what, err, bytes.TrimSpace(out))
}
