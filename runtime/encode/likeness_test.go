package encode

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"regexp"
	"testing"
)

// numberText is what Likeness takes for a number.
var numberText = regexp.MustCompile(`^[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE]([-+][0-9]{1,6}|[0-9]{1,7}))?$`)

// TestLikeness compares texts in pairs with exact arithmetic: two have the same
// likeness if and only if they are the same number.
func TestLikeness(t *testing.T) {
	texts := []string{"", "-", "+", ".", "e", "e1", "1e", "-.e1", "0", "-0", "0.0", "00", "007", "0.7e1", "7", "7.", "+7", ".7e+01", "true", "TRUE", "False", "tRUE", "1", "NaN", "Inf", "0x1", "1_0", "10",
		"12345678901234567890", "12345678901234567891", "12345678901234567890.0", "1e1000000", "1e99999999", "2.5 ", "२", "1e+", "--1", "1.2.3", "1e1e1"}
	random := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		const letters = "0001125.eE-+"
		b := make([]byte, 1+random.IntN(6))
		for i := range b {
			b[i] = letters[random.IntN(len(letters))]
		}
		texts = append(texts, string(b))
	}
	seen := map[string]string{} // the likeness of a number
	back := map[string]string{}
	for _, s := range texts {
		got := string(Likeness([]byte("x"), s))[1:]
		switch s {
		case "true", "TRUE":
			if got != "true" {
				t.Errorf("%q: %q", s, got)
			}
			continue
		case "False":
			if got != "false" {
				t.Errorf("%q: %q", s, got)
			}
			continue
		}
		if !numberText.MatchString(s) {
			if got != "" {
				t.Errorf("%q is not a number, its likeness is %q", s, got)
			}
			continue
		}
		if s == "1e1000000" {
			continue // too large for the arithmetic below
		}
		r, ok := new(big.Rat).SetString(s)
		if !ok {
			t.Fatalf("%q", s)
		}
		value := fmt.Sprint(r)
		if first, ok := seen[value]; ok && first != got {
			t.Errorf("%q: %q, and another text of the same number has %q", s, got, first)
		}
		if other, ok := back[got]; ok && other != value {
			t.Errorf("%q: %q, which %s has too", s, got, other)
		}
		seen[value], back[got] = got, value
	}
	if n := testing.AllocsPerRun(100, func() {
		var buf [32]byte
		if len(Likeness(buf[:0], "-12.50")) == 0 || len(Likeness(buf[:0], "Peru")) > 0 || len(Likeness(buf[:0], "2ea")) > 0 {
			t.Error("wrong")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
