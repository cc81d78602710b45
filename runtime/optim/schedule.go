package optim

// Schedule is a learning rate that depends on the step: a plain struct whose
// fields bear Keras's names. Rates are computed in float32, as Keras does.
// Source of all of them: Keras 3, optimizers/schedules/learning_rate_schedule.py.
type Schedule interface {
	// Name is Keras's name of the schedule in lower case: "exponential_decay".
	Name() string
	// Rate is the learning rate of the step that follows a number of steps
	// taken.
	Rate(steps int) float64
	// Validate reports settings outside their range.
	Validate() error
}
