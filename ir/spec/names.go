package spec

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// badName says what is wrong with a name that a user gives, or "": names are
// printable and bounded, and "/" parts the paths of weights. What a name looks
// like in Go is not decided here.
func badName(s string) string {
	switch {
	case strings.TrimSpace(s) == "":
		return "is empty"
	case utf8.RuneCountInString(s) > maxName:
		return "has " + strconv.Itoa(utf8.RuneCountInString(s)) + " characters; at most " + strconv.Itoa(maxName) + " are allowed"
	case s != strings.TrimSpace(s):
		return "begins or ends with a space"
	}
	for _, r := range s {
		switch {
		case r == '\n' || r == '\r':
			return "contains a line break"
		case r == '/':
			return `contains "/", which parts the names of weights (dense/kernel); use "_" instead`
		case !unicode.IsPrint(r):
			return "contains the character " + strconv.QuoteRuneToASCII(r) + ", which cannot be printed"
		}
	}
	return ""
}

// spaceMissing answers {units:16}, which YAML takes for a key without a value:
// `units: 16`.
func spaceMissing(a Arg) string {
	if a.Value.Kind != Null || !spaceless.MatchString(a.Name) {
		return ""
	}
	key, value, _ := strings.Cut(a.Name, ":")
	return key + ": " + briefly(value)
}

// Names gives the name of every layer: its own, or Keras's automatic one, which
// is the type in snake case and, from the second on, a number: dense, dense_1,
// dense_2. Names that are taken are passed over.
func (m *Model) Names() []string {
	taken := map[string]bool{}
	for _, in := range m.Inputs {
		taken[in.Name] = true
	}
	for _, l := range m.Layers {
		taken[l.Name] = true
	}
	names := make([]string, len(m.Layers))
	next := map[string]int{}
	for i, l := range m.Layers {
		if names[i] = l.Name; l.Name != "" {
			continue
		}
		prefix := snake(l.Type)
		if prefix == "" {
			prefix = "layer"
		}
		for names[i] == "" {
			name := prefix
			if n := next[prefix]; n > 0 {
				name += "_" + strconv.Itoa(n)
			}
			next[prefix]++
			if !taken[name] {
				names[i] = name
			}
		}
	}
	return names
}
