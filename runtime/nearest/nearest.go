// Package nearest finds the known name that a misspelled one probably means, for
// messages. It knows no names of its own.
package nearest

import (
	"fmt"
	"strings"
	"unicode"
)

// Bounds on the work for hostile names: no name that is known is longer, and no
// reader looks for one among more.
const (
	longest = 64
	most    = 10_000
)

// Of finds the known name that was probably meant by name, or false where none
// is near. Case, hyphens, dots, spaces and underscores do not count; besides a
// small edit distance (about one character in three), the beginning of one known
// name alone will do: BatchNorm means BatchNormalization. Ties go to the name
// that comes first in known.
func Of(name string, known []string) (string, bool) {
	want := fold(name)
	if len(want) == 0 || len(name) > 4*longest {
		return "", false
	}
	best, limit := "", len(want)/3+1
	beginning, begin := "", 0 // the first name that begins so, and how many do
	for _, k := range known[:min(len(known), most)] {
		folded := fold(k)
		if d := distance(want, folded, limit); d < limit {
			best, limit = k, d
		}
		if strings.HasPrefix(string(folded), string(want)) {
			if begin++; begin == 1 {
				beginning = k
			}
		}
	}
	switch {
	case best != "":
		return best, true
	case begin == 1 && len(want) >= 3:
		return beginning, true
	}
	return "", false
}

// Question asks for the nearest known name at the end of a message, ` (did you
// mean "loss"?)`; it is "" where none is near.
func Question(name string, known []string) string {
	if near, ok := Of(name, known); ok {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

func fold(s string) []rune {
	var out []rune
	for _, r := range s {
		if r == '_' || r == '-' || r == '.' || r == ' ' {
			continue
		}
		if out = append(out, unicode.ToLower(r)); len(out) == longest {
			break
		}
	}
	return out
}

// distance is the optimal string alignment distance: insertions, deletions,
// substitutions and swaps of neighbours, each worth one. It gives up at limit.
// (The recurrence: G. V. Bard, "Spelling-error tolerant, order-independent
// pass-phrases via the Damerau-Levenshtein string-edit distance metric", 2007.)
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
