package exporter

import (
	"cmp"
	"slices"

	"github.com/nngen-go/nngen/ir/spec"
)

// call is one use: arguments in order, and those with names, sorted by these.
type call struct {
	args  []argument
	named []namedArgument
}

// argument is a tensor, a list of tensors, or a value.
type argument struct {
	tensors []tensor
	list    bool
	value   spec.Value // where there are no tensors
}

type namedArgument struct {
	name string
	argument
}

func one(t tensor) argument { return argument{tensors: []tensor{t}} }

func many(list []tensor) argument { return argument{tensors: list, list: true} }

// tensors are those that the call reads, in Keras's order: its arguments flattened,
// those with names sorted.
func (c call) tensors() (list []tensor) {
	for _, a := range c.args {
		list = append(list, a.tensors...)
	}
	for _, a := range c.named {
		list = append(list, a.tensors...)
	}
	return list
}

func (c *call) name(name string, a argument) {
	c.named = append(c.named, namedArgument{name, a})
	slices.SortFunc(c.named, func(a, b namedArgument) int { return cmp.Compare(a.name, b.name) })
}

// callArguments are arguments that a layer of a description has, and in Keras every
// call of it.
var callArguments = []string{"use_causal_mask", "return_attention_scores", "attention_mask"}

// call is how Keras calls a layer with what it reads.
func (o *node) call(in []tensor) (c call) {
	for _, name := range callArguments {
		if a, ok := o.get(name); ok && a.Value.Bool && name != "attention_mask" {
			c.name(name, argument{value: a.Value})
		}
	}
	switch {
	case o.Type == "Operation":
		return o.operands(in)
	case o.info.Merge || o.Type == "HashedCrossing" || o.Type == "Attention" || o.Type == "AdditiveAttention":
		c.args = []argument{many(in)}
	case o.Type == "MultiHeadAttention" || o.Type == "GroupedQueryAttention":
		attend(o, in, &c)
	case o.Type == "Softmax" && len(in) > 1:
		c.args = []argument{one(in[0])}
		c.name("mask", one(in[1]))
	case o.info.Reads != nil && len(in) > 1:
		c.args = []argument{one(in[0])}
		for i, t := range in[1:] {
			c.name(o.info.Reads[i+1], one(t))
		}
	case o.info.More && len(in) > 1:
		c.args = []argument{one(in[0])}
		c.name("initial_state", many(in[1:]))
	default:
		for _, t := range in {
			c.args = append(c.args, one(t))
		}
	}
	return c
}

// attend are the arguments of an attention with heads: query, value and, under their
// names, key and mask.
func attend(o *node, in []tensor, c *call) {
	if a, ok := o.get("attention_mask"); ok && a.Value.Bool && len(in) > 2 {
		c.name("attention_mask", one(in[len(in)-1]))
		in = in[:len(in)-1]
	}
	query, value := in[0], in[0]
	if len(in) > 1 {
		value = in[1]
	}
	c.args = []argument{one(query), one(value)}
	for i, t := range in[min(2, len(in)):] {
		c.name([]string{"key", "attention_mask"}[i], one(t))
	}
}
