package encode

import "testing"

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"abc", "abc", 0},
		{"kitten", "sitting", 3}, {"lable", "label", 1}, {"ab", "ba", 1}, {"ca", "abc", 3}, {"abcd", "badc", 2}, {"flaw", "lawn", 2},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}

func TestSuggest(t *testing.T) {
	for name, want := range map[string]string{
		"Age": ` (did you mean "age"?)`, "agee": ` (did you mean "age"?)`, "x": "", "": "", "petal_with": ` (did you mean "petal_width"?)`, "wieght": ` (did you mean "weight"?)`,
	} {
		if got := Suggest(name, []string{"", "y", "age", "weight", "petal_width"}); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
