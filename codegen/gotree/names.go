package gotree

import (
	"go/token"
	"go/types"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Longest is how many characters of a user's name an identifier keeps.
const Longest = 40

// words cuts a name that may hold anything into runs of letters and digits.
func words(s string) []string {
	n := 0
	return strings.FieldsFunc(s, func(r rune) bool {
		n++
		return n > Longest || r == unicode.ReplacementChar || !unicode.IsLetter(r) && !unicode.Is(unicode.Nd, r)
	})
}

// Lower is a name as an unexported identifier: "hidden.pre" gives hiddenPre,
// "1st" layer1st.
func Lower(s string) string {
	w := words(s)
	for i := range w {
		if i > 0 {
			w[i] = Capital(w[i])
		}
	}
	id := small(strings.Join(w, ""))
	if id == "" || !unicode.IsLetter([]rune(id)[0]) || token.IsExported(id) {
		id = "layer" + id
	}
	return id
}

// Upper is a name as an exported identifier.
func Upper(s string) string {
	id := Capital(Lower(s))
	if !token.IsExported(id) { // letters without case
		id = "Layer" + id
	}
	return id
}

// Capital is a name with a capital first letter.
func Capital(s string) string {
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
		if ('a' <= r && r <= 'z' || b.Len() > 0 && '0' <= r && r <= '9') && b.Len() < Longest {
			b.WriteRune(r)
		}
	}
	id := b.String()
	if !ValidPackage(id) || predeclared.Has(id) || noFolder.MatchString(id) {
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

// Names hands out identifiers, each once. A taken one is more than zero: of one
// that many have asked for, the number that the next bearer may get.
type Names map[string]int

// Take makes identifiers somebody's.
func (n Names) Take(ids ...string) {
	for _, id := range ids {
		n[id] = max(n[id], 1)
	}
}

// Has reports an identifier that is somebody's.
func (n Names) Has(id string) bool { return n[id] > 0 }

// Pick gives the identifier itself, or with the first suffix that makes it new.
func (n Names) Pick(id string) string { return n.PickWith(id) }

// PickWith is Pick for an identifier of which others are made: with each of
// these endings it is new, too.
func (n Names) PickWith(id string, endings ...string) string {
	for i := 1; ; i++ {
		if i == crowd {
			i = max(i, n[id])
		}
		try := id
		if i > 1 {
			try = id + suffix(id, i)
		}
		if n.free(try) && !slices.ContainsFunc(endings, func(s string) bool { return !n.free(try + s) }) {
			n.Take(try)
			for _, s := range endings {
				n.Take(try + s)
			}
			if i >= crowd {
				n[id] = i + 1
			}
			return try
		}
	}
}

func (n Names) free(id string) bool {
	return !n.Has(id) && !token.IsKeyword(id) && !predeclared.Has(id) && id != "_" && id != "init" && id != "main"
}

// Add takes all that others have.
func (n Names) Add(others ...Names) {
	for _, list := range others {
		for id := range list {
			n.Take(id)
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
	return Letters(i - 1)
}

// Letters tells things apart by capitals alone: A for 0, Z for 25, AA after it.
func Letters(i int) string {
	s := ""
	for ; i >= 0; i = i/26 - 1 {
		s = string(rune('A'+i%26)) + s
	}
	return s
}

// predeclared are the identifiers that Go declares itself.
var predeclared = func() Names {
	n := Names{}
	for _, id := range types.Universe.Names() {
		n.Take(id)
	}
	return n
}()
