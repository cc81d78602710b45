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
	read := "_, err := m.params.read(r)\n"
	if e.enc.Learns() {
		read = "meta, err := m.params.read(r)\nif err == nil {\nm.encoding, err = parseEncoding(meta[\"encoding\"], meta[\"encoding_digest\"])\n}\n"
	}
	f.add(`// Open reads a trained model from a weights file (safetensors). Weights of
// another model are an error that says what differs.
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
	%[2]sif err != nil {
		return nil, §fmt.Errorf("%[1]s: %%s: %%w", name, err)
	}
	return m, nil
}`, e.cfg.Package, read)
}

// tensorTable prints what the reader of weights files compares with.
func (e modelText) tensorTable(f *file) {
	var b strings.Builder
	for _, s := range e.p.Segments {
		fmt.Fprintf(&b, "{%s, %s, %d},\n", quote(s.Name), intsLiteral(s.Shape), s.Offset)
	}
	f.add(`// tensor names one part of the parameter block.
type tensor struct {
	name   string
	shape  []int
	offset int // in float32s
}

// tensors describes the block.
var tensors = []tensor{
%s}

func (t tensor) len() int {
	n := 1
	for _, d := range t.shape {
		n *= d
	}
	return n
}`, b.String())
}

// weightsFile prints the reader of safetensors files.
func (e modelText) weightsFile() *file {
	f := e.newFile()
	f.add(`// maxHeader bounds the header of a weights file.
const maxHeader = 100_000_000

// entry is what the header of a safetensors file says of one tensor.
type entry struct {
	DType   string ` + "`json:\"dtype\"`" + `
	Shape   []int  ` + "`json:\"shape\"`" + `
	Offsets [2]int ` + "`json:\"data_offsets\"`" + `
	tensor  tensor
}`)
	e.readMethod(f)
	headerParser(f)
	return f
}

// readMethod prints what fills the parameters from a file.
func (e modelText) readMethod(f *file) {
	finite, refuses := "", ""
	if !e.cfg.AllowNonFinite {
		refuses = " Weights that are not finite are an error."
		finite = `for _, t := range tensors {
		for i, v := range block[t.offset : t.offset+t.len()] {
			if v-v != 0 { // NaN, and so is the difference of infinities
				return nil, §fmt.Errorf("tensor %q is %v at element %d: not a finite number, such as a training leaves that diverged", t.name, v, i)
			}
		}
	}
	`
	}
	f.add(`// read fills the parameters from a safetensors file, which must hold exactly
// these tensors, and returns its metadata. A file that fails leaves them in part
// filled.%s
func (p *Params) read(r §io.Reader) (meta map[string]string, err error) {
	var size [8]byte
	if _, err := §io.ReadFull(r, size[:]); err != nil {
		return nil, truncated(err)
	}
	if string(size[:]) == "version " { // https://git-lfs.github.com/spec/
		return nil, §errors.New("a Git LFS pointer stands in place of the weights: git lfs pull fetches them")
	}
	n := §binary.LittleEndian.Uint64(size[:])
	if n > maxHeader {
		return nil, §fmt.Errorf("not a safetensors file: a header of %%d bytes", n)
	}
	var header §bytes.Buffer // grows with what is read: the length is only a claim
	if _, err := §io.CopyN(&header, r, int64(n)); err != nil {
		return nil, truncated(err)
	}
	entries, meta, err := parseHeader(header.Bytes())
	if err != nil {
		return nil, err
	}
	sum := §sha256.New()
	data := §io.TeeReader(r, sum)
	block := p.flat()
	for _, e := range entries {
		to := block[e.tensor.offset : e.tensor.offset+e.tensor.len()]
		var chunk [4096]byte
		for len(to) > 0 {
			n := min(len(to), len(chunk)/4)
			if _, err := §io.ReadFull(data, chunk[:4*n]); err != nil {
				return nil, truncated(err)
			}
			for i := range n {
				to[i] = §math.Float32frombits(§binary.LittleEndian.Uint32(chunk[4*i:]))
			}
			to = to[n:]
		}
	}
	if n, err := r.Read(make([]byte, 1)); n > 0 {
		return nil, §errors.New("the file goes on after its last tensor")
	} else if err != nil && err != §io.EOF {
		return nil, err
	}
	if digest := meta["digest"]; digest != "" && digest != §hex.EncodeToString(sum.Sum(nil)) {
		return nil, §errors.New("damaged: the data does not match the digest in the header")
	}
	%sreturn meta, nil
}

func truncated(err error) error {
	if err == §io.EOF || err == §io.ErrUnexpectedEOF {
		return §errors.New("truncated")
	}
	return err
}`, refuses, finite)
}

// headerParser prints what reads the header of a weights file.
func headerParser(f *file) {
	f.add(`// parseHeader checks the header against the tensors of this model. It returns
// them in the order of the file, and its metadata.
func parseHeader(header []byte) (entries []entry, meta map[string]string, err error) {
	var fields map[string]§json.RawMessage
	if err := §json.Unmarshal(header, &fields); err != nil {
		return nil, nil, §fmt.Errorf("not a safetensors file: %%w", err)
	}
	if raw, ok := fields["__metadata__"]; ok {
		if err := §json.Unmarshal(raw, &meta); err != nil {
			return nil, nil, §fmt.Errorf("metadata: %%w", err)
		}
		delete(fields, "__metadata__")
	}
	var problems []error
	if id, ok := meta["model_id"]; ok && id != ModelID {
		problems = append(problems, §fmt.Errorf("these are the weights of another model: model_id %%.16q (%%.40q), this package has %%.16q", id, meta["model"], ModelID))
	}
	for _, t := range tensors {
		raw, ok := fields[t.name]
		if !ok {
			problems = append(problems, §fmt.Errorf("tensor %%q %%v is not in the file", t.name, t.shape))
			continue
		}
		delete(fields, t.name)
		e := entry{tensor: t}
		if err := §json.Unmarshal(raw, &e); err != nil {
			problems = append(problems, §fmt.Errorf("tensor %%q: %%w", t.name, err))
		} else if e.DType != "F32" || !§slices.Equal(e.Shape, t.shape) {
			problems = append(problems, §fmt.Errorf("tensor %%q is %%.10q %%v in the file, F32 %%v in the model", t.name, e.DType, e.Shape, t.shape))
		}
		entries = append(entries, e)
	}
	if len(fields) > 0 {
		problems = append(problems, §fmt.Errorf("%%d tensors of the file are not in the model", len(fields)))
	}
	if len(problems) > 0 {
		return nil, nil, §errors.Join(problems...)
	}
	§slices.SortFunc(entries, func(a, b entry) int { return a.Offsets[0] - b.Offsets[0] })
	at := 0
	for _, e := range entries {
		if e.Offsets != [2]int{at, at + 4*e.tensor.len()} {
			return nil, nil, §fmt.Errorf("tensor %%q lies at bytes %%v, expected from %%d on", e.tensor.name, e.Offsets, at)
		}
		at = e.Offsets[1]
	}
	return entries, meta, nil
}`)
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
	e.readTest(f)
	return f
}

// readTest prints the test of what reads weights, which writes them first.
func (e testText) readTest(f *file) {
	begin := `	header := []byte("{")
	at := 0
	for i, t := range tensors {
		if i > 0 {
			header = append(header, ',')
		}
`
	if e.enc.Learns() {
		begin = `	document, _ := §json.Marshal(map[string]any{"id": encodingID, "features": m.encoding})
	sum := §sha256.Sum256(document)
	meta, _ := §json.Marshal(map[string]string{"encoding": string(document), "encoding_digest": §hex.EncodeToString(sum[:])})
	header := §fmt.Appendf(nil, "{\"__metadata__\":%s", meta)
	at := 0
	for _, t := range tensors {
		header = append(header, ',')
`
	}
	f.add(`// weightsOf is m's weights as a file in the format of safetensors.
func weightsOf(m *Model) []byte {
%s		name, _ := §json.Marshal(t.name)
		shape, _ := §json.Marshal(append([]int{}, t.shape...))
		header = §fmt.Appendf(header, "%%s:{\"dtype\":\"F32\",\"shape\":%%s,\"data_offsets\":[%%d,%%d]}", name, shape, at, at+4*t.len())
		at += 4 * t.len()
	}
	header = append(header, '}')
	out := §binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	out = append(out, header...)
	for _, v := range m.params.flat() {
		out = §binary.LittleEndian.AppendUint32(out, §math.Float32bits(v))
	}
	return out
}

func TestRead(t *§testing.T) {
	m := newTest(t)
	file := weightsOf(m)
	again, err := Read(§bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if !§bytes.Equal(weightsOf(again), file) {
		t.Error("the parameters changed on the way through a file")
	}
	for _, n := range []int{0, 4, 8, 20, len(file) - 1} {
		if _, err := Read(§bytes.NewReader(file[:n])); err == nil {
			t.Errorf("a file cut after %%d bytes was read", n)
		}
	}
	if _, err := Read(§bytes.NewReader(append(file, 0))); err == nil {
		t.Error("a file that is too long was read")
	}
	other := §bytes.Replace(file, []byte("F32"), []byte("F64"), 1)
	if _, err := Read(§bytes.NewReader(other)); err == nil {
		t.Error("a file with another element type was read")
	}
	pointer := "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
	if _, err := Read(§strings.NewReader(pointer)); err == nil || !§strings.Contains(err.Error(), "git lfs pull") {
		t.Errorf("a Git LFS pointer: %%v", err)
	}
}`, begin)
}
