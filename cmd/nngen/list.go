package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/ir/spec"
	"github.com/nngen-go/nngen/ir/support"
)

// kind is a list of what descriptions call by name.
type kind struct{ support.Kind }

// kinds are the registries of the compiler.
func kinds() (list []kind) {
	for _, k := range support.Kinds() {
		list = append(list, kind{k})
	}
	return list
}

// kindCalled is the kind of that name.
func kindCalled(name string) kind {
	all := kinds()
	return all[slices.IndexFunc(all, func(k kind) bool { return k.Name == name })]
}

func kindNames() []string {
	var names []string
	for _, k := range kinds() {
		names = append(names, k.Name)
	}
	return names
}

func listCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list KIND [NAME]",
		Short: "List the losses, optimizers and the rest, or explain one",
		Long: `list prints the names of a kind with a line on each, or the arguments of one name.

Kinds: ` + strings.Join(kindNames(), ", ") + `.`,
		Example: `  nngen list losses
  nngen list optimizers adam
  nngen list layers Conv2D`,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 0:
				return usagef(cmd, "list what? %s", strings.Join(kindNames(), ", "))
			case len(args) > 2:
				return usagef(cmd, "one name at a time: unexpected argument %s", diag.Quote(args[2]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			all := kinds()
			i := slices.IndexFunc(all, func(k kind) bool { return k.Name == args[0] })
			if i < 0 {
				return usagef(cmd, "there is no kind %s%s It is one of: %s", diag.Quote(args[0]), diag.Hint(args[0], kindNames()), strings.Join(kindNames(), ", "))
			}
			return all[i].run(cmd, args[1:])
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return kindNames(), cobra.ShellCompDirectiveNoFileComp
			}
			for _, k := range kinds() {
				if k.Name == args[0] && len(args) == 1 {
					return k.complete(), cobra.ShellCompDirectiveNoFileComp
				}
			}
			return nil, cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// layersCommand is list layers under a shorter name.
func layersCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "layers [NAME]",
		Short: "List the layers, or explain one",
		Long:  `layers prints the layers that a description may have, or the arguments of one.`,
		Example: `  nngen layers
  nngen layers Conv2D`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef(cmd, "one layer at a time: unexpected argument %s", diag.Quote(args[1]))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return kindCalled("layers").run(cmd, args) },
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return kindCalled("layers").complete(), cobra.ShellCompDirectiveNoFileComp
		},
	}
}

// complete is the names with what a shell says of each.
func (k kind) complete() []string {
	var names []string
	for _, e := range k.Entries {
		names = append(names, e.Name+"\t"+e.Doc)
	}
	return names
}

func (k kind) run(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		var rows [][]string
		for _, e := range k.Entries {
			rows = append(rows, []string{e.Name, e.Doc})
		}
		if err := columns(cmd.OutOrStdout(), "", rows); err != nil {
			return err
		}
		return k.refusals(cmd.OutOrStdout())
	}
	e, ok := k.find(args[0])
	if why := k.refused(args[0]); !ok && why != "" {
		return fmt.Errorf("%s is not supported: %s", args[0], why)
	}
	if !ok {
		var names []string
		for _, e := range k.Entries {
			names = append(append(names, e.Name), e.Aliases...)
		}
		return usagef(cmd, "none of the %s is called %s%s", k.Name, diag.Quote(args[0]), diag.DidYouMean(args[0], names))
	}
	return k.explain(cmd.OutOrStdout(), e)
}

// refusals prints what Keras has of the kind and a description has not.
func (k kind) refusals(w io.Writer) error {
	table, err := support.Table()
	if err != nil {
		return err
	}
	rows := support.Refusals(table, k.Name)
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nnot supported:")
	var cells [][]string
	for _, r := range rows {
		cells = append(cells, r[:])
	}
	return columns(w, "  ", cells)
}

// refused says why there is no entry of that name, where Keras has one.
func (k kind) refused(name string) string {
	table, err := support.Table()
	if err != nil {
		return ""
	}
	for _, r := range support.Refusals(table, k.Name) {
		if strings.EqualFold(r[0], name) {
			return r[1]
		}
	}
	return ""
}

// find finds an entry by any of the names that a description may give it.
func (k kind) find(name string) (spec.EntryDoc, bool) {
	if k.Name == "layers" {
		name = spec.LayerClass(name)
	}
	i := slices.IndexFunc(k.Entries, func(e spec.EntryDoc) bool {
		same := func(s string) bool { return strings.EqualFold(s, name) }
		return same(e.Name) || slices.ContainsFunc(e.Aliases, same)
	})
	if i < 0 {
		return spec.EntryDoc{}, false
	}
	return k.Entries[i], true
}

// explain prints one entry: what it is, how it is written, its arguments.
func (k kind) explain(w io.Writer, e spec.EntryDoc) error {
	fmt.Fprintf(w, "%s: %s\n", e.Name, e.Doc)
	if len(e.Aliases) > 0 {
		fmt.Fprintf(w, "also called %s\n", strings.Join(e.Aliases, ", "))
	}
	written := example(e)
	if rest, ok := strings.CutPrefix(written, "{"+e.Name+": {"); ok && k.Name == "operations" {
		written = "{op: " + e.Name + ", " + strings.TrimSuffix(rest, "}")
	}
	fmt.Fprintf(w, "\n  "+k.Where+"\n", written)
	rows := [][]string{{"argument", "value", "default", ""}}
	for _, a := range e.Args {
		rows = append(rows, []string{a.Name, valueText(a), defaultText(a), a.Doc})
	}
	if k.Name == "layers" {
		name := map[string]string{"Shared": "that of the layer with a number", "Model": "none"}[e.Name]
		rows = append(rows, []string{"name", "text", cmp.Or(name, "its type"), "the layer's name"}, []string{"inputs", "names", "the layer before", "what it reads"})
		if e.Name != "Shared" { // which is trained as the layer is
			rows = append(rows, []string{"trainable", "true, false", "true", "whether training changes its weights"})
		}
	}
	if len(rows) == 1 {
		_, err := fmt.Fprintln(w, "\nIt takes no arguments.")
		return err
	}
	fmt.Fprintln(w)
	if err := columns(w, "  ", rows); err != nil {
		return err
	}
	table, err := support.Table()
	if err != nil {
		return err
	}
	if missing := support.Missing(table, k.Name, e.Name); missing != "" {
		fmt.Fprintf(w, "\nnot supported: %s\n", missing)
	}
	return nil
}

// example is how a description names an entry, with what it must be given.
func example(e spec.EntryDoc) string {
	var args []string
	for _, a := range e.Args {
		if !a.Required {
			continue
		}
		value := "..."
		switch {
		case len(a.OneOf) > 0:
			value = a.OneOf[0]
		case a.Type == "int" || a.Type == "float":
			value = strconv.Itoa(max(1, int(least(a))))
		}
		args = append(args, a.Name+": "+value)
	}
	if len(args) == 0 {
		return e.Name
	}
	return "{" + e.Name + ": {" + strings.Join(args, ", ") + "}}"
}

func least(a spec.ArgDoc) float64 {
	if a.Min == nil {
		return 0
	}
	return *a.Min
}

// valueText says what an argument may be.
func valueText(a spec.ArgDoc) string {
	text := map[string]string{
		"int": "whole number", "float": "number", "bool": "true, false", "string": "text", "ints": "list of whole numbers", "floats": "list of numbers",
		"strings": "list of texts", "pairs": "pairs of whole numbers", "rate": "number or schedule", "any": "anything",
	}[a.Type]
	switch {
	case a.Type == "call":
		text = map[bool]string{true: a.Of, false: "name"}[a.Of != ""]
	case len(a.OneOf) > 0:
		text = strings.Join(a.OneOf, ", ")
	case a.Type == "ints" && a.Size > 0:
		text = fmt.Sprintf("whole number, or a list of %d", a.Size)
	}
	if bounds := boundsText(a); bounds != "" {
		text += " " + bounds
	}
	if a.Nullable {
		text += " or null"
	}
	return text
}

// boundsText says how large a number may be.
func boundsText(a spec.ArgDoc) string {
	number := func(v *float64) string { return strconv.FormatFloat(*v, 'g', -1, 64) }
	var parts []string
	if a.Min != nil {
		parts = append(parts, map[bool]string{false: "from ", true: "above "}[a.MinOpen]+number(a.Min))
	}
	if a.Max != nil {
		parts = append(parts, map[bool]string{false: "to ", true: "below "}[a.MaxOpen]+number(a.Max))
	}
	return strings.Join(parts, " ")
}

func defaultText(a spec.ArgDoc) string {
	switch v := a.Default.(type) {
	case nil:
		if a.Required {
			return "(required)"
		}
		return "none"
	case []any:
		return strings.Join(strings.Fields(fmt.Sprint(v)), ", ")
	default:
		return fmt.Sprint(v)
	}
}

// columns prints rows with their cells one under the other, but for the last.
func columns(w io.Writer, indent string, rows [][]string) error {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, r := range rows {
		line := indent
		for i, cell := range r {
			line += cell
			if i+1 < len(r) {
				line += strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)+2)
			}
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}
