package layer

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec"
)

// Preprocessor is the settings of a layer that works on rows before they reach the
// network: on texts, or on whole numbers of 64 bits. It is no part of the graph, but
// of the encoding.
type Preprocessor interface {
	Config
	// Preprocess says how the layer makes a feature of what it reads, and the shape of
	// what it makes. A mistake is reported with Errorf or ErrorAt.
	Preprocess(p *Preprocessing) (encoding.Feature, ir.Shape)
}

// Preprocessing is where a preprocessing layer says what it does.
type Preprocessing struct {
	Name, Kind string
	Pos        diag.Pos
	Args       spec.Args
	In         []Operand
	Folder     string // where files are that the description names
	Errors     diag.List
}

// Operand is what a preprocessing layer reads.
type Operand struct {
	Name  string
	Of    string // what it holds: "string", "int64", "int32" or "float32"
	Shape ir.Shape
}

// Errorf reports a mistake of the layer.
func (p *Preprocessing) Errorf(format string, args ...any) {
	p.Errors.Add(p.Pos, "layer %s: %s", diag.Quote(p.Name), fmt.Sprintf(format, args...))
}

// ErrorAt reports a mistake of one argument, where it is written.
func (p *Preprocessing) ErrorAt(argument, format string, args ...any) {
	pos, _ := arg(p.Args, argument)
	p.errorPos(pos, format, args...)
}

func (p *Preprocessing) errorPos(pos diag.Pos, format string, args ...any) {
	p.Errors.Add(pos, "layer %s: %s", diag.Quote(p.Name), fmt.Sprintf(format, args...))
}

// reads reports an operand that holds something else than the layer takes.
func (p *Preprocessing) reads(types ...string) bool {
	for _, x := range p.In {
		switch {
		case len(x.Shape) != 1:
			p.Errorf("%s takes the values of a row in one line, but %s has the shape %s", p.Kind, diag.Quote(x.Name), Flow(x.Shape))
		case x.Shape[0] < 0:
			p.Errorf("%s takes as many values in every row, but %s holds a different number in each; give its shape a size", p.Kind, diag.Quote(x.Name))
		case !slices.Contains(types, x.Of):
			p.Errorf("%s takes %s, but %s holds %s; write dtype: %s in the input", p.Kind, wordsFor(types), diag.Quote(x.Name), x.Of, types[0])
		default:
			continue
		}
		return false
	}
	return true
}

func wordsFor(types []string) string {
	if last := len(types) - 1; last > 0 {
		return strings.Join(types[:last], ", ") + " or " + types[last]
	}
	return types[0]
}

// feature is a lookup without its settings.
func (p *Preprocessing) feature(l encoding.Layer) encoding.Feature {
	f := encoding.Feature{Name: p.Name, Type: encoding.Lookup, Layer: &l, Size: p.In[0].Shape.Elements()}
	for _, x := range p.In {
		f.Reads, l.Of = append(f.Reads, x.Name), append(l.Of, x.Of)
	}
	return f
}

// shape is that of the slots of size values in an output mode.
func (p *Preprocessing) shape(mode string, size, slots int) ir.Shape {
	switch {
	case slots > maxTokens:
		p.Errorf("its vocabulary has %d slots; at most %d are supported", slots, maxTokens)
	case mode == "int":
		return ir.Shape{size}
	case mode == "one_hot" && size > 1 && slots > maxOneHotTokens:
		p.ErrorAt("output_mode", "one_hot of several values a row supports at most %d slots, and there are %d; an Embedding needs no such rows", maxOneHotTokens, slots)
	case mode == "one_hot" && size > 1:
		return ir.Shape{size, slots}
	}
	return ir.Shape{slots}
}

// salt reads the key of SipHash, one number or two.
func (p *Preprocessing) salt(v spec.Value) []uint64 {
	var key []uint64
	items := v.List
	if v.Kind == spec.Int {
		items = []spec.Value{v, v}
	}
	for _, e := range items {
		if e.Kind == spec.Int && e.Int >= 0 {
			key = append(key, uint64(e.Int))
		}
	}
	if v.Kind != spec.Null && (len(key) != 2 || len(items) != 2) {
		p.errorPos(v.Pos, "salt takes a whole number or two, from 0 on, not %s; write salt: [133, 137]", v.Brief())
		return nil
	}
	return key
}

// MaxVocabularyFile bounds a file of words.
const MaxVocabularyFile = 64 << 20

// vocabularyFile reads the words of a file, one a line. Lines end as the text file
// initializer of TensorFlow has it: with \n, before which a \r is part of the word.
func (p *Preprocessing) vocabularyFile(v spec.Value) []string {
	name := strings.TrimPrefix(v.Str, "./")
	if !fs.ValidPath(name) || name == "." {
		p.errorPos(v.Pos, "vocabulary: %s is no file beside the description; write its name, or a list of the words", diag.Quote(v.Str))
		return nil
	}
	text, err := readRegular(os.DirFS(p.Folder), name)
	switch {
	case err != nil:
		p.errorPos(v.Pos, "vocabulary: %s cannot be read: %v", diag.Quote(v.Str), err)
		return nil
	case len(text) == 0:
		p.errorPos(v.Pos, "vocabulary: the file %s is empty; it has a word on each line", diag.Quote(v.Str))
		return nil
	case !utf8.Valid(text):
		p.errorPos(v.Pos, "vocabulary: the file %s is not text in UTF-8", diag.Quote(v.Str))
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func readRegular(folder fs.FS, name string) ([]byte, error) {
	f, err := folder.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	switch info, err := f.Stat(); {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("it is no file")
	case info.Size() > MaxVocabularyFile:
		return nil, fmt.Errorf("it has %d bytes; at most %d are read", info.Size(), MaxVocabularyFile)
	}
	return io.ReadAll(f)
}

// outside reports a preprocessing layer where the network computes.
func outside(c *Context) *ir.Value {
	return c.Errorf("%s works on rows before they reach the network; it reads an input, or another preprocessing layer, and stands in layers: itself", c.Kind)
}
