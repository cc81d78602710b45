package gosrc

import (
	"strings"

	"github.com/nngen-go/nngen/runtime/train"
)

// callbackTypes prints the names under which a package offers the callbacks of
// runtime/train: its user imports nothing else.
func (e trainText) callbackTypes(f *file) {
	var types strings.Builder
	for _, c := range train.Callbacks() {
		types.WriteString("	// " + c.Type() + " " + c.Doc + ".\n	" + c.Type() + " = §train." + c.Type() + "\n")
	}
	f.add(`// What follows a Fit, for FitConfig.Callbacks: pointers to these.
type (
	// Callback follows a Fit, and may end it.
	Callback = §train.Callback
	// StatefulCallback is one whose memory BackupAndRestore keeps.
	StatefulCallback = §train.StatefulCallback
	// NopCallback does nothing: embed it to write only the methods needed.
	NopCallback = §train.NopCallback
	// FitState is what a callback is shown.
	FitState = §train.State
%s)

// ErrStop, returned by a callback, ends a Fit without an error.
var ErrStop = §train.ErrStop`, types.String())
}

// freezeMethods prints what freezes layers at run time.
func (e trainText) freezeMethods(f *file) {
	f.add(`// Freeze has Fit leave layers ("hidden") or tensors ("hidden/kernel") alone.
// Layers with trainable: false in the description are so always, and make the
// steps cheaper: their gradients are not computed.
func (m *Model) Freeze(names ...string) error { return m.session.Freeze(segments, names...) }

// Unfreeze takes Freeze back; without names, for everything.
func (m *Model) Unfreeze(names ...string) error { return m.session.Unfreeze(segments, names...) }

// Frozen names the tensors that Freeze holds.
func (m *Model) Frozen() []string { return m.session.Frozen() }`)
}
