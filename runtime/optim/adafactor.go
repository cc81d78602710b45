package optim

// Adafactor divides the gradient by a running root mean square, of which it
// keeps, for a tensor of two axes or more, no more than the means over the rows
// and over the columns of its last two axes.
//
//	beta = 1 - t^beta_2_decay;  rho = min(lr, 1/√t)
//	r = beta·r + (1-beta)·mean of (g² + epsilon_1) over the last axis
//	c = beta·c + (1-beta)·mean of (g² + epsilon_1) over the one before it
//	v = r·c/mean(r)           (one axis: v = beta·v + (1-beta)·(g² + epsilon_1))
//	u = g/√v
//	w -= max(epsilon_2, rms(w))·rho·u/max(1, rms(u)/clip_threshold)
//
// Source: Keras 3, optimizers/adafactor.py; N. Shazeer, M. Stern, "Adafactor:
// adaptive learning rates with sublinear memory cost", ICML 2018.
type Adafactor struct {
	Settings
	Beta2Decay    float64 `arg:"beta_2_decay,max=0" doc:"power of the number of steps that is missing to 1 in the share which a step keeps"`
	Epsilon1      float64 `arg:"epsilon_1,above=0" doc:"keeps the division from zero"`
	Epsilon2      float64 `arg:"epsilon_2,min=0" doc:"the least size of weights that a step goes by"`
	ClipThreshold float64 `arg:"clip_threshold,above=0" doc:"the largest root mean square of a step over its rate"`
	// RelativeStep bounds the learning rate by 1/√t. It is here because Keras has
	// it: there, too, rho is bounded either way, and nothing depends on it.
	RelativeStep bool `arg:"relative_step" doc:"whether the learning rate is bounded by 1/sqrt(step)"`
}

// NewAdafactor returns Adafactor with Keras's defaults: beta_2_decay -0.8,
// epsilon_1 1e-30, epsilon_2 0.001, clip_threshold 1, a relative step. Keras's
// default learning rate is 0.001.
func NewAdafactor(learningRate float64) *Adafactor {
	return &Adafactor{Settings: newSettings(learningRate), Beta2Decay: -0.8, Epsilon1: 1e-30, Epsilon2: 1e-3, ClipThreshold: 1, RelativeStep: true}
}

// Name returns "adafactor".
func (*Adafactor) Name() string { return "adafactor" }

// Slots returns "row", "column" and "velocity".
func (*Adafactor) Slots() []string { return []string{"row", "column", "velocity"} }

// InitSlot returns 0.
func (*Adafactor) InitSlot(string) float32 { return 0 }

// SlotShape implements [TensorRule]: a tensor has either "row" and "column", or
// "velocity".
func (*Adafactor) SlotShape(slot string, shape []int) ([]int, bool) {
	n := len(shape)
	switch {
	case slot == "velocity":
		return shape, n < 2
	case n < 2:
		return nil, false
	case slot == "row":
		return shape[: n-1 : n-1], true
	default:
		return append(shape[:n-2:n-2], shape[n-1]), true
	}
}

// Validate reports hyperparameters outside their range.
func (o *Adafactor) Validate() error { return validate(o).err() }

// Update implements [Rule].
func (o *Adafactor) Update(s Step, w, g []float32, slots [][]float32) {
	o.UpdateTensor(s, []int{len(w)}, w, g, slots)
}

// UpdateTensor implements [TensorRule].
func (o *Adafactor) UpdateTensor(s Step, shape []int, w, g []float32, slots [][]float32) {
	if len(w) == 0 {
		return
	}
	t := float32(s.Number)
	beta := 1 - pow(t, float32(o.Beta2Decay))
	f := factors{g: g[:len(w)], v: slots[2], keep: beta, rest: 1 - beta, eps: float32(o.Epsilon1)}
	if n := len(shape); n >= 2 {
		f.r, f.c, f.rows, f.columns = slots[0], slots[1], shape[n-2], shape[n-1]
		f.means()
	} else {
		f.velocity()
	}
	alpha := max(float32(o.Epsilon2), rms(sumSquares(w), len(w))) * min(float32(s.LearningRate), 1/sqrt(t))
	square := 0.0
	f.each(func(i int, u float32) { square += float64(float64(u) * float64(u)) })
	limit := max(1, rms(square, len(w))/float32(o.ClipThreshold))
	f.each(func(i int, u float32) { w[i] -= float32(alpha * (u / limit)) })
}

func rms(square float64, n int) float32 { return sqrt(float32(square / float64(n))) }

// factors is the mean square of one tensor's gradient, in factors or not.
type factors struct {
	g, r, c, v      []float32
	rows, columns   int
	keep, rest, eps float32
}

// velocity brings the mean square of a vector up to date.
func (f *factors) velocity() {
	for i, x := range f.g {
		f.v[i] = float32(f.keep*f.v[i]) + float32(f.rest*(float32(x*x)+f.eps))
	}
}

// means brings the means of rows and columns up to date.
func (f *factors) means() {
	columns := f.columns
	for i := range f.r {
		sum := 0.0
		for _, x := range f.g[i*columns : (i+1)*columns] {
			sum += float64(float32(x*x) + f.eps)
		}
		f.r[i] = float32(f.keep*f.r[i]) + float32(f.rest*float32(sum/float64(columns)))
	}
	for from := 0; from < len(f.c); { // some columns of a matrix at a time: rows lie one after the other
		matrix, first := from/columns, from%columns
		var sums [64]float64
		width := min(len(sums), columns-first)
		for row := range f.rows {
			at := (matrix*f.rows+row)*columns + first
			for j, x := range f.g[at : at+width] {
				sums[j] += float64(float32(x*x) + f.eps)
			}
		}
		for j, sum := range sums[:width] {
			f.c[from+j] = float32(f.keep*f.c[from+j]) + float32(f.rest*float32(sum/float64(f.rows)))
		}
		from += width
	}
}

// each calls do with every element of g over the root of its mean square.
func (f *factors) each(do func(i int, u float32)) {
	if f.r == nil {
		for i, x := range f.g {
			do(i, x/sqrt(f.v[i]))
		}
		return
	}
	for first := 0; first < len(f.r); first += f.rows {
		r := f.r[first : first+f.rows]
		sum := 0.0
		for _, x := range r {
			sum += float64(x)
		}
		mean := float32(sum / float64(len(r)))
		c := f.c[first/f.rows*f.columns:][:f.columns]
		for row, x := range r {
			at := (first + row) * f.columns
			for j, g := range f.g[at : at+f.columns] {
				do(at+j, g/sqrt(float32(x/mean)*c[j]))
			}
		}
	}
}
