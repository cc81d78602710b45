package arg_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/nngen-go/nngen/ir/arg"
)

type shared struct {
	Decay float64 `arg:"decay,late"`
	Clip  float64 `arg:"clip,null=0,common"`
}

type settings struct {
	shared
	Patience int      `arg:"patience,default=10,zero=1"`
	Average  string   `arg:"average,null=none,default=mean" doc:"how several become one"`
	TopK     int      `arg:"top_k,null,min=1"`
	Class    *int     `arg:"class"`
	List     []string `arg:"list"`
	hidden   int
}

func TestFields(t *testing.T) {
	class := 3
	s := settings{hidden: 1, shared: shared{Clip: 2}, Class: &class}
	var got []any
	for _, f := range arg.Fields([]any{&s, &struct {
		Name string `arg:"name"`
	}{"n"}}) {
		got = append(got, f.Name, f.Value())
	}
	want := []any{"patience", 10, "average", "mean", "top_k", nil, "class", 3, "list", nil, "name", "n", "decay", 0.0, "clip", 2.0}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	fields := arg.Fields(&s)
	if f := fields[1]; f.Go != "Average" || f.Doc != "how several become one" || f.In != reflect.TypeFor[settings]() || fmt.Sprint(f.Options) != "[{null none} {default mean}]" {
		t.Errorf("%+v", f)
	}
	fields[0].Set("zero")
	fields[1].Set("null")
	if fields[2].Set("null"); s.Patience != 1 || s.Average != "none" || s.TopK != 0 {
		t.Errorf("%+v", s)
	}
}
