package main

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestReadmeWorkflow runs the commands in README.md's console blocks, in their
// order and in one folder, and compares what they print. Times differ from run
// to run, and the last digits of figures from one level of instructions to the
// next.
func TestReadmeWorkflow(t *testing.T) {
	repo, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	blocks := consoleBlocks(readFile(t, "README.md"))
	if len(blocks) < 7 {
		t.Fatalf("%d commands", len(blocks))
	}
	dir := t.TempDir()
	for _, name := range []string{"adult.yaml", "adult_train.csv", "adult_test.csv"} {
		text := readFile(t, filepath.Join(repo, "testdata", "models", name))
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, b := range blocks {
		cmd := exec.CommandContext(t.Context(), "sh", "-c", b.command+" 2>&1")
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", b.command, err, out)
		}
		if problem := compareOutput(b.output, string(out)); problem != "" {
			t.Errorf("$ %s\n%s\nall of it:\n%s", b.command, problem, out)
		}
	}
	picture := svgTexts(readFile(t, filepath.Join(dir, "history.svg")))
	if problem := compareOutput(svgTexts(readFile(t, filepath.Join(repo, "testdata", "readme", "history.svg"))), picture); problem != "" {
		t.Errorf("the picture is another: %s", problem)
	}
}

// consoleBlock is a command with what it prints.
type consoleBlock struct{ command, output string }

// consoleBlocks finds the commands in the fenced blocks called console.
func consoleBlocks(text string) []consoleBlock {
	var list []consoleBlock
	inside := false
	for line := range strings.Lines(text) {
		command, ok := strings.CutPrefix(line, "$ ")
		switch {
		case !inside:
			inside = line == "```console\n"
		case line == "```\n":
			inside = false
		case ok:
			list = append(list, consoleBlock{command: strings.TrimSpace(command)})
		case len(list) > 0:
			list[len(list)-1].output += line
		}
	}
	return list
}

// compareOutput says which line that is wanted does not come, or which comes
// unasked; "..." stands for any lines.
func compareOutput(want, got string) string {
	lines := strings.Split(strings.TrimSpace(got), "\n")
	skipping := false
	for w := range strings.Lines(strings.TrimSpace(want)) {
		w = strings.TrimRight(w, "\n")
		if w == "..." {
			skipping = true
			continue
		}
		for skipping && len(lines) > 0 && !alike(w, lines[0]) {
			lines = lines[1:]
		}
		skipping = false
		if len(lines) == 0 {
			return "missing: " + w
		}
		if !alike(w, lines[0]) {
			return "want: " + w + "\ngot:  " + lines[0]
		}
		lines = lines[1:]
	}
	if len(lines) > 0 && !skipping {
		return "too much: " + lines[0]
	}
	return ""
}

var (
	timeWord   = regexp.MustCompile(`^\d+(us|ms|s)(/step)?$`)
	numberWord = regexp.MustCompile(`\d{1,3}(,\d{3})+|\d+(\.\d+)?`)
)

// alike compares two lines word by word: a time is any time, and numbers agree
// to a twenty-fifth.
func alike(want, got string) bool {
	a, b := strings.Fields(want), strings.Fields(got)
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if timeWord.MatchString(a[i]) && timeWord.MatchString(b[i]) {
			continue
		}
		if numberWord.ReplaceAllString(a[i], "#") != numberWord.ReplaceAllString(b[i], "#") {
			return false
		}
		x, y := numberWord.FindAllString(a[i], -1), numberWord.FindAllString(b[i], -1)
		for k := range x {
			p, _ := strconv.ParseFloat(strings.ReplaceAll(x[k], ",", ""), 64) // the expression matches numbers only
			q, _ := strconv.ParseFloat(strings.ReplaceAll(y[k], ",", ""), 64)
			if math.Abs(p-q) > 0.04*max(p, q) {
				return false
			}
		}
	}
	return true
}

var svgText = regexp.MustCompile(`<text[^>]*>([^<]*)</text>`)

// svgTexts are the words in a picture, a line each.
func svgTexts(svg string) string {
	var b strings.Builder
	for _, m := range svgText.FindAllStringSubmatch(svg, -1) {
		b.WriteString(m[1] + "\n")
	}
	return b.String()
}

// built has the command read a description.
func (r *readme) built(t *testing.T, text string) {
	if err := os.WriteFile(filepath.Join(r.dir, "shown.yaml"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	if got := r.command(t, "nngen summary shown.yaml"); !strings.Contains(got, "Total params") {
		t.Error(got)
	}
}

// prepared has the command read layers that come before a network.
func (r *readme) prepared(t *testing.T, text string) {
	r.built(t, text+"\n  - Concatenate: {inputs: [job, both]}\n  - Dense: 1\n")
}

// imports runs commands on a file of Keras.
func (r *readme) imports(t *testing.T, text string) {
	file := readFile(t, filepath.Join(r.repo, "ir", "keras", "importer", "testdata", "functional.keras"))
	if err := os.WriteFile(filepath.Join(r.dir, "digits.keras"), []byte(file), 0o666); err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(text) {
		r.command(t, strings.TrimSpace(line))
	}
	if _, err := os.Stat(filepath.Join(r.dir, "small", "weights.safetensors")); err != nil {
		t.Error(err)
	}
}
