// Package show prints what people and programs read: numbers, names, shapes, tables,
// command lines. It is free of commands and of models.
package show

import (
	"strconv"
	"strings"
)

// Name is a user's name without what a terminal would act upon.
func Name(s string) string {
	q := strconv.Quote(s)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// Shape prints a shape as Keras does, with None for the batch.
func Shape(shape []int) string {
	s := "(None"
	for _, d := range shape {
		if d < 0 {
			s += ", None"
		} else {
			s += ", " + strconv.Itoa(d)
		}
	}
	if len(shape) == 0 {
		s += ","
	}
	return s + ")"
}

// Count prints a number with its digits in threes.
func Count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Plural is a number of things: "1 file", "2 files".
func Plural(n int, word string) string {
	if n != 1 {
		word += "s"
	}
	return Count(n) + " " + word
}

// Numbered are the names of n classes that have none.
func Numbered(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = strconv.Itoa(i)
	}
	return list
}
