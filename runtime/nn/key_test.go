package nn

import (
	"hash/fnv"
	"math"
	"testing"
)

func TestStreamIsFNV1a(t *testing.T) {
	for _, path := range []string{"", "a", "dropout_1", "block/dropout", "größe"} {
		h := fnv.New32a()
		h.Write([]byte(path))
		if got := Stream(path); got != h.Sum32() {
			t.Errorf("Stream(%q) = %#x, want %#x", path, got, h.Sum32())
		}
	}
}

func TestUniformAgreesWithUniform4(t *testing.T) {
	k := NewKey(42, 7, Stream("dropout"))
	for row := range uint32(3) {
		for elem := range uint32(13) {
			if got, want := k.Uniform(row, elem), k.Uniform4(row, elem/4)[elem%4]; got != want {
				t.Errorf("Uniform(%d, %d) = %v, Uniform4 has %v", row, elem, got, want)
			}
		}
	}
}

// A layout that is part of the format: the words of row r, block b are the
// Philox output for the counter (b, r, stream, step) under the seed.
func TestKeyLayout(t *testing.T) {
	k := NewKey(0x1122334455667788, 9, 5)
	want := Philox([2]uint32{0x55667788, 0x11223344}, [4]uint32{3, 2, 5, 9})
	if got := k.Bits4(2, 3); got != want {
		t.Errorf("Bits4 = %x, want %x", got, want)
	}
}

func TestKeysDiffer(t *testing.T) {
	seen := map[[4]uint32]string{}
	for name, k := range map[string]Key{
		"base":          NewKey(1, 1, 1),
		"other seed":    NewKey(2, 1, 1),
		"seed above 32": NewKey(1+1<<32, 1, 1),
		"other step":    NewKey(1, 2, 1),
		"step above 32": NewKey(1, 1+1<<32, 1),
		"step above 33": NewKey(1, 1+1<<33, 1),
		"other stream":  NewKey(1, 1, 2),
	} {
		w := k.Bits4(0, 0)
		if other, ok := seen[w]; ok {
			t.Errorf("%s and %s draw the same words", name, other)
		}
		seen[w] = name
	}
	if NewKey(1, 1, 1).Bits4(1, 0) == NewKey(1, 1, 1).Bits4(0, 1) {
		t.Error("row 1 block 0 and row 0 block 1 are the same")
	}
}

func TestUniformRangeAndMoments(t *testing.T) {
	if got := unit(math.MaxUint32); got != 1-0x1p-24 {
		t.Errorf("unit(max) = %v, want just below 1", got)
	}
	if got := unit(0); got != 0 {
		t.Errorf("unit(0) = %v", got)
	}
	k := NewKey(3, 0, Stream("x"))
	const rows, blocks = 64, 256
	var values []float64
	for r := range uint32(rows) {
		for b := range uint32(blocks) {
			for _, u := range k.Uniform4(r, b) {
				values = append(values, float64(u))
			}
		}
	}
	checkDistribution(t, "uniform", values, func(x float64) float64 { return x })
}

func TestUniformAllocatesNothing(t *testing.T) {
	k := NewKey(3, 0, Stream("x"))
	if n := testing.AllocsPerRun(100, func() { k.Uniform4(1, 2) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
