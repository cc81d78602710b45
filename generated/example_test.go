package generated_test

import (
	"context"
	"fmt"
	"log"
	"path/filepath"

	"github.com/nngen-go/nngen/generated/iris"
	"github.com/nngen-go/nngen/generated/irispredict"
	"github.com/nngen-go/nngen/runtime/data"
)

// Training in Go: rows in, a model out.
func Example_train() {
	table, err := data.OpenCSV("../testdata/models/iris_train.csv", data.CSVOptions{
		Columns: []string{"sepal_length", "sepal_width", "petal_length", "petal_width"},
		Target:  "species",
		Classes: iris.Classes[:],
	})
	if err != nil {
		log.Fatal(err)
	}
	var x []iris.Input
	var y []iris.Target
	for i := range table.Len() {
		x = append(x, iris.Input(table.Row(i)))
		y = append(y, iris.Target(table.Targets[i]))
	}
	m := iris.New(iris.Seed(1))
	history, err := m.Fit(context.Background(), iris.Slices(x, y), iris.FitConfig{Epochs: 20})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(history.Epochs), "epochs")
	class, _ := m.Classify(&iris.Input{6.3, 3.3, 6.0, 2.5})
	fmt.Println(class)
	// Output:
	// 20 epochs
	// virginica
}

// untilAccurate ends a training that has got as good as needed.
type untilAccurate struct{ iris.NopCallback }

func (untilAccurate) OnEpochEnd(s *iris.FitState) error {
	if accuracy, _ := s.Value("accuracy"); accuracy >= 0.97 {
		return iris.ErrStop
	}
	return nil
}

// A callback that stops early.
func Example_callback() {
	table, err := data.OpenCSV("../testdata/models/iris_train.csv", data.CSVOptions{Target: "species", Classes: iris.Classes[:]})
	if err != nil {
		log.Fatal(err)
	}
	var x []iris.Input
	var y []iris.Target
	for i := range table.Len() {
		x = append(x, iris.Input(table.Row(i)))
		y = append(y, iris.Target(table.Targets[i]))
	}
	m := iris.New(iris.Seed(1))
	cfg := iris.FitConfig{Epochs: 500, Callbacks: []iris.Callback{untilAccurate{}}}
	history, err := m.Fit(context.Background(), iris.Slices(x, y), cfg)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("stopped early:", len(history.Epochs) < 100)
	// Output: stopped early: true
}

// Weights that were saved are opened, or embedded.
func Example_predict() {
	m, err := iris.Open(filepath.Join("irispredict", "weights.safetensors"))
	if err != nil {
		log.Fatal(err)
	}
	e, err := irispredict.Embedded()
	if err != nil {
		log.Fatal(err)
	}
	class, _ := m.Classify(&iris.Input{5.1, 3.5, 1.4, 0.2})
	again, _ := e.Classify(&irispredict.Input{5.1, 3.5, 1.4, 0.2})
	fmt.Println(class, again)
	// Output: setosa setosa
}
