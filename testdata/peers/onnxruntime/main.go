// Command onnxruntime runs the models on ONNX Runtime through its C API, which
// predicts and does not train. ONNXRUNTIME_LIBRARY is the path of the shared
// library.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"

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
		session, out, err := open(fmt.Sprintf("%s.%d.onnx", m.name, rows), x, rows, m.classes)
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
	ids, err := peer.Read[int32]("imdb.ids")
	if err != nil {
		return err
	}
	offsets, err := peer.Read[int32]("imdb.offsets")
	if err != nil {
		return err
	}
	x, err := ort.NewTensor([]int64{int64(offsets[1])}, ids[:offsets[1]])
	if err != nil {
		return err
	}
	session, out, err := open("imdb.1.onnx", x, 1, 1)
	if err != nil {
		return err
	}
	if err := session.Run(); err != nil {
		return err
	}
	tensors = append(tensors, x, out)
	works["imdb/predict1"], outputs["imdb"] = peer.Times(session.Run), out.GetData()
	err = peer.Serve(ort.GetVersion(), works, outputs)
	runtime.KeepAlive(tensors)
	return err
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

// open makes a session on as many threads as the process may run on, with its
// tensors bound once.
func open(file string, x ort.Value, rows, classes int64) (*ort.AdvancedSession, *ort.Tensor[float32], error) {
	out, err := ort.NewEmptyTensor[float32](ort.NewShape(rows, classes))
	if err != nil {
		return nil, nil, err
	}
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, nil, err
	}
	defer options.Destroy()
	for _, err := range []error{
		options.SetIntraOpNumThreads(runtime.NumCPU()),
		options.SetInterOpNumThreads(1),
		options.SetGraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll),
	} {
		if err != nil {
			return nil, nil, err
		}
	}
	s, err := ort.NewAdvancedSession(filepath.Join(peer.Folder(), file), []string{"x"}, []string{"out"}, []ort.Value{x}, []ort.Value{out}, options)
	return s, out, err
}
