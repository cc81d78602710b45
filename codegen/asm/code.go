package asm

import (
	"errors"
	"fmt"
	"slices"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/nngen-go/nngen/codegen/gotree"
	"github.com/nngen-go/nngen/codegen/isa/amd64/listing"
)

// code writes one assembly function. Vector registers are handed out by hand,
// since a tile of accumulators fills the register file; general registers are
// avo's to allocate.
type code struct {
	*build.Context
	unit   *Unit
	level  Level
	free   []vec                  // registers that nobody holds, the next one last
	least  int                    // of them there have ever been
	masks  int                    // opmask registers in use
	rows   vec                    // the row count as a float32 in all lanes, for expressions that hold scalar.Rows
	pinned map[uint32]vec         // constants that are in registers: see pin
	sizes  map[string]operand.Mem // where the sizes of a shared kernel are: parameters
	err    error
	// lowHalf makes full the low half of a register at AVX512: division and
	// roots take half as long.
	lowHalf bool
}

// vec is a vector register: ZMM or YMM, as the level has it.
type vec int

// none is no register.
const none vec = -1

// errRegisters means that a kernel does not fit the register file.
var errRegisters = errors.New("the kernel needs more registers than there are")

// frame is how much stack every function asks for, in bytes: enough for the
// assembler to begin it with a look at the stack's limit, which is also where
// the scheduler and the garbage collector stop a goroutine. Without it a loop of
// calls could not be interrupted.
const frame = 128

// function begins an assembly function. Its text ends with end.
func (u *Unit) function(l Level, s Stub) *code {
	c := &code{Context: build.NewContext(), unit: u, level: l}
	u.labels = map[string]int{}
	c.Function(s.Name)
	c.AllocLocal(frame)
	c.signature(s)
	c.sizes = map[string]operand.Mem{}
	for text, name := range s.sizes {
		place, err := c.Param(name).Resolve()
		if err != nil {
			c.err = err
			continue
		}
		c.sizes[text] = place.Addr
	}
	for r := l.registers() - 1; r >= 0; r-- {
		c.free = append(c.free, vec(r))
	}
	c.least, c.rows = len(c.free), none
	return c
}

// end returns from the function and adds it to the unit, unless something about
// it was wrong: then the unit is as if it had never been begun.
func (c *code) end() error {
	c.VZEROUPPER()
	c.RET()
	f, err := c.Result()
	if c.err != nil {
		err = c.err
	}
	if err != nil {
		return err
	}
	c.unit.functions = append(c.unit.functions, f.Sections...)
	return nil
}

// group writes instructions that come again and again with other operands: the
// listing makes a macro of that name of them.
func (c *code) group(name string, body func()) {
	c.Comment(listing.Open(name + c.level.String()))
	body()
	c.Comment(listing.Close())
}

// grouped is group for every few of n things: name4.
func (c *code) grouped(name string, n int, each func(i int)) {
	const few = 4
	for i := 0; i < n; i += few {
		m := min(few, n-i)
		c.group(fmt.Sprint(name, m), func() {
			for j := range m {
				each(i + j)
			}
		})
	}
}

// pointer loads a parameter of 64 bits.
func (c *code) pointer(name string) reg.GPVirtual {
	r := c.GP64()
	c.Load(c.Param(name), r)
	return r
}

// scalar spreads a float32 parameter over a register.
func (c *code) scalar(name string) vec {
	v := c.alloc()
	place, err := c.Param(name).Resolve()
	if err != nil {
		c.err = err
		return v
	}
	c.broadcast(v, place.Addr)
	return v
}

// alloc takes a vector register.
func (c *code) alloc() vec {
	if len(c.free) == 0 {
		c.err = errRegisters
		return 0
	}
	v := c.free[len(c.free)-1]
	c.free = c.free[:len(c.free)-1]
	c.least = min(c.least, len(c.free))
	return v
}

// allocs takes n vector registers.
func (c *code) allocs(n int) []vec {
	list := make([]vec, n)
	for i := range list {
		list[i] = c.alloc()
	}
	return list
}

// release gives registers back.
func (c *code) release(list ...vec) {
	for _, v := range list {
		if !slices.Contains(c.free, v) {
			c.free = append(c.free, v)
		}
	}
}

// full is the register at the level's width.
func (c *code) full(v vec) reg.VecPhysical {
	if c.level == AVX512 && !c.lowHalf {
		return zmm[v]
	}
	return ymm[v]
}

// half and quarter are the low lanes of a register: YMM and XMM.
func (c *code) half(v vec) reg.VecPhysical    { return ymm[v] }
func (c *code) quarter(v vec) reg.VecPhysical { return xmm[v] }

var (
	zmm = [32]reg.VecPhysical{
		reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7, reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
		reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23, reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
	}
	ymm = [32]reg.VecPhysical{
		reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7, reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
		reg.Y16, reg.Y17, reg.Y18, reg.Y19, reg.Y20, reg.Y21, reg.Y22, reg.Y23, reg.Y24, reg.Y25, reg.Y26, reg.Y27, reg.Y28, reg.Y29, reg.Y30, reg.Y31,
	}
	xmm = [32]reg.VecPhysical{
		reg.X0, reg.X1, reg.X2, reg.X3, reg.X4, reg.X5, reg.X6, reg.X7, reg.X8, reg.X9, reg.X10, reg.X11, reg.X12, reg.X13, reg.X14, reg.X15,
		reg.X16, reg.X17, reg.X18, reg.X19, reg.X20, reg.X21, reg.X22, reg.X23, reg.X24, reg.X25, reg.X26, reg.X27, reg.X28, reg.X29, reg.X30, reg.X31,
	}
	opmasks = [8]reg.OpmaskPhysical{reg.K0, reg.K1, reg.K2, reg.K3, reg.K4, reg.K5, reg.K6, reg.K7}
)

// mask is a set of leading lanes. The zero mask is all of them.
type mask struct {
	set bool
	k   reg.OpmaskPhysical // AVX512
	v   vec                // AVX2: all ones in the lanes of the set
}

// lanes is the mask of the first n lanes, for the rest of the function.
func (c *code) lanes(n int) mask {
	if n >= c.level.Lanes() {
		return mask{}
	}
	if c.level == AVX512 {
		k := c.opmask()
		r := c.GP32()
		c.MOVL(operand.U32(1<<n-1), r)
		c.KMOVW(r, k)
		return mask{set: true, k: k}
	}
	return mask{set: true, v: c.laneVector(n)}
}

// opmask takes an opmask register.
func (c *code) opmask() reg.OpmaskPhysical {
	c.masks++
	if c.masks >= len(opmasks) {
		c.err, c.masks = errRegisters, 1
	}
	return opmasks[c.masks]
}

// laneVector is ones in the first n lanes, zeros behind: read at the right
// place out of eight words of ones and eight of zeros.
func (c *code) laneVector(n int) vec {
	v := c.alloc()
	table := operand.Mem{Symbol: operand.NewStaticSymbol(laneTable), Base: reg.StaticBase, Disp: 4 * (8 - n)}
	c.unit.laneTable = true
	c.VMOVDQU(table, c.full(v))
	return v
}

const laneTable = "lanes"

// at is the float32 at p + 4·i.
func at(p reg.Register, i int) operand.Mem { return operand.Mem{Base: p, Disp: 4 * i} }

// load reads float32s; lanes outside the mask become zero and are not read.
func (c *code) load(v vec, m operand.Mem, k mask) {
	switch {
	case !k.set:
		c.VMOVUPS(m, c.full(v))
	case c.level == AVX512:
		c.VMOVUPS_Z(m, k.k, c.full(v))
	default:
		c.VMASKMOVPS(m, c.full(k.v), c.full(v))
	}
}

// store writes float32s; lanes outside the mask are not touched.
func (c *code) store(m operand.Mem, v vec, k mask) {
	switch {
	case !k.set:
		c.VMOVUPS(c.full(v), m)
	case c.level == AVX512:
		c.VMOVUPS(c.full(v), k.k, m)
	default:
		c.VMASKMOVPS(c.full(v), c.full(k.v), m)
	}
}

// broadcast spreads one float32 over all lanes.
func (c *code) broadcast(v vec, m operand.Mem) { c.VBROADCASTSS(m, c.full(v)) }

// constant spreads a number over all lanes of a new register.
func (c *code) constant(x float64) vec {
	v := c.alloc()
	c.broadcast(v, c.unit.number(x))
	return v
}

// zero clears a register.
func (c *code) zero(v vec) {
	if c.level == AVX512 { // VXORPS of the low lanes cannot name registers above 15
		c.VPXORD(c.full(v), c.full(v), c.full(v))
		return
	}
	c.VXORPS(c.full(v), c.full(v), c.full(v))
}

// fma adds x·y to acc, rounded once.
func (c *code) fma(acc, x, y vec) { c.VFMADD231PS(c.full(x), c.full(y), c.full(acc)) }

// counted runs body n times, n static and at least 1.
func (c *code) counted(n int, body func()) {
	if n == 1 {
		body()
		return
	}
	count := c.GP64()
	c.MOVQ(operand.U32(uint32(n)), count)
	c.until(count, body)
}

// until runs body and counts down, from at least 1 to 0.
func (c *code) until(count reg.GPVirtual, body func()) {
	top := c.unit.label("loop")
	c.Label(top)
	body()
	c.DECQ(count)
	c.JNZ(operand.LabelRef(top))
}

// times runs body as often as a size says, at least once.
func (c *code) times(n gotree.Number, body func()) {
	if n.Known() {
		c.counted(n.Value, body)
		return
	}
	c.until(c.size(n), body)
}

// size loads a size that the function is given.
func (c *code) size(n gotree.Number) reg.GPVirtual {
	r := c.GP64()
	place, ok := c.sizes[n.Text]
	if !ok {
		c.err = fmt.Errorf("the function is not given %s", n)
	}
	c.MOVQ(place, r)
	return r
}

// stride moves a pointer by a size in float32s.
func (c *code) stride(p reg.Register, n gotree.Number) {
	if n.Known() {
		c.advance(p, n.Value)
		return
	}
	c.LEAQ(operand.Mem{Base: p, Index: c.size(n), Scale: 4}, p)
}

// advance moves a pointer by a number of float32s.
func (c *code) advance(p reg.Register, floats int) {
	switch {
	case floats > 0:
		c.ADDQ(operand.I32(int32(4*floats)), p)
	case floats < 0:
		c.SUBQ(operand.I32(int32(-4*floats)), p)
	}
}
