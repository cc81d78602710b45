package contract

import (
	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/kernel/driver"
)

// teller writes what tiles are told between their calls.
type teller struct {
	*scheme
	driver.Script
	sums *gotree.Var // what they are told: a tile
}

// told is a field of what tiles are told.
func (d *teller) told(field string) gotree.Expr { return gotree.Member{X: d.sums, Name: field} }

// tell sets a field of what tiles are told.
func (d *teller) tell(field, op string, value gotree.Expr, note string) {
	d.Add(gotree.Assign{To: []gotree.Expr{d.told(field)}, Op: op, Values: []gotree.Expr{value}, Note: gotree.Say(note)})
}

// begin tells tiles what they do with the first block of a sum.
func (d *teller) begin() { d.tell("part", "=", gotree.Int(d.firstPart()), "") }

// turns is where tiles are told of the turns of a reduced axis.
func (d *teller) turns(i int) gotree.Expr { return gotree.At(d.told("k"), gotree.Int(d.turn(i))) }

// lastBlock tells tiles to finish sums at the last block.
func (d *teller) lastBlock(cond gotree.Expr) {
	d.In(&gotree.If{Cond: cond}, func() { d.tell("part", "&^=", gotree.Int(partRest), "the last block") })
}

// more tells tiles that there are sums now.
func (d *teller) more() {
	d.tell("part", "|=", gotree.Int(partMore), "add to what is there")
}
