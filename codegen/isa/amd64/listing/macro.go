package listing

import (
	"fmt"
	"slices"
	"strings"
)

// macro is a group that is printed once, with parameters for what differs between
// its uses.
type macro struct {
	name       string
	parameters []string
	lines      []string
	columns    []int // which operand of a use stands for a parameter
	uses       [][]string
	group      []node // its instructions
	kept       bool   // it makes the text shorter
}

// macros are those of a file, found by what their groups do.
type macros struct {
	list  []*macro
	byKey map[string]*macro
}

// mostParameters is how many parameters a macro may have: one letter each.
const mostParameters = 16

// find makes macros of the groups that shorten the text, outer ones first, and
// leaves no other groups.
func find(routines []*routine) *macros {
	found := collect(routines)
	for again := true; again; {
		again = false
		for _, r := range routines {
			var changed bool
			r.nodes, changed = dissolve(r.nodes, found.has)
			again = again || changed
		}
		if again {
			found = collect(routines)
		}
	}
	named := map[string]int{}
	for _, m := range found.list {
		if named[m.name]++; named[m.name] > 1 {
			m.name += fmt.Sprintf("V%d", named[m.name])
		}
	}
	return found
}

// collect makes macros of the outermost groups.
func collect(routines []*routine) *macros {
	found := &macros{byKey: map[string]*macro{}}
	var all []*macro
	for _, r := range routines {
		for _, n := range r.nodes {
			if n.key == "" {
				continue
			}
			m := found.byKey[n.key]
			if m == nil {
				m = &macro{name: n.group, group: n.instructions()}
				found.byKey[n.key] = m
				all = append(all, m)
			}
			m.uses = append(m.uses, n.operands)
		}
	}
	for _, m := range all {
		if m.parametrize(); m.pays() {
			m.kept = true
			found.list = append(found.list, m)
		}
	}
	return found
}

// has reports that a group is a macro.
func (f *macros) has(n node) bool {
	m := f.byKey[n.key]
	return m != nil && m.kept
}

// of is the macro that a node is a use of, and its operands.
func (f *macros) of(n node) (m *macro, operands []string, ok bool) {
	if !f.has(n) {
		return nil, nil, false
	}
	m = f.byKey[n.key]
	for _, c := range m.columns {
		operands = append(operands, n.operands[c])
	}
	return m, operands, true
}

// parametrize finds what differs between the uses: operands that are equal in each
// use are one parameter, and an operand that is the same in all uses is none.
func (m *macro) parametrize() {
	known := map[string]string{}
	var words []string
	for c, first := range m.uses[0] {
		if len(m.parameters) > mostParameters {
			return
		}
		column := make([]string, len(m.uses))
		for u, use := range m.uses {
			column[u] = use[c]
		}
		if !slices.ContainsFunc(column, func(s string) bool { return s != first }) {
			words = append(words, first)
			continue
		}
		key := strings.Join(column, "\n")
		if known[key] == "" {
			known[key] = string(rune('a' + len(m.parameters)))
			m.parameters, m.columns = append(m.parameters, known[key]), append(m.columns, c)
		}
		words = append(words, known[key])
	}
	for _, i := range m.group {
		n := len(i.operands)
		m.lines = append(m.lines, text(i.opcode, words[:n]))
		words = words[n:]
	}
}

// pays reports that the macro makes the text shorter.
func (m *macro) pays() bool {
	if len(m.parameters) > mostParameters {
		return false
	}
	macro := len("#define ()") + len(m.name) + 3*len(m.parameters)
	for _, l := range m.lines {
		macro += len(l) + 2
	}
	inline := 0
	for _, use := range m.uses {
		macro += len(m.name) + 4
		for _, c := range m.columns {
			macro += len(use[c]) + 2
		}
		for _, i := range m.group {
			inline += len(i.opcode) + 3
		}
		for _, o := range use {
			inline += len(o) + 2
		}
	}
	return macro < inline
}
