package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
	"github.com/nngen-go/nngen/cmd/nngen/internal/programs"
	"github.com/nngen-go/nngen/cmd/nngen/internal/starter"
)

// Whatever a description says of inputs, outputs and files, the emitted readers
// make of the files the samples and targets that were written to them. The
// descriptions are drawn: one to three inputs of any shape, one to three outputs
// with any loss, and every source that has targets of any shape.
func TestRowsOfFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles packages")
	}
	for seed := range uint64(9) {
		d := &drawnRows{rng: rand.New(rand.NewPCG(seed, 42)), source: []string{"npz", "npy", "csv"}[seed%3], first: 3 * int(seed)}
		t.Run(fmt.Sprint(seed, " ", d.source), func(t *testing.T) { d.run(t) })
	}
}

const drawnCount = 7 // rows of a drawn data set

// drawnNames are parts of names that a description may have, and Go not.
var drawnNames = []string{"in", "type", "§a", `"q" %d`, "Ünï", "func main", "setTarget", "x*y", "a.b", "日本", "+build", "class", "paths"}

// drawnRows is a description that is drawn, with its data.
type drawnRows struct {
	rng             *rand.Rand
	source          string
	first           int // of its names
	inputs, targets []drawnPort
}

// drawnPort is an input or an output.
type drawnPort struct {
	name    string
	shape   []int // of an input or output
	loss    string
	classes int
	sameAs  int // input; -1: none
	oneHot  bool
	texts   bool // csv: a class is a text
	// rows are the values in the files, and want those of the sample.
	rows, want [][]float32
	columns    []string
}

// name is the i-th name, which no other is.
func (d *drawnRows) name(i int) string {
	return drawnNames[(i+d.first)%len(drawnNames)]
}

func (d *drawnRows) shape(most int) []int {
	var shape []int
	for range 1 + d.rng.IntN(most) {
		shape = append(shape, 1+d.rng.IntN(4))
	}
	return shape
}

func (d *drawnRows) values(n int, draw func() float32) [][]float32 {
	rows := make([][]float32, drawnCount)
	for i := range rows {
		for range n {
			rows[i] = append(rows[i], draw())
		}
	}
	return rows
}

// draw makes up inputs and outputs and their values.
func (d *drawnRows) draw() {
	quarter := func() float32 { return float32(d.rng.IntN(400)-200) / 4 }
	most := 3
	if d.source == "csv" {
		most = 1
	}
	for i := range 1 + d.rng.IntN(3) {
		p := drawnPort{name: d.name(i), shape: d.shape(most), sameAs: -1}
		p.rows = d.values(programs.Elements(p.shape), quarter)
		p.want = p.rows
		d.inputs = append(d.inputs, p)
	}
	for i := range 1 + d.rng.IntN(3) {
		p := drawnPort{name: d.name(len(d.inputs) + i), shape: d.shape(3), sameAs: -1}
		switch d.rng.IntN(5) {
		case 0:
			p.loss, p.sameAs = "mse", d.rng.IntN(len(d.inputs))
			p.shape = d.inputs[p.sameAs].shape
			p.want = d.inputs[p.sameAs].rows
		case 1:
			p.loss = "mse"
			p.rows = d.values(programs.Elements(p.shape), quarter)
			p.want = p.rows
		case 2:
			p.loss = "binary_crossentropy"
			p.rows = d.values(programs.Elements(p.shape), func() float32 { return float32(d.rng.IntN(2)) })
			p.want = p.rows
		case 3:
			p.loss, p.classes = "sparse_categorical_crossentropy", 2+d.rng.IntN(4)
			p.shape[len(p.shape)-1] = p.classes
			p.rows = d.values(programs.Elements(p.shape[:len(p.shape)-1]), func() float32 { return float32(d.rng.IntN(p.classes)) })
			p.want = p.rows
			p.texts = d.source == "csv" && len(p.shape) == 1
		case 4:
			p.loss, p.classes, p.oneHot = "categorical_crossentropy", 2+d.rng.IntN(4), d.rng.IntN(2) == 0
			p.shape = []int{p.classes}
			for range drawnCount {
				class := d.rng.IntN(p.classes)
				vector := make([]float32, p.classes)
				vector[class] = 1
				p.want = append(p.want, vector)
				if p.rows = append(p.rows, []float32{float32(class)}); p.oneHot {
					p.rows[len(p.rows)-1] = vector
				}
			}
			p.texts = d.source == "csv" && !p.oneHot && d.rng.IntN(2) == 0
		}
		d.targets = append(d.targets, p)
	}
}

// fileShape is the shape of the rows of an array: as it is, or flat.
func (d *drawnRows) fileShape(p *drawnPort, input bool) []int {
	n := len(p.rows[0])
	if n == programs.Elements(p.shape) && (input || p.loss != "categorical_crossentropy") && d.rng.IntN(2) == 0 {
		return p.shape
	}
	if n == 1 && d.rng.IntN(2) == 0 {
		return nil
	}
	return []int{n}
}

// description writes the description, and the files into a folder.
func (d *drawnRows) description(t *testing.T, dir string) string {
	var b, targets, features strings.Builder
	arrays := map[string][]byte{}
	var order []string
	keep := func(p *drawnPort, input bool) {
		arrays[p.name] = drawnNPY(p.rows, d.fileShape(p, input))
		order = append(order, p.name)
	}
	var header []string
	for i := range d.inputs {
		p := &d.inputs[i]
		keep(p, true)
		for k := range p.rows[0] {
			p.columns = append(p.columns, fmt.Sprintf("%s/%d", p.name, k))
		}
		header = append(header, p.columns...)
		fmt.Fprintf(&features, "    %s: {type: number, columns: %s}\n", starter.YAMLText(p.name), starter.YAMLList(p.columns))
	}
	for i := range d.targets {
		p := &d.targets[i]
		if p.sameAs >= 0 {
			fmt.Fprintf(&targets, "    %s: {same_as: %s}\n", starter.YAMLText(p.name), starter.YAMLText(d.inputs[p.sameAs].name))
			continue
		}
		keep(p, false)
		for k := range p.rows[0] {
			p.columns = append(p.columns, fmt.Sprintf("%s/%d", p.name, k))
		}
		header = append(header, p.columns...)
		if d.source == "csv" {
			classes := ""
			if p.texts {
				var list []string
				for c := range p.classes {
					list = append(list, fmt.Sprintf("§%%\"class %d", c))
				}
				classes = ", classes: " + starter.YAMLList(list)
			}
			fmt.Fprintf(&targets, "    %s: {columns: %s%s}\n", starter.YAMLText(p.name), starter.YAMLList(p.columns), classes)
		}
	}
	b.WriteString("name: drawn\ndata:\n")
	switch d.source {
	case "csv":
		fmt.Fprintf(&b, "  train: {csv: rows.csv}\n  features:\n%s", features.String())
		d.writeCSV(t, filepath.Join(dir, "rows.csv"), header)
	case "npz":
		fmt.Fprintf(&b, "  train: {npz: rows.npz}\n")
		writeNPZ(t, filepath.Join(dir, "rows.npz"), arrays)
	case "npy":
		var files []string
		for i, name := range order {
			files = append(files, fmt.Sprint(i, ".npy"))
			if err := os.WriteFile(filepath.Join(dir, files[i]), arrays[name], 0o666); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintf(&b, "  train: {npy: %s}\n", starter.YAMLList(files))
	}
	if targets.Len() > 0 {
		fmt.Fprintf(&b, "  target:\n%s", targets.String())
	}
	b.WriteString("inputs:\n")
	var flat []string
	for i, p := range d.inputs {
		fmt.Fprintf(&b, "  %s: {shape: %s}\n", starter.YAMLText(p.name), yamlInts(p.shape))
		flat = append(flat, fmt.Sprint("flat", i))
	}
	b.WriteString("layers:\n")
	for i, p := range d.inputs {
		fmt.Fprintf(&b, "  - Flatten: {name: flat%d, inputs: %s}\n", i, starter.YAMLText(p.name))
	}
	all := flat[0]
	if len(flat) > 1 {
		all = "all"
		fmt.Fprintf(&b, "  - Concatenate: {name: all, inputs: %s}\n", starter.YAMLList(flat))
	}
	var outputs []string
	for i, p := range d.targets {
		activation := map[string]string{"binary_crossentropy": "sigmoid", "mse": "linear"}[p.loss]
		if activation == "" {
			activation = "softmax"
		}
		fmt.Fprintf(&b, "  - Dense: {name: dense%d, units: %d, inputs: %s}\n  - Reshape: {name: shaped%d, target_shape: %s}\n  - Activation: {name: %s, activation: %s}\n",
			i, programs.Elements(p.shape), all, i, yamlInts(p.shape), starter.YAMLText(p.name), activation)
		outputs = append(outputs, p.name)
	}
	fmt.Fprintf(&b, "outputs: %s\ncompile:\n  loss:\n", starter.YAMLList(outputs))
	for _, p := range d.targets {
		fmt.Fprintf(&b, "    %s: %s\n", starter.YAMLText(p.name), p.loss)
	}
	return b.String()
}

func (d *drawnRows) writeCSV(t *testing.T, path string, header []string) {
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w := csv.NewWriter(f)
	rows := [][]string{header}
	for i := range drawnCount {
		var row []string
		for _, p := range slices.Concat(d.inputs, d.targets) {
			if p.sameAs >= 0 {
				continue
			}
			for _, v := range p.rows[i] {
				text := fmt.Sprint(v)
				if p.texts {
					text = `§%"class ` + text
				}
				row = append(row, text)
			}
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
}

const drawnMain = `package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"

	model "nngen.scratch/model"
)

func main() {
	fail := func(err error) {
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	files := os.Args[1:]
	set, err := READ
	fail(err)
	for row, err := range set.Rows(0) {
		fail(err)
		fail(json.NewEncoder(os.Stdout).Encode([2][]float64{flat(nil, reflect.ValueOf(row.X)), flat(nil, reflect.ValueOf(row.Y))}))
	}
}

func flat(list []float64, v reflect.Value) []float64 {
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			list = flat(list, v.Field(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			list = flat(list, v.Index(i))
		}
	case reflect.Int32:
		return append(list, float64(v.Int()))
	default:
		return append(list, v.Float())
	}
	return list
}
`

func (d *drawnRows) run(t *testing.T) {
	d.draw()
	dir := t.TempDir()
	text := d.description(t, dir)
	path := filepath.Join(dir, "drawn.yaml")
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	net, err := compile(t.Context(), path, nil)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	data := programs.DataOf(net)
	read := map[string]string{
		"csv": "model.New().Encoded(must(model.ReadCSV(files[0])))", "npz": "model.ReadNPZ(files[0])", "npy": "model.ReadNPY(" + data.FileArgs + ")",
	}[d.source]
	source := strings.Replace(drawnMain, "READ", read, 1)
	if d.source == "csv" {
		source += "\nfunc must(set model.FeatureSet, err error) model.FeatureSet {\n\tif err != nil {\n\t\tfmt.Println(err)\n\t\tos.Exit(1)\n\t}\n\treturn set\n}\n"
	}
	program, err := compiled(t.Context(), net, func(*network.Network) (map[string][]byte, error) {
		return map[string][]byte{"main.go": []byte(source)}, nil
	})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	defer program.Close()
	var files []string
	for _, name := range net.Spec.Data.Train.Files {
		files = append(files, filepath.Join(dir, name))
	}
	out, err := program.Command(t.Context(), files...).Output()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, out, text)
	}
	scan := bufio.NewScanner(strings.NewReader(string(out)))
	scan.Buffer(nil, 1<<20)
	n := 0
	for ; scan.Scan(); n++ {
		var got [2][]float32
		if err := json.Unmarshal(scan.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		for k, ports := range [2][]drawnPort{d.inputs, d.targets} {
			var want []float32
			for _, p := range ports {
				want = append(want, p.want[n]...)
			}
			if !slices.Equal(got[k], want) {
				t.Errorf("row %d: %v\nwant %v\n%s", n, got[k], want, text)
			}
		}
	}
	if n != drawnCount {
		t.Errorf("%d rows", n)
	}
}

func yamlInts(list []int) string { return strings.ReplaceAll(fmt.Sprint(list), " ", ", ") }
