package progress

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"testing"
	"time"
)

func TestProgressLines(t *testing.T) {
	var b bytes.Buffer
	p := New(&b, 4)
	p.Begin(0, 30)
	p.start = p.start.Add(-1400 * time.Millisecond)
	for i := 1; i <= 30; i++ {
		p.Step(i, []Figure{{"loss", 1}})
	}
	p.afterOne = time.Now().Add(-29 * 12 * time.Millisecond)
	p.End(30, 30, []Figure{{"accuracy", 0.80123}, {"loss", 0.5}, {"val_accuracy", 0}, {"val_loss", 0.00054}})
	got := b.String()
	want := "Epoch 1/4 - 30/30 - 1s 12ms/step - accuracy: 0.8012 - loss: 0.5000 - val_accuracy: 0.0000e+00 - val_loss: 5.4000e-04\n"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestProgressOfOneEpochHasNoHeading(t *testing.T) {
	var b bytes.Buffer
	p := New(&b, 1)
	p.Begin(0, -1)
	p.Step(1, nil)
	p.End(1, 1, []Figure{{"loss", 2}})
	if ok, _ := regexp.MatchString(`^1/1 - 0s \d+[um]s/step - loss: 2\.0000\n$`, b.String()); !ok {
		t.Errorf("%q", b.String())
	}
}

// onTerminal is a progress bar on a terminal of a width of which the system
// knows nothing.
func onTerminal(t *testing.T, w io.Writer, columns string) *Line {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "terminal"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	t.Setenv("COLUMNS", columns)
	p := New(w, 1)
	if p.terminal != nil || isTerminal(f) {
		t.Fatal("a file passes for a terminal")
	}
	p.terminal = f
	return p
}

// Every byte that real Keras prints.
func TestProgressLikeKeras(t *testing.T) {
	text, err := os.ReadFile("testdata/progbar.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Target  int
		Updates [][4]json.RawMessage
	}
	if err := json.Unmarshal(text, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) != 5 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		var b bytes.Buffer
		p := onTerminal(t, &b, "200")
		p.Begin(0, c.Target)
		for i, u := range c.Updates {
			var seconds float64
			var step int
			var values [][2]any
			var want string
			for i, v := range []any{&seconds, &step, &values, &want} {
				if err := json.Unmarshal(u[i], v); err != nil {
					t.Fatal(err)
				}
			}
			var logs []Figure
			for _, v := range values {
				logs = append(logs, Figure{v[0].(string), v[1].(float64)})
			}
			now := p.start.Add(time.Duration(math.Round(seconds * 1e9)))
			b.Reset()
			last := i == len(c.Updates)-1
			if want != "" {
				if last && p.batches < 0 {
					p.batches = step
				}
				p.draw(step, now, logs, last)
			}
			if step == 1 {
				p.afterOne = now
			}
			if b.String() != want {
				t.Errorf("%d of %d after %v s:\ngot  %q\nKeras %q", step, c.Target, seconds, b.String(), want)
			}
		}
	}
}

// No line is wider than the window, and what matters most stays longest.
func TestProgressOfAnyWidth(t *testing.T) {
	logs := []Figure{{"accuracy", 0.8}, {"loss", 0.5}, {"val_accuracy", 0.7}, {"val_loss", 0.25}}
	escapes := regexp.MustCompile("\x1b\\[[0-9]*m|\r|\n")
	for _, c := range []struct {
		columns  string
		logs     []Figure
		done, of int
		now      time.Duration
		final    bool
		want     string
	}{
		{"200", logs, 120, 120, time.Second, true, "120/120 ━━━━━━━━━━━━━━━━━━━━ 1s 8ms/step - accuracy: 0.8000 - loss: 0.5000 - val_accuracy: 0.7000 - val_loss: 0.2500"},
		{"80", logs, 120, 120, time.Second, true, "120/120 ━━━━━━ 1s 8ms/step - accuracy: 0.8000 - loss: 0.5000 - val_loss: 0.2500"},
		{"80", logs[:2], 60, 120, time.Second, false, " 60/120 ━━━━━━━━━━━━━━━━━━━━ 1s 17ms/step - accuracy: 0.8000 - loss: 0.5000"},
		{"40", logs, 120, 120, time.Second, true, "120/120 1s 8ms/step - loss: 0.5000"},
		{"40", logs[:2], 60, 120, time.Second, false, " 60/120 1s 17ms/step - loss: 0.5000"},
		{"40", nil, 60, 120, time.Second, false, " 60/120 ━━━━━━━━━━━━━━━━━━ 1s 17ms/step"},
		{"24", logs, 120, 120, time.Second, true, "120/120 1s 8ms/step"},
		{"9", logs, 120, 120, time.Second, true, "120/120"},
		{"5", logs, 120, 120, time.Second, true, "120/"},
		{"1", logs, 120, 120, time.Second, true, "1"},
		{"0", logs[1:2], 7, -1, time.Second, false, "      7/Unknown 1s 143ms/step - loss: 0.5000"},
		{"45", []Figure{{"損失関数", 1}}, 3, 4, time.Second, false, "3/4 ━━━━━━━ 0s 333ms/step - 損失関数: 1.0000"},
	} {
		var b bytes.Buffer
		p := onTerminal(t, &b, c.columns)
		p.Begin(0, c.of)
		p.draw(c.done, p.start.Add(c.now), c.logs, c.final)
		got := escapes.ReplaceAllString(b.String(), "")
		if got != c.want {
			t.Errorf("%s columns:\ngot  %q\nwant %q", c.columns, got, c.want)
		}
		if limit, _ := strconv.Atoi(c.columns); limit > 1 && columnsOf([]byte(got)) >= limit {
			t.Errorf("%s columns: %d are full", c.columns, columnsOf([]byte(got)))
		}
	}
	for columns := 1; columns < 150; columns++ {
		var b bytes.Buffer
		p := onTerminal(t, &b, strconv.Itoa(columns))
		p.Begin(0, 99)
		for _, n := range []int{4, 2, 0} { // shorter lines cover longer ones
			b.Reset()
			p.draw(33, p.start.Add(time.Hour), logs[:n], false)
			if got := columnsOf([]byte(escapes.ReplaceAllString(b.String(), ""))); got > max(columns-1, 1) {
				t.Errorf("%d columns: a line of %d", columns, got)
			}
		}
	}
}

func TestProgressIsLeft(t *testing.T) {
	var b bytes.Buffer
	p := onTerminal(t, &b, "80")
	p.Begin(0, 200)
	p.draw(200, p.start, nil, true)
	b.Reset()
	p.Leave()
	if b.Len() > 0 {
		t.Errorf("after a finished line: %q", b.String())
	}
	p.draw(51, p.start, nil, false)
	b.Reset()
	p.Leave()
	p.Leave()
	if b.String() != "\n" {
		t.Errorf("after an open line: %q", b.String())
	}
	p.draw(51, p.start, nil, false)
	b.Reset()
	p.Message("Epoch 3: early stopping")
	if b.String() != "\nEpoch 3: early stopping\n" {
		t.Errorf("a message: %q", b.String())
	}
}

func TestProgressTimes(t *testing.T) {
	for seconds, want := range map[int]string{0: "0s", 60: "60s", 61: "1:01", 185: "3:05", 3600: "60:00", 3723: "1:02:03"} {
		if got := string(appendRemaining(nil, seconds)); got != want {
			t.Errorf("%d seconds: %q, want %q", seconds, got, want)
		}
	}
	for seconds, want := range map[float64]string{0: "0s/step", 2.4: "2s/step", 0.0124: "12ms/step", 0.00034: "340us/step"} {
		if got := string(appendPerStep(nil, seconds)); got != want {
			t.Errorf("%v seconds: %q, want %q", seconds, got, want)
		}
	}
}

type brokenWriter struct{ calls int }

func (w *brokenWriter) Write([]byte) (int, error) {
	w.calls++
	return 0, errors.New("closed")
}

func TestProgressLeavesABrokenWriterAlone(t *testing.T) {
	w := &brokenWriter{}
	p := New(w, 2)
	p.Begin(0, 1)
	p.End(1, 1, nil)
	p.Begin(1, 1)
	if w.calls != 1 {
		t.Errorf("%d writes", w.calls)
	}
}
