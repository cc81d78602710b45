package build

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/nngen-go/nngen/ir/spec"
)

// TestSchemaKnowsEveryName builds a network with every name that the tables
// have, aliases too, and holds the schema to what Build accepts.
func TestSchemaKnowsEveryName(t *testing.T) {
	s := schemaOf(t)
	// %s is the name, alone or with empty arguments. A name that must have
	// arguments is refused by both.
	const network = `{"inputs": {"x": {"shape": [4]}}, "layers": [{"Dense": {"units": 4%s}}]%s}`
	c := Catalog()
	for _, list := range []struct {
		kind            string
		entries         []spec.EntryDoc
		layer, sections string
	}{
		{"activation", c.Activations, `, "activation": %s`, ""},
		{"initializer", c.Initializers, `, "kernel_initializer": %s`, ""},
		{"regularizer", c.Regularizers, `, "kernel_regularizer": %s`, ""},
		{"optimizer", c.Optimizers, "", `, "compile": {"loss": "mse", "optimizer": %s}`},
		{"loss", c.Losses, "", `, "compile": {"loss": %s}`},
		{"callback", c.Callbacks, "", `, "fit": {"callbacks": [%s]}`},
		{"metric", c.Metrics, "", `, "compile": {"loss": "categorical_crossentropy", "metrics": %s}`},
	} {
		aliases := 0
		for _, e := range list.entries {
			aliases += len(e.Aliases)
			for _, name := range append([]string{e.Name}, e.Aliases...) {
				for _, form := range []string{`"` + name + `"`, `{"` + name + `": {}}`} {
					text := fmt.Sprintf(network, strings.ReplaceAll(list.layer, "%s", form), strings.ReplaceAll(list.sections, "%s", form))
					m, err := spec.Parse("model.json", []byte(text))
					if err != nil {
						t.Errorf("%s %s: %v", list.kind, form, err)
						continue
					}
					if _, err = Build(m); err != nil && strings.Contains(err.Error(), "unknown "+list.kind) {
						t.Errorf("%s %s: %v", list.kind, form, err)
					}
					missing := err != nil && strings.Contains(err.Error(), "needs the argument")
					if why := s.refuses(t, []byte(text)); (why != "") != missing {
						t.Errorf("%s %s: the schema refuses it: %s", list.kind, form, why)
					}
				}
			}
		}
		if aliases == 0 {
			t.Errorf("%s: no aliases", list.kind)
		}
	}
}

// Schedules cannot do without arguments: they are built with those that they
// need.
func TestSchemaKnowsEverySchedule(t *testing.T) {
	s := schemaOf(t)
	for _, e := range Catalog().Schedules {
		args := map[string]any{}
		for _, a := range e.Args {
			if a.Required {
				args[a.Name] = map[string]any{"int": 3, "float": 0.5, "ints": []int{3}, "floats": []float64{0.5, 0.1}}[a.Type]
			}
		}
		for _, name := range append([]string{e.Name}, e.Aliases...) {
			text, err := json.Marshal(map[string]any{
				"inputs": map[string]any{"x": map[string]any{"shape": []int{4}}}, "layers": []any{map[string]any{"Dense": 4}},
				"compile": map[string]any{"loss": "mse", "optimizer": map[string]any{"adam": map[string]any{"learning_rate": map[string]any{name: args}}}},
			})
			if err != nil {
				t.Fatal(err)
			}
			m, err := spec.Parse("model.json", text)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if _, err := Build(m); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if why := s.refuses(t, text); why != "" {
				t.Errorf("%s: the schema refuses it: %s", name, why)
			}
		}
	}
}

// TestModels builds the descriptions that come with the repository, and
// validates them, as written by WriteJSON, against the schema.
func TestModels(t *testing.T) {
	s := schemaOf(t)
	var files []string
	for folder, least := range map[string]int{"../../testdata/models": 4, "../../testdata/examples": 8} {
		list, err := filepath.Glob(folder + "/*.yaml")
		if err != nil || len(list) < least {
			t.Fatalf("%s: %d models: %v", folder, len(list), err)
		}
		files = append(files, list...)
	}
	for _, name := range []string{"churn.yaml", "series.yaml", "reviews.yaml", "photos.yaml", "arrays.json", "ids.yaml", "adult.yaml", "house.yaml", "groups.yaml", "repeat.yaml", "nested.yaml"} {
		files = append(files, "../spec/testdata/models/"+name)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m, err := spec.Parse(file, src)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		n, err := Build(m)
		if err != nil {
			t.Errorf("%v", err)
			continue
		}
		if why := s.refuses(t, spec.WriteJSON(m)); why != "" {
			t.Errorf("%s: the schema refuses it: %s", file, why)
		}
		// What is written means the same: a list of layers without models in it.
		if flat, err := spec.Parse(m.Name+".json", spec.WriteJSON(m)); err != nil {
			t.Errorf("%s: %v", file, err)
		} else if again, err := Build(flat); err != nil || again.Header.Hash != n.Header.Hash {
			t.Errorf("%s: written, it means something else: %v", file, err)
		}
	}
}

// A schema that refuses nothing would pass the tests above.
func TestSchemaRefuses(t *testing.T) {
	s := schemaOf(t)
	for _, text := range []string{
		`{"layers": [{"Dense": {"units": 4, "activation": "rellu"}}]}`,
		`{"layers": [{"Dense": {"units": 0}}]}`,
		`{"layers": [{"Dense": {}}]}`,
		`{"layers": ["Dense"]}`,
		`{"layers": [{"Dense": {"units": 4, "size": 3}}]}`,
		`{"layers": []}`,
		`{"layers": ["Shared"]}`,
		`{"layers": [{"Shared": {"inputs": "x"}}]}`,
		`{"layers": [{"Shared": {"layer": "a", "trainable": false}}]}`,
		`{"layers": ["Model"]}`,
		`{"layers": [{"Model": {"layers": []}}]}`,
		`{"layers": [{"Model": {"layers": [{"Dense": {"units": 0}}]}}]}`,
		`{"layers": [{"Model": {"layers": ["Flatten"], "units": 3}}]}`,
		`{"layers": ["Flatten"], "compile": {"loss": "mse", "loss_weights": [1]}}`,
		`{"layers": ["Flatten"], "compile": {"loss": "mse", "loss_weights": {"flatten": "half"}}}`,
		`{"layers": ["Flatten"], "compile": {"loss": {"mse": {"delta": 1}}}}`,
		`{"layers": ["Flatten"], "compile": {"loss": "mse", "optimizer": {"sgd": {"momentum": 2}}}}`,
		`{"layers": ["Flatten"], "compile": {"loss": "mse", "optimizer": {"sgd": {"learning_rate": {"cosine_decay": {"alpha": 0.1}}}}}}`,
		`{"layers": ["Flatten"], "compile": {"loss": "mse", "optimizer": {"sgd": {"learning_rate": -0.1}}}}`,
		`{"layers": ["Flatten"], "fit": {"validation_split": 1}}`,
		`{"layers": ["Flatten"], "fit": {"callbacks": [{"early_stopping": {"pateince": 1}}]}}`,
		`{"layers": ["Flatten"], "fit": {"class_weight": {"no": -1}}}`,
		`{"layers": ["Flatten"], "data": {"train": {"csv": "a", "num_words": 3}}}`,
		`{"layers": ["Flatten"], "data": {"train": {"split": 0.5}}}`,
		`{"layers": ["Flatten"], "data": {"train": {"csv": "a"}, "features": {"a": {"type": "number", "scale": "minmax"}}}}`,
		`{"layers": ["Flatten"], "data": {"train": {"csv": "a"}, "features": {"a": {"type": "number", "vocabulary": 3}}}}`,
		`{"layers": ["Flatten"], "data": {"train": {"csv": "a"}, "features": {"a": {"type": "text"}}}}`,
		`{"layers": ["Flatten"], "data": {"train": {"csv": "a"}, "features": {"a": {"type": "date", "parts": ["quarter"]}}}}`,
		`{"layers": ["Flatten"], "data": {"train": {"csv": "a"}, "windows": {"offset": 1}}}`,
		`{"layers": ["Flatten"], "data": {"train": {"image_dir": "a", "color": "rgba"}}}`,
	} {
		if s.refuses(t, []byte(text)) == "" {
			t.Errorf("the schema accepts %s", text)
		}
	}
}

// schema validates with the keywords that spec.Schema writes, and no others.
type schema struct{ root map[string]any }

func schemaOf(t *testing.T) schema {
	t.Helper()
	var s schema
	if err := json.Unmarshal(spec.Schema(Catalog()), &s.root); err != nil {
		t.Fatal(err)
	}
	return s
}

// refuses says what the schema has against a JSON text, or nothing.
func (s schema) refuses(t *testing.T, text []byte) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	return s.check(t, s.root, v)
}

func (s schema) check(t *testing.T, node map[string]any, v any) string {
	object, _ := v.(map[string]any)
	list, _ := v.([]any)
	text, isText := v.(string)
	number, isNumber := v.(float64)
	for _, key := range slices.Sorted(maps.Keys(node)) {
		limit, ok := node[key], true
		bound, _ := limit.(float64)
		switch key {
		case "$schema", "$defs", "title", "description", "default":
		case "pattern": // of names, which the parser checks
		case "$ref":
			def := s.root["$defs"].(map[string]any)[strings.TrimPrefix(limit.(string), "#/$defs/")]
			if why := s.check(t, def.(map[string]any), v); why != "" {
				return why
			}
		case "anyOf":
			var whys []string
			for _, of := range limit.([]any) {
				whys = append(whys, s.check(t, of.(map[string]any), v))
			}
			if !slices.Contains(whys, "") {
				return "(" + strings.Join(whys, " | ") + ")"
			}
		case "type":
			ok = slices.ContainsFunc(several(limit), func(one any) bool { return is(v, one.(string)) })
		case "enum":
			ok = slices.ContainsFunc(limit.([]any), func(one any) bool { return reflect.DeepEqual(one, v) })
		case "properties":
			for name, p := range limit.(map[string]any) {
				if x, has := object[name]; has {
					if why := s.check(t, p.(map[string]any), x); why != "" {
						return name + ": " + why
					}
				}
			}
		case "additionalProperties":
			known, _ := node["properties"].(map[string]any)
			for name, x := range object {
				if _, has := known[name]; has {
					continue
				}
				of, allowed := limit.(map[string]any)
				if !allowed {
					return "no property " + name
				}
				if why := s.check(t, of, x); why != "" {
					return name + ": " + why
				}
			}
		case "propertyNames":
			for name := range object {
				if why := s.check(t, limit.(map[string]any), name); why != "" {
					return why
				}
			}
		case "required":
			for _, name := range limit.([]any) {
				if _, has := object[name.(string)]; object != nil && !has {
					return "needs " + name.(string)
				}
			}
		case "prefixItems":
			for i, of := range limit.([]any) {
				if i < len(list) {
					if why := s.check(t, of.(map[string]any), list[i]); why != "" {
						return why
					}
				}
			}
		case "items":
			prefix, _ := node["prefixItems"].([]any)
			for _, x := range list[min(len(prefix), len(list)):] {
				if why := s.check(t, limit.(map[string]any), x); why != "" {
					return why
				}
			}
		case "uniqueItems":
			for i, x := range list {
				ok = ok && !slices.ContainsFunc(list[:i], func(y any) bool { return reflect.DeepEqual(x, y) })
			}
		case "minItems":
			ok = list == nil || len(list) >= int(bound)
		case "maxItems":
			ok = len(list) <= int(bound)
		case "minProperties":
			ok = object == nil || len(object) >= int(bound)
		case "maxProperties":
			ok = len(object) <= int(bound)
		case "minLength":
			ok = !isText || utf8.RuneCountInString(text) >= int(bound)
		case "maxLength":
			ok = utf8.RuneCountInString(text) <= int(bound)
		case "minimum":
			ok = !isNumber || number >= bound
		case "maximum":
			ok = !isNumber || number <= bound
		case "exclusiveMinimum":
			ok = !isNumber || number > bound
		case "exclusiveMaximum":
			ok = !isNumber || number < bound
		default:
			t.Fatalf("the schema has the keyword %s, which this test does not know", key)
		}
		if !ok {
			return fmt.Sprintf("%v: %s %v", v, key, limit)
		}
	}
	return ""
}

func several(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// is reports whether a value is of a type of JSON Schema.
func is(v any, kind string) bool {
	switch v := v.(type) {
	case nil:
		return kind == "null"
	case bool:
		return kind == "boolean"
	case string:
		return kind == "string"
	case []any:
		return kind == "array"
	case map[string]any:
		return kind == "object"
	case float64:
		return kind == "number" || kind == "integer" && v == float64(int64(v))
	}
	return false
}
