package optim

import (
	"errors"
	"fmt"
	"math"
)

// checks collects what is wrong with the hyperparameters of one rule.
type checks struct {
	rule string
	errs []error
}

func (c *checks) err() error { return errors.Join(c.errs...) }

func (c *checks) reject(field string, v float64, want string) {
	c.errs = append(c.errs, fmt.Errorf("optim: %s: %s is %v, must be %s", c.rule, field, v, want))
}

// atLeast0 wants a finite value that is not negative.
func (c *checks) atLeast0(field string, v float64) {
	if !(v >= 0) || math.IsInf(v, 1) {
		c.reject(field, v, "a finite number, 0 or above")
	}
}

// above0 wants a finite positive value.
func (c *checks) above0(field string, v float64) {
	if !(v > 0) || math.IsInf(v, 1) {
		c.reject(field, v, "a finite number above 0")
	}
}

// below1 wants a value in [0, 1): the share that an average keeps.
func (c *checks) below1(field string, v float64) {
	if !(v >= 0 && v < 1) {
		c.reject(field, v, "in [0, 1)")
	}
}

// betas wants two shares that averages keep.
func (c *checks) betas(beta1, beta2 float64) {
	c.below1("beta_1", beta1)
	c.below1("beta_2", beta2)
}

// upTo1 wants a value in [0, 1].
func (c *checks) upTo1(field string, v float64) {
	if !(v >= 0 && v <= 1) {
		c.reject(field, v, "in [0, 1]")
	}
}
