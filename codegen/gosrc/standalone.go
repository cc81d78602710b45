package gosrc

import (
	"fmt"
	"strings"
)

// predictOnlyModel prints the type of a package without training.
func (e modelText) predictOnlyModel(f *file) {
	f.add(`// Model is the network with one set of parameters.
type Model struct {
	params *Params
	%s%s
}`, e.encodingField(), e.scratchFields())
	f.add(`// Params returns the parameters, which must not be changed.
func (m *Model) Params() *Params { return m.params }`)
	if e.cfg.Weights != nil {
		f.add(`//go:embed weights.safetensors
var embedded []byte

// Embedded returns the model with the weights that the package carries.
func Embedded() (*Model, error) { return Read(§bytes.NewReader(embedded)) }`)
		f.Import("embed")
	}
	meta, encoding := "_", ""
	if e.enc.Learns() {
		meta = "meta"
		encoding = "if err == nil {\nm.encoding, err = parseEncoding(meta[\"encoding\"], meta[\"encoding_digest\"])\n}\n"
	}
	refuses, finite := "", ""
	if !e.cfg.AllowNonFinite {
		refuses = " Weights that are not finite\n// are an error, too."
		finite = "if err == nil {\nerr = §safetensors.CheckFinite(tensors, m.params.flat())\n}\n"
	}
	f.add(`// Open reads a trained model from a weights file (safetensors). Weights of
// another model are an error that says what differs.%[5]s
func Open(path string) (*Model, error) {
	file, err := §os.Open(path)
	if err != nil {
		return nil, §fmt.Errorf("%[1]s: %%w", err)
	}
	defer file.Close()
	return readNamed(file, path)
}

// OpenFS is Open for a file of fsys.
func OpenFS(fsys §fs.FS, name string) (*Model, error) {
	file, err := fsys.Open(name)
	if err != nil {
		return nil, §fmt.Errorf("%[1]s: %%w", err)
	}
	defer file.Close()
	return readNamed(file, name)
}

// Read is Open for what r holds.
func Read(r §io.Reader) (*Model, error) { return readNamed(r, "weights") }

func readNamed(r §io.Reader, name string) (*Model, error) {
	m := &Model{params: new(Params)}
	%[2]s, err := §safetensors.ReadBlock(r, ModelID, tensors, m.params.flat())
	%[3]s%[4]sif err != nil {
		return nil, §fmt.Errorf("%[1]s: %%s: %%w", name, err)
	}
	return m, nil
}`, e.cfg.Package, meta, finite, encoding, refuses)
}

// tensorTable prints what the reader of weights files compares with.
func (e modelText) tensorTable(f *file) {
	var b strings.Builder
	for _, s := range e.p.Segments {
		fmt.Fprintf(&b, "{%s, %s, %d},\n", quote(s.Name), intsLiteral(s.Shape), s.Offset)
	}
	f.add(`// tensors describes the block for files.
var tensors = []§safetensors.Tensor{
%s}`, b.String())
}

// predictOnlyTest prints the test of a package without training.
func (e testText) predictOnlyTest() *file {
	f := e.newFile()
	if e.cfg.Weights != nil {
		f.add(`// newTest is the model with its own weights.
func newTest(t *§testing.T) *Model {
	t.Helper()
	m, err := Embedded()
	if err != nil {
		t.Fatal(err)
	}
	return m
}`)
	} else {
		encoding := ""
		if e.enc.Learns() {
			encoding = ", encoding: madeUp(t)"
		}
		f.add(`// newTest is a model with made-up weights.
func newTest(t *§testing.T) *Model {
	t.Helper()
	m := &Model{params: new(Params)%s}
	rng := §rand.New(§rand.NewPCG(1, 2))
	for i, w := 0, m.params.flat(); i < len(w); i++ {
		w[i] = 0.2 * rng.Float32()
	}
	return m
}`, encoding)
	}
	f.add(`// network is what the tests of predictions need to know.
var network = §modeltest.Predictor[*Model, Input, Output]{
%s}

func TestModel(t *§testing.T) { network.Test(t) }`, e.predictorFields())
	meta := ""
	if e.enc.Learns() {
		meta = `document, _ := §json.Marshal(map[string]any{"id": encodingID, "features": m.encoding})
		sum := §sha256.Sum256(document)
		meta = map[string]string{"encoding": string(document), "encoding_digest": §hex.EncodeToString(sum[:])}
		`
	}
	f.add(`// reader is what the tests of weights files need to know.
var reader = §modeltest.Reader[*Model]{
	Model: newTest,
	Read: Read,
	Weights: func(m *Model) (meta map[string]string, list []§modeltest.Tensor) {
		%sfor _, t := range tensors {
			list = append(list, §modeltest.Tensor{t.Name, t.Shape, t.Of(m.params.flat())})
		}
		return meta, list
	},
}

func TestRead(t *§testing.T) { reader.Test(t) }`, meta)
	return f
}
