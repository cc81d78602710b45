package listing

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	avo "github.com/mmcloughlin/avo/printer"
	"github.com/mmcloughlin/avo/reg"
)

var vectors = []reg.VecPhysical{reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7}

// compiled is a file of functions that body writes.
func compiled(t *testing.T, names []string, body func(c *build.Context)) *ir.File {
	t.Helper()
	c := build.NewContext()
	for _, name := range names {
		c.Function(name)
		c.SignatureExpr("func(x *float32, n int)")
		c.AllocLocal(8)
		body(c)
		c.RET()
	}
	f, err := c.Result()
	if err != nil {
		t.Fatal(err)
	}
	if err := pass.Compile.Execute(f); err != nil {
		t.Fatal(err)
	}
	return f
}

var (
	definition = regexp.MustCompile(`(?m)^#define (\w+)\(([^)]*)\) \\\n((?:.*\\\n)*.*)\n`)
	use        = regexp.MustCompile(`^\t(\w+)\((.*)\)$`)
	word       = regexp.MustCompile(`\b[a-z]\b`)
	spaces     = regexp.MustCompile(`[ \t]+`)
)

// expanded lists the instructions and labels of a text, with its macros expanded.
func expanded(text string) (list []string) {
	type macro struct {
		parameters []string
		body       string
	}
	macros := map[string]macro{}
	for _, m := range definition.FindAllStringSubmatch(text, -1) {
		macros[m[1]] = macro{strings.Split(m[2], ", "), strings.NewReplacer("\\\n\t", "", "\t", "").Replace(m[3])}
	}
	text = definition.ReplaceAllString(text, "")
	for _, line := range strings.Split(text, "\n") {
		if m := use.FindStringSubmatch(line); m != nil {
			values := map[string]string{}
			for i, v := range strings.Split(m[2], ", ") {
				values[macros[m[1]].parameters[i]] = v
			}
			body := word.ReplaceAllStringFunc(macros[m[1]].body, func(s string) string { return values[s] })
			list = append(list, strings.Split(body, "; ")...)
			continue
		}
		line = spaces.ReplaceAllString(strings.TrimSpace(line), " ")
		if line != "" && !strings.HasPrefix(line, "//") && !strings.HasPrefix(line, "#") {
			list = append(list, line)
		}
	}
	return list
}

// plain lists the same as package printer of avo has them.
func plain(t *testing.T, f *ir.File) []string {
	text, err := avo.NewGoAsm(avo.Config{}).Print(f)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, line := range expanded(string(text)) {
		if line != "" {
			list = append(list, line)
		}
	}
	return list
}

func same(t *testing.T, f *ir.File) string {
	t.Helper()
	text := Print(f)
	got, want := strings.Join(expanded(text), "\n"), strings.Join(plain(t, f), "\n")
	if got != want {
		t.Fatalf("got\n%s\n\nwant\n%s\n\nof\n%s", got, want, text)
	}
	return text
}

// Whatever groups there are, also within one another, the instructions are those
// that were written, in their order.
func TestSameInstructions(t *testing.T) {
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		labels := 0
		var write func(c *build.Context, depth int)
		write = func(c *build.Context, depth int) {
			v := func() reg.VecPhysical { return vectors[r.IntN(len(vectors))] }
			m := operand.Mem{Base: reg.RAX, Index: reg.RCX, Scale: 4, Disp: r.IntN(3) * 64}
			for range 1 + r.IntN(12) {
				switch r.IntN(9) {
				case 0, 1:
					c.VADDPS(v(), v(), v())
				case 2:
					c.VMOVUPS(m, v())
				case 3:
					c.VFMADD231PS_BCST(m, v(), v())
				case 4:
					c.VCMPPS(operand.U8(30), v(), v(), reg.K1)
				case 5:
					if labels++; r.IntN(4) == 0 {
						c.Label(fmt.Sprint("label", labels))
					}
				case 6:
					if r.IntN(4) == 0 {
						c.Load(c.Param("n"), reg.RCX)
					}
				default:
					if depth < 3 {
						// Few names and few shapes: some groups agree.
						name := string(rune('p' + r.IntN(3)))
						c.Comment(Open("group" + name + name))
						n := 1 + r.IntN(3)
						for range 1 + r.IntN(2) {
							for range n {
								c.VMULPS(v(), v(), v())
								c.VMOVUPS(v(), m)
							}
							if r.IntN(3) == 0 {
								write(c, depth+1)
							}
						}
						c.Comment(Close())
					}
				}
			}
		}
		same(t, compiled(t, []string{"f", "g", "h"}, func(c *build.Context) { write(c, 0) }))
	}
}

// What comes again is a macro; a group with a label, with a parameter of the
// function, or with more operands than letters is not.
func TestMacros(t *testing.T) {
	f := compiled(t, []string{"f", "g"}, func(c *build.Context) {
		for i := range 4 {
			c.Comment(Open("row"))
			c.VBROADCASTSS(operand.Mem{Base: reg.RAX, Disp: 4 * i}, reg.Z7)
			for _, v := range vectors[:4] {
				c.VFMADD231PS(reg.Z7, v, vectors[i])
			}
			c.Comment(Close())
		}
		for range 4 {
			c.Comment(Open("count"))
			c.Load(c.Param("n"), reg.RCX)
			c.ADDQ(operand.U8(8), reg.RCX)
			c.Comment(Close())
		}
		c.Comment(Open("once"))
		c.VADDPS(reg.Z0, reg.Z1, reg.Z2)
		c.Comment(Close())
	})
	text := same(t, f)
	want := "#define row(a, b) \\\n\tVBROADCASTSS a, Z7; VFMADD231PS Z7, Z0, b; VFMADD231PS Z7, Z1, b; VFMADD231PS Z7, Z2, b; \\\n\tVFMADD231PS Z7, Z3, b\n"
	if !strings.Contains(text, want) || strings.Count(text, "#define") != 1 || strings.Count(text, "\trow(") != 8 {
		t.Errorf("got\n%s", text)
	}
}
