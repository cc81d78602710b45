package gokernel

import (
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// collection is the kernels of a file: a function for each distinct text.
type collection struct {
	*Printer
	top   gotree.Scope
	list  []*Kernel
	names map[string]string // by text
}

func newCollection(cfg Config) *collection {
	cfg.Words = &gotree.OwnWords{}
	return &collection{Printer: New(cfg), top: cfg.Words.Scope(gotree.Decl), names: map[string]string{}}
}

// add prints a kernel and returns it with the name of its function.
func (c *collection) add(k loop.Kernel) (*Kernel, string, error) {
	out, err := c.Kernel(k)
	if err != nil {
		return nil, "", err
	}
	name, known := c.names[out.Text("")]
	if !known {
		name = out.PickName(c.top)
		c.names[out.Text("")] = name
		c.list = append(c.list, out)
	}
	return out, name, nil
}

// declare adds the kernels and what they call to a file.
func (c *collection) declare(f *gotree.File) {
	ShapeDecl(f, c.list)
	if err := c.WorkerDecl(f, c.list); err != nil {
		panic(err)
	}
	for _, k := range c.list {
		name := c.names[k.Text("")]
		f.Add("%s", gotree.Comment(Documented(name, k.Doc)...)+k.Text(name))
	}
	c.ScalarDecls(f)
}

// instances has the compiler compile all kernels and scalar functions.
func (c *collection) instances() string {
	names := slices.Concat(slices.Collect(maps.Keys(c.scalars)), slices.Collect(maps.Values(c.names)))
	slices.Sort(names)
	return "var _ = []any{" + strings.Join(names, "[float32], ") + "[float32]}"
}

func newFile(pkg string, header ...string) *gotree.File { return gotree.NewFile(pkg, header) }
