package main

// kernel is one elementwise loop.
type kernel struct {
	name   string
	unroll int         // vectors per turn of the main loop
	step   func(*lane) // what happens to one vector, operation by operation as in Go
	body   body
}

// table lists the kernels. Each does what the Go function of its name with "Go"
// after it does: the same operations in the same order, none of them fused, so
// that the bits are the same.
var table = []kernel{
	{name: "add", unroll: 4, step: func(l *lane) {
		l.store("sum", l.add(l.load("sum"), l.load("x")))
	}},
	{name: "decay", unroll: 4, step: func(l *lane) {
		w := l.load("w")
		l.store("w", l.sub(w, l.mul(l.mul(w, l.scalar("wd")), l.scalar("lr"))))
	}},
	{name: "divide", unroll: 4, step: func(l *lane) {
		l.store("x", l.div(l.load("x"), l.scalar("by")))
	}},
	{name: "scale", unroll: 4, step: func(l *lane) {
		l.store("y", l.mul(l.load("x"), l.scalar("factor")))
	}},
	{name: "clipNorm", unroll: 4, step: func(l *lane) {
		l.store("y", l.div(l.mul(l.load("x"), l.scalar("limit")), l.scalar("divisor")))
	}},
	{name: "clipValue", unroll: 4, step: func(l *lane) {
		l.store("y", l.min(l.scalar("high"), l.max(l.scalar("low"), l.load("x"))))
	}},
	{name: "average", unroll: 2, step: func(l *lane) {
		kept := l.mul(l.scalar("keep"), l.load("a"))
		l.store("a", l.add(kept, l.mul(l.scalar("rest"), l.load("w"))))
	}},
	{name: "sgd", unroll: 4, step: func(l *lane) {
		l.store("w", l.sub(l.load("w"), l.mul(l.scalar("lr"), l.load("g"))))
	}},
	{name: "sgdMomentum", unroll: 2, step: func(l *lane) {
		m := l.sub(l.mul(l.scalar("mu"), l.load("m")), l.mul(l.scalar("lr"), l.load("g")))
		l.store("m", m)
		l.store("w", l.add(l.load("w"), m))
	}},
	{name: "sgdNesterov", unroll: 2, step: func(l *lane) {
		step := l.mul(l.scalar("lr"), l.load("g"))
		m := l.sub(l.mul(l.scalar("mu"), l.load("m")), step)
		l.store("m", m)
		l.store("w", l.add(l.load("w"), l.sub(l.mul(l.scalar("mu"), m), step)))
	}},
	{name: "rmsprop", unroll: 2, step: func(l *lane) {
		l.store("w", l.sub(l.load("w"), l.rmspropStep(l.rmspropVelocity())))
	}},
	{name: "rmspropMomentum", unroll: 2, step: func(l *lane) {
		l.rmspropMove(l.rmspropStep(l.rmspropVelocity()))
	}},
	{name: "rmspropCentered", unroll: 2, step: func(l *lane) {
		l.store("w", l.sub(l.load("w"), l.rmspropStep(l.rmspropVariance())))
	}},
	{name: "rmspropCenteredMomentum", unroll: 2, step: func(l *lane) {
		l.rmspropMove(l.rmspropStep(l.rmspropVariance()))
	}},
	{name: "adam", unroll: 2, step: func(l *lane) {
		m, v := l.adamMoments()
		l.adamMove(m, v)
	}},
	{name: "adamAMSGrad", unroll: 2, step: func(l *lane) {
		m, v := l.adamMoments()
		hat := l.max(l.load("hat"), v)
		l.store("hat", hat)
		l.adamMove(m, hat)
	}},
	{name: "adagrad", unroll: 2, step: func(l *lane) {
		g := l.load("g")
		a := l.add(l.load("a"), l.mul(g, g))
		l.store("a", a)
		step := l.div(l.mul(l.scalar("lr"), g), l.sqrt(l.add(a, l.scalar("eps"))))
		l.store("w", l.sub(l.load("w"), step))
	}},
	{name: "adadelta", unroll: 2, step: func(l *lane) {
		g, eps := l.load("g"), l.scalar("eps")
		a := l.add(l.mul(l.scalar("rho"), l.load("a")), l.mul(l.scalar("rest"), l.mul(g, g)))
		l.store("a", a)
		x := l.load("x")
		d := l.div(l.mul(l.sqrt(l.add(x, eps)), g), l.sqrt(l.add(a, eps)))
		l.store("x", l.add(l.mul(l.scalar("rho"), x), l.mul(l.scalar("rest"), l.mul(d, d))))
		l.store("w", l.sub(l.load("w"), l.mul(l.scalar("lr"), d)))
	}},
	{name: "adamax", unroll: 2, step: func(l *lane) {
		g, m := l.load("g"), l.load("m")
		m = l.add(m, l.mul(l.sub(g, m), l.scalar("rest1")))
		l.store("m", m)
		u := l.max(l.mul(l.scalar("beta2"), l.load("u")), l.abs(g))
		l.store("u", u)
		step := l.div(l.mul(l.scalar("lr"), m), l.mul(l.scalar("rest"), l.add(u, l.scalar("eps"))))
		l.store("w", l.sub(l.load("w"), step))
	}},
	{name: "nadam", unroll: 1, step: func(l *lane) { // nine scalars leave few registers
		m, v := l.adamMoments()
		h := l.add(l.div(l.mul(l.scalar("shareM"), m), l.scalar("divM")), l.div(l.mul(l.scalar("shareG"), l.load("g")), l.scalar("divG")))
		step := l.div(l.mul(h, l.scalar("lr")), l.add(l.sqrt(l.div(v, l.scalar("divV"))), l.scalar("eps")))
		l.store("w", l.sub(l.load("w"), step))
	}},
	{name: "lion", unroll: 2, step: func(l *lane) {
		g, m, zero := l.load("g"), l.load("m"), l.zero()
		d := l.add(l.mul(m, l.scalar("beta1")), l.mul(g, l.scalar("rest1")))
		lr := l.scalar("lr")
		w := l.sub(l.load("w"), l.where(greater, d, zero, lr))
		w = l.sub(w, l.where(greater, zero, d, l.sub(zero, lr))) // 0 taken away, not added: -0 stays
		l.store("w", l.sub(w, l.where(unordered, d, d, d)))
		l.store("m", l.add(l.mul(m, l.scalar("beta2")), l.mul(g, l.scalar("rest2"))))
	}},
}

// rmspropVelocity brings the mean square of the gradient up to date.
func (l *lane) rmspropVelocity() value {
	g := l.load("g")
	v := l.add(l.mul(l.scalar("rho"), l.load("v")), l.mul(l.scalar("rest"), l.mul(g, g)))
	l.store("v", v)
	return v
}

// rmspropVariance is the mean square less the square of the mean.
func (l *lane) rmspropVariance() value {
	v := l.rmspropVelocity()
	a := l.add(l.mul(l.scalar("rho"), l.load("a")), l.mul(l.scalar("rest"), l.load("g")))
	l.store("a", a)
	return l.sub(v, l.mul(a, a))
}

// rmspropStep is the gradient over the root of its scale.
func (l *lane) rmspropStep(d value) value {
	return l.div(l.mul(l.scalar("lr"), l.load("g")), l.sqrt(l.add(d, l.scalar("eps"))))
}

// rmspropMove gathers momentum and moves the weights.
func (l *lane) rmspropMove(step value) {
	m := l.add(l.mul(l.scalar("mu"), l.load("m")), step)
	l.store("m", m)
	l.store("w", l.sub(l.load("w"), m))
}

// adamMoments brings the means of the gradient and of its square up to date.
func (l *lane) adamMoments() (m, v value) {
	g := l.load("g")
	m, v = l.load("m"), l.load("v")
	m = l.add(m, l.mul(l.sub(g, m), l.scalar("rest1")))
	v = l.add(v, l.mul(l.sub(l.mul(g, g), v), l.scalar("rest2")))
	l.store("m", m)
	l.store("v", v)
	return m, v
}

// adamMove moves the weights by the mean over the root of the mean square.
func (l *lane) adamMove(m, v value) {
	step := l.div(l.mul(m, l.scalar("alpha")), l.add(l.sqrt(v), l.scalar("eps")))
	l.store("w", l.sub(l.load("w"), step))
}
