package encode

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// SetWhole reads a whole number, or none where the text means a missing one.
func SetWhole(to **int64, text string, missing bool) error {
	if missing {
		*to = nil
		return nil
	}
	v, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil {
		return fmt.Errorf("%.80q is not a whole number of 64 bits", text)
	}
	*to = &v
	return nil
}

// SetValue reads a number of an input that takes it as it is.
func SetValue(to **float32, text string, missing bool) error {
	if missing {
		*to = nil
		return nil
	}
	v, err := finite(text)
	if err == nil {
		x := float32(v)
		*to = &x
	}
	return err
}

// SetID reads an id of an input that takes it as it is.
func SetID(to **int32, text string, missing bool) error {
	if missing {
		*to = nil
		return nil
	}
	v, err := strconv.ParseInt(strings.TrimSpace(text), 10, 32)
	if err != nil {
		return fmt.Errorf("%.80q is not an id", text)
	}
	x := int32(v)
	*to = &x
	return nil
}

// SetMany says that a text holds no list.
func SetMany() error { return errors.New("it has several values, which a text cannot hold") }

// Given takes a value that must be there.
func Given[V any](c *Coder, feature string, v *V) (value V) {
	if c.feature = feature; v == nil {
		c.missing()
		return value
	}
	return *v
}

// Many takes a list of n values.
func Many[V any](c *Coder, feature string, list []V, n int) []V {
	switch c.feature = feature; {
	case len(list) == n:
		return list
	case list == nil:
		c.missing()
	default:
		c.fail(" has %d values, and takes %d", len(list), n)
	}
	return make([]V, n)
}

// Below checks ids of an input that takes them as they are.
func (c *Coder) Below(limit int32, ids []int32) {
	for i, id := range ids {
		if id < 0 || id >= limit {
			c.fail(": id %d at position %d is not from 0 to %d", id, i, limit-1)
			ids[i] = 0
		}
	}
}

// SlotWeights are the weights of all slots of a vocabulary: those before its words
// weigh the mean of these.
func SlotWeights(before int, words []float64) []float32 {
	all := make([]float32, before, before+len(words))
	sum := 0.0
	for _, w := range words {
		all = append(all, float32(w))
		sum += float64(float32(w))
	}
	for i := range before {
		all[i] = float32(sum / float64(max(len(words), 1)))
	}
	return all
}
