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
		"inputs: {x: {shape: [1]}}\nlayers:\n  - Flatten\n" + strings.Repeat("  - Shared: nowhere\n", 5000), "inputs: {x: {shape: [1]}}\nlayers:\n  - Model:\n     layers:\n" + strings.Repeat("       - Dense: {inputs: nowhere}\n", 5000),
		"inputs: {x: {shape: [1]}}\nlayers:\n  - Model: {name: m, layers: [Flatten, Flatten]}\n" + strings.Repeat("  - Shared: {layer: m, inputs: nowhere}\n", 4900), fill("layers: [Model: {"), "layers:\n  - Model: {name: m, layers: [" + fill("Flatten,") + "]}",
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

// TestHostileData reads data sections of many parts that are all wrong.
func TestHostileData(t *testing.T) {
	many := func(n int, entry string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, entry+", ", i)
		}
		return b.String()
	}
	const n = 20_000
	names := many(n, "name%d")
	for what, src := range map[string]string{
		"features without types": "data: {train: {csv: a.csv}, features: {" + many(n, "f%d: {}") + "}}\n",
		"categories":             "data: {train: {csv: a.csv}, features: {" + many(n, "f%d: {type: category}") + "}, target: {column: y}}\ninputs: {x: {shape: [9]}}\n",
		"ids":                    "data: {train: {csv: a.csv}, features: {" + many(n/2, "f%d: {type: category, vocabulary: 3, encode: integer}") + "}, target: {column: y}}\n",
		"columns not in header":  "data: {train: {csv: a.csv, header: [" + names + "y]}, features: {" + many(n, "nome%d: {type: number}") + "}, target: {column: y}}\n",
		"categories twice":       "data: {train: {csv: a.csv}, features: {f: {type: category, vocabulary: [" + names + names + "]}}, target: {column: y}}\n",
		"a missing category":     "data: {train: {csv: a.csv}, features: {f: {type: category, missing: nome1, vocabulary: [" + names + "]}}, target: {column: y}}\n",
		"missing values":         "data: {train: {csv: a.csv}, missing_values: [" + names + "], features: {f: {type: category, vocabulary: [" + names + "]}}, target: {column: y}}\n",
		"classes":                "data: {train: {csv: a.csv}, features: {f: {type: number}}, target: {column: y, classes: [" + names + "]}}\nfit: {class_weight: {" + many(n, "nome%d: 1") + "}}\n",
		"inputs":                 "data: {train: {csv: a.csv}, features: {" + many(n, "f%d: {type: number}") + "}, target: {column: y}}\ninputs: {" + many(200, "f%d: {shape: [2]}") + "}\n",
		"callbacks":              "fit: {callbacks: [" + many(n, "name%d") + "]}\n",
	} {
		_, err := Parse("m.yaml", []byte(src+"layers:\n  - Dense: 1\n"))
		if err == nil {
			t.Errorf("%s: no error", what)
		} else if m := len(err.Error()); m > 5000 {
			t.Errorf("%s: a message of %d bytes", what, m)
		}
	}
}
