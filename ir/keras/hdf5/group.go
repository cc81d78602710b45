package hdf5

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// A Group has members by name.
type Group struct {
	*object
	links map[string]link
	names []string
}

// A link is how a group names a member.
type link struct {
	addr uint64
	soft string // what the link is when it is no address in this file
}

// group takes the object as a group.
func (o *object) group() (*Group, error) {
	return o.groupIn(o.f.newScope())
}

func (o *object) groupIn(s *scope) (*Group, error) {
	if !o.has(msgSymbolTable) && !o.has(msgLinkInfo) && !o.has(msgLink) {
		return nil, fmt.Errorf("hdf5: %s is no group", o.path)
	}
	g := &Group{object: o, links: map[string]link{}}
	if err := g.read(s); err != nil {
		return nil, fmt.Errorf("%w (members of %s)", err, o.path)
	}
	slices.Sort(g.names)
	return g, nil
}

func (g *Group) read(s *scope) error {
	for _, m := range g.messages {
		b := part(s, m.addr, m.data, messageNames[m.kind]+" message")
		var err error
		switch m.kind {
		case msgSymbolTable:
			err = g.symbolTable(s, b)
		case msgLinkInfo:
			err = g.dense(s, b)
		case msgLink:
			err = g.link(b)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *Group) add(b *block, name string, l link) error {
	if name == "" || strings.Contains(name, "/") || name == "." {
		return b.fault("%.80q is no name of a member", name)
	}
	if _, ok := g.links[name]; ok {
		return b.fault("two members are called %.80q", name)
	}
	g.links[name] = l
	g.names = append(g.names, name)
	return nil
}

// link reads a link message.
func (g *Group) link(b *block) error {
	if v := b.version(1); b.err == nil && v != 1 {
		return b.fault("version %d is not supported", v)
	}
	flags := b.u8()
	kind := 0
	if flags&0x08 != 0 {
		kind = b.u8()
	}
	if flags&0x04 != 0 {
		b.skip(8) // order of creation
	}
	if flags&0x10 != 0 {
		b.skip(1) // ASCII or UTF-8
	}
	name := string(b.bytes(b.size(1<<(flags&3), "the length of a name")))
	var l link
	switch kind {
	case 0:
		l.addr = b.u64()
	case 1:
		l.soft = fmt.Sprintf("a soft link to %.80q", b.bytes(b.u16()))
	case 64:
		l.soft = "an external link"
	default:
		l.soft = fmt.Sprintf("a link of type %d", kind)
	}
	if b.err != nil {
		return b.err
	}
	return g.add(b, name, l)
}

// dense reads the links that a link info message says are in a heap.
func (g *Group) dense(s *scope, b *block) error {
	if b.version(0); b.err != nil {
		return b.err
	}
	if flags := b.u8(); flags&1 != 0 {
		b.skip(8)
	}
	heap, tree := b.u64(), b.u64()
	if b.err != nil || heap == undefined {
		return b.err
	}
	h, err := s.fractalHeap(heap)
	if err != nil {
		return err
	}
	return s.records(tree, func(kind int, r *block) error {
		if kind != 5 {
			return r.fault("records of type %d do not name links", kind)
		}
		r.skip(4) // hash of the name
		p, at, err := h.object(r.bytes(r.rest()))
		if err != nil {
			return err
		}
		return g.link(part(s, at, p, "link in a heap"))
	})
}

// symbolTable reads the members of a group of the old kind.
func (g *Group) symbolTable(s *scope, b *block) error {
	tree, heap := b.u64(), b.u64()
	if b.err != nil {
		return b.err
	}
	h, err := s.localHeap(heap)
	if err != nil {
		return err
	}
	return s.leaves(tree, 0, 8, func(_ *block, child uint64) error { return g.symbols(s, h, child) })
}

// symbols reads a node of a symbol table.
func (g *Group) symbols(s *scope, h *localHeap, addr uint64) error {
	b, err := s.signed(addr, 8, "SNOD", "symbol table node")
	if err != nil {
		return err
	}
	b.skip(2)
	n := b.u16()
	if err := b.grow(8 + 40*n); err != nil {
		return err
	}
	for range n {
		name, err := h.text(b.u64())
		if err != nil {
			return err
		}
		l := link{addr: b.u64()}
		cache := b.u32()
		b.skip(4)
		scratch := b.bytes(16)
		if b.err != nil {
			return b.err
		}
		if cache == 2 {
			to, err := h.text(uint64(uint32(scratch[0]) | uint32(scratch[1])<<8 | uint32(scratch[2])<<16 | uint32(scratch[3])<<24))
			if err != nil {
				return err
			}
			l = link{soft: fmt.Sprintf("a soft link to %.80q", to)}
		}
		if err := g.add(b, name, l); err != nil {
			return err
		}
	}
	return nil
}

// Names are the names of the members in the order of their bytes.
func (g *Group) Names() []string { return slices.Clone(g.names) }

// member reads the header of a member, which path may lead to through groups.
func (g *Group) member(s *scope, path string) (*object, error) {
	for rest := strings.Trim(path, "/"); ; {
		name, more, deeper := strings.Cut(rest, "/")
		o, err := g.child(s, name)
		if err != nil || !deeper {
			return o, err
		}
		if g, err = o.groupIn(s); err != nil {
			return nil, err
		}
		rest = strings.TrimLeft(more, "/") // several slashes are one
	}
}

// absent is the path of a member that is not there.
type absent string

func (a absent) Error() string { return "hdf5: there is no " + string(a) }

func (a absent) Is(target error) bool { return target == fs.ErrNotExist }

func (g *Group) child(s *scope, name string) (*object, error) {
	path := strings.TrimSuffix(g.path, "/") + "/" + name
	l, ok := g.links[name]
	switch {
	case !ok:
		return nil, absent(path)
	case l.soft != "":
		return nil, fmt.Errorf("hdf5: %s is %s: links are not followed", path, l.soft)
	}
	return s.object(l.addr, path)
}

// Has reports whether the group has a member of this name.
func (g *Group) Has(name string) bool {
	_, ok := g.links[name]
	return ok
}

// Group is the group at path, counted from g. The error is [fs.ErrNotExist] where there
// is none.
func (g *Group) Group(path string) (*Group, error) {
	o, err := g.member(g.f.newScope(), path)
	if err != nil {
		return nil, err
	}
	return o.group()
}

// Dataset is the dataset at path, counted from g. The error is [fs.ErrNotExist] where
// there is none.
func (g *Group) Dataset(path string) (*Dataset, error) {
	s := g.f.newScope()
	o, err := g.member(s, path)
	if err != nil {
		return nil, err
	}
	return o.dataset(s)
}

// Walk visits all that is below the group, each group before its members and
// members in the order of their names, and stops at the first error. A dataset
// that several links lead to is visited at each; a group must have one way to it.
func (g *Group) Walk(group func(*Group) error, dataset func(*Dataset) error) error {
	w := walk{s: g.f.newScope(), group: group, dataset: dataset, known: map[uint64]*Dataset{}}
	w.s.seen[g.addr] = "group " + g.path
	return w.members(g, 0)
}

type walk struct {
	s       *scope
	group   func(*Group) error
	dataset func(*Dataset) error
	known   map[uint64]*Dataset
}

// maxDepth is how deep groups may be inside one another.
const maxDepth = 256

func (w *walk) members(g *Group, depth int) error {
	if depth > maxDepth {
		return fmt.Errorf("hdf5: %.200s: groups are more than %d deep", g.path, maxDepth)
	}
	for _, name := range g.names {
		if d, ok := w.known[g.links[name].addr]; ok && g.links[name].soft == "" {
			again := *d
			again.object = &object{f: g.f, path: strings.TrimSuffix(g.path, "/") + "/" + name, addr: d.addr, messages: d.messages}
			if err := w.dataset(&again); err != nil {
				return err
			}
			continue
		}
		o, err := g.child(w.s, name)
		if err != nil {
			return err
		}
		if err := w.visit(o, depth); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) visit(o *object, depth int) error {
	if o.has(msgLayout) {
		d, err := o.dataset(w.s)
		if err != nil {
			return err
		}
		w.known[o.addr] = d
		return w.dataset(d)
	}
	if o.has(msgDatatype) {
		return nil // a named type
	}
	g, err := o.groupIn(w.s)
	if err != nil {
		return err
	}
	if err := w.group(g); err != nil {
		return err
	}
	return w.members(g, depth+1)
}
