package data

import (
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// counting is a stream of 0 … n-1 with twice the number as target, and an error
// after them if there is one. It knows no places.
type counting struct {
	n   int
	err error
}

func (c counting) Len() int { return c.n }

func (c counting) Rows(epoch int) iter.Seq2[Example[int, int], error] {
	return func(yield func(Example[int, int], error) bool) {
		for i := range c.n {
			if !yield(Example[int, int]{X: i + 700*epoch, Y: 2 * i, Weight: float32(i)}, nil) {
				return
			}
		}
		if c.err != nil {
			yield(Example[int, int]{}, c.err)
		}
	}
}

func square(dst *float64, x int) error {
	if x%7 == 6 {
		return fmt.Errorf("%d is bad", x)
	}
	*dst = float64(x * x)
	return nil
}

// several runs a test with one processor and with four.
func several(t *testing.T, test func(t *testing.T)) {
	for _, n := range []int{1, 4} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(n))
			test(t)
		})
	}
}

// noneLeft checks that there are no more goroutines than before: one that has
// signed off may take a moment to be gone.
func noneLeft(t *testing.T, before int) {
	t.Helper()
	for range 1000 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Errorf("%d goroutines left behind", runtime.NumGoroutine()-before)
}

func TestMap(t *testing.T) {
	several(t, func(t *testing.T) {
		const n = 1000
		x, y, w := make([]int, n), make([]string, n), make([]float32, n)
		for i := range x {
			x[i], y[i], w[i] = 7*i, fmt.Sprint(i), float32(i%3)
		}
		d, err := Map(WeightedSlices(x, y, w), square)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			v, label, weight := d.(Indexed[float64, string]).At(i)
			if *v != float64(49*i*i) || *label != y[i] || weight != w[i] {
				t.Errorf("row %d: %v %v %v", i, *v, *label, weight)
			}
		}
		x[300], x[301], x[5] = 6, 13, 20
		want := "row 5: 20 is bad\nrow 300: 6 is bad\nrow 301: 13 is bad"
		if d, err := Map(Slices(x, y), square); err == nil || err.Error() != want || d != nil {
			t.Errorf("%v", err)
		}
		for i := range x {
			x[i] = 6 + 7*i
		}
		var first []string
		for i := range mostProblems {
			first = append(first, fmt.Sprintf("row %d: %d is bad", i, 6+7*i))
		}
		if _, err := Map(Slices(x, y), square); err == nil || err.Error() != strings.Join(first, "\n") {
			t.Errorf("%v", err)
		}
		if _, err := Map(Slices(x, y[1:]), square); err == nil || !strings.Contains(err.Error(), "1000 inputs, 999 targets") {
			t.Errorf("unequal slices: %v", err)
		}
	})
}

func TestMapOfNothing(t *testing.T) {
	if d, err := Map[float64, int, int](nil, square); d != nil || err == nil || err.Error() != "data: there is no data set" {
		t.Errorf("%v, %v", d, err)
	}
}

func TestMapKeepsPlaces(t *testing.T) {
	path := write(t, "t.csv", []byte("v\n1\n\n2\n6\n4\n5\n"))
	set := func(x, y *int, r *Record) { *x = int(r.Number(0)) }
	rows, err := ReadRecords(path, CSV{}, set)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Map(rows, square); err == nil || err.Error() != path+":5: 6 is bad" {
		t.Errorf("%v", err)
	}
	_, last, err := Split(rows, 0.4)
	if err != nil {
		t.Fatal(err)
	}
	m, err := Map(Dataset[int, int](last), square)
	if err != nil || m.(Placed).Place(1) != path+":7" {
		t.Errorf("%v", err)
	}
	stream, err := Map(StreamRecords(path, CSV{}, set), square)
	if err != nil {
		t.Fatal(err)
	}
	for name, d := range map[string]Dataset[float64, int]{"stream": stream, "prefetched": Prefetch(stream, 100), "shuffled": Shuffle(stream, 2, 1)} {
		if _, err := all(d.Rows(0)); err == nil || err.Error() != path+":5: 6 is bad" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The rows that were mapped can be given up: places need none of them.
func TestMapLetsRowsGo(t *testing.T) {
	type big [1 << 20]byte
	gone := make(chan bool, 1)
	m := func() Dataset[int, int] {
		x := make([]*big, 8)
		for i := range x {
			x[i] = new(big)
		}
		runtime.SetFinalizer(x[3], func(*big) { gone <- true })
		all := Slices(x, make([]int, len(x)))
		first, _, err := Split(all, 0.25)
		if err != nil {
			t.Fatal(err)
		}
		odd, _, err := StratifiedSplit(Dataset[*big, int](first), 0.1, func(*int) int { return 0 })
		if err != nil {
			t.Fatal(err)
		}
		m, err := Map(Dataset[*big, int](odd), func(dst *int, x *big) error { *dst = len(x); return nil })
		if err != nil {
			t.Fatal(err)
		}
		return m
	}()
	for range 100 {
		runtime.GC()
		select {
		case <-gone:
			if got := m.(Placed).Place(2); got != "row 2" {
				t.Errorf("place %s", got)
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
	t.Error("the rows are still held")
}

func TestStreams(t *testing.T) {
	several(t, func(t *testing.T) {
		before := runtime.NumGoroutine()
		source := counting{n: 5}
		stream, err := Map(source, square)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{0, 1, 2, 7, 1000} {
			d := Prefetch(stream, n)
			if d.Len() != 5 {
				t.Errorf("length %d", d.Len())
			}
			rows, err := all(d.Rows(0))
			var got []float64
			for i, e := range rows {
				got = append(got, e.X)
				if e.Y != 2*i || e.Weight != float32(i) {
					t.Errorf("%+v", e)
				}
			}
			if !slices.Equal(got, []float64{0, 1, 4, 9, 16}) || err != nil {
				t.Errorf("ahead %d: %v, %v", n, got, err)
			}
			if rows, err := all(d.Rows(1)); len(rows) != 5 || rows[4].X != 704*704 || err != nil {
				t.Errorf("epoch 1: %v, %v", rows, err)
			}
		}
		// An error comes in place of its row, that of the source at the end.
		for _, c := range []struct {
			d    counting
			rows int
			want string
		}{
			{counting{n: 500}, 6, "row 6: 6 is bad"},
			{counting{5, errors.New("cut off")}, 5, "cut off"},
		} {
			stream, _ := Map(c.d, square)
			for _, n := range []int{0, 3, 1000} {
				rows, err := all(Prefetch(stream, n).Rows(0))
				if len(rows) != c.rows || err == nil || err.Error() != c.want {
					t.Errorf("ahead %d: %d rows, %v, want %d, %s", n, len(rows), err, c.rows, c.want)
				}
			}
		}
		noneLeft(t, before)
	})
}

// However early a reader stops, it finds the rows in order, and no goroutine
// outlives the loop.
func TestPrefetchStops(t *testing.T) {
	several(t, func(t *testing.T) {
		before := runtime.NumGoroutine()
		stream, err := Map(counting{n: 10_000}, func(dst *int, x int) error { *dst = 3 * x; return nil })
		if err != nil {
			t.Fatal(err)
		}
		for _, ahead := range []int{1, 10, 3000} {
			for _, stop := range []int{0, 1, 31, 32, 33, 5000, 10_000} {
				n := 0
				for e, err := range Prefetch(stream, ahead).Rows(0) {
					if err != nil || e.X != 3*n {
						t.Fatalf("row %d: %+v, %v", n, e, err)
					}
					if n == stop {
						break
					}
					n++
				}
				if n != stop {
					t.Errorf("%d rows, want %d", n, stop)
				}
				noneLeft(t, before)
			}
		}
	})
}

// Prefetch reads no further ahead than it was told to, give or take the blocks
// that are being made.
func TestPrefetchIsBounded(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(2))
	read := make(chan int, 100_000)
	d := Prefetch(Dataset[int, int](reporting{counting{n: 10_000}, read}), 100)
	for e, err := range d.Rows(0) {
		if err != nil {
			t.Fatal(err)
		}
		if e.X == 1000 {
			break
		}
	}
	if n := len(read); n < 1001 || n > 1001+100+2*25+1 {
		t.Errorf("%d rows were read to hand out 1001", n)
	}
	if _, ok := Prefetch(Slices([]int{1}, []int{2}), 5).(Indexed[int, int]); !ok {
		t.Error("an indexed data set is prefetched")
	}
}

// reporting reports every row that is read.
type reporting struct {
	counting
	read chan<- int
}

func (r reporting) Rows(epoch int) iter.Seq2[Example[int, int], error] {
	return func(yield func(Example[int, int], error) bool) {
		for e, err := range r.counting.Rows(epoch) {
			r.read <- e.X
			if !yield(e, err) {
				return
			}
		}
	}
}

func TestShuffle(t *testing.T) {
	order := func(buffer int, seed uint64, epoch int) []int {
		d := Shuffle(Dataset[int, int](counting{n: 100}), buffer, seed)
		rows, err := all(d.Rows(epoch))
		if err != nil || d.Len() != 100 {
			t.Fatal(d.Len(), err)
		}
		var got []int
		for _, e := range rows {
			if e.Y != 2*(e.X-700*epoch) {
				t.Errorf("%+v", e)
			}
			got = append(got, e.X-700*epoch)
		}
		return got
	}
	straight := make([]int, 100)
	for i := range straight {
		straight[i] = i
	}
	if !slices.Equal(order(1, 0, 0), straight) {
		t.Error("a buffer of 1 shuffles")
	}
	for _, buffer := range []int{2, 10, 100, 1000} {
		a := order(buffer, 5, 0)
		if !slices.Equal(a, order(buffer, 5, 0)) {
			t.Errorf("buffer %d: the order changes from run to run", buffer)
		}
		if slices.Equal(a, order(buffer, 5, 1)) || slices.Equal(a, order(buffer, 6, 0)) || slices.Equal(a, straight) {
			t.Errorf("buffer %d: the order does not change with seed and epoch", buffer)
		}
		for i, v := range a {
			if v > i+buffer-1 {
				t.Errorf("buffer %d: row %d comes at %d", buffer, v, i)
			}
		}
		if slices.Sort(a); !slices.Equal(a, straight) {
			t.Errorf("buffer %d: rows are lost: %v", buffer, a)
		}
	}
	// Each row is as likely to come first.
	first := make([]int, 10)
	for seed := range 10_000 {
		for e := range Shuffle(Dataset[int, int](counting{n: 10}), 20, uint64(seed)).Rows(0) {
			first[e.X]++
			break
		}
	}
	for i, n := range first {
		if n < 850 || n > 1150 { // five standard deviations
			t.Errorf("row %d came first %d times in 10,000", i, n)
		}
	}
	if rows, err := all(Shuffle(Dataset[int, int](counting{5, errors.New("cut off")}), 3, 1).Rows(0)); err == nil || len(rows) != 2 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}
