package metric

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// settings are Keras's arguments.
type settings struct {
	Thresholds       thresholds
	TopK             int  `json:"top_k"`
	ClassID          *int `json:"class_id"`
	K                int
	Threshold        float64
	Beta             float64
	Average          string
	Curve            string
	SummationMethod  string    `json:"summation_method"`
	NumThresholds    int       `json:"num_thresholds"`
	MultiLabel       bool      `json:"multi_label"`
	NumLabels        int       `json:"num_labels"`
	LabelWeights     []float64 `json:"label_weights"`
	FromLogits       bool      `json:"from_logits"`
	LabelSmoothing   float64   `json:"label_smoothing"`
	ClassAggregation *string   `json:"class_aggregation"`
	NumRegressors    int       `json:"num_regressors"`
	Specificity, Sensitivity,
	Precision, Recall float64
}

// thresholds are one number or a list.
type thresholds []float64

func (t *thresholds) UnmarshalJSON(text []byte) error {
	var one float64
	if err := json.Unmarshal(text, &one); err == nil {
		*t = thresholds{one}
		return nil
	}
	return json.Unmarshal(text, (*[]float64)(t))
}

// build makes the metric of a class of Keras for rows of that many outputs.
func (s settings) build(class string, width int) Metric {
	decision := Decision{s.Thresholds, s.TopK, s.ClassID}
	sweep := Sweep{s.NumThresholds, s.ClassID}
	score := FScore{width, s.Average, s.Threshold}
	crossentropy := Crossentropy{s.FromLogits, s.LabelSmoothing}
	k := s.K
	if k == 0 {
		k = 5
	}
	switch class {
	case "TopKCategoricalAccuracy":
		return TopKCategoricalAccuracy("m", k)
	case "SparseTopKCategoricalAccuracy":
		return SparseTopKCategoricalAccuracy("m", k)
	case "BinaryAccuracy":
		return BinaryAccuracy("m", s.Threshold)
	case "TruePositives":
		return TruePositives("m", s.Thresholds...)
	case "FalsePositives":
		return FalsePositives("m", s.Thresholds...)
	case "TrueNegatives":
		return TrueNegatives("m", s.Thresholds...)
	case "FalseNegatives":
		return FalseNegatives("m", s.Thresholds...)
	case "Precision":
		return Precision("m", decision)
	case "Recall":
		return Recall("m", decision)
	case "AUC":
		return AUC("m", Curve{s.NumThresholds, s.Curve, s.SummationMethod, s.Thresholds, s.NumLabels, s.LabelWeights, s.FromLogits})
	case "SensitivityAtSpecificity":
		return SensitivityAtSpecificity("m", s.Specificity, sweep)
	case "SpecificityAtSensitivity":
		return SpecificityAtSensitivity("m", s.Sensitivity, sweep)
	case "PrecisionAtRecall":
		return PrecisionAtRecall("m", s.Recall, sweep)
	case "RecallAtPrecision":
		return RecallAtPrecision("m", s.Precision, sweep)
	case "F1Score":
		return F1Score("m", score)
	case "FBetaScore":
		return FBetaScore("m", s.Beta, score)
	case "MeanAbsolutePercentageError":
		return MeanAbsolutePercentageError("m")
	case "MeanSquaredLogarithmicError":
		return MeanSquaredLogarithmicError("m")
	case "RootMeanSquaredError":
		return RootMeanSquaredError("m")
	case "CosineSimilarity":
		return CosineSimilarity("m")
	case "LogCoshError":
		return LogCoshError("m")
	case "R2Score":
		return R2Score("m", R2{width, s.aggregation(), s.NumRegressors})
	case "KLDivergence":
		return KLDivergence("m")
	case "Poisson":
		return Poisson("m")
	case "Hinge":
		return Hinge("m")
	case "SquaredHinge":
		return SquaredHinge("m")
	case "CategoricalHinge":
		return CategoricalHinge("m")
	case "BinaryCrossentropy":
		return BinaryCrossentropy("m", crossentropy)
	case "CategoricalCrossentropy":
		return CategoricalCrossentropy("m", crossentropy)
	case "SparseCategoricalCrossentropy":
		return SparseCategoricalCrossentropy("m", s.FromLogits)
	}
	return nil
}

func (s settings) aggregation() string {
	if s.ClassAggregation == nil {
		return "none"
	}
	return *s.ClassAggregation
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
	Args                          settings
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
		Cases   []json.RawMessage
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	var cases []settingsCase
	for _, raw := range file.Cases {
		uniform := "uniform_average" // null means none at all
		c := settingsCase{Args: settings{ClassAggregation: &uniform, Threshold: 0}}
		if err := json.Unmarshal(raw, &c); err != nil {
			t.Fatal(err)
		}
		if c.Weighted == nil {
			c.Weighted = c.Running
		}
		cases = append(cases, c)
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
		plain, weighted := c.Args.build(c.Metric, width), c.Args.build(c.Metric, width)
		first := batches[c.Data][0]
		first.Weight = make([]float32, len(first.Output))
		weightless := c.Args.build(c.Metric, width)
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
		t.Errorf("%s %+v on %s: %d figures, Keras has %d", c.Metric, c.Args, c.Data, len(got), len(want))
		return
	}
	for i, w := range want {
		finite := !math.IsNaN(got[i]) && !math.IsInf(got[i], 0)
		if w == nil && finite || w != nil && !(math.Abs(got[i]-*w) <= 2e-6*max(1, math.Abs(*w))) {
			var keras any
			if w != nil {
				keras = *w
			}
			t.Errorf("%s %+v on %s%s, after batch %d, figure %d: %v, Keras has %v", c.Metric, c.Args, c.Data, how, batch, i, got[i], keras)
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
		whole, resumed := c.Args.build(c.Metric, width).(Stateful), c.Args.build(c.Metric, width).(Stateful)
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
		if d, ok := c.Args.build(c.Metric, 4).(interface{ HigherIsBetter() bool }); ok {
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
