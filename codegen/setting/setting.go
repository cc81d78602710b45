package setting

import (
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/codegen/gokernel"
	"github.com/nngen-go/nngen/codegen/gotree"
	argument "github.com/nngen-go/nngen/ir/arg"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/loop"
	"github.com/nngen-go/nngen/runtime/metric"
	"github.com/nngen-go/nngen/runtime/optim"
	"github.com/nngen-go/nngen/runtime/train"
)

// given are the arguments of a setting that a struct of the runtime takes, with
// the fields of that struct.
type given struct {
	field argument.Field
	value any
}

// givenTo matches arguments with structs. An argument that is not there is the
// mistake of whoever made the program.
func givenTo(kind string, s loop.Setting, structs any) ([]given, error) {
	var list []given
	fields := argument.Fields(structs)
	for _, a := range s.Args {
		i := slices.IndexFunc(fields, func(f argument.Field) bool { return f.Name == a.Name })
		if i < 0 {
			return nil, fmt.Errorf("%s %s: the argument %s is not emitted by this version", kind, s.Name, diag.Quote(a.Name))
		}
		list = append(list, given{fields[i], a.Value})
	}
	return list, nil
}

// usual reports a value that the field has anyway.
func (g *given) usual() bool { return reflect.DeepEqual(g.value, g.field.Value()) }

// text prints the value for the field.
func (g *given) text(pkg string) (string, error) {
	text, err := argText(loop.SettingArg{Name: g.field.Name, Value: g.value})
	if by, ok := g.field.Option("by"); ok {
		text = "§" + pkg + "." + by + "(" + text + ")"
	}
	return text, err
}

// literal prints a struct of the runtime with what a literal without any field has
// not: what is not usual, and what is usual and not zero.
func literal(pkg string, of any, list []given) (string, error) {
	var fields []string
	for _, g := range list {
		zero := g.field.At.IsZero()
		if zero && g.usual() || !zero && reflect.ValueOf(g.value).IsZero() {
			continue
		}
		text, err := g.text(pkg)
		if err != nil {
			return "", err
		}
		fields = append(fields, g.field.Go+": "+text)
	}
	return fmt.Sprintf("§%s.%s{%s}", pkg, reflect.TypeOf(of).Elem().Name(), strings.Join(fields, ", ")), nil
}

// Rule builds the optimizer with the settings that differ from its defaults.
func Rule(s loop.Setting) (string, error) {
	rule := optim.NewRule(s.Name)
	if rule == nil {
		return "", fmt.Errorf("the optimizer %s is not emitted by this version", diag.Quote(s.Name))
	}
	list, err := givenTo("optimizer", s, rule)
	if err != nil {
		return "", err
	}
	rate := gokernel.Double.Number(rule.Common().LearningRate)
	var sets []string
	for _, g := range list {
		if schedule, ok := g.value.(loop.Setting); ok && g.field.Go == "LearningRate" {
			text, first, err := scheduleText(schedule)
			if err != nil {
				return "", fmt.Errorf("optimizer %s: %w", s.Name, err)
			}
			rate = first
			sets = append(sets, "rule.Schedule = "+text)
			continue
		}
		text, err := g.text("optim")
		switch {
		case err != nil:
			return "", fmt.Errorf("optimizer %s: %w", s.Name, err)
		case g.field.Go == "LearningRate":
			rate = text
		case !g.usual():
			sets = append(sets, "rule."+g.field.Go+" = "+text)
		}
	}
	made := fmt.Sprintf("§optim.New%s(%s)", reflect.TypeOf(rule).Elem().Name(), rate)
	if len(sets) == 0 {
		return "return " + made, nil
	}
	return fmt.Sprintf("rule := %s\n%s\nreturn rule", made, strings.Join(sets, "\n")), nil
}

// scheduleText is a schedule as a literal, and the learning rate that it begins
// with.
func scheduleText(s loop.Setting) (text, first string, err error) {
	all := optim.Schedules()
	i := slices.IndexFunc(all, func(e optim.Entry[optim.Schedule]) bool { return e.New().Name() == s.Name })
	if i < 0 {
		return "", "", fmt.Errorf("the learning rate schedule %s is not emitted by this version", diag.Quote(s.Name))
	}
	first = "0"
	for _, a := range s.Args {
		switch v := a.Value.(type) {
		case float64:
			if a.Name == "initial_learning_rate" {
				first = gokernel.Double.Number(v)
			}
		case []float64:
			if len(v) > 0 {
				first = gokernel.Double.Number(v[0])
			}
		}
	}
	zero := reflect.New(reflect.TypeOf(all[i].New()).Elem()).Interface()
	list, err := givenTo("schedule", s, zero)
	if err != nil {
		return "", "", err
	}
	text, err = literal("optim", zero, list)
	return text, first, err
}

// Metrics prints the function that makes the metrics of every output.
func Metrics(field string, outputs [][]loop.Setting) (string, error) {
	if len(outputs) == 0 {
		return "", nil
	}
	var lists []string
	for _, list := range outputs {
		var each []string
		for _, m := range list {
			text, err := metricText(m)
			if err != nil {
				return "", err
			}
			each = append(each, text)
		}
		if len(each) > 1 {
			lists = append(lists, "{\n"+strings.Join(each, ",\n")+",\n}")
		} else {
			lists = append(lists, "{"+strings.Join(each, ", ")+"}")
		}
	}
	return fmt.Sprintf("%s: func() [][]§metric.Metric {\nreturn [][]§metric.Metric{%s}\n},\n", field, strings.Join(lists, ", ")), nil
}

// metricText builds one metric: its name, then the settings that its constructor
// takes, each a struct of the runtime or the one field of another.
func metricText(s loop.Setting) (string, error) {
	all := metric.Entries()
	i := slices.IndexFunc(all, func(e metric.Entry) bool { return e.Name == s.Name })
	if i < 0 {
		return "", fmt.Errorf("the metric %s is not emitted by this version", diag.Quote(s.Name))
	}
	name := s.As
	if name == "" {
		name = s.Name
	}
	args := []string{gotree.Quote(name)}
	var settings []any
	if all[i].Args != nil {
		settings = all[i].Args()
	}
	list, err := givenTo("metric", s, settings)
	if err != nil {
		return "", err
	}
	for _, v := range settings {
		own := slices.DeleteFunc(slices.Clone(list), func(g given) bool { return g.field.In != reflect.TypeOf(v).Elem() })
		print := literal
		if reflect.TypeOf(v).Elem().Name() == "" {
			print = alone
		}
		text, err := print("metric", v, own)
		if err != nil {
			return "", fmt.Errorf("metric %s: %w", s.Name, err)
		}
		if text != "" {
			args = append(args, text)
		}
	}
	made := runtime.FuncForPC(reflect.ValueOf(all[i].New).Pointer()).Name()
	return fmt.Sprintf("§metric.%s(%s)", made[strings.LastIndexByte(made, '.')+1:], strings.Join(args, ", ")), nil
}

// alone prints the one field of a struct: as it is given, or as it is anyway. A
// list is printed without what encloses it.
func alone(pkg string, of any, list []given) (string, error) {
	g := given{field: argument.Fields(of)[0]}
	if g.value = g.field.Value(); len(list) > 0 {
		g = list[0]
	}
	if g.value == nil {
		return "", nil
	}
	text, err := g.text(pkg)
	if g.field.At.Kind() == reflect.Slice {
		text = strings.TrimSuffix(text[strings.IndexByte(text, '{')+1:], "}")
	}
	return text, err
}

// Callbacks is the field of compiled that makes the callbacks of the
// description.
func Callbacks(list []loop.Setting) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	var items strings.Builder
	all := train.Callbacks()
	for _, s := range list {
		i := slices.IndexFunc(all, func(e train.Entry) bool { return e.Name == s.Name && e.Elsewhere == "" })
		if i < 0 {
			return "", fmt.Errorf("the callback %s is not emitted by this version", diag.Quote(s.Name))
		}
		callback := all[i].New()
		given, err := givenTo("callback", s, callback)
		if err != nil {
			return "", err
		}
		text, err := literal("train", callback, given)
		if err != nil {
			return "", fmt.Errorf("callback %s: %w", s.Name, err)
		}
		items.WriteString("&" + text + ",\n")
	}
	return fmt.Sprintf("Callbacks: func() []§train.Callback {\nreturn []§train.Callback{\n%s}\n},\n", items.String()), nil
}

// ClassWeight is the field of compiled with the weights of the classes that
// do not weigh 1.
func ClassWeight(weights []float64) string {
	var items []string
	for class, w := range weights {
		if w != 1 {
			items = append(items, fmt.Sprintf("%d: %s", class, gokernel.Double.Number(w)))
		}
	}
	if items == nil {
		return ""
	}
	return fmt.Sprintf("ClassWeight: map[int]float64{%s},\n", strings.Join(items, ", "))
}

// argText is the value of an argument.
func argText(a loop.SettingArg) (string, error) {
	switch v := a.Value.(type) {
	case float64:
		return gokernel.Double.Number(v), nil
	case int:
		return fmt.Sprint(v), nil
	case bool:
		return fmt.Sprint(v), nil
	case string:
		return gotree.Quote(v), nil
	case []int:
		return listText("int", v, strconv.Itoa), nil
	case []float64:
		return listText("float64", v, gokernel.Double.Number), nil
	}
	return "", fmt.Errorf("the argument %s is a %T", diag.Quote(a.Name), a.Value)
}

// listText is a slice of such values.
func listText[T any](kind string, list []T, text func(T) string) string {
	items := make([]string, len(list))
	for i, v := range list {
		items[i] = text(v)
	}
	return "[]" + kind + "{" + strings.Join(items, ", ") + "}"
}
