package nn

import "math/rand/v2"

// Options is what the options of a generated New add up to.
type Options struct {
	Seed   uint64 // drives initial weights, shuffling and dropout
	Seeded bool   // the caller chose Seed
	// Workers is how many cores Fit, Evaluate and PredictBatch use; 0:
	// GOMAXPROCS.
	Workers int
	// AllowNonFinite has Open and Read accept weights that are NaN or infinite.
	AllowNonFinite bool
}

// Option changes one of the Options of a generated New.
type Option func(*Options)

// Seed makes everything random about a model (its initial weights, the order
// of training rows, dropout) a pure function of s. Two models made with the
// same seed and trained on the same rows have the same bits.
func Seed(s uint64) Option {
	return func(o *Options) {
		o.Seed = s
		o.Seeded = true
	}
}

// Workers sets how many cores Fit, Evaluate and PredictBatch use at most; below
// 1, and without this option: GOMAXPROCS. The results have the same bits for
// any number.
func Workers(n int) Option {
	return func(o *Options) { o.Workers = max(n, 0) }
}

// AllowNonFinite has Open, OpenFS and Read accept weights that are not finite
// numbers, to look at what is left of a training that diverged. Without it they
// are an error that names the tensors.
func AllowNonFinite() Option {
	return func(o *Options) { o.AllowNonFinite = true }
}

// Resolve applies opts in order. Without [Seed] it draws a random seed, which
// the caller finds in Options.Seed and may record to repeat the run.
func Resolve(opts []Option) Options {
	var o Options
	for _, opt := range opts {
		if opt != nil {
			opt(&o)
		}
	}
	if !o.Seeded {
		o.Seed = rand.Uint64()
	}
	return o
}
