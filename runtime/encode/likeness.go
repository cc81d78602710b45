package encode

import (
	"strconv"
	"strings"
)

// Likeness appends what a text shares with all that write the same number or
// truth value in another way: 2, 2.0 and 20e-1 have one, and so have true, True
// and TRUE. A table that pandas has written says 2.0 where a column of whole
// numbers has a hole, and JSON says true for the True of Python. Other texts
// have none, and digits after a leading zero are not a number: 007 is a code.
// Numbers are compared by all of their decimal digits.
func Likeness(dst []byte, text string) []byte {
	switch text {
	case "true", "True", "TRUE":
		return append(dst, "true"...)
	case "false", "False", "FALSE":
		return append(dst, "false"...)
	}
	if text == "" || text[0] > '9' {
		return dst
	}
	begin, number, power := len(dst), text, 0
	if e := strings.IndexAny(text, "eE"); e >= 0 {
		for i, c := range text[e+1:] {
			if i > 6 || (c < '0' || c > '9') && (i > 0 || c != '-' && c != '+') {
				return dst
			}
		}
		var err error
		if power, err = strconv.Atoi(text[e+1:]); err != nil {
			return dst
		}
		number = text[:e]
	}
	if number != "" && (number[0] == '-' || number[0] == '+') {
		if number[0] == '-' {
			dst = append(dst, '-')
		}
		number = number[1:]
	}
	whole, fraction, _ := strings.Cut(number, ".")
	if len(whole)+len(fraction) == 0 || len(whole) > 1 && whole[0] == '0' {
		return dst[:begin]
	}
	digits := len(dst)
	for _, part := range [2]string{whole, fraction} {
		for i := range len(part) {
			d := part[i]
			if d < '0' || d > '9' {
				return dst[:begin]
			}
			if d != '0' || len(dst) > digits {
				dst = append(dst, d)
			}
		}
	}
	if len(dst) == digits {
		return append(dst[:begin], '0')
	}
	for power -= len(fraction); dst[len(dst)-1] == '0'; power++ {
		dst = dst[:len(dst)-1]
	}
	return strconv.AppendInt(append(dst, 'e'), int64(power), 10)
}

// likenesses numbers the words, of which the first has the number first, by their
// likeness. One that two words have tells nothing.
func likenesses(words []string, first int) map[string]int {
	alike, twice := map[string]int{}, map[string]bool{}
	for i, w := range words {
		if l := string(Likeness(nil, w)); l != "" {
			if _, there := alike[l]; there {
				twice[l] = true
			}
			alike[l] = first + i
		}
	}
	for l := range twice {
		delete(alike, l)
	}
	return alike
}
