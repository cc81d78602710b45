package verbatim

import (
	"slices"
	"sync"
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
