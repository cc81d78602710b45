package encode

import (
	"fmt"
	"strings"
)

// Unknown is the error about a name that is none of those known, which are a few
// or stand in a list of that name.
func Unknown(pkg, kind, name, list string, known []string) error {
	if len(known) <= 12 {
		return fmt.Errorf("%s: no %s %.80q%s; there are %q", pkg, kind, name, Suggest(name, known), known)
	}
	return fmt.Errorf("%s: no %s %.80q%s; there are %d: see %s", pkg, kind, name, Suggest(name, known), len(known), list)
}

// Suggest is the question of an error message about a name that is not among the
// known ones, ` (did you mean "loss"?)`, and "" where none of them is near.
func Suggest(name string, known []string) string {
	const (
		longest = 64    // names beyond are not typing errors
		most    = 10000 // names that are compared: a hostile file may hold millions
	)
	best, near := "", 0
	if len(name) > longest {
		return ""
	}
	for _, k := range known[:min(len(known), most)] {
		if k == "" || len(k) > longest {
			continue
		}
		d := distance(strings.ToLower(name), strings.ToLower(k))
		if d <= max(1, len(k)/3) && d < len(k) && (best == "" || d < near) {
			best, near = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf(" (did you mean %q?)", best)
}

// distance is the number of bytes to insert, delete or replace, or of neighbours
// to exchange, to turn a into b (F. J. Damerau, CACM 7, 1964, where no byte is
// touched twice).
func distance(a, b string) int {
	// The last two rows of the table, and the one that is being filled.
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before, last, row = last, row, before
		row[0] = i + 1
		for j := range len(b) {
			replace := last[j]
			if a[i] != b[j] {
				replace++
			}
			row[j+1] = min(replace, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
	}
	return row[len(b)]
}
