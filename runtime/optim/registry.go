package optim

// Entry is an optimizer or a schedule that a description may name.
type Entry[T any] struct {
	Aliases []string // the name of Keras's class and others that are understood
	Doc     string   // one sentence
	New     func() T // with Keras's defaults: a pointer to a struct
}

// Rules lists the optimizers. Their arguments are the fields with the tag arg.
func Rules() []Entry[Rule] {
	return []Entry[Rule]{
		{[]string{"SGD"}, "gradient descent, with momentum where asked for", func() Rule { return NewSGD(0.01) }},
		{[]string{"RMSprop", "RMSProp"}, "steps divided by the root mean square of recent gradients (Hinton, 2012)", func() Rule { return NewRMSprop(0.001) }},
		{[]string{"Adam"}, "adaptive moment estimation (Kingma and Ba, 2015)", func() Rule { return NewAdam(0.001) }},
		{[]string{"AdamW"}, "Adam with decoupled weight decay (Loshchilov and Hutter, 2019)", func() Rule { return NewAdamW(0.001) }},
		{[]string{"Adagrad", "AdaGrad"}, "steps divided by the root of all squared gradients so far (Duchi et al., 2011)", func() Rule { return NewAdagrad(0.001) }},
		{[]string{"Adadelta", "AdaDelta"}, "gradients scaled by the size of recent steps over that of recent gradients (Zeiler, 2012)", func() Rule { return NewAdadelta(0.001) }},
		{[]string{"Adamax", "AdaMax"}, "Adam with the largest recent gradient in place of the root mean square (Kingma and Ba, 2015)", func() Rule { return NewAdamax(0.001) }},
		{[]string{"Nadam", "NAdam"}, "Adam with Nesterov momentum (Dozat, 2016)", func() Rule { return NewNadam(0.001) }},
		{[]string{"Ftrl", "FTRL"}, "follows the regularized leader: many weights are exactly 0 (McMahan et al., 2013)", func() Rule { return NewFtrl(0.001) }},
		{[]string{"Lion"}, "steps of one size, in the direction of recent gradients (Chen et al., 2023)", func() Rule { return NewLion(0.001) }},
		{[]string{"Lamb", "LAMB"}, "Adam with steps in proportion to the weights of a tensor, for large batches (You et al., 2020)", func() Rule { return NewLamb(0.001) }},
		{[]string{"Adafactor"}, "squared gradients kept by rows and columns, which takes little memory (Shazeer and Stern, 2018)", func() Rule { return NewAdafactor(0.001) }},
	}
}

// Schedules lists the learning-rate schedules.
func Schedules() []Entry[Schedule] {
	return []Entry[Schedule]{
		{[]string{"ExponentialDecay"}, "multiplied by decay_rate every decay_steps", func() Schedule { return &ExponentialDecay{} }},
		{[]string{"InverseTimeDecay"}, "divided by a number that grows with the steps", func() Schedule { return &InverseTimeDecay{} }},
		{[]string{"PolynomialDecay"}, "from one value to another along a power of the steps", func() Schedule { return &PolynomialDecay{EndLearningRate: 0.0001, Power: 1} }},
		{[]string{"PiecewiseConstantDecay"}, "one value after another", func() Schedule { return &PiecewiseConstantDecay{} }},
		{[]string{"CosineDecay"}, "down along half a cosine, after a rise where asked for (Loshchilov and Hutter, 2017)", func() Schedule { return &CosineDecay{} }},
		{[]string{"CosineDecayRestarts"}, "down along half a cosine, again and again (Loshchilov and Hutter, 2017)", func() Schedule { return &CosineDecayRestarts{TMul: 2, MMul: 1} }},
	}
}

// NewRule gives the optimizer of that name as Keras has it, or nil.
func NewRule(name string) Rule {
	for _, e := range Rules() {
		if rule := e.New(); rule.Name() == name {
			return rule
		}
	}
	return nil
}
