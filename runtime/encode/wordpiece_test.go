package encode

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// Texts have the ids that the tokenizers of BERT give them (testdata/keras/wordpiece.py).
func TestWordPieces(t *testing.T) {
	f, err := os.Open("../../testdata/keras/wordpiece.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Pieces []string
		Cases  []struct {
			Length       int
			Lowercase    bool
			StripAccents bool `json:"strip_accents"`
			Ends         bool
			Texts        []string
			IDs          [][]int64
		}
	}
	if err := json.NewDecoder(z).Decode(&file); err != nil {
		t.Fatal(err)
	}
	for _, c := range file.Cases {
		how := WordPieceRules{LowerCase: c.Lowercase, StripAccents: c.StripAccents, SplitOnCJK: true, Suffix: "##", Unknown: 1, Start: -1, End: -1}
		if c.Ends {
			how.Start, how.End = 2, 3
		}
		w := MakeWordPieces(how, file.Pieces...)
		for i, text := range c.Texts {
			got := make([]int64, c.Length)
			if w.Find(got, text); !slices.Equal(got, c.IDs[i]) {
				t.Errorf("%+v: %+q\n     %d\nwant %d", how, text, got, c.IDs[i])
			}
		}
	}
}

// What is cut from random bytes is within bounds, and the pieces of a word are the word.
func TestWordPiecesOfAnything(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	letters := []string{"a", "b", "ä", "你", "\xff", " ", "\x00", "é", "e\u0301", "##", ".", "\U0010ffff", "ﷺ", "각"}
	pieces := []string{"[PAD]", "[UNK]", "a", "b", "ab", "##a", "##b", "##ba", "你", ".", "#", "ä", "##ä", "e", "##e"}
	for range 3000 {
		var b strings.Builder
		for range r.IntN(300) {
			b.WriteString(letters[r.IntN(len(letters))])
		}
		how := WordPieceRules{LowerCase: r.IntN(2) == 0, StripAccents: r.IntN(2) == 0, SplitOnCJK: r.IntN(2) == 0, Suffix: "##", Unknown: 1, Start: -int64(r.IntN(2)), End: -1}
		w := MakeWordPieces(how, pieces...)
		ids := make([]int64, 1+r.IntN(400))
		w.Find(ids, b.String())
		for _, id := range ids {
			if id < 0 || int(id) >= len(pieces) {
				t.Fatalf("%+q has the id %d", b.String(), id)
			}
		}
		text := b.String()
		for word := (wordCutter{}); word.next(&text, &how); {
			joined := ""
			for _, id := range w.cut(&word) {
				joined += strings.TrimPrefix(pieces[id], "##")
			}
			if whole := string(word.letters[:word.bytes]); joined != whole && joined != "[UNK]" || !utf8.ValidString(whole) {
				t.Fatalf("%+q became %q", whole, joined)
			}
		}
	}
}

// Only a text of which no word is known is strange.
func TestStrangeText(t *testing.T) {
	w := MakeWordPieces(WordPieceRules{Suffix: "##", Unknown: 0, Start: -1, End: -1}, "[UNK]", "a", "##b")
	for text, want := range map[string]bool{"": false, "  ": false, "a": false, "x": true, "x y": true, "x a": false, "ab": false, "ba": true} {
		if got := w.Strange(text); got != want {
			t.Errorf("%q: strange %v", text, got)
		}
	}
}

func BenchmarkWordPieces(b *testing.B) {
	pieces := []string{"[PAD]", "[UNK]"}
	for i := range 30000 {
		pieces = append(pieces, fmt.Sprintf("w%d", i), fmt.Sprintf("##%d", i))
	}
	w := MakeWordPieces(WordPieceRules{LowerCase: true, StripAccents: true, SplitOnCJK: true, Suffix: "##", Unknown: 1, Start: -1, End: -1}, pieces...)
	text := strings.Repeat("w123 w77 Wé4567 w1234567890123 nothing, ", 12)
	ids := make([]int64, 128)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		w.Find(ids, text)
	}
}
