package diag

import (
	"strings"
	"unicode"
)

// Nearest finds the known name that was probably meant by name, or false when
// none is near. Case, hyphens, dots, spaces and underscores do not count;
// besides a small edit distance (about one character in three), the beginning
// of one known name alone will do: BatchNorm means BatchNormalization. Ties go
// to the name that stands first in known.
func Nearest(name string, known []string) (string, bool) {
	want := fold(name)
	if len(want) == 0 {
		return "", false
	}
	best, bestDist := "", len(want)/3+1
	if len(want) == 1 {
		bestDist = 1 // a single letter is near nothing but itself
	}
	for _, k := range known {
		if d := distance(want, fold(k), bestDist); d < bestDist {
			best, bestDist = k, d
		}
	}
	if best != "" {
		return best, true
	}
	if len(want) < 3 {
		return "", false
	}
	for _, k := range known {
		if strings.HasPrefix(string(fold(k)), string(want)) {
			if best != "" {
				return "", false
			}
			best = k
		}
	}
	return best, best != ""
}

// DidYouMean gives `; did you mean "units"?` for the nearest known name, or ""
// when none is near: the usual end of an error about an unknown name.
func DidYouMean(name string, known []string) string {
	if near, ok := Nearest(name, known); ok {
		return "; did you mean " + Quote(near) + "?"
	}
	return ""
}

// longest bounds the work on a hostile name; no name we know is longer.
const longest = 64

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

// Hint ends a sentence with the near name, where there is one.
func Hint(name string, known []string) string {
	if s := DidYouMean(name, known); s != "" {
		return s
	}
	return "."
}
