package modeltest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"unsafe"

	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/train"
)

// Call is called with a kernel of a layer in double precision, which is what a
// package lists its training step by, and with what is passed for the kernel's
// parameters in order, separated by spaces:
//
//	a64*3   rows of 3 in the arena from element 64 on
//	a64     an array there, as long as the parameter's type says
//	a64+3   a slice there of 3 elements
//	b64*3   the same in the arena of integers
//	p64 g64 the same in the parameters and in their gradients
//	c0      array number 0 of Network.Constants
//	l0      array number 0 of Network.Indices
//	x0 o0   rows of input 0; where it is ragged, its ids, and their offsets
//	y0 w    rows of target 0, and the weights of the rows
//	m s     1/Total and n/Total of the step
//	n t f   the number of rows, the worker, the number of the first row
//	e0      the key of the stream of random numbers that streams[0] names
//	z3:64,9 a struct of ints of which number 3 is 64, the next one 9, and the others are 0
//	…@4     rows, or an array of constants, from element 4 of the first on
//	i64@4   the number 68
//
// A call without a layer is of the same one as that before it.
type Call func(layer string, kernel any, operands string, streams ...string)

// List makes the calls of a list. A line is a layer, or after a tab a call: the name
// of its kernel, by which kernels has it, and the operands.
func (call Call) List(kernels map[string]any, list string) {
	layer := ""
	for line := range strings.Lines(strings.TrimPrefix(list, "\n")) {
		line = strings.TrimSuffix(line, "\n")
		text, called := strings.CutPrefix(line, "\t")
		if !called {
			layer = line
			continue
		}
		name, operands, _ := strings.Cut(text, " ")
		kernel, known := kernels[name]
		if !known {
			panic(fmt.Sprintf("modeltest: layer %q: no kernel %q", layer, name))
		}
		call(layer, kernel, operands)
		layer = ""
	}
}

// Turn is the operands of turn t of a loop: …@4,3 in them is …@16 in turn 4.
func Turn(t int, operands string) string {
	words := strings.Fields(operands)
	for i, w := range words {
		if rows, from, ok := strings.Cut(w, "@"); ok {
			base, move, _ := strings.Cut(from, ",")
			words[i] = fmt.Sprintf("%s@%d", rows, number(base)+t*number(move))
		}
	}
	return strings.Join(words, " ")
}

// double is the training step in double precision over some rows.
type double struct {
	calls           func(Call)
	rows, loss      int // the loss lies in the arena
	inputs, targets []column
	weights         []float64
	constants       [][]float64
	indices         [][]int32
	assigned        [][3]int // see Network.Assigned

	// Of the current step:
	at                       train.Step
	params, gradients, arena []float64
	integers                 []int32
	rounding                 *rounding
}

// column holds the rows of a port.
type column struct {
	floats        []float64
	ints, offsets []int32
}

// double makes a training step over some rows.
func (n *plainNetwork) double(rows int) *double {
	d := &double{calls: n.calls, rows: rows, loss: n.loss, inputs: make([]column, len(n.inputs)), targets: make([]column, len(n.targets)),
		arena: make([]float64, n.floats), integers: make([]int32, n.ints)}
	d.indices, d.assigned = n.indices, n.assigned
	for _, c := range n.constants {
		d.constants = append(d.constants, float64s(c))
	}
	for i := range rows {
		x, y := n.sample(i), n.target(i)
		for j, v := range portsOf(x, len(n.inputs)) {
			d.inputs[j].add(v, n.inputs[j].Distinct)
		}
		for j, v := range portsOf(y, len(n.targets)) {
			d.targets[j].add(v, false)
		}
		d.weights = append(d.weights, float64(weight(i)))
	}
	return d
}

// add appends a row.
func (c *column) add(v reflect.Value, distinct bool) {
	floats, ints := flat(v)
	if c.offsets == nil {
		c.offsets = []int32{0}
	}
	c.floats = append(c.floats, float64s(floats)...)
	seen := map[int32]bool{}
	for _, id := range ints {
		if !distinct || !seen[id] {
			c.ints = append(c.ints, id)
		}
		seen[id] = true
	}
	c.offsets = append(c.offsets, int32(len(c.ints)))
}

// rounding is what a step does that computes in double precision and stores in
// single precision.
type rounding struct {
	largest float64 // of the values stored
}

// factors returns parameters half a unit in the last place away, each in its own
// direction: the products of a sum are rounded before they are stored, which has
// the effect of a small change of their factors (Higham, Accuracy and Stability
// of Numerical Algorithms, section 3.1).
func factors(params []float64, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(5, seed))
	moved := make([]float64, len(params))
	for i, v := range params {
		moved[i] = v * (1 + float64(2*rng.IntN(2)-1)/(1<<24))
	}
	return moved
}

func (r *rounding) store(x []float64) {
	for i, v := range x {
		x[i] = float64(float32(v))
		if v := math.Abs(v); v > r.largest {
			r.largest = v
		}
	}
}

// step runs forward and backward and returns the loss with the gradients. What
// the kernels compute is rounded where r is not nil.
func (d *double) step(params []float64, s train.Step, r *rounding) (loss float64, gradients []float64) {
	d.params, d.gradients, d.at, d.rounding = params, make([]float64, len(params)), s, r
	for i := range d.arena {
		d.arena[i] = math.NaN()
	}
	d.calls(d.call)
	if r != nil {
		r.store(d.gradients)
	}
	return d.arena[d.loss], d.gradients
}

// read gives params as the last step has read them, which gradients are with respect
// to: what the step has written itself is put in its place.
func (d *double) read(params []float64) []float64 {
	for _, a := range d.assigned {
		copy(params[a[0]:], d.arena[a[1]:a[1]+a[2]])
	}
	return params
}

// write leaves in params what the last step has written.
func (d *double) write(params []float32) {
	for i, v := range d.read(float64s(params)) {
		params[i] = float32(v)
	}
}

// call implements Call.
func (d *double) call(layer string, kernel any, operands string, streams ...string) {
	rows, each := strings.CutPrefix(operands, "each ")
	if !each {
		d.once(layer, kernel, operands, streams)
		return
	}
	for r := range d.rows { // of which each is a turn
		d.once(layer, kernel, Turn(r, rows), streams)
	}
}

func (d *double) once(layer string, kernel any, operands string, streams []string) {
	f := reflect.ValueOf(kernel)
	words := strings.Fields(operands)
	if len(words) != f.Type().NumIn() {
		panic(fmt.Sprintf("modeltest: layer %q: %v is called with %q", layer, f.Type(), operands))
	}
	in := make([]reflect.Value, len(words))
	for i, word := range words {
		in[i] = d.operand(word, f.Type().In(i), streams)
	}
	f.Call(in)
	if d.rounding == nil {
		return
	}
	for i, word := range words {
		if word[0] == 'a' {
			d.rounding.store(floatsOf(in[i]))
		}
	}
}

// floatsOf is the memory of a slice, or of an array that v points to.
func floatsOf(v reflect.Value) []float64 {
	if v.Kind() == reflect.Slice {
		return v.Interface().([]float64)
	}
	return unsafe.Slice((*float64)(v.UnsafePointer()), v.Type().Elem().Size()/8)
}

// operand is what a word passes for a parameter of that type.
func (d *double) operand(word string, t reflect.Type, streams []string) reflect.Value {
	if rows, from, ok := strings.Cut(word, "@"); ok {
		switch t.Kind() {
		case reflect.Int:
			return reflect.ValueOf(number(rows[1:]) + number(from))
		case reflect.Pointer:
			return view(d.constants[number(rows[1:])], from, t, d.rows)
		}
		all := d.operand(rows, t, streams)
		return all.Slice(number(from), all.Len())
	}
	rest := word[1:]
	switch word[0] {
	case 'a':
		return view(d.arena, rest, t, d.rows)
	case 'b':
		return view(d.integers, rest, t, d.rows)
	case 'p':
		return view(d.params, rest, t, d.rows)
	case 'g':
		return view(d.gradients, rest, t, d.rows)
	case 'c':
		i, _, _ := strings.Cut(rest, "+")
		return view(d.constants[number(i)], "0"+rest[len(i):], t, d.rows)
	case 'l':
		i, _, _ := strings.Cut(rest, "+")
		return view(d.indices[number(i)], "0"+rest[len(i):], t, d.rows)
	case 'x':
		return d.inputs[number(rest)].rows(t)
	case 'o':
		return reflect.ValueOf(d.inputs[number(rest)].offsets)
	case 'y':
		return d.targets[number(rest)].rows(t)
	case 'w':
		return reflect.ValueOf(d.weights)
	case 'm':
		return reflect.ValueOf(1 / float64(d.at.Total))
	case 's':
		return reflect.ValueOf(float64(d.rows) / float64(d.at.Total))
	case 'n':
		return reflect.ValueOf(d.rows)
	case 'i':
		return reflect.ValueOf(number(rest))
	case 'f':
		return reflect.ValueOf(d.at.First)
	case 't':
		return reflect.Zero(t)
	case 'e':
		return reflect.ValueOf(nn.NewKey(d.at.Seed, d.at.Index, nn.Stream(streams[number(rest)])))
	case 'z':
		v := reflect.New(t)
		fields := unsafe.Slice((*int)(v.UnsafePointer()), t.Size()/unsafe.Sizeof(0))
		next := 0
		for _, size := range strings.Split(rest, ",") {
			if i, value, ok := strings.Cut(size, ":"); ok {
				next, size = number(i), value
			}
			fields[next] = number(size)
			next++
		}
		return v.Elem()
	}
	panic(fmt.Sprintf("modeltest: the operand %q", word))
}

// rows are those of a column as a slice of type t.
func (c *column) rows(t reflect.Type) reflect.Value {
	if t.Elem().Kind() == reflect.Int32 {
		return reflect.ValueOf(c.ints)
	}
	return reflect.ValueOf(c.floats)
}

// view is a part of a block as a value of type t: 64*3, 64 or 64+3.
func view[E any](block []E, place string, t reflect.Type, rows int) reflect.Value {
	var e E
	if at, width, ok := strings.Cut(place, "*"); ok {
		from := number(at)
		return reflect.ValueOf(block[from : from+rows*number(width)])
	}
	if at, count, ok := strings.Cut(place, "+"); ok {
		from := number(at)
		return reflect.ValueOf(block[from : from+number(count)])
	}
	from := number(place)
	block = block[from : from+int(t.Elem().Size()/unsafe.Sizeof(e))]
	return reflect.NewAt(t.Elem(), unsafe.Pointer(unsafe.SliceData(block)))
}

func number(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic("modeltest: " + err.Error())
	}
	return n
}

func finite(v float64) bool { return v-v == 0 }

// float64s converts a slice.
func float64s(x []float32) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[i] = float64(v)
	}
	return y
}
