package document

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v3"

	"github.com/nngen-go/nngen/ir/diag"
)

// explainYAML turns a syntax error of the YAML library into a position and a
// sentence. The library's words are those of the grammar, and its line is that
// of the enclosing list or map more often than that of the mistake; so the
// library reads the file again byte by byte, which tells where it gives up, and
// the lines there are compared with the usual slips.
func explainYAML(src Source, err error) *diag.Error {
	s := slip{src: src, text: strings.ReplaceAll(string(src.Text), "\r\n", "\n")}
	s.src.Text = []byte(s.text)
	line, msg := 0, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := atLine.FindStringSubmatch(msg); m != nil {
		line, _ = strconv.Atoi(m[1])
		msg = m[2]
	}
	s.lines = strings.Split(s.text, "\n")
	stop, _ := readable(s.text)
	n := strings.Count(s.text[:max(stop-1, 0)], "\n")
	switch {
	case strings.Contains(msg, "cannot start any token"):
		s.character(strings.LastIndexAny(s.text[:stop], "@`%\t"))
	case strings.Contains(msg, "unexpected end of stream"): // in quotes: the library counts these lines from 1, others from 0
		s.flow(max(line-1, 0))
	case strings.Contains(msg, "expected ',' or"), strings.Contains(msg, "expected node content"):
		s.flow(line)
		s.fail(line, 0, "the braces or brackets that open in this line cannot be read; is a comma, colon or quote missing or too many?")
	default:
		for range 3 { // the library reads a few words ahead
			if _, ok := readable(strings.Join(s.lines[:n], "\n")); !ok && n > 0 {
				n--
			}
		}
		if strings.Contains(msg, "did not find") || strings.Contains(msg, "could not find") || strings.Contains(msg, "mapping values") {
			s.line(n)
		}
	}
	for _, w := range inWords {
		if strings.Contains(msg, w.yaml) {
			s.fail(n, 0, "%s", w.human)
		}
	}
	s.fail(n, 0, "the YAML cannot be read here: %s", msg)
	return s.found
}

var (
	atLine    = regexp.MustCompile(`^line ([0-9]{1,9}): (.*)`)
	layerCall = regexp.MustCompile(`\b(layer_[a-z0-9_]+|[A-Z][a-z][A-Za-z0-9]*)\(`)
	// spaceless is a key and a value without a space between them, but no address
	// such as http://...
	Spaceless = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,63}:[^/ ]`)
)

var inWords = []struct{ yaml, human string }{
	{"unknown anchor", "an alias (*name) stands for an anchor (&name) above it, and there is none; put a text that begins with * in quotes"},
	{"incompatible YAML document", "a description needs no version of YAML; take that line out"},
	{"unknown escape character", `a backslash in double quotes begins no known escape; write \\ for a backslash, or use single quotes`},
	{"did not find expected", "a key or an entry of a list is expected; is the line indented as its neighbours are?"},
	{"exceeded max depth", "lists and maps are nested too deeply"},
}

// readable reports whether the library takes a text, and how many bytes it read.
func readable(text string) (stop int, ok bool) {
	r := byteReader{strings.NewReader(text)}
	var err error
	for dec := yaml.NewDecoder(r); err == nil; {
		err = dec.Decode(&yaml.Node{})
	}
	return len(text) - r.Len(), errors.Is(err, io.EOF)
}

// byteReader hands a text out byte by byte.
type byteReader struct{ *strings.Reader }

func (r byteReader) Read(p []byte) (int, error) { return r.Reader.Read(p[:1]) }

// slip is the search for the first mistake in a broken file. Lines and columns
// count from 0.
type slip struct {
	src   Source
	text  string
	lines []string
	found *diag.Error
}

// fail reports a mistake; later ones follow from the first.
func (s *slip) fail(line, column int, format string, args ...any) {
	if s.found == nil {
		s.found = diag.Errorf(s.src.pos(s.offset(line)+column), format, args...)
	}
}

func (s *slip) offset(line int) int {
	at := 0
	for _, l := range s.lines[:min(line, len(s.lines))] {
		at += len(l) + 1
	}
	return at
}

// character reports a character that no text may begin with.
func (s *slip) character(at int) {
	n := strings.Count(s.text[:at+1], "\n")
	column := at - s.offset(n)
	switch line := s.lines[n]; {
	case at < 0:
	case line[column] != '\t':
		s.fail(n, column, "an unquoted text may not begin with %q; put it in double quotes", line[column:column+1])
	case strings.TrimSpace(line[:column]) == "":
		s.fail(n, strings.IndexByte(line, '\t'), "a tab indents this line; YAML wants spaces: two for each step")
	default:
		s.fail(n, column, "there is a tab here; YAML wants spaces")
	}
}

// row takes a line outside of braces apart. What begins with neither dash nor
// key has no key; dash is "" where there is none before the key.
func (s *slip) row(n int) (indent int, dash, key, value string, blank bool) {
	line := strings.TrimRight(s.lines[n], " \t")
	body := strings.TrimLeft(line, " ")
	indent = len(line) - len(body)
	bare := strings.TrimLeft(body, "- ")
	dash = body[:len(body)-len(bare)]
	key, value, colon := strings.Cut(bare+" ", ": ")
	if !colon {
		key, value = "", bare
	}
	return indent, dash, key, strings.TrimSpace(value), body == "" || body[0] == '#'
}

// line explains line n, before which the file can be read.
func (s *slip) line(n int) {
	indent, dash, key, value, _ := s.row(n)
	if key == "" && dash == "" {
		s.keyless(n, indent, value)
		return
	}
	if _, ok := readable(strings.TrimSpace(s.lines[n])); !ok {
		if at := strings.Index(value+" ", ": "); at > 0 && strings.IndexByte(`{["'`, value[0]) < 0 {
			s.fail(n, strings.LastIndex(s.lines[n], value)+at, "a second colon in one line; write %s: {%s}", briefly(key), briefly(value))
		}
		s.fail(n, indent, "this line cannot be read; is a quote, brace or bracket in it missing or too many?")
	}
	same := true // lines of the same indentation alone come between
	for m := n - 1; m >= 0; m-- {
		in, d, k, v, blank := s.row(m)
		switch alike := (d == "") == (dash == ""); {
		case blank:
		case same && in == indent && k == "" && d == "" && !strings.ContainsAny(v[max(len(v)-1, 0):], `]},"'`):
			s.keyless(m, in, v)
		case same && in == indent && d != "" && dash == "":
			s.fail(n, indent, `%s is beside the entries of a list ("- ..."); indent it by 4 more spaces to put it under the entry above, or begin the line with "- "`, diag.Quote(key))
		case same && in == indent && !alike:
			s.fail(n, indent, "a list entry is among keys; indent it under the key it belongs to")
		case alike && in != indent:
			s.fail(n, indent, "this line is indented by %s, and line %d above it by %d; give both the same", spaces(indent), m+1, in)
		default:
			continue
		}
		same = same && blank
	}
}

// keyless explains a line that should be a key with its value and is not.
func (s *slip) keyless(n, at int, value string) {
	word, rest, _ := strings.Cut(value, " ")
	switch {
	case strings.HasPrefix(value, "//"):
		s.fail(n, at, "a comment begins with #, not with //")
	case Spaceless.MatchString(value):
		key, rest, _ := strings.Cut(value, ":")
		s.fail(n, at+len(key), "a space is missing after the colon; write %s: %s", key, briefly(rest))
	case strings.Contains(value, "(") || strings.Contains(value, "<-"):
		s.fail(n, at, "%s", ForeignLine(value))
	case strings.Contains(value, "="):
		k, v, _ := strings.Cut(value, "=")
		s.fail(n, at, `a colon belongs between a key and its value: write "%s: %s"`, briefly(k), briefly(v))
	case Identifier.MatchString(word) && rest != "" && !strings.ContainsAny(rest, " :{["):
		s.fail(n, at+len(word), "a colon is missing after %s; write %s: %s", diag.Quote(word), briefly(word), briefly(rest))
	case !strings.ContainsAny(value, " {["):
		s.fail(n, at+len(value), "a colon is missing after %s", diag.Quote(value))
	default:
		s.fail(n, at, `this line is neither "key: value" nor "- entry"; is a colon missing, or the space after it?`)
	}
}

// ForeignLine answers a line of Python or R.
func ForeignLine(s string) string {
	if at := layerCall.FindStringIndex(s); at != nil {
		s = firstCall(s[at[0]:])
	}
	if write, ok := RewriteCall(s); ok && IsTypeName(strings.TrimSuffix(strings.SplitN(write, " ", 2)[0], ":")) {
		return fmt.Sprintf("this is Python or R; a description lists its layers: write - %s", write)
	}
	return "this is Python or R; a description lists its layers as - Dense: {units: 16, activation: relu}"
}

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
