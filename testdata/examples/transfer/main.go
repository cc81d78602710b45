// Command transfer is fine-tuning from beginning to end, as in Keras's example
// of the same name: one network learns the digits 0 to 4, and a second one takes
// over what the first has learned of strokes, to tell 5 to 9 apart with few
// images of them and in little time.
//
//	GOWORK=off go generate && GOWORK=off go run .
package main

//go:generate go run -C ../../.. ./cmd/nngen generate testdata/examples/transfer/digits04.yaml -o testdata/examples/transfer/digits04
//go:generate go run -C ../../.. ./cmd/nngen generate testdata/examples/transfer/digits59.yaml -o testdata/examples/transfer/digits59

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"time"

	"example.com/transfer/digits04"
	"example.com/transfer/digits59"
)

const (
	all = 1 << 30
	// few is how many images the second network may see: enough for one that
	// begins with good layers, not many for one that does not.
	few    = 100
	epochs = 15
)

func main() {
	log.SetFlags(0)
	folder := flag.String("data", "../../models", "folder of the MNIST files")
	flag.Parse()
	if err := run(context.Background(), *folder); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, folder string) error {
	train, err := open(folder, "train")
	if err != nil {
		return err
	}
	test, err := open(folder, "t10k")
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "transfer-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	weights := filepath.Join(temp, "digits04.safetensors")

	first := digits04.New(digits04.Seed(1))
	result, took, err := learn04(ctx, first, train, test, 0, all, 0)
	if err != nil {
		return err
	}
	fmt.Printf("0-4:                          %v (%v)\n", result, took)
	if err := first.Save(weights); err != nil {
		return err
	}

	second := digits59.New(digits59.Seed(1))
	report, err := second.LoadMatching(weights)
	if err != nil {
		return err
	}
	fmt.Println(report)
	if result, took, err = learn59(ctx, second, train, test); err != nil {
		return err
	}
	fmt.Printf("5-9, %d images, transferred: %v (%v)\n", few, result, took)

	// Without a teacher: the first network once more, with fresh weights and
	// nothing frozen.
	result, took, err = learn04(ctx, digits04.New(digits04.Seed(1)), train, test, 5, few, epochs)
	if err != nil {
		return err
	}
	fmt.Printf("5-9, %d images, from scratch: %v (%v)\n", few, result, took)
	return nil
}

// learn04 trains the network of package digits04 on the five digits from first
// on, and tests it.
func learn04(ctx context.Context, m *digits04.Model, train, test digits, first, most, epochs int) (digits04.Result, time.Duration, error) {
	rows, err := train.for04(first, most)
	unseen, err2 := test.for04(first, all)
	if err := errors.Join(err, err2); err != nil {
		return digits04.Result{}, 0, err
	}
	begin := time.Now()
	if _, err := m.Fit(ctx, rows, digits04.FitConfig{Epochs: epochs}); err != nil {
		return digits04.Result{}, 0, err
	}
	took := time.Since(begin).Round(time.Millisecond)
	result, err := m.Evaluate(ctx, unseen)
	return result, took, err
}

// learn59 trains the network of package digits59 on few images, and tests it.
func learn59(ctx context.Context, m *digits59.Model, train, test digits) (digits59.Result, time.Duration, error) {
	rows, err := train.for59(5, few)
	unseen, err2 := test.for59(5, all)
	if err := errors.Join(err, err2); err != nil {
		return digits59.Result{}, 0, err
	}
	begin := time.Now()
	if _, err := m.Fit(ctx, rows, digits59.FitConfig{Epochs: epochs}); err != nil {
		return digits59.Result{}, 0, err
	}
	took := time.Since(begin).Round(time.Millisecond)
	result, err := m.Evaluate(ctx, unseen)
	return result, took, err
}
