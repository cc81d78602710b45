package nn

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// goroutines waits until there are no more than want: one that has ended may be
// counted for a moment.
func goroutines(t *testing.T, want int) {
	t.Helper()
	for range 200 {
		if runtime.NumGoroutine() <= want {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Errorf("%d goroutines are left, want %d", runtime.NumGoroutine(), want)
}

func TestShare(t *testing.T) {
	if from, to := (*Worker)(nil).Share(7); from != 0 || to != 7 {
		t.Errorf("a nil worker's share of 7 is [%d, %d)", from, to)
	}
	for _, w := range []*Worker{nil, {ID: 0, Count: 2}, {ID: 1, Count: 2}} {
		if want := w == nil || w.ID == 0; w.Solo() != want || w.Solo() != (w.Index() == 0) {
			t.Errorf("%+v: Solo %t, Index %d", w, w.Solo(), w.Index())
		}
	}
	for count := 1; count <= 9; count++ {
		for units := range 40 {
			at := 0
			for id := range count {
				w := &Worker{ID: id, Count: count}
				from, to := w.Share(units)
				if n := to - from; from != at || n != units/count && n != units/count+1 {
					t.Fatalf("worker %d of %d: [%d, %d) of %d units, after %d", id, count, from, to, units, at)
				}
				at = to
			}
			if at != units {
				t.Fatalf("%d workers cover %d of %d units", count, at, units)
			}
		}
	}
}

func TestShareRuns(t *testing.T) {
	if from, to := (*Worker)(nil).ShareRuns(7, 4); from != 0 || to != 7 {
		t.Errorf("a nil worker's share of 7 is [%d, %d)", from, to)
	}
	for count := 1; count <= 4; count++ {
		for n := range 70 {
			at := 0
			for id := range count {
				from, to := (&Worker{ID: id, Count: count}).ShareRuns(n, 16)
				if from != at || from%16 != 0 && from != n || to%16 != 0 && to != n || to < from {
					t.Fatalf("worker %d of %d: [%d, %d) of %d elements, after %d", id, count, from, to, n, at)
				}
				at = to
			}
			if at != n {
				t.Fatalf("%d workers cover %d of %d elements", count, at, n)
			}
		}
	}
}

// prefix sums an array in two halves between barriers: a wrong or missing
// barrier shows as a wrong sum, and under the race detector as a race.
func prefix(t *testing.T, team *Team, rounds int) {
	t.Helper()
	const units = 64
	workers := max(team.Workers(), 1)
	parts := make([]int, workers)
	values := make([]int, units)
	body := func(w *Worker) {
		id, count := 0, 1
		if w != nil {
			id, count = w.ID, w.Count
		}
		for round := range 5 {
			from, to := w.Share(units)
			for i := from; i < to; i++ {
				values[i] = (i + round) * (i + round)
			}
			w.Wait()
			sum := 0
			for i := id; i < units; i += count { // what others have written
				sum += values[i]
			}
			parts[id] += sum
			w.Wait()
		}
	}
	want := 0
	for round := range 5 {
		for i := range units {
			want += (i + round) * (i + round)
		}
	}
	for range rounds {
		clear(parts)
		team.Run(body)
		got := 0
		for _, p := range parts {
			got += p
		}
		if got != want {
			t.Fatalf("%d workers: sum %d, want %d", team.Workers(), got, want)
		}
	}
}

func TestTeam(t *testing.T) {
	before := runtime.NumGoroutine()
	prefix(t, nil, 3)
	for _, procs := range []int{1, 2, 4} {
		old := runtime.GOMAXPROCS(procs)
		for _, workers := range []int{0, 1, 2, 3, 8} {
			team := NewTeam(workers)
			if want := workers; want > 0 && team.Workers() != want || want == 0 && team.Workers() != procs {
				t.Errorf("NewTeam(%d) at GOMAXPROCS=%d has %d workers", workers, procs, team.Workers())
			}
			goroutines(t, before) // none before the first Run
			prefix(t, team, 50)
			team.Close()
			goroutines(t, before)
			prefix(t, team, 5) // starts anew
			time.Sleep(time.Millisecond)
			prefix(t, team, 5) // wakes sleepers
			team.Close()
			team.Close()
			goroutines(t, before)
		}
		runtime.GOMAXPROCS(old)
	}
	var none *Team
	none.Close()
	if none.Workers() != 1 {
		t.Errorf("a nil team has %d workers", none.Workers())
	}
	NewTeam(3).Close() // without a Run
}

// Goroutines that linger end by themselves, and come back.
func TestLingeringTeam(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, spin := range []bool{false, true} {
		team := NewLingeringTeam(3)
		team.start(spin)
		for range 20 {
			prefix(t, team, 20)
			goroutines(t, before)
			prefix(t, team, 1)
			time.Sleep(spinTime) // some are about to end
			prefix(t, team, 1)
		}
		cause := errors.New("lost")
		v := catch(func() {
			team.Run(func(w *Worker) {
				if w.ID == 1 {
					panic(cause)
				}
				w.Wait()
			})
		})
		if p, ok := v.(*WorkerPanic); !ok || p.Value != cause {
			t.Errorf("a panic arrives as %v", v)
		}
		prefix(t, team, 3)
		body := func(w *Worker) { w.Wait() }
		run := func() { team.Run(body) }
		if n := testing.AllocsPerRun(200, run); n != 0 {
			t.Errorf("Run allocates %v times", n)
		}
		pausing := func() { time.Sleep(2 * spinTime); run() }
		pausing()
		if n := testing.AllocsPerRun(20, pausing); n != 0 {
			t.Errorf("Run after the end of goroutines allocates %v times", n)
		}
		goroutines(t, before)
		prefix(t, team, 1)
		team.Close()
		goroutines(t, before)
	}
}

func TestSplit(t *testing.T) {
	if whole, within := (*Worker)(nil).Split(1, 5); whole != nil || within != nil {
		t.Error("a worker that is alone is split")
	}
	for _, c := range []struct {
		count, units, parts int
		whole               bool
	}{{2, 2, 9, true}, {2, 1, 9, false}, {2, 1, 1, true}, {2, 3, 14, false}, {2, 5, 14, true}, {3, 2, 2, true}, {4, 3, 16, false}, {4, 8, 1, true}, {2, 0, 0, true}} {
		w := &Worker{Count: c.count}
		if whole, within := w.Split(c.units, c.parts); (whole == w) != c.whole || (within == w) == c.whole {
			t.Errorf("%d workers, %d units of %d parts: %v, %v", c.count, c.units, c.parts, whole, within)
		}
	}
}

// Spinning and sleeping are two ways through the same code: force each.
func TestTeamSpins(t *testing.T) {
	for _, spin := range []bool{false, true} {
		team := NewTeam(4)
		team.start(spin)
		prefix(t, team, 200)
		for range 20 { // some workers sleep at the barrier, some spin
			team.Run(func(w *Worker) {
				time.Sleep(time.Duration(w.ID) * 50 * time.Microsecond)
				w.Wait()
			})
		}
		team.Close()
	}
}

// catch returns what f panics with.
func catch(f func()) (v any) {
	defer func() { v = recover() }()
	f()
	return nil
}

func TestTeamPanics(t *testing.T) {
	before := runtime.NumGoroutine()
	team := NewTeam(3)
	for _, at := range []int{0, 1, 2} {
		for _, waits := range []bool{false, true} {
			cause := errors.New("lost")
			var ran atomic.Int32
			v := catch(func() {
				team.Run(func(w *Worker) {
					defer ran.Add(1)
					if w.ID == at {
						panic(cause)
					}
					if waits {
						w.Wait()
						t.Error("a worker passed a barrier that another has not reached")
					}
				})
			})
			if n := ran.Load(); n != 3 {
				t.Errorf("panic in worker %d: %d workers have stopped when Run returns", at, n)
			}
			switch p := v.(type) {
			case *WorkerPanic:
				if at == 0 || p.Value != cause || !errors.Is(p, cause) || !strings.Contains(p.Error(), "team_test.go") {
					t.Errorf("panic in worker %d: %v", at, p)
				}
			default:
				if at != 0 || v != cause {
					t.Errorf("panic in worker %d arrives as %v", at, v)
				}
			}
			prefix(t, team, 3) // the team is as good as before
		}
	}
	v := catch(func() {
		team.Run(func(w *Worker) {
			if w.ID == 1 {
				runtime.Goexit()
			}
			w.Wait()
		})
	})
	if v == nil || !strings.Contains(fmt.Sprint(v), "Goexit") {
		t.Errorf("Goexit arrives as %v", v)
	}
	prefix(t, team, 3)
	v = catch(func() { team.Run(func(w *Worker) { team.Run(func(*Worker) {}) }) })
	if v == nil {
		t.Error("a Run within a Run goes through")
	}
	prefix(t, team, 3)
	team.Close()
	goroutines(t, before)
}

// The caller's goroutine ends within Run: the others are waited for.
func TestTeamCallerExits(t *testing.T) {
	team := NewTeam(2)
	done := make(chan struct{})
	go func() {
		defer close(done)
		team.Run(func(w *Worker) {
			if w.ID == 0 {
				runtime.Goexit()
			}
			w.Wait()
		})
	}()
	<-done
	prefix(t, team, 3)
	team.Close()
}

func TestTeamAllocatesNothing(t *testing.T) {
	team := NewTeam(2)
	defer team.Close()
	body := func(w *Worker) { w.Wait() }
	team.Run(body)
	if n := testing.AllocsPerRun(200, func() { team.Run(body) }); n != 0 {
		t.Errorf("Run allocates %v times", n)
	}
}

func BenchmarkTeamRun(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			team := NewTeam(workers)
			defer team.Close()
			body := func(*Worker) {}
			team.Run(body)
			b.ResetTimer()
			for range b.N {
				team.Run(body)
			}
		})
	}
}

func BenchmarkWorkerWait(b *testing.B) {
	for _, workers := range []int{1, 2} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			team := NewTeam(workers)
			defer team.Close()
			n := b.N
			b.ResetTimer()
			team.Run(func(w *Worker) {
				for range n {
					w.Wait()
				}
			})
		})
	}
}
