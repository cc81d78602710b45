package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nngen-go/nngen/testdata/peers/peer"
)

// process is a running peer, pinned to its processors.
type process struct {
	name  string
	cmd   *exec.Cmd
	in    io.WriteCloser
	out   *bufio.Reader
	said  bytes.Buffer // on standard error
	hello peer.Hello
}

// start starts a peer and reads its hello. What it says on standard error is
// shown if that fails.
func start(ctx context.Context, cpus string, c command) (*process, error) {
	p := &process{name: c.name, cmd: exec.CommandContext(ctx, "taskset", append([]string{"-c", cpus}, c.args...)...)}
	n := strconv.Itoa(1 + strings.Count(cpus, ","))
	// Both OpenMP runtimes and oneDNN count processors by themselves; these say
	// it again. The rest is left as each peer has it by default.
	p.cmd.Env = append(os.Environ(), "OMP_NUM_THREADS="+n, "MKL_NUM_THREADS="+n)
	p.cmd.Stderr = &p.said
	p.cmd.WaitDelay = time.Second // torch.compile leaves helpers behind that hold the pipes
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.out = bufio.NewReader(out)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := p.out.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &p.hello)
	}
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("%s: %w\n%s", c.name, err, p.said.Bytes())
	}
	return p, nil
}

// stop lets the peer end.
func (p *process) stop() {
	p.in.Close()
	_ = p.cmd.Wait() // it has answered all that was asked
}

// time asks for count runs of a work.
func (p *process) time(work string, count int) (time.Duration, error) {
	if _, err := fmt.Fprintln(p.in, work, count); err != nil {
		return 0, err
	}
	line, err := p.out.ReadString('\n')
	if err != nil {
		p.stop()
		return 0, fmt.Errorf("%s: %s: %w\n%s", p.name, work, err, p.said.Bytes())
	}
	ns, err := strconv.ParseInt(strings.TrimSpace(line), 10, 64)
	return time.Duration(ns), err
}

func (p *process) does(work string) bool { return slices.Contains(p.hello.Works, work) }

// agrees compares the outputs for the first sample of each model: only peers
// that compute the same are worth timing.
func (p *process) agrees(q *process) error {
	for model, got := range p.hello.Outputs {
		want, ok := q.hello.Outputs[model]
		if !ok {
			continue
		}
		if len(got) != len(want) {
			return fmt.Errorf("%s: %s has %d outputs, %s %d", model, p.name, len(got), q.name, len(want))
		}
		for i := range got {
			if d := math.Abs(float64(got[i] - want[i])); !(d <= 1e-5) {
				return fmt.Errorf("%s: output %d is %v with %s, %v with %s", model, i, got[i], p.name, want[i], q.name)
			}
		}
	}
	return nil
}
