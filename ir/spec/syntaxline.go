package spec

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// briefly gives a piece of the file that is to be printed without quotes.
func briefly(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > 60 || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return "..."
	}
	return s
}

func spaces(n int) string {
	if n == 1 {
		return "1 space"
	}
	return strconv.Itoa(n) + " spaces"
}

func lineEnd(s string, at int) int {
	if n := strings.IndexByte(s[at:], '\n'); n >= 0 {
		return at + n
	}
	return len(s)
}

// keyEnd gives the offset of the colon behind the key that begins at offset at
// in the line that ends s, or -1.
func keyEnd(s string, at int) int {
	i := at
	if i < len(s) && (s[i] == '"' || s[i] == '\'') {
		if i = quoteEnd(s, i); i < 0 {
			return -1
		}
		for i < len(s) && s[i] == ' ' {
			i++
		}
		if i < len(s) && s[i] == ':' {
			return i
		}
		return -1
	}
	if i < len(s) && (s[i] == '{' || s[i] == '[') {
		return -1
	}
	for ; i < len(s); i++ {
		if s[i] == ':' && (i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\t') {
			return i
		}
		if s[i] == '#' && i > at && s[i-1] == ' ' {
			return -1
		}
	}
	return -1
}

// quoteEnd gives the offset behind the quoted text that begins at offset at, or
// -1 where it is not closed.
func quoteEnd(s string, at int) int {
	q := s[at]
	for i := at + 1; i < len(s); i++ {
		switch {
		case q == '"' && s[i] == '\\':
			i++
		case s[i] == q && q == '\'' && i+1 < len(s) && s[i+1] == q:
			i++
		case s[i] == q:
			return i + 1
		}
	}
	return -1
}

// spaceless is a key and a value without a space between them, but no address
// such as http://...
var spaceless = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}:[^/ ]`)
