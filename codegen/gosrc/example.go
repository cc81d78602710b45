package gosrc

import (
	"fmt"

	"github.com/nngen-go/nngen/ir/loop"
)

// exampleFile prints the example that stands first in the package's
// documentation: what a caller does, from rows to an answer. It runs as a test;
// the rows are made up, so it prints nothing that depends on them.
func (e testText) exampleFile() *file {
	f := e.newFile()
	if e.cfg.PredictOnly {
		f.add(`// The model is ready with the weights that the package carries.
func Example_workflow() {
	m, err := Embedded()
	if err != nil {
		panic(err)
	}
%s%s}`, e.exampleRow(), e.exampleAnswer("x"))
		return f
	}
	count := 20
	if len(e.p.Carried) > 0 { // which takes whole batches
		count = e.p.Training.BatchSize
	}
	rows := fmt.Sprintf("x := make([]Input, %d) // to be filled with samples\ny := make([]Target, len(x))\n", count)
	fit, ask := "Fit(§context.Background(), Slices(x, y)", e.exampleAnswer("x[0]")
	if e.enc.Has() {
		row, varies := e.enc.ExampleRow("float64(i)", "1+i")
		counter := ""
		if varies {
			counter = "i := "
		}
		rows = "var rows []Features\nfor " + counter + fmt.Sprintf("range %d {\n", count) + row + "rows = append(rows, row)\n}\ny := make([]Target, len(rows))\n"
		fit = "FitFeatures(§context.Background(), FeatureSlices(rows, y)"
		ask = "\nvar x Input\nif err := m.Encode(&x, rows[0]); err != nil {\npanic(err)\n}\n" + e.exampleAnswer("x")
	}
	f.add(`// A model is trained on rows and asked about one of them.
func Example_workflow() {
	%s%sm := New(Seed(1))
	history, err := m.%s, %s)
	if err != nil {
		panic(err)
	}
	§fmt.Println("epochs:", len(history.Epochs))
%s}`, rows, e.exampleTargets(), fit, e.exampleConfig(), ask)
	return f
}

// exampleConfig is a Fit of two epochs over twenty rows, without what the
// description asks for beside: a validation split, steps, callbacks.
func (e testText) exampleConfig() string {
	t, cfg := e.p.Training, "Epochs: 2"
	if t.ValidationSplit > 0 {
		cfg += ", ValidationSplit: -1"
	}
	if t.StepsPerEpoch > 0 {
		cfg += ", StepsPerEpoch: -1"
	}
	if len(t.Callbacks) > 0 {
		cfg += ", OwnCallbacks: true"
	}
	return "FitConfig{" + cfg + "}"
}

// exampleTargets fills the targets where a number says which class it is.
func (e testText) exampleTargets() string {
	if len(e.p.Targets) != 1 {
		return ""
	}
	p := e.p.Targets[0]
	classes := p.Limit
	if len(e.p.Classes) == 2 {
		classes = 2
	}
	if len(p.Shape) == 0 && classes > 0 {
		return fmt.Sprintf("for i := range y {\ny[i] = Target(i %% %d)\n}\n", classes)
	}
	return ""
}

// exampleRow is a sample of a predictor.
func (e testText) exampleRow() string {
	if !e.enc.Has() {
		return "var x Input // to be filled with a sample\n"
	}
	row, _ := e.enc.ExampleRow("1.5", "1")
	return row + "var x Input\nif err := m.Encode(&x, row); err != nil {\npanic(err)\n}\n"
}

// exampleAnswer asks the model about the sample x.
func (e testText) exampleAnswer(x string) string {
	epochs := "\n// Output:\n"
	if !e.cfg.PredictOnly {
		epochs += "// epochs: 2\n"
	}
	call, check := "Predict(&"+x+")", ""
	results := "out"
	switch {
	case e.enc.Classified():
		call, results = "Classify(&"+x+")", "class, p"
		also := "_ = p // its probability\n"
		if e.p.Answer.Probabilities == loop.Never {
			results, also = "class, _", ""
		}
		check = also + "§fmt.Println(\"one of the classes:\", int(class) < len(Classes))\n" + epochs + "// one of the classes: true\n"
	case large(e.p.Outputs):
		call = "PredictInto(&out, &" + x + ")"
		return "var out Output\nm." + call + "\n" + e.exampleSize(epochs)
	default:
		check = e.exampleSize(epochs)
	}
	return results + " := m." + call + "\n" + check
}

// exampleSize prints how many values an output has, where it is one array.
func (e testText) exampleSize(epochs string) string {
	if len(e.p.Outputs) != 1 || len(e.p.Outputs[0].Shape) == 0 {
		return "_ = out\n" + epochs
	}
	return fmt.Sprintf("§fmt.Println(\"values:\", len(out))\n%s// values: %d\n", epochs, e.p.Outputs[0].Shape[0])
}
