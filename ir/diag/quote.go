package diag

import "strconv"

// quoted is how many characters of a name are printed.
const quoted = 40

// Quote prints a name that a user or a file supplied: in double quotes, control
// characters and invalid UTF-8 escaped, cut after about forty characters. The
// result is one line, whatever the name holds.
func Quote(name string) string {
	n := 0
	for i := range name {
		if n == quoted {
			return strconv.Quote(name[:i] + "…")
		}
		n++
	}
	return strconv.Quote(name)
}
