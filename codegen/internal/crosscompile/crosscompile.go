// Package crosscompile lists what the compiler makes of packages for another
// processor. It compiles the packages alone: what they import is taken from the
// export data of this processor, which says the same, where building it for
// another one would compile the standard library anew.
package crosscompile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Listing is the compiler's listing of packages, which are named as go list
// takes them in a folder. The processor is given by variables: GOARCH=arm64.
func Listing(dir string, env, processor []string, packages ...string) ([]byte, error) {
	temp, err := os.MkdirTemp("", "crosscompile")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(temp)
	c := compiler{dir: dir, host: append(os.Environ(), env...), temp: temp}
	c.target = append(slices.Clone(c.host), processor...)
	list, err := c.list(c.target, append([]string{"-json=Dir,ImportPath,GoFiles,Imports"}, packages...))
	if err != nil {
		return nil, err
	}
	var imports []string
	for _, p := range list {
		imports = append(imports, p.Imports...)
	}
	slices.Sort(imports)
	config, err := c.imports(slices.Compact(imports))
	if err != nil {
		return nil, err
	}
	var out []byte
	for _, p := range list {
		text, err := c.compile(p, config)
		if err != nil {
			return nil, err
		}
		out = append(out, text...)
	}
	return out, nil
}

type compiler struct {
	dir, temp    string
	host, target []string // environments
}

// pkg is what go list says of a package.
type pkg struct {
	Dir, ImportPath, Export string
	GoFiles, Imports        []string
}

func (c *compiler) list(env, args []string) ([]pkg, error) {
	out, err := c.run(env, append([]string{"list"}, args...)...)
	if err != nil {
		return nil, err
	}
	var list []pkg
	dec := json.NewDecoder(bytes.NewReader(out))
	for {
		var p pkg
		if err := dec.Decode(&p); err == io.EOF {
			return list, nil
		} else if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
}

// imports writes export data as if it were of the other processor, and a file
// that says where it is.
func (c *compiler) imports(paths []string) (config string, err error) {
	list, err := c.list(c.host, append([]string{"-export", "-deps", "-json=ImportPath,Export"}, paths...))
	if err != nil {
		return "", err
	}
	header, err := c.header()
	if err != nil {
		return "", err
	}
	var text strings.Builder
	for i, p := range list {
		if p.Export == "" {
			continue // unsafe
		}
		data, err := os.ReadFile(p.Export)
		if err != nil {
			return "", err
		}
		_, data, err = definitions(data)
		if err != nil {
			return "", fmt.Errorf("%s: %v", p.ImportPath, err)
		}
		data = append(slices.Clip(header), data...)
		name := filepath.Join(c.temp, fmt.Sprint(i, ".a"))
		if err := os.WriteFile(name, fmt.Appendf(nil, "!<arch>\n%-16s%-12d%-6d%-6d%-8o%-10d`\n%s", "__.PKGDEF", 0, 0, 0, 0o644, len(data), data), 0o666); err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "packagefile %s=%s\n", p.ImportPath, name)
	}
	config = filepath.Join(c.temp, "importcfg")
	return config, os.WriteFile(config, []byte(text.String()), 0o666)
}

// header is the line that export data of the other processor begins with.
func (c *compiler) header() ([]byte, error) {
	source, object := filepath.Join(c.temp, "empty.go"), filepath.Join(c.temp, "empty.a")
	if err := os.WriteFile(source, []byte("package empty\n"), 0o666); err != nil {
		return nil, err
	}
	if _, err := c.run(c.target, "tool", "compile", "-p", "empty", "-o", object, source); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(object)
	if err != nil {
		return nil, err
	}
	header, _, err := definitions(data)
	return header, err
}

// definitions cuts the first member of an archive, the export data, into its
// first line, which names the processor, and the rest.
func definitions(archive []byte) (header, rest []byte, err error) {
	const start = len("!<arch>\n") + 60
	if len(archive) < start || !bytes.HasPrefix(archive[8:], []byte("__.PKGDEF")) {
		return nil, nil, errors.New("not an archive of export data")
	}
	var size int
	if _, err := fmt.Sscan(string(archive[start-12:start-2]), &size); err != nil || len(archive) < start+size {
		return nil, nil, errors.New("an archive of another form")
	}
	data := archive[start : start+size]
	end := bytes.IndexByte(data, '\n') + 1
	return data[:end], data[end:], nil
}

func (c *compiler) compile(p pkg, config string) ([]byte, error) {
	args := []string{"tool", "compile", "-S", "-p", p.ImportPath, "-importcfg", config, "-o", filepath.Join(c.temp, "listed.a")}
	for _, name := range p.GoFiles {
		args = append(args, filepath.Join(p.Dir, name))
	}
	return c.run(c.target, args...)
}

func (c *compiler) run(env []string, args ...string) ([]byte, error) {
	cmd := exec.Command("go", args...)
	cmd.Dir, cmd.Env = c.dir, env
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go %s: %v\n%.3000s%.3000s", strings.Join(args[:2], " "), err, out, stderr.Bytes())
	}
	return out, nil
}
