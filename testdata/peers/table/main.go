// Command table times every peer in turns and writes one table, as Markdown and
// as JSON.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "table:", err)
		os.Exit(1)
	}
}

// settings are how much to measure.
type settings struct {
	folder, bin, python, scripts string
	rounds                       int
	turn, pause, slow            time.Duration
	only, works                  string
}

func run(ctx context.Context) error {
	var s settings
	var threads, out string
	flag.StringVar(&s.folder, "data", "", "folder of the data files")
	flag.StringVar(&s.bin, "bin", "", "folder of the programs")
	flag.StringVar(&s.python, "python", "python3", "Python that has requirements.txt")
	flag.StringVar(&s.scripts, "scripts", ".", "folder of the Python scripts")
	flag.IntVar(&s.rounds, "rounds", 11, "turns of every peer")
	flag.DurationVar(&s.turn, "turn", 100*time.Millisecond, "length of a turn")
	flag.DurationVar(&s.pause, "pause", 20*time.Millisecond, "pause between turns, in which spinning threads fall asleep")
	flag.DurationVar(&s.slow, "slow", 2*time.Second, "work that takes longer than this has three turns")
	flag.StringVar(&s.only, "peers", "", "the peers to run, by the beginnings of their names, separated by commas; all if empty")
	flag.StringVar(&s.works, "works", "", "the works to time, by their beginnings, separated by commas; all if empty")
	flag.StringVar(&threads, "cpus", "0;0,1", "the processors of every run of the table, separated by semicolons")
	flag.StringVar(&out, "out", "peers", "files to write, without their endings")
	flag.Parse()
	t := &table{Machine: machine(), When: time.Now().UTC().Format(time.DateOnly), Rounds: s.rounds}
	for cpus := range strings.SplitSeq(threads, ";") {
		if err := s.measure(ctx, cpus, t, func() error { return t.save(out) }); err != nil {
			return err
		}
	}
	fmt.Print(t.markdown())
	return nil
}

// command is how a peer is started.
type command struct {
	name string
	args []string
}

// commands are the peers, ours first.
func (s *settings) commands() []command {
	program := func(name string) []string { return []string{filepath.Join(s.bin, name), s.folder} }
	script := func(file string, args ...string) []string {
		return append([]string{s.python, filepath.Join(s.scripts, file), s.folder}, args...)
	}
	return []command{
		{"nngen", program("ours")},
		{"ONNX Runtime", program("onnxruntime")},
		{"OpenVINO", script("openvino_peer.py")},
		{"PyTorch", script("torch_peer.py")},
		{"PyTorch compiled", script("torch_peer.py", "compile")},
		{"Keras", script("keras_peer.py")},
		{"Keras (XLA)", script("keras_peer.py", "xla")},
		{"Keras on JAX", script("jax_peer.py")},
		{"GoMLX", program("gomlx")},
	}
}

// measure runs all peers on some processors and adds what they took. It saves
// after every work.
func (s *settings) measure(ctx context.Context, cpus string, t *table, save func() error) error {
	var peers []*process
	defer func() {
		for _, p := range peers {
			p.stop()
		}
	}()
	for _, c := range s.commands() {
		if !chosen(s.only, c.name) {
			continue
		}
		p, err := start(ctx, cpus, c)
		if err != nil {
			return err
		}
		peers = append(peers, p)
		fmt.Fprintf(os.Stderr, "%s %s, processors %s\n", p.name, p.hello.Version, cpus)
	}
	if len(peers) == 0 {
		return fmt.Errorf("no peer is called %q", s.only)
	}
	for _, p := range peers[1:] {
		if err := p.agrees(peers[0]); err != nil {
			return err
		}
	}
	r := &result{Threads: 1 + strings.Count(cpus, ",")}
	t.Results = append(t.Results, r)
	for _, p := range peers {
		r.Peers = append(r.Peers, version{p.name, p.hello.Version})
	}
	for _, work := range works(peers) {
		if !chosen(s.works, work) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s\n", work)
		row, err := s.compare(ctx, work, peers)
		if err != nil {
			return err
		}
		r.Rows = append(r.Rows, row)
		if err := save(); err != nil {
			return err
		}
	}
	return nil
}

// chosen reports whether a name begins with one of those in list.
func chosen(list, name string) bool {
	for want := range strings.SplitSeq(list, ",") {
		if strings.HasPrefix(strings.ToLower(name), strings.ToLower(want)) {
			return true
		}
	}
	return false
}
