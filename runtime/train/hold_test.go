package train

import (
	"strings"
	"testing"

	"github.com/nngen-go/nngen/runtime/data"
)

func TestHold(t *testing.T) {
	type config = Config[float32, int32]
	x, y := []string{"a", "b", "c", "d", "e", "f"}, []int32{0, 0, 0, 0, 1, 1}
	d := data.Slices(x, y)
	held := func(c Compiled, cfg config, class func(*int32) int) string {
		t.Helper()
		rows, held, err := Hold(c, cfg, d, class)
		if err != nil {
			t.Fatal(err)
		}
		text := ""
		for r := range rows.Rows(0) {
			text += r.X
		}
		if held != nil {
			text += "|"
			for r := range held.Rows(0) {
				text += r.X
			}
		}
		return text
	}
	half := Compiled{ValidationSplit: 0.5}
	if got := held(half, config{}, nil); got != "abc|def" {
		t.Error(got)
	}
	if got := held(half, config{ValidationSplit: 1.0 / 3}, nil); got != "abcd|ef" {
		t.Error(got)
	}
	if got := held(half, config{}, func(y *int32) int { return int(*y) }); len(got) != 7 || strings.Index(got, "|") != 3 || strings.Count(got[4:], "e")+strings.Count(got[4:], "f") != 1 {
		t.Errorf("%s: not half of every class", got)
	}
	for _, cfg := range []config{{ValidationSplit: -1}, {ValidationData: data.Slices([]float32{1}, []int32{1})}} {
		if got := held(half, cfg, nil); got != "abcdef" {
			t.Error(got)
		}
	}
	if got := held(Compiled{}, config{}, nil); got != "abcdef" {
		t.Error(got)
	}
	if _, _, err := Hold[string](half, config{}, nil, nil); err == nil {
		t.Error("no data, and nothing said so")
	}
	if _, _, err := Hold(half, config{ValidationSplit: 0.99}, d, nil); err == nil {
		t.Error("nothing was held, and nothing said so")
	}
}
