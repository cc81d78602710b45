package data

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// TestPlain writes random numbers with every pair of marks and reads them.
func TestPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		c := CSV{Decimal: []rune{0, '.', ','}[r.IntN(3)], Thousands: []rune{0, '.', ',', ' ', '\'', '_'}[r.IntN(6)]}
		if c.checkNumbers("") != nil {
			continue
		}
		decimal := max(c.Decimal, '.')
		if c.Decimal == ',' {
			decimal = ','
		}
		digits := strconv.Itoa(r.IntN(1 << r.IntN(40)))
		whole := digits
		if c.Thousands != 0 && r.IntN(2) == 0 {
			mark := c.Thousands
			if mark == ' ' {
				mark = []rune(" \u00a0\u202f\u2009")[r.IntN(4)]
			}
			for i := len(whole) - 3; i > 0; i -= 3 {
				whole = whole[:i] + string(mark) + whole[i:]
			}
		}
		sign := []string{"", "-", "+"}[r.IntN(3)]
		written, want := sign+whole, sign+digits
		if r.IntN(2) == 0 {
			fraction := strconv.Itoa(r.IntN(1000))
			written += string(decimal) + fraction
			want += "." + fraction
		}
		if r.IntN(4) == 0 {
			written, want = written+"e-3", want+"e-3"
		}
		if got, err := c.Plain(" " + written + " "); err != nil || strings.TrimSpace(got) != want {
			t.Fatalf("%q %q: %q becomes %q (%v), want %q", c.Decimal, c.Thousands, written, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"NA": "NA", "": "", "-": "-", "1.234,5": "1234.5", "-1.234.567": "-1234567", ",5": ".5", "5,": "5.", "12a": "12a", "NaN": "NaN", "1e5": "1e5", "1e": "1e", "e1": "e1",
		"1.2.34": "grouped", "1234.567": "grouped", ".234": "grouped", "1.": "grouped", "1..234": "grouped", "1,2,3": "twice", "1,234.5": "after", "1.234.5": "grouped",
	} {
		c := CSV{Decimal: ',', Thousands: '.'}
		got, err := c.Plain(text)
		if err != nil {
			got = fmt.Sprint(err)
		}
		if got != want && (err == nil || !strings.Contains(got, want)) {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
}

// FuzzPlain holds what is read of a number to the number with its marks exchanged.
func FuzzPlain(f *testing.F) {
	f.Add("1.234,5", ',', '.')
	f.Add("1 234.5e3", '.', ' ')
	f.Fuzz(func(t *testing.T, text string, decimal, thousands rune) {
		c := CSV{Decimal: decimal, Thousands: thousands}
		if c.checkNumbers("") != nil {
			return
		}
		got, err := c.Plain(text)
		if err != nil || got == text {
			return
		}
		if _, err := strconv.ParseFloat(got, 64); err != nil && strings.ContainsAny(got, "0123456789") && !strings.ContainsAny(got, "eE") {
			t.Errorf("%q becomes %q: %v", text, got, err)
		}
	})
}
