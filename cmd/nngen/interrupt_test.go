package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
)

const endless = `
name: endless
data:
  train: {csv: iris_train.csv}
  features: {petal_length: {type: number}, petal_width: {type: number}}
  target: {column: species, classes: [setosa, versicolor, virginica]}
layers:
  - Dense: {units: 3, activation: softmax}
compile: {loss: sparse_categorical_crossentropy}
fit: {epochs: 10000000}
`

// TestInterrupt presses Ctrl-C in the middle of a training: the exit code says
// so, and what has been reached is kept.
func TestInterrupt(t *testing.T) {
	models, err := filepath.Abs("../../testdata/models")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "endless.yaml"), []byte(endless), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "nngen", "fit", "endless.yaml", "--data", models, "--seed", "1")
	cmd.Dir = dir
	scratch := t.TempDir()
	cmd.Env = append(os.Environ(), "TMPDIR="+scratch)
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stderr := bufio.NewReader(pipe)
	for {
		line, err := stderr.ReadString('\n')
		if err != nil {
			t.Fatalf("before the third epoch: %v", err)
		}
		if strings.HasPrefix(line, "Epoch 3/") {
			break
		}
	}
	if runtime.GOOS == "linux" || runtime.GOOS == "darwin" { // where folders can be locked
		second := exec.CommandContext(t.Context(), "nngen", "fit", "endless.yaml", "--data", models, "--seed", "1", "--force")
		second.Dir = dir
		out, _ := second.CombinedOutput() // the exit code is looked at below
		if want := "nngen: endless-run: another run of nngen is writing to this folder; wait for it to end, or choose another folder with -o\n"; second.ProcessState.ExitCode() != exitFailure || string(out) != want {
			t.Errorf("a second training in the same folder: %q", out)
		}
	}
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(stderr)
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code is looked at below
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	if !strings.HasSuffix(string(rest), "\nnngen: interrupted\nnext: nngen fit endless.yaml --data "+models+" --seed 1 --resume\n") {
		t.Errorf("it ends with %q", rest[max(0, len(rest)-200):])
	}
	b, err := os.ReadFile(filepath.Join(dir, "endless-run", "history.json"))
	if err != nil {
		t.Fatal(err)
	}
	var history struct{ Epoch []int }
	if err := json.Unmarshal(b, &history); err != nil || len(history.Epoch) < 2 {
		t.Errorf("%d epochs are kept, %v", len(history.Epoch), err)
	}
	for _, name := range []string{network.WeightsFile, "history.svg"} {
		if !disk.Exists(filepath.Join(dir, "endless-run", name)) {
			t.Errorf("%s is not kept", name)
		}
	}
	checkScratch(t, scratch)
	resume(t, dir, models, len(history.Epoch)+3)
}

// resume goes on with the interrupted run, and compares it with one that nothing
// has happened to.
func resume(t *testing.T, dir, models string, epochs int) {
	t.Helper()
	fit := func(args ...string) (string, error) {
		cmd := exec.CommandContext(t.Context(), "nngen", append([]string{"fit", "endless.yaml", "--data", models, "--epochs", strconv.Itoa(epochs)}, args...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	if out, err := fit(); err == nil || !strings.Contains(out, "endless-run holds an interrupted run: begin anew with --force, or go on with it: nngen fit endless.yaml --data ") {
		t.Errorf("a second run: %v\n%s", err, out)
	}
	out, err := fit("--resume")
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if strings.Contains(out, "Epoch 1/") || !strings.Contains(out, "\nseed 1: wrote weights.safetensors") {
		t.Errorf("the run that goes on says\n%s", out)
	}
	if out, err := fit("--seed", "1", "-o", "straight", "-q"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{network.WeightsFile, "history.json"} {
		if readFile(t, filepath.Join(dir, "endless-run", name)) != readFile(t, filepath.Join(dir, "straight", name)) {
			t.Errorf("%s is not that of a run without interruption", name)
		}
	}
	if disk.Exists(filepath.Join(dir, "endless-run", "backup")) {
		t.Error("the checkpoint is left behind")
	}
	if out, err := fit("--resume"); err == nil || !strings.Contains(out, "endless-run: there is no interrupted run to go on with; leave --resume out") {
		t.Errorf("nothing to go on with: %v\n%s", err, out)
	}
}

// TestKill ends the command by force in the middle of a training: the program
// that trains stops, too, and the run can be gone on with.
func TestKill(t *testing.T) {
	models, err := filepath.Abs("../../testdata/models")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "endless.yaml"), []byte(endless), 0o666); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "nngen", "fit", "endless.yaml", "--data", models, "--seed", "1")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+t.TempDir())
	pipe, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stderr, last := bufio.NewReader(pipe), 0
	for killed := false; ; {
		line, err := stderr.ReadString('\n') // to the end of both programs
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if of, ok := strings.CutPrefix(line, "Epoch "); ok {
			epoch, _, _ := strings.Cut(of, "/")
			if last, err = strconv.Atoi(epoch); err != nil {
				t.Fatal(err)
			}
		}
		if last == 3 && !killed {
			killed = true
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // it was killed
	resume(t, dir, models, last+3)
}

// TestInterruptFirstEpoch presses Ctrl-C before there is anything to put into
// the history: the steps that were taken are kept all the same.
func TestInterruptFirstEpoch(t *testing.T) {
	model, err := filepath.Abs("../../testdata/models/mnist.yaml")
	if err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(t.TempDir(), "out")
	logs := filepath.Join(t.TempDir(), "logs")
	cmd := exec.CommandContext(t.Context(), "nngen", "fit", model, "-o", out, "--seed", "1", "--tensorboard", logs)
	scratch := t.TempDir()
	cmd.Env = append(os.Environ(), "TMPDIR="+scratch, "NNGEN_CPU=go") // machine code would be through with it
	var rest bytes.Buffer
	cmd.Stderr = &rest
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for begin := time.Now(); !disk.Exists(logs); time.Sleep(10 * time.Millisecond) { // made when the training begins
		if time.Since(begin) > 5*time.Minute {
			t.Fatal("the training does not begin")
		}
	}
	time.Sleep(time.Second) // an epoch takes five
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // the exit code is looked at below
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted {
		t.Errorf("exit code %d", code)
	}
	if want := "seed 1: wrote weights.safetensors, history.json, history.svg to " + out + "\nnngen: interrupted\nnext: nngen fit " + model + " --output " + out + " --seed 1 --tensorboard " + logs + " --resume\n"; rest.String() != want {
		t.Errorf("it says %q, want %q", rest.String(), want)
	}
	if b, err := os.ReadFile(filepath.Join(out, "history.json")); err != nil || !strings.Contains(string(b), `"epoch": []`) {
		t.Errorf("%s, %v", b, err)
	}
	if b, err := os.ReadFile(filepath.Join(out, network.WeightsFile)); err != nil || !network.IsOurWeights(b) {
		t.Errorf("no weights: %v", err)
	}
	checkScratch(t, scratch)
}

func checkScratch(t *testing.T, scratch string) {
	t.Helper()
	if left, err := os.ReadDir(scratch); err != nil || len(left) > 0 {
		t.Errorf("scratch modules are left behind: %v %v", left, err)
	}
}

// Ctrl-C while a large model is planned ends every command at once, and leaves
// nothing.
func TestInterruptPlanning(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be interrupted from another one there")
	}
	dir := t.TempDir()
	large := strings.Replace(describe(growing["dense"](9000)), "inputs: {x: {shape: [8]}}", `data:
  train: {csv: train.csv}
  test:  {csv: train.csv}
  features: {a: {type: number}}
  target: {column: b}`, 1)
	writeTestFile(t, filepath.Join(dir, "large.yaml"), large)
	writeTestFile(t, filepath.Join(dir, "train.csv"), "a,b\n1,2\n")
	for _, args := range [][]string{
		{"generate", "large.yaml"}, {"generate", "large.yaml", "--check"}, {"generate", "large.yaml", "--dump", "all"},
		{"summary", "large.yaml"}, {"bench", "large.yaml"}, {"fit", "large.yaml"},
		{"evaluate", "large.yaml", "--weights", "large.yaml"}, {"predict", "large.yaml", "train.csv", "--weights", "large.yaml"},
		{"plot", "large.yaml", "-o", "large.png"},
	} {
		scratch := t.TempDir()
		cmd := exec.CommandContext(t.Context(), "nngen", args...)
		cmd.Dir, cmd.Env = dir, append(os.Environ(), "TMPDIR="+scratch)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond) // it takes seconds to plan
		begin := time.Now()
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // the exit code is looked at below
		if code, took := cmd.ProcessState.ExitCode(), time.Since(begin); code != exitInterrupted || took > 3*time.Second || stderr.String() != "nngen: interrupted\n" {
			t.Errorf("%q: exit code %d after %v\n%s", args, code, took, &stderr)
		}
		checkScratch(t, scratch)
		left, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		if len(left) != 2 {
			t.Errorf("%q leaves %v", args, left)
		}
	}
}

// A second Ctrl-C ends what does not end by itself, and takes the temporary
// files along.
func TestInterruptTwice(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a process cannot be interrupted from another one there")
	}
	scratch := t.TempDir()
	left := filepath.Join(scratch, "nngen-left")
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), "NNGEN_TEST_DEAF="+left)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	for _, want := range []string{"ready\n", "interrupted\n"} {
		if line, err := lines.ReadString('\n'); line != want {
			t.Fatalf("%q, %v", line, err)
		}
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Wait() // the exit code is looked at below
	if code := cmd.ProcessState.ExitCode(); code != exitInterrupted || disk.Exists(left) {
		t.Errorf("exit code %d, and is the temporary folder there? %v", code, disk.Exists(left))
	}
}

// deaf is a command that does not end when it is interrupted.
func deaf(folder string) {
	ctx, _ := interruptible()
	if err := os.Mkdir(folder, 0o777); err != nil {
		panic(err)
	}
	leftover.Add(folder)
	fmt.Println("ready")
	<-ctx.Done()
	fmt.Println("interrupted")
	select {}
}
