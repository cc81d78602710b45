package kernelset

import (
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/shape"
)

// Join makes one function of contractions that differ in numbers alone, once all
// kernels of the package have been collected.
func (e *Set) Join() {
	families := map[string][]*Function{}
	var keys []string // in the order of first use
	for _, fn := range e.list {
		if fn.formula == "" {
			continue
		}
		key := fn.likeness()
		if families[key] == nil {
			keys = append(keys, key)
		}
		families[key] = append(families[key], fn)
	}
	for _, key := range keys {
		e.joinFamily(families[key])
	}
	for i, fn := range e.list {
		if fn.joined != nil {
			e.list[i] = fn.joined
		}
	}
	e.list = unique(e.list)
}

// unique keeps the first of equal functions.
func unique(list []*Function) []*Function {
	seen := map[*Function]bool{}
	return slices.DeleteFunc(list, func(fn *Function) bool {
		again := seen[fn]
		seen[fn] = true
		return again
	})
}

func (fn *Function) bodies() []driver.Body {
	if fn.code == nil {
		return nil
	}
	return fn.code.bodies
}

// likeness is equal for functions that can be one.
func (fn *Function) likeness() string {
	var b strings.Builder
	for _, p := range fn.kernel.Signature() {
		fmt.Fprint(&b, p.Name, " ", p.Type[strings.LastIndexByte(p.Type, ']')+1:], ", ")
	}
	all, _ := fn.Work()
	fmt.Fprint(&b, fn.formula, all > 0, fn.Keeps)
	for _, body := range fn.bodies() {
		fmt.Fprint(&b, body.Level, body.Table.Type())
	}
	for i, part := range cut(strings.Join(fn.doc, "\n")) {
		if i%2 == 0 {
			b.WriteString(part + "#")
		}
	}
	for _, block := range fn.blocks() {
		b.WriteString(block.Likeness())
	}
	return b.String()
}

// blocks are a function's statements: of its body in Go, and of that at every level.
func (fn *Function) blocks() []gotree.Block {
	list := []gotree.Block{fn.inside}
	for _, b := range fn.bodies() {
		list = append(list, b.Block)
	}
	return list
}

// joinFamily makes one function of those that can be.
func (e *Set) joinFamily(members []*Function) {
	blocks := make([][]gotree.Block, 1+len(members[0].bodies()))
	names, docs := make([]string, len(members)), make([]string, len(members))
	for k, fn := range members {
		for i, b := range fn.blocks() {
			blocks[i] = append(blocks[i], b)
		}
		names[k], docs[k] = fn.kernel.Name, strings.Join(fn.doc, "\n")
	}
	j := shape.NewJoined(len(members))
	for i, list := range blocks {
		blocks[i][0] = gotree.Join(list, j.Number)
	}
	first := *members[0]
	out := &first
	name := common(names, "N")
	if len(members) > 1 {
		out.Name = e.Top.Pick(name)
	}
	out.inside, out.doc = blocks[0][0], strings.Split(common(docs, "…"), "\n")
	if first.code != nil {
		code := *first.code
		code.bodies = slices.Clone(code.bodies)
		out.code = &code
		for i := range code.bodies {
			code.bodies[i].Block = blocks[1+i][0]
			e.joinBodies(&code.bodies[i], i, members, j, out.Name)
		}
	}
	if out.Divided {
		for i := range out.kernel.Params {
			column := make([]int, len(members))
			for k, fn := range members {
				column[k] = fn.kernel.Params[i].Buf.Row()
			}
			out.rows = append(out.rows, j.Number("row", column))
		}
	}
	out.kernel.Family = &gokernel.Family{Type: e.Top.Pick(name + "Sizes"), Fields: j.Fields}
	for k, fn := range members {
		fn.joined, fn.sizes = out, j.Values[k]
	}
}

// joinBodies makes the rest of one body of those that the members of a family have at
// a level.
func (e *Set) joinBodies(to *driver.Body, level int, members []*Function, j *shape.Joined, name string) {
	to.Stubs = nil
	var tables []*driver.Table
	places := make([]int, len(members))
	for i, fn := range members {
		b := fn.code.bodies[level]
		to.Stubs = append(to.Stubs, b.Stubs...)
		to.Work, to.RowWork = max(to.Work, b.Work), max(to.RowWork, b.RowWork)
		same := func(t *driver.Table) bool { return reflect.DeepEqual(t.Rows, b.Table.Rows) }
		if b.Table == nil {
			continue
		}
		if places[i] = slices.IndexFunc(tables, same); places[i] < 0 {
			places[i] = len(tables)
			tables = append(tables, b.Table)
		}
	}
	switch len(tables) {
	case 0:
	case 1:
		to.Table.Var.Name = e.unit.Constant(to.Table.Value(), name)
	default:
		all := gotree.Word(e.unit.Constant(driver.TableOfTables(tables), name))
		to.Block = to.Block.Put(to.Table.Var, gotree.At(all, j.Number("parts", places)))
	}
}

// cut is a text in parts: words, and from the second on every other part is digits.
func cut(text string) (parts []string) {
	digit := func(r rune) bool { return '0' <= r && r <= '9' }
	for text != "" {
		n := strings.IndexFunc(text, func(r rune) bool { return digit(r) == (len(parts)%2 == 0) })
		if n < 0 {
			n = len(text)
		}
		parts = append(parts, text[:n])
		text = text[n:]
	}
	return parts
}

// common is the text of several that differ in numbers, with a mark in their place.
func common(texts []string, mark string) string {
	lists := make([][]string, len(texts))
	for i, text := range texts {
		if lists[i] = cut(text); len(lists[i]) != len(lists[0]) {
			return texts[0]
		}
	}
	made := slices.Clone(lists[0])
	for i := 1; i < len(made); i += 2 {
		if slices.ContainsFunc(lists, func(list []string) bool { return list[i] != lists[0][i] }) {
			made[i] = mark
		}
	}
	return strings.Join(made, "")
}
