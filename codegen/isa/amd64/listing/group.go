package listing

import (
	"slices"
	"strconv"
	"strings"

	"github.com/mmcloughlin/avo/ir"
)

// Groups are marked by comments around them.
const (
	opening = "\x00group "
	closing = "\x00end"
)

// Open is the comment that a group begins with. Its name becomes that of a macro:
// a word in Go's capitals.
func Open(name string) string { return opening + name }

// Close is the comment after a group.
func Close() string { return closing }

// routine is a function as nodes.
type routine struct {
	*ir.Function
	nodes []node
}

// node is a label, a comment, an instruction or a group of nodes.
type node struct {
	label    string
	comment  []string
	opcode   string // of an instruction
	branches bool
	group    string // its name
	parts    []node
	operands []string // of all its instructions
	key      string   // of a group that may be a macro: see keyOf
}

// read arranges the nodes of a function in groups.
func read(f *ir.Function) *routine {
	root := node{}
	path := []*node{&root}
	add := func(n node) {
		in := path[len(path)-1]
		in.parts = append(in.parts, n)
	}
	for _, n := range f.Nodes {
		switch n := n.(type) {
		case *ir.Instruction:
			add(node{opcode: n.OpcodeWithSuffixes(), operands: operandsOf(n), branches: n.IsBranch})
		case ir.Label:
			add(node{label: string(n)})
		case *ir.Comment:
			switch mark := n.Lines[0]; {
			case mark == closing:
				group := path[len(path)-1]
				path = path[:len(path)-1]
				for _, p := range group.parts {
					group.operands = append(group.operands, p.operands...)
				}
				group.key = group.keyOf()
				add(*group)
			case strings.HasPrefix(mark, opening):
				path = append(path, &node{group: strings.TrimPrefix(mark, opening)})
			default:
				add(node{comment: n.Lines})
			}
		}
	}
	return &routine{f, root.parts}
}

// instructions lists those of a node.
func (n node) instructions() []node {
	if n.opcode != "" {
		return []node{n}
	}
	var list []node
	for _, p := range n.parts {
		list = append(list, p.instructions()...)
	}
	return list
}

// isStraight reports that a node has neither labels nor comments.
func (n node) isStraight() bool {
	if n.label != "" || n.comment != nil {
		return false
	}
	for _, p := range n.parts {
		if !p.isStraight() {
			return false
		}
	}
	return true
}

// keyOf tells what a group does, and is empty where it cannot be a macro: go vet
// wants to see the instruction beside a parameter of the function.
func (n node) keyOf() string {
	instructions := n.instructions()
	if len(instructions) < 2 || !n.isStraight() || slices.ContainsFunc(n.operands, func(s string) bool { return strings.HasSuffix(s, "(FP)") }) {
		return ""
	}
	var key strings.Builder
	key.WriteString(n.group)
	for _, i := range instructions {
		if i.branches {
			return ""
		}
		key.WriteByte(' ')
		key.WriteString(i.opcode)
		key.WriteString(strconv.Itoa(len(i.operands)))
	}
	return key.String()
}

// dissolve replaces groups that are no macros by their parts.
func dissolve(nodes []node, keep func(node) bool) (list []node, changed bool) {
	for _, n := range nodes {
		if n.group == "" || keep(n) {
			list = append(list, n)
			continue
		}
		list, changed = append(list, n.parts...), true
	}
	return list, changed
}
