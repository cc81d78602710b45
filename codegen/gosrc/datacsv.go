package gosrc

import (
	"fmt"
	"strings"
)

// csvLoader prints the readers of tables.
func (e *emitter) csvLoader(f *file) {
	e.tableDecl(f)
	row := "Features"
	if e.p.Encoding.Series == nil {
		f.add(`// ReadCSV reads a table with a row per sample, compressed with gzip or not.
func ReadCSV(path string, o ...§data.ReadOption) (FeatureSet, error) {
	return §data.ReadRecords(path, table, setRow, o...)
}

// StreamCSV is ReadCSV for a file that is larger than memory: it is read anew in
// every epoch, in the order of its rows.
func StreamCSV(path string, o ...§data.ReadOption) FeatureSet {
	return §data.StreamRecords(path, table, setRow, o...)
}`)
	} else {
		row = "Step"
		e.seriesLoader(f)
	}
	each := "for i, name := range FeatureNames {\nr.Check(i, x.Set(name, r.Text(i)))\n}"
	if e.asArray() {
		each = "for i := range FeatureNames {\nr.Check(i, x.set(i, r.Text(i)))\n}"
	}
	targets := e.columnTargets(f)
	f.add(`// setRow reads the fields of a row.
func setRow(x *%s, y *Target, r *§data.Record) {
	%s
	%s
}`, row, each, targets)
}

// tableDecl prints which columns are read.
func (e *emitter) tableDecl(f *file) {
	s := e.p.Encoding
	fields := ""
	switch columns := s.Columns(); len(columns) {
	case 0:
		fields = "Columns: FeatureNames[:],\n"
	case 1:
		f.add("// targetColumn is the column of the target.\nconst targetColumn = %s", quote(columns[0]))
		fields = "Columns: append(FeatureNames[:], targetColumn),\n"
	default:
		var list strings.Builder
		for _, c := range columns {
			fmt.Fprintf(&list, "%s,\n", quote(c))
		}
		f.add("// targetColumns are the columns of the target, in the order of its values.\nvar targetColumns = [%d]string{\n%s}", len(columns), list.String())
		fields = "Columns: append(FeatureNames[:], targetColumns[:]...),\n"
	}
	if s.Weight != "" {
		fields += fmt.Sprintf("Weight: %s,\n", quote(s.Weight))
	}
	if s.Header != nil {
		fields += fmt.Sprintf("Header: []string{%s},\n", quotedList(s.Header))
	}
	if s.Separator != "" && s.Separator != "," {
		fields += fmt.Sprintf("Separator: %s,\n", strings.Replace(fmt.Sprintf("%q", []rune(s.Separator)[0]), "§", `\u00a7`, 1))
	}
	fields += e.csvWriting()
	f.add("// table says what is read of a CSV file.\nvar table = §data.CSV{\n%s}", fields)
}

// seriesLoader prints the readers of tables whose rows follow one another.
func (e *emitter) seriesLoader(f *file) {
	s := e.p.Encoding
	f.add(`// ReadCSV reads a table, compressed with gzip or not: %[1]d successive rows make a
// sample, whose target is that of the row %[2]d after them, and the next one begins
// %[3]d further on.
func ReadCSV(path string, o ...§data.ReadOption) (FeatureSet, error) {
	rows, err := §data.ReadRecords(path, table, setRow, o...)
	if err != nil {
		return nil, err
	}
	return §data.Windows(rows, series, window)
}

// StreamCSV is ReadCSV for a file that is larger than memory: it is read anew in
// every epoch, in the order of its rows.
func StreamCSV(path string, o ...§data.ReadOption) FeatureSet {
	rows, err := §data.Windows(§data.StreamRecords(path, table, setRow, o...), series, window)
	if err != nil {
		panic(err) // cannot be: nothing is read yet, and the series is a sound one
	}
	return rows
}

// series says which rows make a sample.
var series = §data.Series{Length: %[1]d, Offset: %[2]d, Stride: %[3]d}

func window(rows []Step) *Features { return (*Features)(rows) }`, s.Series.Length, s.Series.Offset, s.Series.Stride)
}

// columnTargets prints what sets the targets, and returns the statements that
// read the columns.
func (e *emitter) columnTargets(f *file) string {
	var lines []string
	column := 0
	for i, p := range e.p.Targets {
		t := e.p.Encoding.Target(i)
		at := "len(FeatureNames)"
		if column > 0 {
			at += fmt.Sprintf("+%d", column)
		}
		n := len(t.Columns)
		column += n
		switch {
		case n == 0:
		case n > 1:
			lines = append(lines, fmt.Sprintf("for i := range %d {\nr.Check(%s+i, %s(y, i, r.%s(%s+i)))\n}", n, at, e.valueSetter(f, i), reads(valuesOf(p)), at))
		case t.Classes != nil:
			parse := e.classParser(f, i, t.Classes, t.Spellings)
			lines = append(lines, fmt.Sprintf("if class, err := %s(r.Text(%s)); err != nil {\nr.Check(%s, err)\n} else {\n%s\n}", parse, at, at, e.classTarget(i, "class")))
		case len(e.p.Classes) > 0 && len(e.p.Targets) == 1:
			lines = append(lines, fmt.Sprintf("class, err := ParseClass(r.Text(%s))\nr.Check(%s, err)\n%s", at, at, e.classTarget(i, "class")))
		case len(p.Shape) > 0 && size(p.Shape) > 1 && !oneHot(p):
			e.fail("targets of shape %s are not read from one column by this version", tuple(p.Shape))
		default:
			lines = append(lines, fmt.Sprintf("r.Check(%s, %s(y, r.%s(%s)))", at, e.numberSetter(f, i, valuesOf(p)), reads(valuesOf(p)), at))
		}
	}
	return strings.Join(lines, "\n")
}

// classParser prints the function that tells the class of one of several targets
// from its text, and returns its name.
func (e *emitter) classParser(f *file, i int, classes []string, spellings [][]string) string {
	name := e.top.Pick("parse" + e.ports.targets[i])
	var cases strings.Builder
	seen := map[string]bool{}
	for k, class := range classes {
		all := []string{class}
		if k < len(spellings) {
			all = append(all, spellings[k]...)
		}
		var fresh []string
		for _, s := range all {
			if !seen[s] {
				seen[s] = true
				fresh = append(fresh, s)
			}
		}
		fmt.Fprintf(&cases, "case %s:\nreturn %d, nil\n", quotedList(fresh), k)
	}
	known := fmt.Sprintf("there are %d", len(classes))
	if len(classes) <= listedNames {
		known = "there are " + strings.ReplaceAll(fmt.Sprintf("%q", classes), "%", "%%")
	}
	f.add(`// %[1]s is the number of the class of that name, of %[2]s.
func %[1]s(name string) (int, error) {
	switch name {
	%[3]s}
	return 0, §fmt.Errorf(%[4]s, name)
}`, name, e.targetName(i), cases.String(), quote("no class %.80q; "+known))
	return name
}
