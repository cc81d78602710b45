package nest

import (
	"strings"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
)

// share is how many elements of a run go to a worker at least.
const share = 64

// lines are the Go statements that cut an elementwise store into calls.
func (m *mapping) lines(function string) []string {
	g := driver.NewCalls(m.Request, m.axes)
	if m.draws() {
		g.Line("%s := %s.Words()", driver.KeyWords(m.random().Operand.Name), m.random().Operand.Name)
	}
	unit := 1
	if m.chunk == m.lane() {
		unit = share
	}
	turns := gotree.Literal(m.turns)
	if m.Request.Shape != nil && m.chunk < m.lane() {
		most := g.Name("most", "turns")
		g.Line("%s := %d / %v", most, m.turns, m.Request.Shape.Count(m.axes[m.lane()]))
		turns.Text = most
	}
	g.Cut(m.chunk, turns, unit, m.sharing, func(count string) {
		args := m.Arguments(m.axes, g.Vars)
		if amd64.HasRows(m.Value) {
			args = append(args, "float32("+m.Request.Shape.RowCount()+")")
		}
		if m.draws() {
			args = append(args, strings.TrimSuffix("first+"+g.Vars[0], "+"))
		}
		args = append(args, m.passed...)
		g.Line("%s(%s)", function, strings.Join(append(args, count), ", "))
	})
	return g.Script.Lines
}
