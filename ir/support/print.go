package support

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/spec"
)

// Markdown prints the table.
func Markdown() (string, error) {
	table, err := Table()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	b.WriteString(`# What of Keras a description may name

Every public name of Keras 3.15.1 and every argument, and what nngen has besides. An argument in brackets has that default; a star marks one that must be given. This
page is printed from the registries and from Keras's own list of names (` + "`go test ./ir/support -update`" + `); ` + "`nngen list KIND NAME`" + ` says the same with a line on every argument.
`)
	for _, k := range Kinds() {
		fmt.Fprintf(&b, "\n## %s%s\n\nIn a description: `%s`.\n\n| name | arguments | not supported |\n|---|---|---|\n", strings.ToUpper(k.Name[:1]), k.Name[1:], fmt.Sprintf(k.Where, "NAME"))
		for _, e := range k.Entries {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", e.Name, arguments(e), Missing(table, k.Name, e.Name))
		}
		refused := map[string][]string{}
		var reasons []string
		for _, e := range table {
			if e.Kind != k.Name || e.Built {
				continue
			}
			if refused[e.Why] == nil {
				reasons = append(reasons, e.Why)
			}
			refused[e.Why] = append(refused[e.Why], e.Name.Name)
		}
		if len(reasons) > 0 {
			b.WriteString("\n| not supported | why |\n|---|---|\n")
		}
		for _, why := range reasons {
			fmt.Fprintf(&b, "| %s | %s |\n", strings.Join(refused[why], ", "), cell(why))
		}
	}
	return b.String(), nil
}

// cell is text that may stand in a table.
func cell(s string) string { return strings.NewReplacer("|", `\|`, "\n", " ").Replace(s) }

// arguments are those of an entry with their defaults.
func arguments(e spec.EntryDoc) string {
	var list []string
	for _, a := range e.Args {
		text := a.Name
		switch {
		case a.Required:
			text += "*"
		case a.Default != nil:
			text += " [" + written(a.Default) + "]"
		}
		list = append(list, text)
	}
	return cell(strings.Join(list, ", "))
}

// written is a default as a description has it.
func written(v any) string {
	switch v := v.(type) {
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, written(e))
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
}

// Missing are the arguments of Keras that an entry does not take, with the reasons.
func Missing(table []Entry, kind, name string) string {
	var reasons []string
	by := map[string][]string{}
	for _, e := range table {
		if e.Kind != kind || !e.Built || e.Doc.Name != name {
			continue
		}
		for _, a := range e.Arguments {
			answer := e.Args[a]
			if answer.Built || slices.Contains(by[answer.Why], a) {
				continue
			}
			if by[answer.Why] == nil {
				reasons = append(reasons, answer.Why)
			}
			by[answer.Why] = append(by[answer.Why], a)
		}
	}
	var list []string
	for _, why := range reasons {
		list = append(list, strings.Join(by[why], ", ")+": "+why)
	}
	return cell(strings.Join(list, "; "))
}

// Refusals are the names of a kind that are not supported, with the reasons.
func Refusals(table []Entry, kind string) (rows [][2]string) {
	for _, e := range table {
		if e.Kind == kind && !e.Built {
			rows = append(rows, [2]string{e.Name.Name, e.Why})
		}
	}
	return rows
}
