package data

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"testing"
)

func TestReadTokens(t *testing.T) {
	text := "1\t1 14 22 9999 10000 88586\n0\t\n\n0.5\t3  4\r\n1\t7"
	for name, text := range map[string]string{"plain": text, "gzip": string(gzipped(t, []byte(text)))} {
		a, err := ReadTokens(strings.NewReader(text), name, TokenOptions{NumWords: 10000, OOVID: 2})
		if err != nil {
			t.Fatal(err)
		}
		if a.Len() != 4 || !slices.Equal(a.Labels, []float32{1, 0, 0.5, 1}) || !slices.Equal(a.Offsets, []int{0, 6, 6, 8, 9}) {
			t.Errorf("%s: %+v", name, a)
		}
		for i, want := range [][]int32{{1, 14, 22, 9999, 2, 2}, nil, {3, 4}, {7}} {
			if row := a.Row(i); !slices.Equal(row, want) || cap(row) != len(row) {
				t.Errorf("%s: row %d is %v, want %v", name, i, row, want)
			}
		}
	}
	a, err := ReadTokens(strings.NewReader("0\t2147483647\n"), "x", TokenOptions{})
	if err != nil || a.Row(0)[0] != 2147483647 {
		t.Errorf("without num_words: %v, %v", a, err)
	}
	if a, err = ReadTokens(strings.NewReader(""), "x", TokenOptions{}); err != nil || a.Len() != 0 {
		t.Errorf("an empty file: %v, %v", a, err)
	}
}

func TestTokensErrors(t *testing.T) {
	for _, c := range []struct {
		text string
		o    TokenOptions
		want string
	}{
		{"1\t2\n1 2 3\n", TokenOptions{}, "t.txt:2: no tab: a line is a label, a tab and ids separated by spaces"},
		{"pos\t2\n\t3\nnan\t3", TokenOptions{}, "t.txt:1: label: \"pos\" is not a number\nt.txt:2: label: the field is empty\nt.txt:3: label: \"nan\" is not a finite number"},
		{"1\t2 -3\n", TokenOptions{}, "t.txt:1: id -3 is negative"},
		{"1\t2 x7\n", TokenOptions{}, `t.txt:1: id "x7" is not a whole number`},
		{"1\t+2\n", TokenOptions{}, `t.txt:1: id "+2" is not a whole number`},
		{"1\t2.5\n", TokenOptions{}, `t.txt:1: id "2.5" is not a whole number`},
		{"1\t2147483648\n", TokenOptions{NumWords: 10, OOVID: 2}, `t.txt:1: id "2147483648" is beyond the largest possible, 2147483647`},
		{"1\t99999999999999999999\n", TokenOptions{}, `t.txt:1: id "99999999999999999999" is beyond the largest possible, 2147483647`},
		{"", TokenOptions{NumWords: -1}, "t.txt: num_words is -1"},
		{"", TokenOptions{NumWords: 10, OOVID: 10}, "t.txt: oov_id is 10, it must be an id from 0 to 9"},
		{"", TokenOptions{OOVID: -1}, "t.txt: oov_id is -1, it must be an id from 0 to 0"},
		{"1\t2\n1\t" + strings.Repeat("1 ", maxLine/2) + "\n", TokenOptions{}, "t.txt:2: the line is longer than 16777216 bytes"},
		{strings.Repeat("x\n", 50), TokenOptions{}, strings.TrimSuffix(strings.Repeat("t.txt:N: no tab: a line is a label, a tab and ids separated by spaces\n", 10), "\n")},
	} {
		a, err := ReadTokens(strings.NewReader(c.text), "t.txt", c.o)
		want := c.want
		for line := 1; strings.Contains(want, ":N:"); line++ {
			want = strings.Replace(want, ":N:", ":"+string(rune('0'+line/10))+string(rune('0'+line%10))+":", 1)
			want = strings.Replace(want, ":0", ":", 1)
		}
		if err == nil || err.Error() != want {
			t.Errorf("%.30q: %v, %v\nwant %s", c.text, err, a, want)
		}
	}
	if _, err := ReadTokens(io.MultiReader(strings.NewReader("1\t2\n"), broken{}), "t.txt", TokenOptions{}); err == nil || err.Error() != "t.txt: "+io.ErrClosedPipe.Error() {
		t.Errorf("a reader that fails: %v", err)
	}
}

func FuzzReadTokens(f *testing.F) {
	f.Add([]byte("1\t1 14 22 16 43 530\n0\t5\n"), 10, 2)
	f.Add([]byte("1\t-1\n"), 0, 0)
	f.Add([]byte("x\t99999999999999\r\n\t\n"), 100, 99)
	f.Add(gzipped(f, []byte("1\t2 3")), 3, 1)
	f.Fuzz(func(t *testing.T, text []byte, numWords, oovID int) {
		a, err := ReadTokens(bytes.NewReader(text), "fuzz", TokenOptions{numWords, oovID})
		if err != nil {
			return
		}
		for i := range a.Len() {
			for _, id := range a.Row(i) {
				if id < 0 || numWords > 0 && int(id) >= numWords {
					t.Errorf("row %d holds id %d of %d words", i, id, numWords)
				}
			}
		}
	})
}

func BenchmarkReadTokens(b *testing.B) {
	text := []byte(strings.Repeat("1\t"+strings.Repeat("14 22 16 9999 530 ", 50)+"\n", 100))
	b.SetBytes(int64(len(text)))
	for range b.N {
		if _, err := ReadTokens(bytes.NewReader(text), "x", TokenOptions{NumWords: 1000, OOVID: 2}); err != nil {
			b.Fatal(err)
		}
	}
}
