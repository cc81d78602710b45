package keras

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Report says what became of a configuration.
type Report struct {
	Version     string // of the Keras that wrote the file; "" where the file does not say
	Description []byte // the description, in YAML
	Notes       []Note // what a reader should know, in the order of the file
	Origins     []Origin
}

// Note is one thing that reads differently in the description, or is left out.
type Note struct {
	Path string // in the file: `layers[3] "conv_1"`
	Text string
}

func (n Note) String() string {
	if n.Path == "" {
		return n.Text
	}
	return n.Path + ": " + n.Text
}

// String lists the notes, one on a line. One that several layers share is there
// once, with the first of them.
func (r *Report) String() string {
	var b strings.Builder
	seen := map[string]int{}
	for _, n := range r.Notes {
		seen[n.Text]++
	}
	for _, n := range r.Notes {
		switch count := seen[n.Text]; {
		case count > 1:
			fmt.Fprintf(&b, "%s, and %d more: %s\n", n.Path, count-1, n.Text)
			delete(seen, n.Text)
		case count == 1:
			b.WriteString(n.String() + "\n")
		}
	}
	return b.String()
}

// version is that of Keras; zero where it is not known.
type version struct{ major, minor int }

func versionOf(text string) (v version) {
	parts := strings.SplitN(text, ".", 3)
	v.major, _ = strconv.Atoi(parts[0])
	if len(parts) > 1 {
		v.minor, _ = strconv.Atoi(parts[1])
	}
	return v
}

// before reports a version that is known and older.
func (v version) before(major, minor int) bool {
	return v.major > 0 && slices.Compare([]int{v.major, v.minor}, []int{major, minor}) < 0
}
