package data

import (
	"fmt"
	"strings"
	"testing"
)

// Windows of every length and stride hold the letters that slices of the text have.
func TestLetters(t *testing.T) {
	const text = "To be, or not to be: é"
	for length := 1; length < 9; length++ {
		for stride := 1; stride < 5; stride++ {
			list, err := ReadLetters(strings.NewReader(text), "x.txt", fmt.Sprintf("0:%d by %d", length, stride), fmt.Sprintf("%d by %d", length, stride), fmt.Sprintf("1:%d by %d", length+1, stride))
			if err != nil {
				t.Fatal(err)
			}
			rows := 0
			for at := 0; at+length+1 <= len(text); at += stride {
				for k, want := range []string{text[at : at+length], text[at+length : at+length+1], text[at+1 : at+length+1]} {
					got, single := make([]int32, list[k].Width()), make([]float32, list[k].Width())
					if err := list[k].Integers(rows, got); err != nil || len(got) != len(want) {
						t.Fatalf("row %d has %d letters of %q: %v", rows, len(got), want, err)
					}
					list[k].Row(rows, single)
					for j := range want {
						if got[j] != int32(want[j]) || single[j] != float32(want[j]) {
							t.Errorf("window %d, array %d: %v and %v, want %q", rows, k, got, single, want)
						}
					}
				}
				rows++
			}
			for k, a := range list {
				if a.Len() != rows {
					t.Errorf("array %d has %d rows, want %d", k, a.Len(), rows)
				}
			}
		}
	}
}

func TestLettersErrors(t *testing.T) {
	for _, c := range []struct {
		places []string
		want   string
	}{
		{[]string{"x"}, `x.txt: "x" says no places in a window of letters; write 0:40`},
		{[]string{"3:3"}, "no places"}, {[]string{"-1:3"}, "no places"}, {[]string{"0:4 by 0"}, "no places"}, {[]string{"0:99999999999"}, "no places"}, {[]string{""}, "no places"},
		{[]string{"0:4 by 2", "4"}, `windows of "0:4 by 2" begin 2 letters after one another, and those of "4" 1`},
		{[]string{"0:5", "5"}, "x.txt: the text has 5 letters, and a window 6"},
	} {
		if _, err := ReadLetters(strings.NewReader("hello"), "x.txt", c.places...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want %q", c.places, err, c.want)
		}
	}
}
