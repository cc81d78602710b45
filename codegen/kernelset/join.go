package kernelset

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
	"github.com/nngen-go/nngen/codegen/shape"
)

// Join makes one function of contractions whose texts differ in numbers alone, once
// all kernels of the package have been collected.
func (e *Set) Join() {
	families := map[string][]*Function{}
	for _, fn := range e.list {
		if fn.formula != "" {
			key := fn.familyKey()
			families[key] = append(families[key], fn)
		}
	}
	for i, fn := range e.list {
		if fn.formula == "" {
			continue
		}
		if fn.joined == nil {
			e.joinFamily(families[fn.familyKey()])
		}
		e.list[i] = fn.joined
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

// familyText is what the text of a function consists of: its documentation, its Go
// body and the machine code's of every level.
func (fn *Function) familyText() []string {
	parts := []string{"// " + strings.Join(fn.doc, "\n// "), fn.inside}
	for _, b := range fn.bodies() {
		parts = append(parts, b.Block.String())
	}
	return parts
}

func (fn *Function) bodies() []driver.Body {
	if fn.code == nil {
		return nil
	}
	return fn.code.bodies
}

// familyKey is equal for functions that can be one.
func (fn *Function) familyKey() string {
	var b strings.Builder
	for _, p := range fn.kernel.Signature() {
		fmt.Fprint(&b, p.Name, " ", p.Type[strings.LastIndexByte(p.Type, ']')+1:], ", ")
	}
	all, _ := fn.Work()
	fmt.Fprint(&b, fn.formula, all > 0)
	for _, body := range fn.bodies() {
		fmt.Fprint(&b, body.Level, body.Table.Type())
	}
	return b.String() + shape.Key(fn.familyText())
}

// joinFamily makes one function of a family.
func (e *Set) joinFamily(members []*Function) {
	texts := make([][]string, len(members))
	names := make([]string, len(members))
	for i, fn := range members {
		texts[i], names[i] = fn.familyText(), fn.kernel.Name
	}
	j := shape.Join(texts)
	first := *members[0]
	out := &first
	name := commonName(names)
	if len(members) > 1 {
		out.Name = e.Top.Pick(name)
	}
	if first.code != nil {
		code := *first.code
		code.bodies = slices.Clone(code.bodies)
		out.code = &code
		for i := range code.bodies {
			e.joinBodies(&code.bodies[i], i, members, &j, out.Name)
		}
	}
	parts := j.In(members[0].familyText()) // with the names that tables have now
	out.doc = strings.Split(strings.TrimPrefix(parts[0], "// "), "\n// ")
	if out.code != nil {
		out.code.texts = parts[2:]
	}
	if out.Divided {
		for i := range out.kernel.Params {
			column := make([]int, len(members))
			for k, fn := range members {
				column[k] = fn.kernel.Params[i].Buf.Row()
			}
			out.rows = append(out.rows, gotree.Number{Value: column[0], Text: j.Size("row", column)})
		}
	}
	out.kernel.Family = &gokernel.Family{Type: e.Top.Pick(name + "Sizes"), Fields: j.Fields}
	for i, fn := range members {
		fn.joined, fn.sizes = out, j.Values[i]
	}
	out.inside = parts[1]
}

// joinBodies makes one body of those that the members of a family have at a level.
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
		to.Table.Var.Name = e.unit.Constant(driver.TableOfTables(tables), name) + "[" + j.Size("parts", places) + "]"
	}
}

var digits = regexp.MustCompile(`[0-9]+`)

// commonName is the name of functions whose names differ in numbers.
func commonName(names []string) string {
	all := make([][]string, len(names))
	for i, n := range names {
		if all[i] = digits.FindAllString(n, -1); len(all[i]) != len(all[0]) {
			return names[0]
		}
	}
	i := -1
	return digits.ReplaceAllStringFunc(names[0], func(n string) string {
		i++
		if slices.ContainsFunc(all, func(list []string) bool { return list[i] != n }) {
			return "N"
		}
		return n
	})
}
