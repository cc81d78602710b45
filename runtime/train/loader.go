package train

import (
	"fmt"
	"reflect"
	"unsafe"

	"github.com/nngen-go/nngen/runtime/nn"
)

// ParallelLoader is implemented by an [Engine] whose Load writes nothing but the
// row that it is given: rows may then be loaded in any order, and several of them
// at the same time. Ragged inputs, which lie one after the other, forbid it.
type ParallelLoader interface{ ParallelLoad() }

// parallelBytes is the size of the inputs of a micro-batch from which copying
// them is worth a hand-off to other workers.
const parallelBytes = 64 << 10

// loader copies rows into the workspace of an engine, with the help of a team
// where that is allowed and pays.
type loader struct {
	engine   engine
	team     *nn.Team
	parallel bool
	size     int // of an input
	lists    []list
	body     func(*nn.Worker) // part, bound once: loading allocates nothing

	// The call that is under way.
	batch    *batch
	first, n int
	failures []failure // per worker
}

// failure is the first row of a worker that could not be loaded.
type failure struct {
	row int
	err error
}

func newLoader(e engine, t *nn.Team) *loader {
	input := pointed(e.input)
	l := &loader{engine: e, team: t, size: int(input.Size()), lists: lists(input, 0), failures: make([]failure, t.Workers())}
	_, l.parallel = e.Network.(ParallelLoader)
	l.body = l.part
	return l
}

// load copies rows first to first+n-1 of the batch. It reports the first row that
// the engine refuses, whoever has come upon it.
func (l *loader) load(b *batch, first, n int, kind string) error {
	l.batch, l.first, l.n = b, first, n
	if l.parallel && n*l.size >= parallelBytes {
		l.team.Run(l.body)
	} else {
		l.part(nil)
	}
	for i := range l.failures { // in the order of rows
		if f := l.failures[i]; f.err != nil {
			clear(l.failures)
			return fmt.Errorf("train: %s row %d: %w", kind, b.index[f.row], f.err)
		}
	}
	return nil
}

// part loads what falls to a worker, up to the first row that is refused.
func (l *loader) part(w *nn.Worker) {
	b := l.batch
	from, to := w.Share(l.n)
	for row := from; row < to; row++ {
		i := l.first + row
		if row+2*ahead < to {
			l.prefetch(b.rows[i+2*ahead].x)
		}
		if row+ahead < to {
			l.prefetchLists(b.rows[i+ahead].x)
		}
		if err := l.engine.load(row, b.rows[i]); err != nil {
			l.failures[w.Index()] = failure{i, err}
			return
		}
	}
}

// ahead is by how many rows memory is asked for before it is needed: shuffled
// rows lie anywhere, and the processor foresees only what follows within one.
const ahead = 4

// list is where an input refers to ids that lie elsewhere: the offset of a slice
// in the input, and the size of its elements.
type list struct{ offset, size uintptr }

// lists finds the slices of plain numbers in a type.
func lists(t reflect.Type, offset uintptr) []list {
	switch t.Kind() {
	case reflect.Slice:
		if k := t.Elem().Kind(); k >= reflect.Int8 && k <= reflect.Float64 {
			return []list{{offset, t.Elem().Size()}}
		}
	case reflect.Struct:
		var all []list
		for i := range t.NumField() {
			f := t.Field(i)
			all = append(all, lists(f.Type, offset+f.Offset)...)
		}
		return all
	}
	return nil
}

// prefetchBytes is how much of a row is asked for; the processor foresees the
// rest.
const prefetchBytes = 2 << 10

// prefetch has the beginning of a row on its way.
func (l *loader) prefetch(x unsafe.Pointer) {
	nn.Prefetch(x, min(l.size, prefetchBytes))
}

// prefetchLists has the beginning of what a row refers to on its way. The row
// itself has come by now.
func (l *loader) prefetchLists(x unsafe.Pointer) {
	for _, s := range l.lists {
		header := *(*[]byte)(unsafe.Add(x, s.offset)) // of elements of another size
		nn.Prefetch(unsafe.Pointer(unsafe.SliceData(header)), min(len(header)*int(s.size), prefetchBytes))
	}
}
