// Package listing prints routines as the text of a Go assembly file. Groups of
// instructions that come again and again with other operands, such as the
// products of a row of a tile or an exponential, are printed as macros, so that
// a reader sees what a routine does and the text stays short. The machine code
// is the same.
package listing

import (
	"fmt"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
)

// Print prints the sections of a file whose registers have been allocated.
func Print(f *ir.File) string {
	p := &printer{}
	for _, path := range f.Includes {
		p.line("#include %q", path)
	}
	var routines []*routine
	for _, s := range f.Sections {
		switch s := s.(type) {
		case *ir.Global:
			p.global(s)
		case *ir.Function:
			routines = append(routines, read(s))
		}
	}
	macros := find(routines)
	if len(macros.list) > 0 {
		p.line("\n// Groups of instructions that routines have in common:")
	}
	for _, m := range macros.list {
		p.define(m)
	}
	for _, r := range routines {
		p.routine(r, macros)
	}
	return p.String()
}

// printer is the text so far.
type printer struct{ strings.Builder }

func (p *printer) line(format string, args ...any) {
	fmt.Fprintf(p, format, args...)
	p.WriteByte('\n')
}

// global prints a table of constants.
func (p *printer) global(g *ir.Global) {
	p.WriteByte('\n')
	for _, d := range g.Data {
		p.line("DATA %s/%d, %s", operand.NewDataAddr(g.Symbol, d.Offset).Asm(), d.Value.Bytes(), d.Value.Asm())
	}
	p.line("GLOBL %s(SB), %s, $%d", g.Symbol, g.Attributes.Asm(), g.Size)
}

// routine prints a function. A blank line comes before labels and comments.
func (p *printer) routine(r *routine, macros *macros) {
	p.line("\n// %s", r.Stub())
	attributes := ""
	if r.Attributes != 0 {
		attributes = ", " + r.Attributes.Asm()
	}
	size := fmt.Sprintf("$%d", r.FrameBytes())
	if n := r.ArgumentBytes(); n > 0 {
		size += fmt.Sprintf("-%d", n)
	}
	p.line("TEXT ·%s(SB)%s, %s", r.Name, attributes, size)
	first := true
	for _, n := range r.nodes {
		apart := n.label != "" || len(n.comment) > 0
		if apart && !first {
			p.WriteByte('\n')
		}
		first = apart
		switch {
		case n.label != "":
			p.line("%s:", n.label)
		case len(n.comment) > 0:
			for _, l := range n.comment {
				p.line("\t// %s", l)
			}
		default:
			p.instructions(n, macros)
		}
	}
}

// instructions prints an instruction, or a group that is a macro.
func (p *printer) instructions(n node, macros *macros) {
	if m, operands, ok := macros.of(n); ok {
		p.line("\t%s(%s)", m.name, strings.Join(operands, ", "))
		return
	}
	p.line("\t%s", text(n.opcode, n.operands))
}

// macroWidth is how long the lines of a macro get.
const macroWidth = 96

// define prints the definition of a macro.
func (p *printer) define(m *macro) {
	p.WriteString("#define " + m.name + "(" + strings.Join(m.parameters, ", ") + ") \\\n")
	width := 0
	for i, l := range m.lines {
		switch {
		case i == 0:
			p.WriteByte('\t')
		case width+len(l) > macroWidth:
			p.WriteString("; \\\n\t")
			width = 0
		default:
			p.WriteString("; ")
		}
		p.WriteString(l)
		width += len(l) + 2
	}
	p.WriteByte('\n')
}

// text is an instruction.
func text(opcode string, operands []string) string {
	if len(operands) == 0 {
		return opcode
	}
	return opcode + " " + strings.Join(operands, ", ")
}

func operandsOf(i *ir.Instruction) []string {
	list := make([]string, len(i.Operands))
	for j, o := range i.Operands {
		list[j] = o.Asm()
	}
	return list
}
