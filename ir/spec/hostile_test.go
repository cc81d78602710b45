package spec

import (
	"fmt"
	"strings"
	"testing"
)

// TestHostileSizes reads large files of the kinds that make readers slow or
// deep; what it asks is an answer with few words, soon.
func TestHostileSizes(t *testing.T) {
	fill := func(s string) string { return strings.Repeat(s, (1<<17)/len(s)) }
	var ramp, keys strings.Builder
	for i := 0; ramp.Len() < 1<<17; i++ {
		ramp.WriteString(strings.Repeat(" ", i) + "a:\n")
		fmt.Fprintf(&keys, "key%d: 1\n", i)
	}
	for _, src := range []string{
		fill("["), fill("{"), fill("- "), fill("? "), fill("a: "), fill("&a "), fill("a\n"), fill("- a\n"), fill("'"), fill(`"`), fill("# a\n"), fill("! "), fill("|\n"), fill("*a "), fill("%\n"), fill("\t"),
		fill(":"), fill("---\n"), fill("{a: "), fill("  a:\n b:\n"), ramp.String(), keys.String(), "a" + fill("\n") + "b", "{" + fill("a,") + "}", "[" + fill(",") + "]", "a: [" + fill("b, "), "a: &a b\nc: [" + fill("*a,") + "]",
		"layers: [" + fill("Flatten,") + "]", "inputs: {x: {shape: [1]}}\nlayers:\n  - Add: {inputs: [" + fill("y,") + "]}", "inputs: {x: {shape: [1]}}\nlayers:\n" + strings.Repeat("  - Dense: {inputs: nowhere}\n", 5000),
		`{"name": ` + fill(`{"a":`), `{"name": [` + fill(`"a",`) + `1]}`, `"` + fill(`\u0041`) + `"`, fill("1"), "-" + fill("1"), `{"name": ` + fill("1") + "}", "name: " + fill("1"), "name: 1." + fill("1"),
	} {
		for _, file := range []string{"m.yaml", "m.json"} {
			_, err := Parse(file, []byte(src))
			if err == nil {
				t.Errorf("%s: %.20q...: no error", file, src)
			} else if n := len(err.Error()); n > 5000 {
				t.Errorf("%s: %.20q...: a message of %d bytes", file, src, n)
			}
		}
	}
}
