package bench

import (
	"bufio"
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"go/format"
	"io"
	"math"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/nngen-go/nngen/ir/loop"
)

// tokens is how many ids a ragged input has in the benchmark: about what
// a movie review has distinct words.
const tokens = 130

// mostBytes bounds the samples that the training steps go through, which are
// at most mostBatches batches.
const mostBytes, mostBatches = 32 << 20, 32

// programData is what the template of the benchmark program is given.
type programData struct {
	Batch, Batches            int // rows of a batch, batches of different rows
	Tokens, Threads           int
	InputLimits, TargetLimits string
	Large                     bool // whether Predict is PredictInto
}

//go:embed program.go.tmpl
var programText string

var programTemplate = template.Must(template.New("program.go.tmpl").Parse(programText))

// Source prints the program that runs the compiled package.
func (m *Model) Source(threads int) ([]byte, error) {
	p := m.Program
	t := programData{Batch: m.rows(), Tokens: tokens, Threads: threads, InputLimits: limits(p.Inputs), TargetLimits: limits(p.Targets)}
	t.Batches = min(max(mostBytes/(t.Batch*(rowBytes(p.Inputs)+rowBytes(p.Targets))), 1), mostBatches)
	t.Large = rowBytes(p.Outputs) > 4<<10
	var b bytes.Buffer
	if err := programTemplate.Execute(&b, t); err != nil {
		return nil, err
	}
	return format.Source(b.Bytes())
}

// limits prints the bounds of the ids in ports.
func limits(ports []loop.Port) string {
	list := make([]string, len(ports))
	for i, p := range ports {
		list[i] = strconv.Itoa(p.Limit)
	}
	return strings.Join(list, ", ")
}

// compiled is the running benchmark program.
type compiled struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Scanner
	threads int
	hello   struct {
		Level, Go string
		First     []string // the outputs of the first row
	}
}

// startCompiled starts the program.
func startCompiled(program *exec.Cmd, threads int) (*compiled, error) {
	e := &compiled{cmd: program, threads: threads}
	e.cmd.Env = append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(threads))
	e.cmd.Stderr = os.Stderr
	var err error
	if e.in, err = e.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := e.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	e.out = bufio.NewScanner(out)
	e.out.Buffer(nil, 1<<26)
	if err := e.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := e.line()
	if err == nil {
		err = json.Unmarshal([]byte(line), &e.hello)
	}
	if err != nil {
		e.stop()
		return nil, err
	}
	return e, nil
}

func (e *compiled) line() (string, error) {
	if !e.out.Scan() {
		if err := e.out.Err(); err != nil {
			return "", err
		}
		return "", fmt.Errorf("the compiled program ended early: %w", io.ErrUnexpectedEOF)
	}
	return e.out.Text(), nil
}

// ask has the program do something and reads the numbers that it answers with.
func (e *compiled) ask(answer []float64, question ...any) error {
	if _, err := fmt.Fprintln(e.in, question...); err != nil {
		return err
	}
	line, err := e.line()
	if err != nil {
		return err
	}
	words := strings.Fields(line)
	if len(words) != len(answer) {
		return fmt.Errorf("the compiled program answered %q", line)
	}
	for i, w := range words {
		if answer[i], err = strconv.ParseFloat(w, 64); err != nil {
			return err
		}
	}
	return nil
}

// time runs a workload and says how long that took and how often it allocated.
func (e *compiled) time(what string, count int) (time.Duration, float64, error) {
	var answer [2]float64
	err := e.ask(answer[:], what, count)
	return time.Duration(answer[0]), answer[1], err
}

// allocations says how often a run of a workload allocates: how much more often
// five runs do than one. What a call of Fit allocates for all of its steps does
// not count, nor what the program does besides.
func (e *compiled) allocations(what string) (int, error) {
	var least [2]float64
	for i, count := range []int{1, 5} {
		least[i] = math.Inf(1)
		for range 5 {
			_, allocs, err := e.time(what, count)
			if err != nil {
				return 0, err
			}
			least[i] = min(least[i], allocs)
		}
	}
	return int(max(least[1]-least[0], 0)) / 4, nil
}

// machine measures what the machine can do, as far as it matters to a workload.
func (e *compiled) machine(w Workload) (machine, error) {
	var m machine
	value := func(dst *float64, question ...any) error {
		var answer [1]float64
		err := e.ask(answer[:], question...)
		*dst = answer[0]
		return err
	}
	err := value(&m.fma, "fma", e.threads)
	if err == nil && w.alone != "" {
		err = value(&m.fmaAlone, "fma", 1)
	}
	if err == nil && w.Streamed() > 0 {
		err = value(&m.read, "read", w.Streamed())
	}
	if err == nil && len(w.tables) > 0 {
		t := w.tables[0]
		err = value(&m.rows, "rows", t.count, t.limit, t.width)
	}
	return m, err
}

// stop lets the program end.
func (e *compiled) stop() {
	e.in.Close()
	_ = e.cmd.Wait() // it has answered all that was asked
}
