package weights

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/runtime/nn"
)

// Report says what [File.CopyMatching] has done, in the order of the model's
// tensors and, for Unused, of the file's.
type Report struct {
	File       string     // where the tensors came from
	Matched    []string   // copied
	Missing    []string   // tensors of the model that the file does not have
	Mismatched []Mismatch // tensors that both have, of different form
	Unused     []string   // tensors of the file that the model does not have
}

// Mismatch is a tensor that is not the same in the model and in the file.
type Mismatch struct {
	Name        string
	Model, File []int  // shapes
	DType       string // of the file
}

func (m Mismatch) String() string {
	if fmt.Sprint(m.Model) == fmt.Sprint(m.File) {
		return fmt.Sprintf("%s has dtype %s in the file, which does not convert to float32", m.Name, m.DType)
	}
	return fmt.Sprintf("%s is %s in the file, %s in the model", m.Name, shapeText(m.File), shapeText(m.Model))
}

// CopyMatching fills those segments whose name and shape the file has too, as
// for fine-tuning, and reports what became of every tensor.
func (f *File) CopyMatching(segs []nn.Segment, params []float32) Report {
	r := Report{File: f.Name}
	known := make(map[string]bool, len(segs))
	for _, s := range segs {
		known[s.Name] = true
		switch t := f.Tensor(s.Name); {
		case t == nil:
			r.Missing = append(r.Missing, s.Name)
		case fits(t, s) != nil:
			r.Mismatched = append(r.Mismatched, Mismatch{s.Name, s.Shape, t.Shape, t.DType})
		default:
			copy(s.Of(params), t.Data)
			r.Matched = append(r.Matched, s.Name)
		}
	}
	for _, t := range f.Tensors {
		if !known[t.Name] && !f.besides(t.Name) {
			r.Unused = append(r.Unused, fmt.Sprintf("%.80s", t.Name))
		}
	}
	return r
}

// String lists the tensors, a line for each:
//
//	digits.safetensors: 2 of the model's 4 tensors copied
//	  copied      hidden/kernel
//	  copied      hidden/bias
//	  left        digit/kernel is (512, 5) in the file, (512, 10) in the model
//	  left        digit/bias is not in the file
//	  not used    old/bias
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d of the model's %d tensors copied", r.File, len(r.Matched), len(r.Matched)+len(r.Missing)+len(r.Mismatched))
	line := func(what, text string) { fmt.Fprintf(&b, "\n  %-12s%s", what, text) }
	for _, name := range r.Matched {
		line("copied", name)
	}
	for _, m := range r.Mismatched {
		line("left", m.String())
	}
	for _, name := range r.Missing {
		line("left", name+" is not in the file")
	}
	for _, name := range r.Unused {
		line("not used", name)
	}
	return b.String()
}
