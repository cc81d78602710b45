package optim

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
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

// validate reports the fields of a rule or schedule that leave the range in their
// tags, and settings that contradict each other.
func validate(of interface{ Name() string }) *checks {
	c := &checks{rule: of.Name()}
	c.fields(reflect.Indirect(reflect.ValueOf(of)))
	if rule, ok := of.(Rule); ok {
		c.errs = append(c.errs, rule.Common().check(c.rule)...)
	}
	return c
}

func (c *checks) fields(v reflect.Value) {
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, options, tagged := strings.Cut(field.Tag.Get("arg"), ",")
		switch f := v.Field(i); {
		case field.Anonymous:
			c.fields(f)
		case !tagged:
		case f.Kind() == reflect.Slice:
			for k := range f.Len() {
				c.number(fmt.Sprintf("%s[%d]", name, k), f.Index(k), options)
			}
		default:
			c.number(name, f, options)
		}
	}
}

// number compares a number with the bounds in options: min and max, above and
// below, which exclude the bound itself. Where null means 0, so does 0.
func (c *checks) number(name string, f reflect.Value, options string) {
	var x float64
	finite := ""
	switch f.Kind() {
	case reflect.Float64:
		x, finite = f.Float(), "a finite number, "
	case reflect.Int:
		x = float64(f.Int())
	default:
		return
	}
	low, high, inside, none := "", "", !math.IsInf(x, 0), ""
	for o := range strings.SplitSeq(options, ",") {
		key, text, _ := strings.Cut(o, "=")
		bound, err := strconv.ParseFloat(text, 64)
		if err != nil {
			continue
		}
		switch key {
		case "min":
			low, inside = "["+text, inside && x >= bound
		case "above":
			low, inside = "("+text, inside && x > bound
		case "max":
			high, inside = text+"]", inside && x <= bound
		case "below":
			high, inside = text+")", inside && x < bound
		case "null":
			if x == 0 {
				return
			}
			if low != "[0" {
				none = ", or 0 for none"
			}
		}
	}
	var want string
	switch {
	case inside && !math.IsNaN(x):
		return
	case low == "":
		want = finite + high[:len(high)-1] + " or below"
	case high != "":
		want = "in " + low + ", " + high
	case low[0] == '(':
		want = "a finite number above " + low[1:]
	default:
		want = finite + low[1:] + " or above"
	}
	c.reject(name, x, want+none)
}
