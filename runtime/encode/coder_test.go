package encode

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

func pointer[T any](v T) *T { return &v }

func TestNumbers(t *testing.T) {
	c := Coder{Package: "p"}
	if x := c.Standard(Standard{1, 2}, c.Number("a", pointer(5.0))); x != 2 {
		t.Errorf("(5-1)/2 = %v", x)
	}
	if x := c.MinMax(MinMax{1, 8}, c.Finite("a", OrNumber(math.NaN(), 3))); x != 0.25 {
		t.Errorf("(3-1)/8 = %v", x)
	}
	if x := c.Float32(c.Number("a", Or(nil, 0.1))); x != float32(0.1) {
		t.Errorf("%v", x)
	}
	if c.Err() != nil {
		t.Error(c.Err())
	}
	c.Number("none", nil)
	c.Finite("nan", math.NaN())
	c.Number("infinite", pointer(math.Inf(1)))
	c.Log1p(c.Number("low", pointer(-1.0)))
	c.Step = 3
	c.Float32(c.Number("large", pointer(1e39)))
	c.Some("some", nil)
	c.Date("date", nil)
	want := `p: feature "none" is missing, and nothing stands for it
p: feature "nan" is missing, and nothing stands for it
p: feature "infinite": +Inf is not a finite number
p: feature "low": -1 is too small for log1p
p: feature "large" in step 3: 1e+39 is beyond the range of float32
p: feature "some" in step 3 is missing, and nothing stands for it
p: feature "date" in step 3 is missing, and nothing stands for it`
	if got := fmt.Sprint(c.Err()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for range 20 {
		c.Some("again", nil)
	}
	if n := strings.Count(c.Err().Error(), "\n") + 1; n != 10 {
		t.Errorf("%d errors are listed", n)
	}
}

func TestLogarithm(t *testing.T) {
	for _, x := range []float64{-0.999999, -0.9, -0.25, -1e-9, 0, 1e-20, 0.39999, 0.4, 1, 3, 1e5, 1e30, 1e300} {
		if got, want := logOnePlus(x), math.Log1p(x); math.Abs(got-want) > 1e-9*math.Abs(want) {
			t.Errorf("log(1+%v) = %v, want %v", x, got, want)
		}
	}
}

func TestCyclic(t *testing.T) {
	for _, period := range []int{7, 12, 24, 31, 60, 366} {
		for i := range period {
			sin, cos := Cyclic(i, period)
			wantSin, wantCos := math.Sincos(2 * math.Pi * float64(i) / float64(period))
			if math.Abs(float64(sin)-wantSin) > 1e-7 || math.Abs(float64(cos)-wantCos) > 1e-7 {
				t.Errorf("%d of %d: %v, %v", i, period, sin, cos)
			}
		}
	}
	if d := Days(time.Date(1970, 1, 3, 12, 0, 0, 0, time.FixedZone("", 3600))); d != 2.5 {
		t.Errorf("%v days", d)
	}
}

func TestTokens(t *testing.T) {
	for _, test := range []struct {
		ids  []int32
		how  Tokens
		want []int32
		err  string
	}{
		{[]int32{1, 2}, Tokens{}, []int32{0, 1, 2}, ""},
		{[]int32{1, 2}, Tokens{After: true}, []int32{1, 2, 0}, ""},
		{[]int32{1, 2, 3, 4}, Tokens{}, []int32{2, 3, 4}, ""},
		{[]int32{1, 2, 3, 4}, Tokens{First: true}, []int32{1, 2, 3}, ""},
		{[]int32{1, 9, 3}, Tokens{NumWords: 9, Rare: 2, Limit: 10}, []int32{1, 2, 3}, ""},
		{[]int32{1, 9, 3}, Tokens{Limit: 9}, []int32{1, 0, 3}, "id 9 at position 1 is not below 9"},
		{[]int32{1, -9, 3}, Tokens{Limit: 9}, []int32{1, 0, 3}, "id -9 at position 1 is negative"},
	} {
		var c Coder
		dst := []int32{7, 7, 7}
		c.Tokens(dst, "ids", test.ids, test.how)
		if !slices.Equal(dst, test.want) || (c.Err() != nil) != (test.err != "") || c.Err() != nil && !strings.Contains(c.Err().Error(), test.err) {
			t.Errorf("%v, %+v: %v, %v", test.ids, test.how, dst, c.Err())
		}
		c = Coder{}
		if got := c.AppendTokens(nil, "ids", test.ids, test.how); len(got) != len(test.ids) || (c.Err() != nil) != (test.err != "") {
			t.Errorf("%v, %+v: %v, %v", test.ids, test.how, got, c.Err())
		}
	}
}

func TestSet(t *testing.T) {
	var x *float64
	y, date, category, text, ids := 0.0, pointer(time.Time{}), pointer("?"), "?", []int32(nil)
	for _, err := range []error{
		SetNumber(&x, " 1.5 ", false), SetFinite(&y, "2", false), SetDate(&date, "2001-02-03", time.DateOnly, false),
		SetCategory(&category, " a b ", false), SetText(&text, " a ", false), SetTokens(&ids, " 3 -1"),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	if *x != 1.5 || y != 2 || date.Day() != 3 || *category != "a b" || text != " a " || !slices.Equal(ids, []int32{3, -1}) {
		t.Error(*x, y, date, *category, text, ids)
	}
	for _, err := range []error{SetNumber(&x, "NaN", false), SetFinite(&y, "x", false), SetDate(&date, "x", time.DateOnly, false), SetTokens(&ids, "3 x")} {
		if err == nil {
			t.Error("what is none was taken")
		}
	}
	if *x != 1.5 || y != 2 || date.Day() != 3 || len(ids) != 2 {
		t.Error("an error changed a value")
	}
	_, _, _, _, _ = SetNumber(&x, "", true), SetFinite(&y, "", true), SetDate(&date, "", "", true), SetCategory(&category, "", true), SetText(&text, "NA", true)
	if x != nil || y == y || date != nil || category != nil || text != "" {
		t.Error(x, y, date, category, text)
	}
	var list [2]float64
	if err := UnmarshalNumbers("p", []byte("[1, null]"), list[:]); err != nil || list[0] != 1 || list[1] == list[1] {
		t.Error(list, err)
	}
	if UnmarshalNumbers("p", []byte("[1]"), list[:]) == nil || UnmarshalNumbers("p", []byte("{}"), list[:]) == nil {
		t.Error("too few numbers were taken")
	}
}
