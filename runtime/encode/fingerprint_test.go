package encode

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Hashes of all lengths are those of TensorFlow (testdata/keras/lookup.py), for texts and
// for bytes.
func TestFingerprints(t *testing.T) {
	f, err := os.Open("../../testdata/keras/lookup.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Fingerprints struct {
			Lengths   []int
			Farm, Sip []uint64
		}
	}
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		t.Fatal(err)
	}
	if len(file.Fingerprints.Lengths) < 70 {
		t.Fatal("too few")
	}
	const bins = 1 << 62
	for i, n := range file.Fingerprints.Lengths {
		text := make([]byte, n)
		for k := range text {
			text[k] = byte(31 * k % 251)
		}
		if got, same := Fingerprint(text)%bins, Fingerprint(string(text))%bins; got != file.Fingerprints.Farm[i] || same != got {
			t.Errorf("%d bytes have the fingerprint %d, as a text %d, not %d", n, got, same, file.Fingerprints.Farm[i])
		}
		if got := sipHash(text, [2]uint64{133, 137}) % bins; got != file.Fingerprints.Sip[i] {
			t.Errorf("%d bytes have the SipHash %d, not %d", n, got, file.Fingerprints.Sip[i])
		}
	}
}

// Lookups and hashes allocate nothing, however long a text is.
func TestLookupAllocations(t *testing.T) {
	long := strings.Repeat("ä🙂\x00\xff", 1<<17)
	texts := []string{long, "", "b", "\xff\xfe"}
	numbers := []int64{-1 << 63, 1<<63 - 1, 0, -7}
	slots, words := make([]int64, 4), make([]string, 4)
	row := make([]float32, 9)
	x := MakeIndex(Lookup[string]{OOV: 3, Masked: true}, "a", "b")
	y := MakeIndex(Lookup[int64]{OOV: 3, Hashed: true, Salted: true}, 5)
	bounds := Bounds{At: []float32{0, 1}}
	n := testing.AllocsPerRun(20, func() {
		c := Coder{Package: "test"}
		x.Find(&c, "texts", slots, texts)
		x.Invert(words, slots, "?")
		Counts(row, slots)
		y.Find(&c, "numbers", slots, numbers)
		HashTexts(slots, texts, Bins{N: 8, First: 1}, "")
		Hot(row, slots[:1], 9)
		HashNumbers(slots, numbers, Bins{N: 9, Salted: true}, 0)
		slots[0] = Crossed(9, Fingerprint(long), uint64(numbers[0]))
		MultiHot(row, slots)
		bounds.Find(slots, row[:4])
		Weighted(row, slots, row[:2])
		if c.Err() != nil {
			t.Error(c.Err())
		}
	})
	if n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// What a lookup must know and does not is in the error, with the layer.
func TestLookupMistakes(t *testing.T) {
	x := MakeIndex(Lookup[string]{Masked: true, Mask: "-"}, "a", "b")
	c := Coder{Package: "test"}
	slots := make([]int64, 4)
	x.Find(&c, "plan", slots, []string{"a", "z\x00", "-", "b"})
	if err := c.Err(); err == nil || err.Error() != `test: feature "plan": "z\x00" is none of the 2 words of its vocabulary` {
		t.Error(err)
	}
	if want := [4]int64{1, 0, 0, 2}; [4]int64(slots) != want {
		t.Errorf("slots %v, want %v", slots, want)
	}
	c = Coder{Package: "test"}
	ids := make([]int32, 3)
	c.IDs("ids", ids, []int64{-1, 4, 5}, 5)
	c.IDs("ids", ids, []int64{1 << 31, -1 << 31, 1}, 0)
	if err := c.Err(); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Error(err)
	}
	for what, learned := range map[string]*Index[string]{
		"twice":    {Words: []string{"a", "a"}},
		"at most":  {Words: []string{"a", "b", "c"}},
		"UTF-8":    {Words: []string{"\xff"}},
		"weights":  {Words: []string{"a"}, Weights: []float32{1}},
		"a weight": {Words: []string{"a"}, Weights: []float32{1, float32(inf())}},
	} {
		if err := learned.Learn("plan", Lookup[string]{OOV: 1}, 3, what == "a weight" || what == "weights"); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for _, at := range [][]float32{{1, 0}, {float32(inf())}, {1, 2, 3}} {
		if err := (&Bounds{At: at}).Check("age", 2); err == nil {
			t.Errorf("the boundaries %v are taken", at)
		}
	}
}

func inf() float64 { return -1 / zero }

var zero float64
