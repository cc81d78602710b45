package gosrc

import (
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/diag"
)

// longest is how many characters of a user's name an identifier keeps.
const longest = 40

// words cuts a name that may hold anything into runs of letters and digits.
func words(s string) []string {
	n := 0
	return strings.FieldsFunc(s, func(r rune) bool {
		n++
		return n > longest || r == unicode.ReplacementChar || !unicode.IsLetter(r) && !unicode.Is(unicode.Nd, r)
	})
}

// lower is a name as an unexported identifier: "hidden.pre" gives hiddenPre,
// "1st" layer1st.
func lower(s string) string {
	w := words(s)
	for i := range w {
		if i > 0 {
			w[i] = capital(w[i])
		}
	}
	id := small(strings.Join(w, ""))
	if id == "" || !unicode.IsLetter([]rune(id)[0]) || token.IsExported(id) {
		id = "layer" + id
	}
	return id
}

// upper is a name as an exported identifier.
func upper(s string) string {
	id := capital(lower(s))
	if !token.IsExported(id) { // letters without case
		id = "Layer" + id
	}
	return id
}

func capital(s string) string {
	r := []rune(s)
	if len(r) > 0 {
		r[0] = unicode.ToUpper(r[0])
	}
	return string(r)
}

// small lowers the first letter, or all of an initial abbreviation: LSTM, URLs.
func small(s string) string {
	r := []rune(s)
	for i := range r {
		if !unicode.IsUpper(r[i]) || i > 0 && i+1 < len(r) && unicode.IsLower(r[i+1]) {
			break
		}
		r[i] = unicode.ToLower(r[i])
	}
	return string(r)
}

// PackageName turns any name into that of a package, and of its folder: ASCII
// letters in lower case and digits.
func PackageName(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if ('a' <= r && r <= 'z' || b.Len() > 0 && '0' <= r && r <= '9') && b.Len() < longest {
			b.WriteRune(r)
		}
	}
	id := b.String()
	if !ValidPackage(id) || predeclared.has(id) || noFolder.MatchString(id) {
		id += "model"
	}
	return id
}

// noFolder matches what cannot be the folder of a package that others import:
// "go help packages" gives the first three a meaning of their own, and Windows
// the others (learn.microsoft.com/windows/win32/fileio/naming-a-file).
var noFolder = regexp.MustCompile("^(internal|testdata|vendor|aux|con|nul|prn|(com|lpt)[0-9])$")

// ValidPackage reports whether Go takes s for the name of a package that others
// import. It takes init for a function, names that end in _test for tests
// outside the package, and go build passes over documentation (go/build,
// Context.Import).
func ValidPackage(s string) bool {
	return token.IsIdentifier(s) && s != "_" && s != "main" && s != "init" && s != "documentation" && !strings.HasSuffix(s, "_test")
}

// names hands out identifiers, each once. A taken one is more than zero: of one
// that many have asked for, the number that the next bearer may get.
type names map[string]int

// take makes identifiers somebody's.
func (n names) take(ids ...string) {
	for _, id := range ids {
		n[id] = max(n[id], 1)
	}
}

func (n names) has(id string) bool { return n[id] > 0 }

// pick gives the identifier itself, or with the first suffix that makes it new.
func (n names) pick(id string) string { return n.pickWith(id) }

// pickWith is pick for an identifier of which others are made: with each of
// these endings it is new, too.
func (n names) pickWith(id string, endings ...string) string {
	for i := 1; ; i++ {
		if i == crowd {
			i = max(i, n[id])
		}
		try := id
		if i > 1 {
			try = id + suffix(id, i)
		}
		if n.free(try) && !slices.ContainsFunc(endings, func(s string) bool { return !n.free(try + s) }) {
			n.take(try)
			for _, s := range endings {
				n.take(try + s)
			}
			if i >= crowd {
				n[id] = i + 1
			}
			return try
		}
	}
}

func (n names) free(id string) bool {
	return !n.has(id) && !token.IsKeyword(id) && !predeclared.has(id) && id != "_" && id != "init" && id != "main"
}

func (n names) add(others ...names) {
	for _, list := range others {
		for id := range list {
			n.take(id)
		}
	}
}

// crowd is how many bearers of a name are looked for one by one.
const crowd = 16

// suffix tells the i-th bearer of a name apart: a number, or letters where the
// name ends in a digit already.
func suffix(id string, i int) string {
	if last := id[len(id)-1]; last < '0' || last > '9' {
		return strconv.Itoa(i)
	}
	s := ""
	for i--; i >= 0; i = i/26 - 1 {
		s = string(rune('A'+i%26)) + s
	}
	return s
}

// quote is a user's text as a Go string literal without the mark of code.
func quote(s string) string { return strings.ReplaceAll(strconv.Quote(s), "§", `\u00a7`) }

// mention is a user's text for a comment: quoted, on one line, not too long,
// and no build tag (for which go vet looks anywhere in a line).
// Its spaces are marked so that no line is broken within it.
func mention(s string) string {
	return strings.NewReplacer("§", `\u00a7`, "+build", `\x2bbuild`, " ", fixedSpace).Replace(diag.Quote(s))
}

// fixedSpace stands for a space at which no line is broken, until the file is
// rendered. Quoted text cannot hold it.
const fixedSpace = "\x1f"

// harmless matches names that need no quotes, whatever their length.
var harmless = regexp.MustCompile(`^[0-9A-Za-z][0-9A-Za-z_./-]{0,79}$`)

// plain is a user's text for a comment without quotes, where it is harmless.
func plain(s string) string {
	if harmless.MatchString(s) {
		return s
	}
	q := mention(s)
	if first, _ := utf8.DecodeRuneInString(s); q == `"`+s+`"` && unicode.IsLetter(first) && !strings.Contains(s, " ") {
		return s
	}
	return q
}

// predeclared are the identifiers that Go declares itself.
var predeclared = func() names {
	n := names{}
	for _, id := range types.Universe.Names() {
		n.take(id)
	}
	return n
}()
