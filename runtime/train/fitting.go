package train

import (
	"fmt"
	"strings"

	"github.com/nngen-go/nngen/runtime/nn"
)

// fitting is one call of Fit: everything it needs, allocated beforehand.
type fitting struct {
	engine        engine
	grower        Grower // nil: a batch may be taken in parts
	session       *Session
	first, epochs int // epochs from first to epochs-1
	feed          *feed
	batch         *batch
	classes       *classWeights // nil: none
	meter         *meter
	validation    *evaluation // nil: none
	validateEvery int         // epochs
	team          *nn.Team
	loader        *loader
	sum           *gradientSum // over micro-batches; nil where a batch is one
	held          []held       // state of frozen layers
	callbacks     []Callback
	stop          bool // a callback has asked for the end
	begun         bool // an epoch has begun and is not recorded
	midway        bool // the epoch to come has begun before an interruption
	shape         shape
	progress      *progressLine // nil: silent
	state         State
	logs          []NamedValue // of an epoch
}

func newFitting(e engine, s *Session, c Compiled, d *dataset, cfg config) (*fitting, error) {
	set, err := settle(c, cfg)
	if err != nil {
		return nil, err
	}
	micro := e.MicroBatch()
	grower, _ := e.Network.(Grower)
	if !e.BatchStatistics() {
		grower = nil
	} else if grower == nil && set.batch > micro {
		return nil, fmt.Errorf("train: a batch of %d rows is above the %d that this network was compiled for; it has BatchNormalization, whose statistics need the whole batch at once: set a batch size of at most %d, or generate the package anew with this version of nngen, which takes any", set.batch, micro, micro)
	}
	training, held, err := divide(c, d, cfg)
	if err != nil {
		return nil, err
	}
	f := &fitting{engine: e, grower: grower, session: s, first: cfg.InitialEpoch, epochs: set.epochs, validateEvery: set.validateEvery, callbacks: ordered(set.callbacks)}
	rows, err := newSource("training", training, c.Shuffle && !cfg.NoShuffle, c.WeightColumn)
	if err != nil {
		return nil, err
	}
	length := rows.len()
	if set.steps > 0 { // which may end in the middle of the rows
		length = -1
	}
	if err := checkCarried(e.Network, "training", set.batch, length); err != nil {
		return nil, err
	}
	if _, ok := e.Network.(Carrier); ok && c.Shuffle && !cfg.NoShuffle {
		return nil, fmt.Errorf("train: the network has stateful layers, whose row i goes on where row i of the batch before has ended, and the rows of every epoch come in another order: set NoShuffle")
	}
	f.feed = &feed{rows: rows, steps: set.steps}
	f.batch = newBatch(set.batch, rows.len())
	if f.classes, err = newClassWeights(set.classWeight, e.OutputNames(), c.Loss); err != nil {
		return nil, err
	}
	if f.meter, err = newMeter(e.OutputNames(), c); err != nil {
		return nil, err
	}
	if held != nil {
		f.validation, err = newEvaluation(e, c, "validation", held, set.validationBatch)
		if err != nil {
			return nil, err
		}
		f.validation.steps = cfg.ValidationSteps
		f.validation.prefix()
	}
	if set.batch > micro && grower == nil {
		f.sum = newGradientSum(len(e.Gradients()))
	}
	if s.Optimizer, err = chooseOptimizer(s.Optimizer, c, cfg.Optimizer, e.Segments()); err != nil {
		return nil, err
	}
	f.state = State{
		Epoch:     f.first,
		Epochs:    set.epochs,
		Batches:   batches(rows.len(), set.batch),
		Step:      s.Step,
		History:   &History{},
		Optimizer: s.Optimizer,
		Segments:  e.Segments(),
		Params:    e.Params(),
		figures:   f.figures(),
		rising:    map[string]bool{},
		metadata:  s.Metadata,
		save:      f.save,
	}
	if cfg.Progress != nil {
		f.progress = newProgress(cfg.Progress, set.epochs)
		f.state.message = f.progress.Message
	}
	f.shape = shape{BatchSize: set.batch, StepsPerEpoch: f.feed.steps, Rows: rows.len(), Shuffle: c.Shuffle && !cfg.NoShuffle, Optimizer: s.Optimizer.Rule.Name(), Frozen: strings.Join(s.Frozen(), ", ")}
	if f.feed.steps > 0 {
		f.state.Batches = f.feed.steps
	}
	f.meter.direct(f.state.rising)
	return f, nil
}

// figures names what the logs hold at the end of an epoch.
func (f *fitting) figures() []string {
	var names []string
	for _, v := range f.meter.logs {
		names = append(names, v.Name)
	}
	if f.validation != nil {
		for _, v := range f.validation.meter.logs {
			names = append(names, v.Name)
		}
	}
	return names
}

// share has the workers of a team do their part of everything.
func (f *fitting) share(t *nn.Team) {
	f.engine.Share(t)
	f.team, f.loader = t, newLoader(f.engine, t)
	if f.validation != nil {
		f.validation.loader = f.loader
	}
}
