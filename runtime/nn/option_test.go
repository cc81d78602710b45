package nn

import "testing"

func TestResolve(t *testing.T) {
	if o := Resolve([]Option{nil, Seed(1), Seed(42)}); !o.Seeded || o.Seed != 42 {
		t.Errorf("Resolve(Seed(1), Seed(42)) = %+v", o)
	}
	if o := Resolve([]Option{Seed(0)}); !o.Seeded || o.Seed != 0 {
		t.Errorf("Resolve(Seed(0)) = %+v", o)
	}
	a, b := Resolve(nil), Resolve(nil)
	if a.Seeded || a.Seed == b.Seed {
		t.Errorf("two unseeded resolutions: %+v, %+v", a, b)
	}
}

func TestWorkers(t *testing.T) {
	for _, c := range []struct {
		opts []Option
		want int
	}{
		{nil, 0},
		{[]Option{Workers(2)}, 2},
		{[]Option{Workers(4), Seed(1), Workers(3)}, 3},
		{[]Option{Workers(-1)}, 0},
	} {
		if o := Resolve(c.opts); o.Workers != c.want {
			t.Errorf("%d workers, want %d", o.Workers, c.want)
		}
	}
}

func TestSegments(t *testing.T) {
	s := Segment{Name: "a/kernel", Shape: []int{2, 3}, Offset: 1}
	if s.Len() != 6 {
		t.Errorf("Len = %d", s.Len())
	}
	if n := (Segment{Name: "count"}).Len(); n != 1 {
		t.Errorf("a scalar has Len %d", n)
	}
	block := make([]float32, 10)
	part := s.Of(block)
	if len(part) != 6 || cap(part) != 6 || &part[0] != &block[1] {
		t.Errorf("Of: len %d, cap %d", len(part), cap(part))
	}
	if !Flags(0).Trainable() || Frozen.Trainable() || State.Trainable() {
		t.Error("Trainable")
	}
}
