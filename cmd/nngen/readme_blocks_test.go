package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/nngen-go/nngen/cmd/nngen/internal/bench"
)

// document is a page whose blocks of code are held to be true.
type document struct {
	path   string // in the repository
	blocks []documentBlock
}

// documentBlock is a block of code, and what holds it to be true: a check,
// another test, or the reason why it cannot be run.
type documentBlock struct {
	first string // what its first line begins with
	how   string // "" where check does it
	check func(r *readme, t *testing.T, text string)
}

// documents are the pages for users, with all their blocks in order.
var documents = []document{
	{"README.md", []documentBlock{
		{"go run ./cmd/nngen fit testdata/models/mnist.yaml", "", (*readme).quickStart},
		{"name: iris", "TestReadme compares it with testdata/models/iris.yaml", nil},
		{"$ nngen generate wrong.yaml", "", (*readme).mistakes},
		{"$ nngen fit testdata/models/mnist.yaml --seed 1", "", (*readme).training},
		{"$ nngen generate testdata/models/iris.yaml", "", (*readme).console},
		{"m := iris.New(iris.Seed(1))", "", (*readme).api},
	}},
	{"cmd/nngen/README.md", []documentBlock{
		{"data:", "TestReadme compares it with testdata/models/adult.yaml", nil},
		{"inputs:", "", (*readme).prepared},
		{"layers:", "TestReadme compares it with testdata/models/adult.yaml", nil},
		{"$ nngen fit adult.yaml --seed 1", "TestReadmeWorkflow runs it", nil},
		{"$ nngen plot adult-run", "TestReadmeWorkflow runs it", nil},
		{"$ nngen evaluate adult.yaml", "TestReadmeWorkflow runs it", nil},
		{"$ nngen predict adult.yaml", "TestReadmeWorkflow runs it", nil},
		{"$ nngen fit adult.yaml --weights", "TestReadmeWorkflow runs it", nil},
		{"$ nngen generate adult.yaml", "TestReadmeWorkflow runs it", nil},
		{"name: house", "", scripted("inputs.txtar")},
		{"name: pairs", "", scripted("graphs.txtar")},
		{"name: translate", "", (*readme).built},
		{"name: transformer", "", (*readme).built},
		{"$ nngen summary testdata/models/mnist.yaml", "", (*readme).console},
		{"nngen import digits.keras -o digits", "", (*readme).imports},
		{"nngen fit digits.keras --with train.yaml --resume", "", executed("kerasserve.txtar")},
		{"//go:generate nngen generate digits/digits.yaml", "", scripted("kerasserve.txtar")},
		{"TokenAndPositionEmbedding:", "", scripted("custom.txtar")},
		{"nngen export digits.keras -o again.keras", "", (*readme).imports},
		{"layers:", "", scripted("onnx_training.txtar")},
		{"nngen export digits.keras -o digits.onnx", "", (*readme).imports},
		{"# yaml-language-server:", "", (*readme).schemaLine},
	}},
	{"generated/README.md", []documentBlock{
		{"// predict runs", "TestReadme compares it with generated/iris", nil},
		{"dst.X[0] =", "TestReadme compares it with generated/adult", nil},
		{"// untilAccurate", "TestReadme compares it with generated/example_test.go, which is run", nil},
		{"next := serving.Load().Clone()", "TestReadme compares it with generated/example_test.go, which is compiled", nil},
		{"go mod init -modfile=tools.mod", "", (*readme).recipe},
		{"//go:generate go run -mod=mod", "", (*readme).recipe},
		{"go mod edit -replace=", "", (*readme).recipe},
	}},
	{"testdata/peers/README.md", []documentBlock{
		{"./run.sh", "the table of times is measured against peers: minutes, and gigabytes of Python", nil},
		{"$ nngen bench testdata/models/mnist.yaml", "", (*readme).bench},
	}},
}

// readme is a page with the folder in which its commands are run.
type readme struct {
	text, repo, dir string
}

// TestReadmeBlocks holds every block of the pages to what is printed today, in
// a copy of what its commands name. A block that nobody knows is a mistake.
func TestReadmeBlocks(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range documents {
		t.Run(d.path, func(t *testing.T) {
			r := &readme{text: readFile(t, filepath.Join(repo, d.path)), repo: repo, dir: t.TempDir()}
			if err := os.Symlink(filepath.Join(repo, "testdata"), filepath.Join(r.dir, "testdata")); err != nil {
				t.Skip(err) // no links on this system
			}
			r.hold(t, d.blocks)
		})
	}
}

// hold compares the blocks of a page with those that are known.
func (r *readme) hold(t *testing.T, known []documentBlock) {
	blocks := codeBlocks(r.text)
	for i, text := range blocks {
		first, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
		if i >= len(known) || !strings.HasPrefix(first, known[i].first) {
			t.Fatalf("block %d is not in the list: %s", i, first)
		}
		b := known[i]
		t.Run(fmt.Sprintf("%d %s", i, b.first), func(t *testing.T) {
			if b.check == nil {
				t.Log(b.how)
				return
			}
			b.check(r, t, text)
		})
	}
	if len(blocks) != len(known) {
		t.Errorf("%d blocks, %d in the list", len(blocks), len(known))
	}
}

// codeBlocks finds the blocks of a text in Markdown: fenced, and indented by
// four spaces after an empty line.
func codeBlocks(text string) []string {
	var list []string
	var b strings.Builder
	end := func() {
		if s := strings.TrimRight(b.String(), "\n"); s != "" {
			list = append(list, s+"\n")
		}
		b.Reset()
	}
	fenced, indented, empty := false, false, true
	for line := range strings.Lines(text) {
		code, deep := strings.CutPrefix(line, "    ")
		switch {
		case strings.HasPrefix(line, "```"):
			end()
			fenced = !fenced
		case fenced:
			b.WriteString(line)
		case deep && (indented || empty):
			indented = true
			b.WriteString(code)
		case indented && strings.TrimSpace(line) == "":
			b.WriteString(line)
		case indented:
			indented = false
			end()
		}
		empty = strings.TrimSpace(line) == ""
	}
	end()
	return list
}

// command runs a command of the page and gives what it prints.
func (r *readme) command(t *testing.T, line string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", "-c", line+" 2>&1")
	cmd.Dir = r.dir
	out, _ := cmd.Output() // a command may be there to show its mistakes
	return strings.ReplaceAll(string(out), "\r", "")
}

// console runs a command and compares all that it prints but for the command
// that it says comes next.
func (r *readme) console(t *testing.T, text string) {
	line, want, _ := strings.Cut(text, "\n")
	got := nextLine.ReplaceAllString(r.command(t, strings.TrimPrefix(line, "$ ")), "")
	if problem := compareOutput(want, got); problem != "" {
		t.Errorf("%s\n%s\nall of it:\n%s", line, problem, got)
	}
}

var nextLine = regexp.MustCompile(`(?m)^next: .*\n`)

func (r *readme) quickStart(t *testing.T, text string) {
	_, claim, ok := strings.Cut(text, "to about ")
	if !ok || !strings.Contains(r.text, "accuracy: "+strings.Fields(claim)[0]) {
		t.Errorf("the training shown below does not get %q", claim)
	}
	if !strings.Contains(text, "\ngo test ./... ./runtime/...") {
		t.Error("the tests are run in another way")
	}
	t.Log("go test is what runs this")
}

// scripted holds the lines of a description to those of a script that trains it.
func scripted(name string) func(*readme, *testing.T, string) {
	return func(_ *readme, t *testing.T, text string) {
		script := readFile(t, filepath.Join("testdata", "script", name))
		for line := range strings.Lines(text) {
			line, _, _ = strings.Cut(line, "   #")
			if !strings.Contains(script, strings.TrimRight(line, "\n")+"\n") {
				t.Errorf("%s has no line %q", name, line)
			}
		}
	}
}

// executed holds command lines to those of a script.
func executed(name string) func(*readme, *testing.T, string) {
	return func(_ *readme, t *testing.T, text string) {
		script := readFile(t, filepath.Join("testdata", "script", name))
		for line := range strings.Lines(text) {
			if !strings.Contains(script, "\nexec "+line) {
				t.Errorf("%s does not run %q", name, line)
			}
		}
	}
}

// mistakes writes the description that has the mistakes shown.
func (r *readme) mistakes(t *testing.T, text string) {
	const wrong = "name: wrong\ninputs: {x: {shape: [4]}}\nlayers:\n  - Dense: {unit: 16}\ncompile: {optimizer: adm, loss: mse}\n"
	if err := os.WriteFile(filepath.Join(r.dir, "wrong.yaml"), []byte(wrong), 0o666); err != nil {
		t.Fatal(err)
	}
	line, want, _ := strings.Cut(text, "\n")
	got := strings.Split(r.command(t, strings.TrimPrefix(line, "$ ")), "\n")
	for i, w := range strings.Split(strings.TrimSpace(want), "\n") {
		if begin, _ := strings.CutSuffix(w, "..."); i >= len(got) || !strings.HasPrefix(got[i], begin) {
			t.Errorf("%s: got %q", w, got)
		}
	}
}

// training runs fit and compares the figures of every epoch shown with those
// that it prints without a terminal.
func (r *readme) training(t *testing.T, text string) {
	bar := regexp.MustCompile(`(Epoch \d+/\d+)\n(\d+/\d+) ━+ `)
	r.console(t, bar.ReplaceAllString(text, "$1 - $2 - "))
}

// bench compares the sizes: what it measures is another on every machine.
func (r *readme) bench(t *testing.T, text string) {
	net, err := compile(t.Context(), filepath.Join(r.repo, "testdata", "models", "mnist.yaml"), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range (&bench.Model{Program: net.Program}).Workloads(1) {
		if !strings.Contains(text, "\n"+w.Label+" ") {
			t.Errorf("no line %q", w.Label)
		}
		if w.Name != "train" {
			continue
		}
		for _, size := range []string{bench.Amount(w.Flops, "FLOP") + " ÷ ", bench.Amount(w.Streamed(), "B") + " ÷ "} {
			if !strings.Contains(text, " "+size) {
				t.Errorf("the training step takes %s", size)
			}
		}
	}
}

// recipe is run by a script, line by line, with the checkout that the tests are in.
func (r *readme) recipe(t *testing.T, text string) {
	script := strings.ReplaceAll(readFile(t, filepath.Join("testdata", "script", "tool.txtar")), "$REPO", "../nngen")
	for line := range strings.Lines(text) {
		want := "\nexec " + line
		if strings.HasPrefix(line, "//") {
			want = "\n" + line
		}
		if !strings.Contains(script, want) {
			t.Errorf("tool.txtar does not run %q", line)
		}
	}
}

// schemaLine stands before a description, and names what schema prints.
func (r *readme) schemaLine(t *testing.T, text string) {
	name := regexp.MustCompile(`\$schema=(\S+)`).FindStringSubmatch(text)
	if name == nil {
		t.Fatal(text)
	}
	if schema := r.command(t, "nngen schema >"+name[1]+" && cat "+name[1]); !json.Valid([]byte(schema)) {
		t.Errorf("the schema is not JSON: %.100s", schema)
	}
	path := filepath.Join(r.dir, "schema.yaml")
	if err := os.WriteFile(path, []byte(text+"inputs: {x: {shape: [4]}}\nlayers:\n  - Dense: 1\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := compile(t.Context(), path, nil); err != nil {
		t.Error(err)
	}
}

// apiProgram runs the lines about the API of a package, and compiles those of the
// table for users coming from Keras.
const apiProgram = `package main

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"strconv"

	"github.com/nngen-go/nngen/generated/adult"
	"github.com/nngen-go/nngen/generated/iris"
)

func rows(path string) (x []iris.Input, y []iris.Target) {
	f, err := os.Open(path)
	if err != nil {
		panic(err)
	}
	defer f.Close()
	table, err := csv.NewReader(f).ReadAll()
	if err != nil {
		panic(err)
	}
	for _, row := range table[1:] {
		var in iris.Input
		for i := range in {
			v, err := strconv.ParseFloat(row[i], 32)
			if err != nil {
				panic(err)
			}
			in[i] = float32(v)
		}
		class, err := iris.ParseClass(row[len(in)])
		if err != nil {
			panic(err)
		}
		x, y = append(x, in), append(y, iris.Target(class))
	}
	return x, y
}

func main() {
	ctx := context.Background()
	x, y := rows(os.Args[1])
	xTest, yTest := rows(os.Args[2])
API	if err != nil {
		panic(err)
	}
	_ = history
	fmt.Println(result)
	fmt.Println(class, p)
}

func table(ctx context.Context, m *adult.Model, rows, test adult.FeatureSet, history *adult.History, row adult.Features, x adult.Input, f string, w io.Writer) {
TABLE}
`

// api runs the lines about the API and compares the figures in their comments.
func (r *readme) api(t *testing.T, text string) {
	dir, err := os.MkdirTemp("testdata", "readme")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	source := strings.NewReplacer("API", text, "TABLE", r.goColumn(t)).Replace(apiProgram)
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte(source), 0o666); err != nil {
		t.Fatal(err)
	}
	exe := filepath.Join(r.dir, "api")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", exe, "./"+filepath.ToSlash(dir)).CombinedOutput(); err != nil {
		t.Fatalf("%s\n%s", out, source)
	}
	models := filepath.Join(r.repo, "testdata", "models")
	cmd := exec.CommandContext(t.Context(), exe, filepath.Join(models, "iris_train.csv"), filepath.Join(models, "iris_test.csv"))
	cmd.Dir = r.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lines := strings.Split(string(bytes.TrimSpace(out)), "\n")
	for i, want := range []string{commentOf(text, "m.Evaluate"), strings.Split(commentOf(text, "m.Classify"), ",")[0]} {
		if i >= len(lines) || !alike(want, lines[i]) {
			t.Errorf("want %s, got %s", want, out)
		}
	}
}

// commentOf is the comment after a call.
func commentOf(text, call string) string {
	_, rest, _ := strings.Cut(text, call)
	line, _, _ := strings.Cut(rest, "\n")
	_, comment, _ := strings.Cut(line, "// ")
	return comment
}

// goColumn is the statements in the last column of the table for users
// coming from Keras, each in a scope of its own.
func (r *readme) goColumn(t *testing.T) string {
	var b strings.Builder
	for line := range strings.Lines(between(t, readFile(t, filepath.Join(r.repo, "cmd", "nngen", "README.md")), "in Go, on the generated package |\n", "\n\n")) {
		cells := strings.Split(strings.TrimSpace(line), "|")
		for _, code := range regexp.MustCompile("`([^`]*)`").FindAllStringSubmatch(cells[len(cells)-2], -1) {
			if strings.HasPrefix(code[1], "income.") {
				continue // TestReadmeWorkflow makes and tests that package
			}
			fmt.Fprintf(&b, "\t{\n\t\t%s\n", strings.ReplaceAll(code[1], "; ", "\n\t\t"))
			for statement := range strings.SplitSeq(code[1], "; ") {
				if names, _, ok := strings.Cut(statement, ":="); ok {
					for name := range strings.SplitSeq(names, ",") {
						fmt.Fprintf(&b, "\t\t_ = %s\n", strings.TrimSpace(name))
					}
				}
			}
			b.WriteString("\t}\n")
		}
	}
	if strings.Count(b.String(), "{\n") < 8 {
		t.Errorf("the table has few statements in Go:\n%s", b.String())
	}
	return b.String()
}
