package starter

import (
	"archive/zip"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
	"github.com/nngen-go/nngen/runtime/data"
)

// rows is an array whose first axis counts the rows.
type rows interface {
	Len() int
	Width() int
	Row(i int, dst []float32)
}

// arrays are the samples and the targets of training, and where they are.
type arrays struct {
	x, y        rows
	shape       []int // of a sample
	train, test string
}

// describeArrays writes the description for files of IDX, NPY or NPZ.
func (o Options) describeArrays(base string) (*Starter, error) {
	var a *arrays
	var err error
	switch {
	case strings.HasSuffix(base, ".npz"):
		a, err = openNPZ(o.Data)
	case strings.HasSuffix(base, ".npy"):
		a, err = openNPY(o.Data)
	default:
		a, err = openIDX(o.Data)
	}
	if err != nil {
		return nil, err
	}
	if a.x.Len() != a.y.Len() {
		return nil, fmt.Errorf("%s: %s of samples, and %s of targets", o.Data, show.Plural(a.x.Len(), "row"), show.Plural(a.y.Len(), "row"))
	}
	kind, err := a.answer(o.Data)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# What nngen made of %s. Change what you know better.\nname: %s\ndata:\n  train: %s\n", filepath.Base(o.Data), YAMLText(o.Name), a.train)
	switch {
	case a.test != "":
		fmt.Fprintf(&b, "  test:  %s\n", a.test)
	case a.x.Len() >= 50:
		b.WriteString("  test:  {split: 0.2}   # the last rows\n")
	}
	if kind.count() > 0 {
		fmt.Fprintf(&b, "  classes: %s\n", YAMLList(show.Numbered(kind.count())))
	}
	fmt.Fprintf(&b, "inputs: {x: {shape: %s}}\nlayers:\n", strings.ReplaceAll(fmt.Sprint(a.shape), " ", ", "))
	if len(a.shape) > 1 {
		b.WriteString("  - Flatten\n")
	}
	if a.bytes() {
		b.WriteString("  - Rescaling: 0.00392156862745098   # 1/255\n")
	} else {
		b.WriteString("  - Normalization\n")
	}
	b.WriteString("  - Dense: {name: hidden, units: 128, activation: relu}\n" + kind.output() + kind.training(a.x.Len(), 5))
	what := "a number"
	if kind.count() > 0 {
		what = fmt.Sprintf("%d classes", kind.count())
	}
	return &Starter{Text: b.String(), Fits: true, Notes: []string{fmt.Sprintf("%s of shape %v, targets: %s", show.Plural(a.x.Len(), "sample"), a.shape, what)}}, nil
}

// answer tells classes from numbers.
func (a *arrays) answer(name string) (answer, error) {
	if a.y.Width() != 1 {
		return answer{}, fmt.Errorf("%s: targets of %[2]d values, and init describes those of one, a class or a number; write the description with a last layer of %[2]d units and loss: mean_squared_error, or for labels of 0 and 1 activation: sigmoid and loss: binary_crossentropy", name, a.y.Width())
	}
	v, most, whole := make([]float32, 1), float32(0), true
	target := newColumn("y")
	for i := range a.y.Len() {
		a.y.Row(i, v)
		target.numbers[0].add(float64(v[0]))
		whole = whole && v[0] >= 0 && v[0] == float32(math.Trunc(float64(v[0])))
		most = max(most, v[0])
	}
	if whole && most >= 1 && most < mostClasses {
		return answer{numbers: int(most) + 1}, nil
	}
	return target.numeric(), nil
}

// bytes reports whether the samples are pixels: whole numbers from 0 to 255.
func (a *arrays) bytes() bool {
	row, most := make([]float32, a.x.Width()), float32(0)
	for i := range min(a.x.Len(), 100) {
		a.x.Row(i, row)
		for _, v := range row {
			if v < 0 || v > 255 || v != float32(int(v)) {
				return false
			}
		}
		most = max(most, slices.Max(append(row, 0)))
	}
	return most > 100
}

func openIDX(path string) (*arrays, error) {
	labels := labelsOf(path)
	if labels == "" || !disk.Exists(labels) {
		return nil, fmt.Errorf("%s: the file of labels is not beside it; name the file of images, such as train-images-idx3-ubyte.gz, with train-labels-idx1-ubyte.gz beside it", path)
	}
	x, err := data.OpenIDX(path)
	if err != nil {
		return nil, err
	}
	y, err := data.OpenIDX(labels)
	if err != nil {
		return nil, err
	}
	a := &arrays{x: x, y: y, shape: x.Shape[1:]}
	if a.train, err = pair("idx", path, labels); err != nil {
		return nil, err
	}
	for _, name := range []string{"t10k", "test"} {
		test := filepath.Join(filepath.Dir(path), strings.Replace(filepath.Base(path), "train", name, 1))
		if test != path && disk.Exists(test) && disk.Exists(labelsOf(test)) {
			a.test, err = pair("idx", test, labelsOf(test))
		}
	}
	return a, err
}

// labelsOf is the file of labels that goes with one of images, or "".
func labelsOf(images string) string {
	name := filepath.Base(images)
	labels := strings.NewReplacer("images", "labels", "idx3", "idx1", "idx4", "idx1").Replace(name)
	if labels == name {
		return ""
	}
	return filepath.Join(filepath.Dir(images), labels)
}

func openNPY(path string) (*arrays, error) {
	name := filepath.Base(path)
	targets := filepath.Join(filepath.Dir(path), strings.Replace(strings.Replace(name, "X", "y", 1), "x", "y", 1))
	if targets == path || !disk.Exists(targets) {
		return nil, fmt.Errorf("%s: the file of targets is not beside it; name the samples x.npy or x_train.npy, and the targets y.npy or y_train.npy", path)
	}
	x, err := data.OpenNPY(path)
	if err != nil {
		return nil, err
	}
	y, err := data.OpenNPY(targets)
	if err != nil {
		return nil, err
	}
	a := &arrays{x: x, y: y, shape: x.Shape[1:]}
	if a.train, err = pair("npy", path, targets); err != nil {
		return nil, err
	}
	test := func(p string) string {
		return filepath.Join(filepath.Dir(p), strings.Replace(filepath.Base(p), "train", "test", 1))
	}
	if test(path) != path && disk.Exists(test(path)) && disk.Exists(test(targets)) {
		a.test, err = pair("npy", test(path), test(targets))
	}
	return a, err
}

func openNPZ(path string) (*arrays, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, strings.TrimSuffix(f.Name, ".npy"))
	}
	z.Close()
	for _, want := range [][2]string{{"x_train", "y_train"}, {"x", "y"}, {"X", "y"}, {"X_train", "y_train"}} {
		if !slices.Contains(names, want[0]) || !slices.Contains(names, want[1]) {
			continue
		}
		list, err := data.OpenNPZ(path, want[0], want[1])
		if err != nil {
			return nil, err
		}
		file, err := beside(path)
		source := func(x, y string) string {
			return fmt.Sprintf("{npz: %s, arrays: [%s, %s]}", YAMLText(file), x, y)
		}
		a := &arrays{x: list[0], y: list[1], shape: list[0].Shape[1:], train: source(want[0], want[1])}
		x, y := strings.Replace(want[0], "train", "test", 1), strings.Replace(want[1], "train", "test", 1)
		if x != want[0] && slices.Contains(names, x) && slices.Contains(names, y) {
			a.test = source(x, y)
		}
		return a, err
	}
	return nil, fmt.Errorf("%s: it holds %s; init looks for x_train and y_train, or x and y; with others write data: {train: {npz: %s, inputs: {...}, target: ...}}", path, strings.Join(names, ", "), filepath.Base(path))
}

// pair writes a source of two files.
func pair(kind, x, y string) (string, error) {
	x, err := beside(x)
	if err != nil {
		return "", err
	}
	y, err = beside(y)
	return fmt.Sprintf("{%s: %s}", kind, YAMLList([]string{x, y})), err
}
