package train

import (
	"bytes"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"
)

func TestProgressLines(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, 4)
	p.begin(0, 30)
	p.start = p.start.Add(-1400 * time.Millisecond)
	for i := 1; i <= 30; i++ {
		p.step(i, []NamedValue{{"loss", 1}})
	}
	p.afterOne = time.Now().Add(-29 * 12 * time.Millisecond)
	p.end(30, 30, []NamedValue{{"accuracy", 0.80123}, {"loss", 0.5}, {"val_accuracy", 0}, {"val_loss", 0.00054}})
	got := b.String()
	want := "Epoch 1/4\n30/30 ━━━━━━━━━━━━━━━━━━━━ 1s 12ms/step - accuracy: 0.8012 - loss: 0.5000 - val_accuracy: 0.0000e+00 - val_loss: 5.4000e-04\n"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestProgressOfOneEpochHasNoHeading(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, 1)
	p.begin(0, -1)
	p.step(1, nil)
	p.end(1, 1, []NamedValue{{"loss", 2}})
	if ok, _ := regexp.MatchString(`^1/1 ━{20} 0s \d+[um]s/step - loss: 2\.0000\n$`, b.String()); !ok {
		t.Errorf("%q", b.String())
	}
}

// The escape sequences are those that Keras 3 prints.
func TestProgressOnATerminal(t *testing.T) {
	var b bytes.Buffer
	p := newProgress(&b, 1)
	p.terminal = true
	p.begin(0, 200)
	now := p.start.Add(10 * time.Second)
	p.afterOne = p.start
	p.draw(51, now, []NamedValue{{"loss", 0.25}}, false)
	got := b.String()
	want := "\r\x1b[1m 51/200\x1b[0m \x1b[32m━━━━━\x1b[0m\x1b[37m━━━━━━━━━━━━━━━\x1b[0m \x1b[1m29s\x1b[0m 200ms/step - loss: 0.2500"
	if got != want {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	b.Reset()
	p.draw(200, now, nil, true)
	got = b.String()
	want = "\r\x1b[1m200/200\x1b[0m \x1b[32m━━━━━━━━━━━━━━━━━━━━\x1b[0m \x1b[1m10s\x1b[0m 50ms/step                \n"
	if got != want {
		t.Errorf("a shorter line must cover the longer one\ngot  %q\nwant %q", got, want)
	}
	b.Reset()
	p.leave()
	if b.Len() > 0 {
		t.Errorf("after a finished line: %q", b.String())
	}
	p.draw(51, now, nil, false)
	b.Reset()
	p.leave()
	p.leave()
	if b.String() != "\n" {
		t.Errorf("after an open line: %q", b.String())
	}
	b.Reset()
	p.begin(0, -1)
	p.draw(12, now, nil, false)
	if !strings.HasPrefix(b.String(), "\r\x1b[1m     12/Unknown\x1b[0m ") {
		t.Errorf("unknown length: %q", b.String())
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
	p := newProgress(w, 2)
	p.begin(0, 1)
	p.end(1, 1, nil)
	p.begin(1, 1)
	if w.calls != 1 {
		t.Errorf("%d writes", w.calls)
	}
}
