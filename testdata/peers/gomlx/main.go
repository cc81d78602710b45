// Command gomlx runs the models on GoMLX's pure-Go backend. Build it with
// GOEXPERIMENT=simd, which turns on the backend's AVX2 and AVX-512 products.
package main

import (
	"encoding/binary"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/optimizer"

	"github.com/nngen-go/nngen/testdata/peers/peer"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "gomlx:", err)
		os.Exit(1)
	}
}

// network is a model with its samples, as bytes: a batch given to the trainer
// is the trainer's, so every step makes its tensors anew, as a data set would.
type network struct {
	name, last string // the work that is timed beside predictions: "train128"
	logits     func(s *model.Scope, v []*graph.Node, x *graph.Node) *graph.Node
	predict    func(logits *graph.Node) *graph.Node
	loss       train.LossFn
	optimizer  optimizer.Interface
	row        []int // shape of a sample
	x, y       []byte
	label      dtypes.DType
	rows       int // samples in all
	batch      int
	all        bool // whether the prediction of a batch is timed
	epoch      bool
}

type runner struct {
	backend compute.Backend
	works   map[string]peer.Work
	outputs map[string][]float32
}

func run() error {
	backend, err := gobackend.New("")
	if err != nil {
		return err
	}
	r := &runner{backend, map[string]peer.Work{}, map[string][]float32{}}
	classes := loss.SparseCategoricalCrossEntropyLogits
	for _, n := range []*network{
		{name: "mnist", last: "train128", logits: mlp, predict: softmax, loss: classes, optimizer: rmsprop(), row: []int{784}, batch: 128, all: true},
		{name: "mnistcnn", last: "train128", logits: cnn, predict: softmax, loss: classes, optimizer: adam(0.001), row: []int{28, 28, 1}, batch: 128, all: true},
		{name: "iris", last: "train16", logits: mlp, predict: softmax, loss: classes, optimizer: adam(0.01), row: []int{4}, batch: 16, all: true},
		{name: "imdb", last: "epoch", logits: mlp, predict: graph.Sigmoid, loss: loss.BinaryCrossentropyLogits, optimizer: rmsprop(), row: []int{10000}, batch: 512, epoch: true},
	} {
		if err := n.load(); err != nil {
			return err
		}
		if err := r.add(n); err != nil {
			return fmt.Errorf("%s: %w", n.name, err)
		}
	}
	return peer.Serve(version(), r.works, r.outputs)
}

func rmsprop() optimizer.Interface { return optimizer.RMSProp().LearningRate(0.001).Done() }

func adam(rate float64) optimizer.Interface { return optimizer.Adam().LearningRate(rate).Done() }

func softmax(logits *graph.Node) *graph.Node { return graph.Softmax(logits) }

// load reads the samples. Reviews are laid out dense, multi-hot, as the layer
// CategoryEncoding does: GoMLX has no sum over a ragged list.
func (n *network) load() error {
	if n.name != "imdb" {
		x, err := peer.Read[float32](n.name + ".x")
		if err != nil {
			return err
		}
		y, err := peer.Read[int32](n.name + ".y")
		if err != nil {
			return err
		}
		n.x, n.y, n.label, n.rows = bytesOf(x), bytesOf(y), dtypes.Int32, len(y)
		return nil
	}
	ids, err := peer.Read[int32]("imdb.ids")
	if err != nil {
		return err
	}
	offsets, err := peer.Read[int32]("imdb.offsets")
	if err != nil {
		return err
	}
	labels, err := peer.Read[int32]("imdb.y")
	if err != nil {
		return err
	}
	x, y := make([]float32, len(labels)*10000), make([]float32, len(labels))
	for i := range labels {
		for _, id := range ids[offsets[i]:offsets[i+1]] {
			x[i*10000+int(id)] = 1
		}
		y[i] = float32(labels[i])
	}
	n.x, n.y, n.label, n.rows = bytesOf(x), bytesOf(y), dtypes.Float32, len(y)
	return nil
}

func bytesOf[T int32 | float32](v []T) []byte {
	b, err := binary.Append(make([]byte, 0, 4*len(v)), binary.LittleEndian, v)
	if err != nil {
		panic(err) // fixed-size numbers, always encodable
	}
	return b
}

// parameters is a store that holds the model's weights.
func parameters(name string) (*model.Store, error) {
	all, err := peer.Weights(name)
	if err != nil {
		return nil, err
	}
	s, i := model.NewStore(), 0
	for _, t := range all {
		if len(t.Shape) == 0 || name == "iris" && i >= 4 {
			continue // the statistics of Normalization, which is not part of this model
		}
		if _, err := s.CreateVariable(fmt.Sprintf("/w%d", i), tensors.FromFlatDataAndDimensions(t.Data, t.Shape...)); err != nil {
			return nil, err
		}
		i++
	}
	return s, nil
}

// nodes are the weights in a graph.
func nodes(s *model.Scope, g *graph.Graph) []*graph.Node {
	var v []*graph.Node
	for i := 0; ; i++ {
		w := s.GetVariable(fmt.Sprintf("w%d", i))
		if w == nil {
			return v
		}
		v = append(v, w.NodeValue(g))
	}
}

func (r *runner) add(n *network) error {
	store, err := parameters(n.name)
	if err != nil {
		return err
	}
	predict, err := model.NewExec1(r.backend, store, func(s *model.Scope, x *graph.Node) *graph.Node {
		return n.predict(n.logits(s, nodes(s, x.Graph()), x))
	})
	if err != nil {
		return err
	}
	predicting := func(x *tensors.Tensor) func() error {
		return func() error {
			out, err := predict.Call(x)
			if err != nil {
				return err
			}
			return out.FinalizeAll()
		}
	}
	one, _, err := n.samples(r.backend, 0, 1)
	if err != nil {
		return err
	}
	out, err := predict.Call(one)
	if err != nil {
		return err
	}
	if r.outputs[n.name], err = tensors.CopyFlatData[float32](out); err != nil {
		return err
	}
	r.works[n.name+"/predict1"] = peer.Times(predicting(one))
	if n.all {
		many, _, err := n.samples(r.backend, 0, n.batch)
		if err != nil {
			return err
		}
		r.works[fmt.Sprintf("%s/predict%d", n.name, n.batch)] = peer.Times(predicting(many))
	}
	if store, err = parameters(n.name); err != nil {
		return err
	}
	trainer := train.NewTrainer(r.backend, store, func(s *model.Scope, x *graph.Node) *graph.Node {
		return n.logits(s, nodes(s, x.Graph()), x)
	}, n.loss, n.optimizer, nil, nil)
	at := 0
	step := func() error {
		x, y, err := n.samples(r.backend, at, min(n.batch, n.rows-at))
		if err != nil {
			return err
		}
		if at += n.batch; at >= n.rows {
			at = 0
		}
		metrics, err := trainer.TrainStep(train.Batch{Inputs: []*tensors.Tensor{x}, Labels: []*tensors.Tensor{y}})
		for _, m := range metrics {
			if err := m.FinalizeAll(); err != nil {
				return err
			}
		}
		return err
	}
	run := step
	if n.epoch {
		run = func() error {
			for range (n.rows + n.batch - 1) / n.batch {
				if err := step(); err != nil {
					return err
				}
			}
			return nil
		}
	}
	r.works[n.name+"/"+n.last] = peer.Times(run)
	return nil
}

// samples makes tensors of count rows.
func (n *network) samples(b compute.Backend, first, count int) (x, y *tensors.Tensor, err error) {
	shape := shapes.Make(dtypes.Float32, append([]int{count}, n.row...)...)
	size := len(n.x) / n.rows
	if x, err = tensors.FromRaw(b, 0, shape, n.x[first*size:(first+count)*size]); err != nil {
		return nil, nil, err
	}
	y, err = tensors.FromRaw(b, 0, shapes.Make(n.label, count, 1), n.y[first*4:(first+count)*4])
	return x, y, err
}

// version is that of the modules which are linked in.
func version() string {
	info, _ := debug.ReadBuildInfo()
	v := info.GoVersion
	for _, d := range info.Deps {
		switch d.Path {
		case "github.com/gomlx/gomlx":
			v = d.Version + ", " + v
		case "github.com/gomlx/compute":
			v = "compute " + d.Version + ", " + v
		}
	}
	return v
}
