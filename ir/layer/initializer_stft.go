package layer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/block"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/runtime/nearest"
	"github.com/nngen-go/nngen/runtime/nn"
)

var density = "density"

// stft fills the kernel of a Conv1D over one channel. Source: Keras 3,
// initializers/constant_initializers.py, STFT.
type stft struct {
	Side     string     `arg:"side,oneof=real|imag" doc:"which parts of the waves"`
	Window   spec.Value `arg:"window,null" doc:"the name of a window, a list of its values, or null for none"`
	Scaling  *string    `arg:"scaling,oneof=density|spectrum,null" doc:"what the window is divided by: its length, the sum of its sizes, or null for nothing"`
	Periodic bool       `arg:"periodic" doc:"whether the window goes on where it ends, as a spectrum wants it"`
}

// Init implements initializer.
func (s *stft) Init(shape ir.Shape, _, _ int) (block.Init, error) {
	i := block.Init{Kind: "stft", Imaginary: s.Side == "imag", Periodic: s.Periodic}
	if len(shape) != 3 || shape[1] != 1 {
		return i, fmt.Errorf("the stft initializer fills kernels [frame, 1, bins], which a Conv1D of one channel has")
	}
	if s.Scaling != nil {
		i.Scaling = *s.Scaling
	}
	switch w := s.Window; w.Kind {
	case spec.Null:
	case spec.String:
		if i.Window = w.Str; !slices.Contains(nn.Windows(), w.Str) {
			hint := ""
			if near, ok := nearest.Of(w.Str, nn.Windows()); ok {
				hint = fmt.Sprintf("did you mean %q? ", near)
			}
			return i, fmt.Errorf("stft has no window %s; %snngen knows: %s", diag.Quote(w.Str), hint, strings.Join(nn.Windows(), ", "))
		}
	case spec.List:
		list, err := windowOf(w, shape[0], nil)
		if err != nil {
			return i, fmt.Errorf("stft: %w", err)
		}
		i.Values = list
	default:
		return i, fmt.Errorf("stft: window is a name, a list of numbers or null, not %s", w.Describe())
	}
	return i, nil
}
