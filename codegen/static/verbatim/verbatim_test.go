package verbatim

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
)

func TestFreeList(t *testing.T) {
	var l freeList[[100]byte]
	a, b := l.get(), l.get()
	if a == b {
		t.Error("two callers have the same memory")
	}
	l.put(a)
	if l.get() != a {
		t.Error("what was put back is not given out again")
	}
	l.put(a)
	l.put(b)
	var all sync.WaitGroup
	for range 8 {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := range 1000 {
				s := l.get()
				s[i%100]++ // the race detector sees memory that two have
				l.put(s)
			}
		}()
	}
	all.Wait()
	l.put(l.get())
	if n := testing.AllocsPerRun(100, func() { l.put(l.get()) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestAppendDistinct(t *testing.T) {
	seen := make([]uint8, 10)
	for _, tt := range []struct{ dst, ids, want []int32 }{
		{nil, nil, nil},
		{nil, []int32{3}, []int32{3}},
		{[]int32{3, 3}, []int32{3, 9, 3, 0, 9, 0}, []int32{3, 3, 3, 9, 0}},
		{nil, []int32{7, 7, 7, 7}, []int32{7}},
	} {
		if got := appendDistinct(tt.dst, tt.ids, seen); !slices.Equal(got, tt.want) {
			t.Errorf("%v after %v gives %v, want %v", tt.ids, tt.dst, got, tt.want)
		}
		if slices.Contains(seen, 1) {
			t.Fatalf("after %v marks are left: %v", tt.ids, seen)
		}
	}
}

func TestWorker(t *testing.T) {
	var w *worker
	if from, to := w.Share(7); from != 0 || to != 7 || !w.Solo() {
		t.Errorf("the only worker has %d to %d of 7", from, to)
	}
}

// Whoever comes first packs a panel, once, and all read it; after a change they are
// packed anew, and while things change nothing is kept.
func TestPanels(t *testing.T) {
	const each = 3
	var k keeper
	rooms := []panelRoom{{4, 4 * each}, {1, each}}
	weights := float32(1)
	read := func(which int) (packings int) {
		kept := k.get(rooms)
		scratch := make([]float32, each)
		for i := range rooms[which].panels {
			var of *panels
			if kept != nil {
				of = &kept[which]
			}
			panel, ready := of.panel(i, each, scratch, false)
			if !ready {
				packings++
				for j := range each {
					panel[j] = weights
				}
				of.done(i)
			}
			for j := range each { // the race detector sees who reads too early
				if panel[j] != weights {
					t.Errorf("panel %d of %d holds %v, want %v", i, which, panel[:each], weights)
				}
			}
		}
		return packings
	}
	for range 20 {
		var all sync.WaitGroup
		var packings atomic.Int32
		for i := range 16 {
			all.Add(1)
			go func() {
				defer all.Done()
				packings.Add(int32(read(i % 2)))
			}()
		}
		all.Wait()
		if n := packings.Load(); n != 5 {
			t.Fatalf("5 panels were packed %d times", n)
		}
		k.change()
		weights++
		k.change() // within the other
		for range 2 {
			if read(0) != 4 {
				t.Error("panels are kept while parameters change")
			}
		}
		k.changed()
		if read(0) != 4 {
			t.Error("panels are kept before a change ends")
		}
		weights++
		k.changed()
	}
	read(0)
	if n := testing.AllocsPerRun(100, func() { k.get(rooms)[0].panel(1, each, nil, false) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	var none *panels
	if scratch, ready := none.panel(7, each, []float32{5}, true); !ready || scratch[0] != 5 {
		t.Error("without panels, the scratch is not what the caller says")
	}
}
