package diag

import (
	"fmt"
	"slices"
	"strings"
)

// Error is one mistake and where it was made.
type Error struct {
	Pos Pos
	Msg string
}

// Errorf makes an Error with a formatted message.
func Errorf(pos Pos, format string, args ...any) *Error {
	return &Error{Pos: pos, Msg: fmt.Sprintf(format, args...)}
}

// Error gives "file:line:col: msg".
func (e *Error) Error() string {
	if at := e.Pos.String(); at != "" {
		return at + ": " + e.Msg
	}
	return e.Msg
}

// List collects the mistakes of one stage. It is an error itself: errors.As
// finds it as a List, and the first mistake in it as an *Error.
type List []*Error

// shown is how many errors are printed: more do not help anybody, and most of
// them follow from the first few.
const shown = 10

// Add appends a mistake with a formatted message.
func (l *List) Add(pos Pos, format string, args ...any) {
	*l = append(*l, Errorf(pos, format, args...))
}

// Sort orders the list by position, keeping the order of mistakes at the same
// place, and drops repetitions.
func (l *List) Sort() {
	slices.SortStableFunc(*l, func(a, b *Error) int { return a.Pos.Compare(b.Pos) })
	kept := (*l)[:0]
	for _, e := range *l {
		if !slices.ContainsFunc(kept[samePlace(kept, e.Pos):], func(k *Error) bool { return k.Msg == e.Msg }) {
			kept = append(kept, e)
		}
	}
	clear((*l)[len(kept):])
	*l = kept
}

// samePlace gives the index of the first of the trailing errors in sorted that
// stand at pos.
func samePlace(sorted []*Error, pos Pos) int {
	i := len(sorted)
	for i > 0 && sorted[i-1].Pos == pos {
		i--
	}
	return i
}

// Err sorts the list and returns it as an error, or nil when it is empty.
func (l List) Err() error {
	if len(l) == 0 {
		return nil
	}
	l = slices.Clone(l)
	l.Sort()
	return l
}

// Error prints the first ten mistakes, one a line, then "and N more errors".
func (l List) Error() string {
	var b strings.Builder
	for i, e := range l {
		if i == shown {
			more := len(l) - shown
			if more == 1 {
				b.WriteString("\nand 1 more error")
			} else {
				fmt.Fprintf(&b, "\nand %d more errors", more)
			}
			break
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(e.Error())
	}
	return b.String()
}

// Unwrap gives the mistakes to errors.Is and errors.As.
func (l List) Unwrap() []error {
	errs := make([]error, len(l))
	for i, e := range l {
		errs[i] = e
	}
	return errs
}
