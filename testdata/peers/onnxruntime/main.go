// Command onnxruntime runs the models on ONNX Runtime through its C API, which
// predicts and does not train. ONNXRUNTIME_LIBRARY is the path of the shared
// library.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"

	ort "github.com/yalue/onnxruntime_go"

	"github.com/nngen-go/nngen/testdata/peers/peer"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "onnxruntime:", err)
		os.Exit(1)
	}
}

func run() error {
	ort.SetSharedLibraryPath(os.Getenv("ONNXRUNTIME_LIBRARY"))
	if err := ort.InitializeEnvironment(ort.WithLogLevelError()); err != nil {
		return err
	}
	defer ort.DestroyEnvironment()
	var tensors []ort.Value // sessions read and write their memory, and do not keep it
	works, outputs := map[string]peer.Work{}, map[string][]float32{}
	for _, m := range []struct {
		name    string
		shape   []int64 // of the input
		classes int64
	}{
		{"mnist", []int64{1, 784}, 10},
		{"mnist", []int64{128, 784}, 10},
		{"mnistcnn", []int64{1, 1, 28, 28}, 10},
		{"mnistcnn", []int64{128, 1, 28, 28}, 10},
		{"iris", []int64{1, 4}, 3},
		{"iris", []int64{16, 4}, 3},
		{"lstm", []int64{100, 1, 64}, 10},
		{"lstm", []int64{100, 64, 64}, 10},
		{"gru", []int64{100, 1, 64}, 10},
		{"gru", []int64{100, 64, 64}, 10},
		{"transformer", []int64{1, 128, 128}, 10},
		{"transformer", []int64{32, 128, 128}, 10},
		{"text", []int64{1, 200}, 10},
		{"text", []int64{32, 200}, 10},
	} {
		rows := m.shape[0]
		recurrent := m.name == "lstm" || m.name == "gru"
		if recurrent {
			rows = m.shape[1]
		}
		var x ort.Value
		var err error
		switch {
		case m.name == "text":
			x, err = first[int32](m.name, m.shape)
		case recurrent:
			x, err = stepsFirst(m.name, m.shape)
		default:
			x, err = first[float32](m.name, m.shape)
		}
		if err != nil {
			return err
		}
		out, err := ort.NewEmptyTensor[float32](ort.NewShape(rows, m.classes))
		if err != nil {
			return err
		}
		session, err := open(fmt.Sprintf("%s.%d.onnx", m.name, rows), []string{"x"}, []string{"out"}, []ort.Value{x}, []ort.Value{out})
		if err != nil {
			return err
		}
		tensors = append(tensors, x, out)
		works[fmt.Sprintf("%s/predict%d", m.name, rows)] = peer.Times(session.Run)
		if rows == 1 {
			if err := session.Run(); err != nil {
				return err
			}
			outputs[m.name] = out.GetData()
		}
	}
	var given []float32
	var err error
	if works["imdb/predict1"], given, err = review(&tensors); err != nil {
		return err
	}
	outputs["imdb"] = given
	if works["step/predict1"], given, err = step(&tensors); err != nil {
		return err
	}
	outputs["step"] = given
	err = peer.Serve(ort.GetVersion(), works, outputs)
	runtime.KeepAlive(tensors)
	return err
}

// review is the model of imdb on one review, as its distinct ids.
func review(tensors *[]ort.Value) (peer.Work, []float32, error) {
	ids, err := peer.Read[int32]("imdb.ids")
	if err != nil {
		return nil, nil, err
	}
	offsets, err := peer.Read[int32]("imdb.offsets")
	if err != nil {
		return nil, nil, err
	}
	x, err := ort.NewTensor([]int64{int64(offsets[1])}, ids[:offsets[1]])
	if err != nil {
		return nil, nil, err
	}
	out, err := ort.NewEmptyTensor[float32](ort.NewShape(1, 1))
	if err != nil {
		return nil, nil, err
	}
	session, err := open("imdb.1.onnx", []string{"x"}, []string{"out"}, []ort.Value{x}, []ort.Value{out})
	if err != nil {
		return nil, nil, err
	}
	if err := session.Run(); err != nil {
		return nil, nil, err
	}
	*tensors = append(*tensors, x, out)
	return peer.Times(session.Run), out.GetData(), nil
}

// first is the first rows of a model's samples.
func first[T float32 | int32](model string, shape ort.Shape) (ort.Value, error) {
	values, err := peer.Read[T](model + ".x")
	if err != nil {
		return nil, err
	}
	return ort.NewTensor(shape, values[:shape.FlattenedSize()])
}

// stepsFirst is first for samples of [rows, steps, features], as [steps, rows,
// features], the only layout that ONNX Runtime has for recurrent layers.
func stepsFirst(model string, shape ort.Shape) (ort.Value, error) {
	values, err := peer.Read[float32](model + ".x")
	if err != nil {
		return nil, err
	}
	steps, rows, features := int(shape[0]), int(shape[1]), int(shape[2])
	out := make([]float32, 0, shape.FlattenedSize())
	for s := range steps {
		for r := range rows {
			at := (r*steps + s) * features
			out = append(out, values[at:at+features]...)
		}
	}
	return ort.NewTensor(shape, out)
}

// step is a step of a sequence, which begins with the state that the one before has
// left, and the outputs of the first.
func step(tensors *[]ort.Value) (peer.Work, []float32, error) {
	values, err := peer.Read[float32]("step.x")
	if err != nil {
		return nil, nil, err
	}
	made := make([]*ort.Tensor[float32], 6)
	for i, shape := range []ort.Shape{{1, 1, int64(len(values))}, {1, 1, 32}, {1, 1, 32}, {1, 10}, {1, 1, 32}, {1, 1, 32}} {
		if made[i], err = ort.NewEmptyTensor[float32](shape); err != nil {
			return nil, nil, err
		}
		*tensors = append(*tensors, made[i])
	}
	all := (*tensors)[len(*tensors)-len(made):]
	copy(made[0].GetData(), values)
	session, err := open("step.1.onnx", []string{"x", "h0", "c0"}, []string{"out", "h1", "c1"}, all[:3], all[3:])
	if err != nil {
		return nil, nil, err
	}
	run := func() error {
		err := session.Run()
		copy(made[1].GetData(), made[4].GetData())
		copy(made[2].GetData(), made[5].GetData())
		return err
	}
	if err := run(); err != nil {
		return nil, nil, err
	}
	return peer.Times(run), slices.Clone(made[3].GetData()), nil
}

// open makes a session on as many threads as the process may run on, with its
// tensors bound once.
func open(file string, inputs, outputs []string, x, out []ort.Value) (*ort.AdvancedSession, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer options.Destroy()
	for _, err := range []error{
		options.SetIntraOpNumThreads(runtime.NumCPU()),
		options.SetInterOpNumThreads(1),
		options.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
	} {
		if err != nil {
			return nil, err
		}
	}
	return ort.NewAdvancedSession(filepath.Join(peer.Folder(), file), inputs, outputs, x, out, options)
}
