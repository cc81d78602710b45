package gosrc

import (
	"maps"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/ir/loop"
)

// collection is the kernels of a file: a function for each distinct text.
type collection struct {
	*printer
	top   scope
	list  []*kernel
	names map[string]string // by text
}

func newCollection(cfg printerConfig) *collection {
	cfg.words = &ownWords{}
	return &collection{printer: newPrinter(cfg), top: cfg.words.Scope(declMark), names: map[string]string{}}
}

// add prints a kernel and returns it with the name of its function.
func (c *collection) add(k loop.Kernel) (*kernel, string, error) {
	out, err := c.kernel(k)
	if err != nil {
		return nil, "", err
	}
	name, known := c.names[out.text()]
	if !known {
		name = c.top.Pick(out.name)
		c.names[out.text()] = name
		c.list = append(c.list, out)
	}
	return out, name, nil
}

// declare adds the kernels and what they call to a file.
func (c *collection) declare(f *gotree.File) {
	shapeDecl(f, c.list)
	c.workerDecl(f, c.list)
	for _, k := range c.list {
		name := c.names[k.text()]
		doc := make([]string, len(k.doc))
		for i, l := range k.doc {
			doc[i] = withName(l, name)
		}
		f.Add("%s", docComment(doc...)+withName(k.text(), name))
	}
	c.scalarDecls(f)
}

// instances has the compiler compile all kernels and scalar functions.
func (c *collection) instances() string {
	names := slices.Concat(slices.Collect(maps.Keys(c.scalars)), slices.Collect(maps.Values(c.names)))
	slices.Sort(names)
	return "var _ = []any{" + strings.Join(names, "[float32], ") + "[float32]}"
}

func newFile(pkg string, header ...string) *gotree.File { return gotree.NewFile(pkg, header) }
