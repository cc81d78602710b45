package gotree

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/diag"
)

// Comment prints lines as a comment; long ones are wrapped.
func Comment(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		for _, l := range wrap(l) {
			b.WriteString("//" + prefixed(" ", l) + "\n")
		}
	}
	return b.String()
}

func prefixed(prefix, s string) string {
	if s == "" || strings.HasPrefix(s, "\t") {
		return s
	}
	return prefix + s
}

// wrap breaks a line of prose before column 80. Indented lines stay as they are.
func wrap(s string) []string {
	const width = 77
	if strings.HasPrefix(s, "\t") || len([]rune(s)) <= width {
		return []string{s}
	}
	var lines []string
	line := ""
	for _, w := range strings.Split(strings.TrimSpace(s), " ") {
		if line != "" && len([]rune(line))+1+len([]rune(w)) > width {
			lines = append(lines, line)
			line = w
		} else if line == "" {
			line = w
		} else {
			line += " " + w
		}
	}
	return append(lines, line)
}

// Quote is a user's text as a Go string literal without the mark of code.
func Quote(s string) string { return strings.ReplaceAll(strconv.Quote(s), "§", `\u00a7`) }

// Mention is a user's text for a comment: quoted, on one line, not too long,
// and no build tag (for which go vet looks anywhere in a line).
// Its spaces are marked so that no line is broken within it.
func Mention(s string) string {
	return strings.NewReplacer("§", `\u00a7`, "+build", `\x2bbuild`, " ", fixedSpace).Replace(diag.Quote(s))
}

// fixedSpace stands for a space at which no line is broken, until the file is
// rendered. Quoted text cannot hold it.
const fixedSpace = "\x1f"

// harmless matches names that need no quotes, whatever their length.
var harmless = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_./-]{0,79}$`)

// Plain is a user's text for a comment, without quotes, where it is harmless.
func Plain(s string) string {
	if harmless.MatchString(s) {
		return s
	}
	q := Mention(s)
	if first, _ := utf8.DecodeRuneInString(s); q == `"`+s+`"` && unicode.IsLetter(first) && !strings.Contains(s, " ") {
		return s
	}
	return q
}

// QuotedList is a list of texts as Go writes it.
func QuotedList(list []string) string {
	var quoted []string
	for _, s := range list {
		quoted = append(quoted, Quote(s))
	}
	return strings.Join(quoted, ", ")
}
