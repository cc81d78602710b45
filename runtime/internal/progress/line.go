// Package progress prints the progress line of a training on a terminal or into
// a log, as Keras does. It knows nothing of trainings.
package progress

import (
	"io"
	"os"
	"strconv"
	"time"
)

// Line prints the lines of Keras 3's progress bar (utils/progbar.py):
//
//	Epoch 1/4
//	30/30 ━━━━━━━━━━━━━━━━━━━━ 1s 12ms/step - accuracy: 0.8012 - loss: 0.5123
//
// On a terminal the second line is redrawn in place while the epoch runs, and
// never longer than the window is wide. Elsewhere, in a log, an epoch is one
// plain line at its end:
//
//	Epoch 1/4 - 30/30 - 1s 12ms/step - accuracy: 0.8012 - loss: 0.5123
//
// A writer that fails is left alone from then on: a lost line is no reason to
// lose a training.
type Line struct {
	w         io.Writer
	terminal  *os.File // nil: w is none
	epochs    int
	heading   []byte // "Epoch 1/4"; empty where there is one epoch
	batches   int    // -1: not known yet
	start     time.Time
	afterOne  time.Time // when the first step was done
	drawn     time.Time
	open      int // columns of the line that is open
	line      []byte
	layout    layout
	writerErr error
}

const redrawInterval = 50 * time.Millisecond

// New returns the line of a training of so many epochs.
func New(w io.Writer, epochs int) *Line {
	p := &Line{w: w, epochs: epochs}
	if f, ok := w.(*os.File); ok && isTerminal(f) {
		p.terminal = f
	}
	return p
}

// columns is how wide a line may be; 0: as wide as it likes. The last column of
// a terminal stays free: some break the line as soon as it is full.
func (p *Line) columns() int {
	if p.terminal == nil {
		return 0
	}
	n := windowColumns(p.terminal)
	if n == 0 {
		n, _ = strconv.Atoi(os.Getenv("COLUMNS"))
	}
	if n <= 0 {
		n = 80
	}
	return max(n-1, 1)
}

// Begin announces an epoch on a terminal, where there are several.
func (p *Line) Begin(epoch, batches int) {
	p.start, p.batches, p.open = time.Now(), batches, 0
	p.drawn, p.afterOne = time.Time{}, time.Time{}
	if p.epochs <= 1 {
		return
	}
	p.heading = append(p.heading[:0], "Epoch "...)
	p.heading = strconv.AppendInt(p.heading, int64(epoch+1), 10)
	p.heading = append(p.heading, '/')
	p.heading = strconv.AppendInt(p.heading, int64(p.epochs), 10)
	if p.terminal != nil {
		p.line = append(append(p.line[:0], p.heading...), '\n')
		p.write()
	}
}

// Step notes that done batches are done.
func (p *Line) Step(done int, logs []Figure) {
	now := time.Now()
	if p.terminal != nil && now.Sub(p.drawn) >= redrawInterval {
		p.drawn = now
		p.draw(done, now, logs, false)
	}
	if done == 1 {
		p.afterOne = now
	}
}

// End prints the line of a finished epoch: done batches of how many there are.
func (p *Line) End(done, batches int, logs []Figure) {
	p.batches = batches
	if batches < 0 {
		p.batches = done
	}
	p.draw(done, time.Now(), logs, true)
}

// Message prints a line of its own, below an open one.
func (p *Line) Message(text string) {
	p.Leave()
	p.line = append(append(p.line[:0], text...), '\n')
	p.write()
}

// Leave ends a line that was to be redrawn, when an epoch breaks off.
func (p *Line) Leave() {
	if p.open > 0 {
		p.open = 0
		p.line = append(p.line[:0], '\n')
		p.write()
	}
}

func (p *Line) draw(done int, now time.Time, logs []Figure, final bool) {
	p.line = p.line[:0]
	if p.terminal != nil {
		p.line = append(p.line, '\r')
	}
	perStep := p.perStep(done, now)
	seconds := -1
	if !final && p.batches > 0 {
		seconds = int(perStep * float64(p.batches-done))
	}
	limit := p.columns()
	l := &p.layout
	l.prepare(done, p.batches, seconds, now.Sub(p.start), perStep, logs)
	width := l.fit(limit)
	if p.terminal != nil {
		p.line = l.append(p.line)
	} else {
		p.line = l.appendPlain(p.line, p.heading)
	}
	for covered := width; p.terminal != nil && covered < min(p.open, limit); covered++ {
		p.line = append(p.line, ' ')
	}
	p.open = width
	if final {
		p.line = append(p.line, '\n')
		p.open = 0
	}
	p.write()
}

// perStep estimates the seconds of a step; the first one is not
// representative and does not count where there are more.
func (p *Line) perStep(done int, now time.Time) float64 {
	if done > 1 && !p.afterOne.IsZero() {
		return now.Sub(p.afterOne).Seconds() / float64(done-1)
	}
	return now.Sub(p.start).Seconds() / float64(max(done, 1))
}

func (p *Line) write() {
	if p.writerErr == nil {
		_, p.writerErr = p.w.Write(p.line)
	}
}
