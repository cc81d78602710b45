package gosrc

// callbackTypes prints the names under which a package offers the callbacks of
// runtime/train: its user imports nothing else.
func (e *emitter) callbackTypes(f *file) {
	f.add(`// What follows a Fit, for FitConfig.Callbacks: pointers to these.
type (
	// Callback follows a Fit, and may end it.
	Callback = §train.Callback
	// StatefulCallback is one whose memory BackupAndRestore keeps.
	StatefulCallback = §train.StatefulCallback
	// NopCallback does nothing: embed it to write only the methods needed.
	NopCallback = §train.NopCallback
	// Funcs makes a callback of functions.
	Funcs = §train.Funcs
	// FitState is what a callback is shown.
	FitState = §train.State
	// EarlyStopping ends a Fit when a figure has stopped improving.
	EarlyStopping = §train.EarlyStopping
	// ModelCheckpoint saves the parameters as the Fit goes on.
	ModelCheckpoint = §train.ModelCheckpoint
	// BackupAndRestore makes a Fit survive an interruption.
	BackupAndRestore = §train.BackupAndRestore
	// ReduceLROnPlateau lowers the learning rate when a figure has stopped improving.
	ReduceLROnPlateau = §train.ReduceLROnPlateau
	// LearningRateScheduler sets the learning rate before every epoch.
	LearningRateScheduler = §train.LearningRateScheduler
	// CSVLogger writes a line for every epoch.
	CSVLogger = §train.CSVLogger
	// TensorBoard writes what TensorBoard shows.
	TensorBoard = §train.TensorBoard
	// TerminateOnNaN ends a Fit whose loss is no number any more.
	TerminateOnNaN = §train.TerminateOnNaN
)

// ErrStop, returned by a callback, ends a Fit without an error.
var ErrStop = §train.ErrStop`)
}

// freezeMethods prints what freezes layers at run time.
func (e *emitter) freezeMethods(f *file) {
	f.add(`// Freeze has Fit leave layers ("hidden") or tensors ("hidden/kernel") alone.
// Layers with trainable: false in the description are so always, and make the
// steps cheaper: their gradients are not computed.
func (m *Model) Freeze(names ...string) error { return m.session.Freeze(segments, names...) }

// Unfreeze takes Freeze back; without names, for everything.
func (m *Model) Unfreeze(names ...string) error { return m.session.Unfreeze(segments, names...) }

// Frozen names the tensors that Freeze holds.
func (m *Model) Frozen() []string { return m.session.Frozen() }`)
}
