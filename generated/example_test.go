package generated_test

import (
	"context"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"sync/atomic"

	"github.com/nngen-go/nngen/generated/iris"
	"github.com/nngen-go/nngen/generated/irispredict"
)

// Training in Go: rows in, a model out.
func Example_train() {
	rows, err := iris.ReadCSV("../testdata/models/iris_train.csv")
	if err != nil {
		log.Fatal(err)
	}
	m := iris.New(iris.Seed(1))
	history, err := m.FitFeatures(context.Background(), rows, iris.FitConfig{Epochs: 20})
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
	rows, err := iris.ReadCSV("../testdata/models/iris_train.csv")
	if err != nil {
		log.Fatal(err)
	}
	m := iris.New(iris.Seed(1))
	cfg := iris.FitConfig{Epochs: 500, Callbacks: []iris.Callback{untilAccurate{}}}
	history, err := m.FitFeatures(context.Background(), rows, cfg)
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

// renew trains a copy of the model that is serving on new rows. The copy takes
// its place, and that of its file, if it is no worse on rows that neither has
// seen. Predictions go on all the while.
func renew(ctx context.Context, serving *atomic.Pointer[iris.Model], rows, held iris.FeatureSet, path string) error {
	before, err := serving.Load().Clone().EvaluateFeatures(ctx, held)
	if err != nil {
		return err
	}
	next := serving.Load().Clone()
	if _, err := next.FitFeatures(ctx, rows, iris.FitConfig{Epochs: 5}); err != nil {
		return err
	}
	now, err := next.EvaluateFeatures(ctx, held)
	if err != nil || now.Loss > before.Loss {
		return err // the old one goes on
	}
	if err := next.Save(path); err != nil {
		return err
	}
	serving.Store(next)
	return nil
}

// A model that learns while it serves.
func Example_production() {
	ctx := context.Background()
	rows, err := iris.ReadCSV("../testdata/models/iris_train.csv")
	if err != nil {
		log.Fatal(err)
	}
	held, err := iris.ReadCSV("../testdata/models/iris_test.csv")
	if err != nil {
		log.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "production-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "iris.safetensors")

	var serving atomic.Pointer[iris.Model]
	first := iris.New(iris.Seed(1))
	if _, err := first.FitFeatures(ctx, rows, iris.FitConfig{Epochs: 2}); err != nil {
		log.Fatal(err)
	}
	serving.Store(first)
	if err := renew(ctx, &serving, rows, held, path); err != nil {
		log.Fatal(err)
	}
	saved, err := iris.Open(path)
	if err != nil {
		log.Fatal(err)
	}
	x := iris.Input{6.3, 3.3, 6.0, 2.5}
	fmt.Println("another model serves:", serving.Load() != first)
	fmt.Println("it is the one in the file:", saved.Predict(&x) == serving.Load().Predict(&x))
	// Output:
	// another model serves: true
	// it is the one in the file: true
}
