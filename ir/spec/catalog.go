package spec

// Catalog is everything that may occur in a description, as the registries of
// layers, losses and optimizers know it: what the JSON Schema is made of. The
// order of each list does not matter.
type Catalog struct {
	Layers       []EntryDoc
	Activations  []EntryDoc
	Initializers []EntryDoc
	Regularizers []EntryDoc
	Constraints  []EntryDoc
	Optimizers   []EntryDoc
	Schedules    []EntryDoc // of the learning rate
	Losses       []EntryDoc
	Metrics      []EntryDoc
	Callbacks    []EntryDoc
	// Operations are what the layer Operation may apply: its arguments are op, which
	// names one, and those of that one.
	Operations []EntryDoc
}

// EntryDoc describes a layer, or anything else that is called by name.
type EntryDoc struct {
	Name    string   // "Dense"
	Aliases []string // other names that are understood: "mse"
	Doc     string   // one sentence
	Args    []ArgDoc
}

// ArgDoc describes an argument; DocOf derives it from a struct's tags.
type ArgDoc struct {
	Name       string
	Doc        string // tag `doc:"..."`
	Type       string // int, float, bool, string, ints, floats, strings, pairs, call, rate or any
	Of         string // call, rate: which list of the Catalog: activation, initializer, regularizer, constraint, optimizer, schedule, loss or metric; "" is any
	Required   bool
	Positional bool     // may stand alone and without its name
	Nullable   bool     // may be null
	Gaps       bool     // ints: null may stand for an element
	Default    any      // int64, float64, bool, string, []any, or nil for none
	OneOf      []string // string: the only values
	Size       int      // ints: how many, of which one may stand for all; pairs: of how many axes; 0 is any number
	Min, Max   *float64
	MinOpen    bool // Min itself is excluded
	MaxOpen    bool // Max itself is excluded
}
