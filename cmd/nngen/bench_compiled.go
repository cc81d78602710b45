package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/nngen-go/nngen/ir/loop"
)

// benchTokens is how many ids a ragged input has in the benchmark: about what
// a movie review has distinct words.
const benchTokens = 130

// benchProgram is what the template of the benchmark program is given.
type benchProgram struct {
	Batch, Tokens             int
	InputLimits, TargetLimits string
	Large, Checked            bool // how Predict is called
}

// benchSource prints the program that runs the compiled package.
func (n *network) benchSource() (map[string][]byte, error) {
	p := n.program
	t := benchProgram{Batch: p.Batch, Tokens: benchTokens, InputLimits: limits(p.Inputs), TargetLimits: limits(p.Targets)}
	out := 0
	for _, port := range p.Outputs {
		out += 4 * elements(port.Shape)
	}
	t.Large = out > 4<<10
	for _, port := range p.Inputs {
		t.Checked = t.Checked || port.Limit > 0
	}
	return renderAll(map[string]string{"main.go": "bench.go.tmpl"}, t)
}

// limits prints the bounds of the ids in ports.
func limits(ports []loop.Port) string {
	list := make([]string, len(ports))
	for i, p := range ports {
		list[i] = strconv.Itoa(p.Limit)
	}
	return strings.Join(list, ", ")
}

// compiledEngine is the running benchmark program.
type compiledEngine struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Scanner
	first []float64 // the outputs of the first row
}

// startCompiled starts the program, which writes its weights to a file.
func startCompiled(ctx context.Context, exe, weights string) (*compiledEngine, error) {
	e := &compiledEngine{cmd: program(ctx, exe, weights)}
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
	if err != nil {
		e.stop()
		return nil, err
	}
	for _, word := range strings.Fields(line) {
		v, err := strconv.ParseFloat(word, 64)
		if err != nil {
			e.stop()
			return nil, err
		}
		e.first = append(e.first, v)
	}
	return e, nil
}

func (e *compiledEngine) line() (string, error) {
	if !e.out.Scan() {
		if err := e.out.Err(); err != nil {
			return "", err
		}
		return "", fmt.Errorf("the compiled program ended early: %w", io.ErrUnexpectedEOF)
	}
	return e.out.Text(), nil
}

// time asks the program to run a workload.
func (e *compiledEngine) time(what string, count int) (time.Duration, error) {
	if _, err := fmt.Fprintln(e.in, what, count); err != nil {
		return 0, err
	}
	line, err := e.line()
	if err != nil {
		return 0, err
	}
	ns, err := strconv.ParseInt(line, 10, 64)
	return time.Duration(ns), err
}

// stop lets the program end.
func (e *compiledEngine) stop() {
	e.in.Close()
	_ = e.cmd.Wait() // it has answered all that was asked
}
