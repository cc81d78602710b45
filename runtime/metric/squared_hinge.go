package metric

// SquaredHinge is [Hinge] with every element squared. Source: Keras 3,
// losses/losses.py, squared_hinge.
func SquaredHinge(name string) Metric {
	return &hinge{mean: mean{name: name}, squared: true}
}
