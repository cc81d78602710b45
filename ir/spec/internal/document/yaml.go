package document

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/nngen-go/nngen/ir/diag"
)

// ReadYAML reads the one document of a YAML file. What remains after errors is
// not to be used where fatal is true.
func ReadYAML(src Source) (root Value, errs diag.List, fatal bool) {
	dec := yaml.NewDecoder(bytes.NewReader(src.Text))
	var doc, second yaml.Node
	err := dec.Decode(&doc)
	if errors.Is(err, io.EOF) {
		errs.Add(diag.Pos{File: src.File, Line: 1, Col: 1}, "the file holds comments alone; a description has at least inputs: and layers:")
		return root, errs, true
	}
	if err == nil {
		if err = dec.Decode(&second); err == nil {
			errs.Add(diag.Pos{File: src.File, Line: second.Line, Col: second.Column}, "a second document begins here; a file holds one description: take out the line of dashes or split the file")
			return root, errs, true
		}
	}
	if !errors.Is(err, io.EOF) && err != nil {
		return root, diag.List{explainYAML(src, err)}, true
	}
	c := yamlConverter{file: src.File, open: map[*yaml.Node]bool{}}
	root = c.value(doc.Content[0], 0)
	return root, c.errs, c.full
}

// yamlConverter turns YAML nodes into values; it expands aliases within the
// bounds and resolves scalars itself.
type yamlConverter struct {
	file  string
	errs  diag.List
	count int
	full  bool
	open  map[*yaml.Node]bool // anchored nodes being expanded
}

func (c *yamlConverter) pos(n *yaml.Node) diag.Pos {
	return diag.Pos{File: c.file, Line: n.Line, Col: n.Column}
}

func (c *yamlConverter) value(n *yaml.Node, depth int) Value {
	v := Value{Pos: c.pos(n)}
	if c.count++; c.count > maxValues || c.full {
		if !c.full {
			c.errs.Add(v.Pos, "the description has more than %d values (aliases counted each time)", maxValues)
		}
		c.full = true
		return v
	}
	if depth > maxDepth {
		c.errs.Add(v.Pos, "lists and maps are nested more than %d deep here", maxDepth)
		c.full = true
		return v
	}
	if n.Kind != yaml.AliasNode && n.Style&yaml.TaggedStyle != 0 {
		c.errs.Add(v.Pos, "YAML tags such as %s are not used in a description; take it out", diag.Quote(n.Tag))
	}
	switch n.Kind {
	case yaml.AliasNode:
		if c.open[n.Alias] {
			c.errs.Add(v.Pos, "the alias *%s is inside what it stands for", short(n.Value))
			c.full = true
			return v
		}
		c.open[n.Alias] = true
		v = c.value(n.Alias, depth+1)
		delete(c.open, n.Alias)
	case yaml.ScalarNode:
		return c.scalar(n)
	case yaml.SequenceNode:
		v.Kind = List
		if n.Anchor != "" {
			c.open[n] = true
			defer delete(c.open, n)
		}
		for _, e := range n.Content {
			v.List = append(v.List, c.value(e, depth+1))
		}
	case yaml.MappingNode:
		v.Kind = Map
		if n.Anchor != "" {
			c.open[n] = true
			defer delete(c.open, n)
		}
		c.entries(&v, n, depth)
	}
	return v
}

func (c *yamlConverter) scalar(n *yaml.Node) Value {
	pos := c.pos(n)
	if problem := tooLong(n.Value); problem != "" {
		c.errs.Add(pos, "%s", problem)
		return Value{Kind: String, Str: "x", Pos: pos}
	}
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return Value{Kind: String, Str: n.Value, Pos: pos}
	}
	v, problem := scalar(n.Value)
	v.Pos = pos
	if v.Kind != String {
		v.text, v.problem = n.Value, problem
	}
	if problem != "" && n.Anchor != "" { // an alias may stand where it is not a word
		c.errs.Add(pos, "%s", problem)
		v.problem = ""
	}
	return v
}

// entries reads the keys and values of a map; a key is its text, whatever type
// YAML would give it.
func (c *yamlConverter) entries(v *Value, n *yaml.Node, depth int) {
	seen := map[string]diag.Pos{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind == yaml.AliasNode && k.Alias.Kind == yaml.ScalarNode {
			k = k.Alias
		}
		pos := c.pos(n.Content[i])
		switch {
		case k.Kind != yaml.ScalarNode:
			c.errs.Add(pos, "a key must be a name, not a list or map; is a pair of braces or brackets too many here?")
			continue
		case len(k.Value) > maxText:
			c.errs.Add(pos, "%s", tooLong(k.Value))
			continue
		case k.Value == "<<" && k.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0:
			c.errs.Add(pos, `merge keys ("<<") are not used in a description; write the lines out`)
			continue
		case k.Style&yaml.TaggedStyle != 0:
			c.errs.Add(pos, "YAML tags such as %s are not used in a description; take it out", diag.Quote(k.Tag))
		}
		if first, twice := seen[k.Value]; twice {
			c.errs.Add(pos, "%s", duplicateKey(k.Value, first))
			continue
		}
		seen[k.Value] = pos
		value := c.value(n.Content[i+1], depth+1)
		if list, skip := c.tuple(k.Value, n, i+1); skip > 0 {
			value, i = list, i+skip
		}
		v.Map = append(v.Map, Arg{Name: k.Value, Pos: pos, Value: value})
	}
}

// tuple reports a tuple of Python or a vector of R in braces, {kernel_size: (3,
// 3)}: YAML ends the value at the comma and takes what follows for keys. It
// gives the list that was meant and how many more of the map's nodes it took.
func (c *yamlConverter) tuple(key string, n *yaml.Node, at int) (list Value, skip int) {
	first := n.Content[at]
	open := strings.IndexByte(first.Value, '(')
	if n.Style&yaml.FlowStyle == 0 || first.Kind != yaml.ScalarNode || open < 0 || open > 1 || strings.Contains(first.Value, ")") {
		return Value{}, 0
	}
	items := []string{first.Value[open+1:]}
	for i := at + 1; i+1 < len(n.Content) && len(items) < MaxRank; i += 2 {
		item, null := n.Content[i].Value, n.Content[i+1].Value
		if n.Content[i].Kind != yaml.ScalarNode || n.Content[i+1].Kind != yaml.ScalarNode || null != "" {
			return Value{}, 0
		}
		item, last := strings.CutSuffix(item, ")")
		if item != "" {
			items = append(items, item)
		}
		if !last {
			continue
		}
		list = Value{Kind: List, Pos: c.pos(first)}
		for _, item := range items {
			e, problem := scalar(strings.TrimSuffix(strings.TrimSpace(item), "L"))
			if problem != "" || e.Kind == String && len(item) > 20 {
				return Value{}, 0
			}
			e.Pos = list.Pos
			list.List = append(list.List, e)
		}
		c.errs.Add(list.Pos, "a list is written in square brackets; write %s: %s", Plain(key), list.Brief())
		return list, i + 1 - at
	}
	return Value{}, 0
}
