package gosrc

import (
	"fmt"
	"strings"
)

// kept prints what keeps packed weights between predictions.
func (e *phases) kept() keptText { return keptText{e} }

// keptText prints that for predictions, and for what changes parameters.
type keptText struct{ *phases }

// keeps reports a package whose predictions find weights as earlier ones have packed
// them.
func (e keptText) keeps() bool { return len(e.kernels.Panels()) > 0 }

// where is text that only they have.
func (e keptText) where(text string) string {
	if e.keeps() {
		return text
	}
	return ""
}

// changes prints how a method begins that may write parameters.
func (e keptText) changes() string {
	return e.where("m.kept.change()\ndefer m.kept.changed()\n")
}

// changesState is changes of what brings the state up to date, where any of that is
// kept.
func (e keptText) changesState() string {
	for _, u := range e.p.Train.Updates {
		for _, p := range e.kernels.Panels() {
			if p.Segment == u.State.Segment {
				return e.changes()
			}
		}
	}
	return ""
}

// room prints how much memory that is.
func (e keptText) room() string {
	floats := 0
	for _, p := range e.kernels.Panels() {
		floats += p.Floats
	}
	return e.where(fmt.Sprintf(`
	// PackedBytes is the memory of the weights that a model keeps packed between
	// predictions of many rows.
	PackedBytes = %d`, 4*floats))
}

// decl prints what is kept, and what keeps it.
func (e keptText) decl(f *file) {
	if !e.keeps() {
		return
	}
	var rooms strings.Builder
	for _, p := range e.kernels.Panels() {
		fmt.Fprintf(&rooms, "{%d, %d}, // %s\n", p.N, p.Floats, plain(e.p.Segments[p.Segment].Name))
	}
	f.add("// panelRooms lists the weights that stay packed between predictions.\nvar panelRooms = []panelRoom{\n%s}", rooms.String())
	f.add(`// panels are those of some weights, if any are kept.
func (s *pass) panels(i int) *panels {
	if s.kept == nil {
		return nil
	}
	return &s.kept[i]
}`)
	methods := []string{"get", "panel", "done"}
	if !e.cfg.PredictOnly {
		methods = append(methods, "change", "changed")
	}
	e.verbatim(f, "keeper", methods...)
}
