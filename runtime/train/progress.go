package train

import (
	"io"

	"github.com/nngen-go/nngen/runtime/internal/progress"
)

// progressLine is the progress line of a call.
type progressLine struct {
	*progress.Line
	figures []progress.Figure
}

func newProgress(w io.Writer, epochs int) *progressLine {
	return &progressLine{Line: progress.New(w, epochs)}
}

// of converts figures, into memory that it keeps.
func (p *progressLine) of(logs []NamedValue) []progress.Figure {
	p.figures = p.figures[:0]
	for _, v := range logs {
		p.figures = append(p.figures, progress.Figure(v))
	}
	return p.figures
}
