package metric

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// made makes the metric of a class of Keras with Keras's arguments, for rows of
// that many outputs.
func made(t *testing.T, class string, args map[string]json.RawMessage, width int) Metric {
	t.Helper()
	all := Entries()
	i := slices.IndexFunc(all, func(e Entry) bool { return e.Name == class || slices.Contains(e.Aliases, class) })
	if i < 0 {
		t.Fatalf("no metric %s", class)
	}
	in := []reflect.Value{reflect.ValueOf("m")}
	call := reflect.Value.Call
	if all[i].Args != nil {
		for _, settings := range all[i].Args() {
			v := reflect.ValueOf(settings).Elem()
			for i := range v.NumField() {
				setField(t, v.Field(i), v.Type().Field(i).Tag.Get("arg"), args, width)
			}
			if v.Type().Name() == "" {
				v = v.Field(0)
			}
			if v.Kind() == reflect.Slice {
				call = reflect.Value.CallSlice
			}
			in = append(in, v)
		}
	}
	return call(reflect.ValueOf(all[i].New), in)[0].Interface().(Metric)
}

// setField sets the field of an argument.
func setField(t *testing.T, f reflect.Value, tag string, args map[string]json.RawMessage, width int) {
	name, options, _ := strings.Cut(tag, ",")
	text := args[name]
	switch {
	case options == "units":
		text = fmt.Append(nil, width)
	case text == nil:
		return
	case string(text) == "null" && strings.Contains(options, "null=none"):
		text = []byte(`"none"`)
	case f.Kind() == reflect.Slice && text[0] != '[':
		text = append(append([]byte("["), text...), ']')
	}
	if err := json.Unmarshal(text, f.Addr().Interface()); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// rows is a batch of Keras's.
type rows struct {
	Output, Target [][]float32
	Weight         []float32
}

// show updates a metric with a batch.
func (b rows) show(m Metric, weighted bool) {
	for i := range b.Output {
		w := float32(1)
		if weighted && b.Weight != nil {
			w = b.Weight[i]
		}
		m.Update(b.Target[i], b.Output[i], w)
	}
}

// settingsCase is a metric with its arguments over the batches of a name.
type settingsCase struct {
	Metric, Data, Name, Direction string
	Args                          map[string]json.RawMessage
	Running                       [][]*float64
	Weighted                      [][]*float64 `json:"running_weighted"`
	Weightless                    []*float64   // after the first batch, all of weight 0; nil: zeros
}

func settingsCases(t *testing.T) (map[string][]rows, []settingsCase) {
	t.Helper()
	text, err := os.ReadFile("testdata/keras_settings.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Batches map[string][]rows
		Cases   []settingsCase
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	cases := file.Cases
	for i := range cases {
		if cases[i].Weighted == nil {
			cases[i].Weighted = cases[i].Running
		}
	}
	if len(cases) < 160 {
		t.Fatalf("%d cases", len(cases))
	}
	return file.Batches, cases
}

// figures are all of a metric.
func figures(m Metric) []float64 {
	if s, ok := m.(Several); ok {
		all := make([]float64, s.Len())
		for i := range all {
			all[i] = s.At(i)
		}
		return all
	}
	return []float64{m.Result()}
}

// Figures of real Keras, which keeps its sums in float32, after each of several
// batches, with and without weights.
func TestSettingsOfKeras(t *testing.T) {
	batches, cases := settingsCases(t)
	for _, c := range cases {
		width := len(batches[c.Data][0].Output[0])
		plain, weighted := made(t, c.Metric, c.Args, width), made(t, c.Metric, c.Args, width)
		first := batches[c.Data][0]
		first.Weight = make([]float32, len(first.Output))
		weightless := made(t, c.Metric, c.Args, width)
		first.show(weightless, true)
		if c.Weightless == nil {
			c.Weightless = slices.Repeat([]*float64{new(float64)}, len(figures(weightless)))
		}
		compareFigures(t, c, 0, " without weight", figures(weightless), c.Weightless)
		for i, b := range batches[c.Data] {
			b.show(plain, false)
			b.show(weighted, true)
			compareFigures(t, c, i, "", figures(plain), c.Running[i])
			compareFigures(t, c, i, " with weights", figures(weighted), c.Weighted[i])
		}
	}
}

func compareFigures(t *testing.T, c settingsCase, batch int, how string, got []float64, want []*float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s %s on %s: %d figures, Keras has %d", c.Metric, c.Args, c.Data, len(got), len(want))
		return
	}
	for i, w := range want {
		finite := !math.IsNaN(got[i]) && !math.IsInf(got[i], 0)
		if w == nil && finite || w != nil && !(math.Abs(got[i]-*w) <= 2e-6*max(1, math.Abs(*w))) {
			var keras any
			if w != nil {
				keras = *w
			}
			t.Errorf("%s %s on %s%s, after batch %d, figure %d: %v, Keras has %v", c.Metric, c.Args, c.Data, how, batch, i, got[i], keras)
		}
	}
}

// Every metric goes on from a stored state with the same bits, forgets
// everything when it is reset, and allocates nothing.
func TestEverySetting(t *testing.T) {
	batches, cases := settingsCases(t)
	for _, c := range cases {
		data := batches[c.Data]
		width := len(data[0].Output[0])
		whole, resumed := made(t, c.Metric, c.Args, width).(Stateful), made(t, c.Metric, c.Args, width).(Stateful)
		fresh := figures(whole)
		for i, b := range data {
			b.show(whole, true)
			if i == 0 {
				if err := resumed.SetState(whole.State()); err != nil {
					t.Fatalf("%s: %v", c.Metric, err)
				}
				continue
			}
			b.show(resumed, true)
		}
		if !sameBits(figures(whole), figures(resumed)) {
			t.Errorf("%s: resumed %v, want %v", c.Metric, figures(resumed), figures(whole))
		}
		if resumed.SetState(whole.State()[1:]) == nil {
			t.Errorf("%s: a state too short went unnoticed", c.Metric)
		}
		whole.Reset()
		if !sameBits(figures(whole), fresh) {
			t.Errorf("%s: %v after Reset, %v before any row", c.Metric, figures(whole), fresh)
		}
		if n := testing.AllocsPerRun(3, func() { data[0].show(whole, true); whole.Result() }); n != 0 {
			t.Errorf("%s: %v allocations", c.Metric, n)
		}
	}
}

func sameBits(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(x, y float64) bool { return math.Float64bits(x) == math.Float64bits(y) })
}

// Whether more is better is what Keras's _direction says: nothing of mere counts.
func TestDirections(t *testing.T) {
	_, cases := settingsCases(t)
	for _, c := range cases {
		up, directed := false, false
		if d, ok := made(t, c.Metric, c.Args, 4).(interface{ HigherIsBetter() bool }); ok {
			up, directed = d.HigherIsBetter(), true
		}
		if got := map[bool]string{true: "up", false: "down"}[up]; directed != (c.Direction != "") || directed && got != c.Direction {
			t.Errorf("%s: %s (%v), Keras has %q", c.Metric, got, directed, c.Direction)
		}
	}
}

// With as many regressors as there are values less one, or more, the score is
// not adjusted: Keras falls back to the plain one.
func TestR2WithoutRoomToAdjust(t *testing.T) {
	for regressors, want := range map[int]float64{0: 0.875, 1: 0.75, 2: 0.875, 3: 0.875} {
		m := R2Score("m", R2{Outputs: 1, NumRegressors: regressors})
		for _, row := range [][2]float32{{1, 1.5}, {2, 2}, {3, 3}} { // Σ(t-y)² = 1/4, Σ(t-mean)² = 2
			m.Update(row[:1], row[1:], 1)
		}
		if got := m.Result(); math.Abs(got-want) > 1e-12 {
			t.Errorf("%d regressors: %v, want %v", regressors, got, want)
		}
	}
}
