// Command ours runs the packages that nngen has generated. With the argument
// "write" after the data folder it writes the data files and the weights that
// the other peers read, and ends.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/nngen-go/nngen/runtime/data"
	"github.com/nngen-go/nngen/runtime/nn"
	"github.com/nngen-go/nngen/runtime/train"
	"github.com/nngen-go/nngen/testdata/peers/peer"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "ours:", err)
		os.Exit(1)
	}
}

// network is a generated package with its samples. Works that are nil are not
// timed.
type network struct {
	name    string
	batch   int
	model   interface{ Save(path string) error }
	one     peer.Work // predicts a sample
	all     peer.Work // predicts a batch
	fit     peer.Work // takes training steps
	epoch   peer.Work // trains for an epoch
	outputs []float32 // of the first sample
	write   func() error
}

func run() error {
	works, outputs := map[string]peer.Work{}, map[string][]float32{}
	for _, open := range []func() (*network, error){
		openMNIST, openCNN, openIris, openIMDB, openLSTM, openGRU, openTransformer, openText, openStep,
	} {
		n, err := open()
		if err != nil {
			return err
		}
		if len(os.Args) > 2 && os.Args[2] == "write" {
			if err := n.save(); err != nil {
				return err
			}
			continue
		}
		outputs[n.name] = n.outputs
		for what, work := range map[string]peer.Work{
			"predict1":                        n.one,
			fmt.Sprintf("predict%d", n.batch): n.all,
			fmt.Sprintf("train%d", n.batch):   n.fit,
			"epoch":                           n.epoch,
		} {
			if work != nil {
				works[n.name+"/"+what] = work
			}
		}
	}
	if len(works) == 0 {
		return nil
	}
	return peer.Serve(fmt.Sprintf("%s, %s", nn.CPU(), runtime.Version()), works, outputs)
}

func (n *network) save() error {
	if err := n.write(); err != nil {
		return err
	}
	return n.model.Save(filepath.Join(peer.Folder(), n.name+".safetensors"))
}

// trainable is what every generated package's Model can do.
type trainable[X, Y any] interface {
	Fit(ctx context.Context, d data.Dataset[X, Y], cfg train.Config[X, Y]) (*train.History, error)
}

// epochs trains a model for a number of epochs over its samples.
func epochs[X, Y any](m trainable[X, Y], x []X, y []Y) peer.Work {
	d := data.Slices(x, y)
	return func(count int) error {
		_, err := m.Fit(context.Background(), d, train.Config[X, Y]{Epochs: count, ValidationSplit: -1})
		return err
	}
}

// steps trains a model for a number of batches.
func steps[X, Y any](m trainable[X, Y], x []X, y []Y) peer.Work {
	batch := len(x) / peer.Batches
	all := epochs(m, x, y)
	return func(count int) error {
		if n := count / peer.Batches; n > 0 {
			if err := all(n); err != nil {
				return err
			}
		}
		if rest := count % peer.Batches * batch; rest > 0 {
			return epochs(m, x[:rest], y[:rest])(1)
		}
		return nil
	}
}
