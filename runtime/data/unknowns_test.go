package data

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestUnknowns counts random rows and compares with what was put into them.
func TestUnknowns(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 50 {
		var u Unknowns
		rows := 1 + random.IntN(40)
		count := map[string][2]int{}
		seen := map[string]map[string]bool{}
		for range rows {
			var missing, unknown []string
			values := map[string]string{}
			for _, c := range []string{"a", "b", "c"} {
				n := count[c]
				switch random.IntN(3) {
				case 0:
					missing = append(missing, c)
					n[0]++
				case 1:
					unknown = append(unknown, c)
					values[c] = fmt.Sprint(random.IntN(6))
					if seen[c] == nil {
						seen[c] = map[string]bool{}
					}
					seen[c][values[c]] = true
					n[1]++
				}
				count[c] = n
			}
			u.Row(missing, unknown, func(c string) string { return values[c] })
		}
		found := map[string]bool{}
		for _, c := range u.Columns() {
			found[c.Name] = true
			want := count[c.Name]
			if c.Rows != rows || c.Missing != want[0] || c.Unknown != want[1] || c.All() != (want[0]+want[1] == rows) {
				t.Errorf("%+v, want %v of %d", c, want, rows)
			}
			if n := len(seen[c.Name]); len(c.Examples) != min(n, mostExamples) || strings.HasSuffix(c.String(), "…") != (n > mostExamples) {
				t.Errorf("%s, of %v", c, seen[c.Name])
			}
		}
		for c, n := range count {
			if found[c] != (n[1] > 0) {
				t.Errorf("column %s with %d unknown values: listed %v", c, n[1], found[c])
			}
		}
	}
}

func TestUnknownColumnText(t *testing.T) {
	for _, c := range []struct {
		column UnknownColumn
		want   string
	}{
		{UnknownColumn{Name: "deck", Rows: 30, Unknown: 29, Examples: []string{"2.0", "C2"}, more: true}, `deck: 29 of 30 rows hold values that are not in the vocabulary: "2.0", "C2", …`},
		{UnknownColumn{Name: "a b\n", Rows: 1, Unknown: 1, Examples: []string{"\x1b[2J" + strings.Repeat("é", 40)}}, `"a b\n": 1 of 1 row holds a value that is not in the vocabulary: "\x1b[2J` + strings.Repeat("é", 18) + `…"`},
	} {
		if got := c.column.String(); got != c.want {
			t.Errorf("got  %s\nwant %s", got, c.want)
		}
	}
}
