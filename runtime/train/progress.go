package train

import (
	"io"
	"os"
	"strconv"
	"time"
)

// progress prints the lines of Keras 3's progress bar (utils/progbar.py):
//
//	Epoch 1/4
//	30/30 ━━━━━━━━━━━━━━━━━━━━ 1s 12ms/step - accuracy: 0.8012 - loss: 0.5123
//
// On a terminal the second line is redrawn in place while the epoch runs;
// elsewhere it appears once, at the end, without colours. A writer that fails
// is left alone from then on: a lost line is no reason to lose a training.
type progress struct {
	w         io.Writer
	terminal  bool
	epochs    int
	batches   int // -1: not known yet
	start     time.Time
	afterOne  time.Time // when the first step was done
	drawn     time.Time
	width     int // characters on the line that stands open
	line      []byte
	writerErr error
}

const (
	barWidth       = 20
	redrawInterval = 50 * time.Millisecond
)

func newProgress(w io.Writer, epochs int) *progress {
	return &progress{w: w, epochs: epochs, terminal: isTerminal(w)}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// begin announces an epoch, where there are several.
func (p *progress) begin(epoch, batches int) {
	p.start, p.batches, p.width = time.Now(), batches, 0
	p.drawn = time.Time{}
	if p.epochs > 1 {
		p.line = append(p.line[:0], "Epoch "...)
		p.line = strconv.AppendInt(p.line, int64(epoch+1), 10)
		p.line = append(p.line, '/')
		p.line = strconv.AppendInt(p.line, int64(p.epochs), 10)
		p.line = append(p.line, '\n')
		p.write()
	}
}

// step notes that done batches are done.
func (p *progress) step(done int, logs []NamedValue) {
	now := time.Now()
	if done == 1 {
		p.afterOne = now
	}
	if p.terminal && now.Sub(p.drawn) >= redrawInterval {
		p.drawn = now
		p.draw(done, now, logs, false)
	}
}

// end prints the line of a finished epoch: done batches of how many there are.
func (p *progress) end(done, batches int, logs []NamedValue) {
	p.batches = batches
	if batches < 0 {
		p.batches = done
	}
	p.draw(done, time.Now(), logs, true)
}

// message prints a line of its own, in place of an open one.
func (p *progress) message(text string) {
	p.leave()
	p.line = append(append(p.line[:0], text...), '\n')
	p.write()
}

// leave ends a line that was to be redrawn, when an epoch breaks off.
func (p *progress) leave() {
	if p.width > 0 {
		p.width = 0
		p.line = append(p.line[:0], '\n')
		p.write()
	}
}

func (p *progress) draw(done int, now time.Time, logs []NamedValue, final bool) {
	p.line = p.line[:0]
	if p.terminal {
		p.line = append(p.line, '\r')
	}
	width := p.count(done) + p.bar(done)
	from := len(p.line)
	perStep := p.perStep(done, now)
	p.line = append(p.line, ' ')
	p.bold(true)
	if left := p.batches - done; !final && p.batches > 0 {
		p.line = appendRemaining(p.line, int(perStep*float64(left)))
	} else {
		p.line = strconv.AppendFloat(p.line, now.Sub(p.start).Seconds(), 'f', 0, 64)
		p.line = append(p.line, 's')
	}
	p.bold(false)
	p.line = appendPerStep(append(p.line, ' '), perStep)
	for _, v := range logs {
		p.line = append(p.line, " - "...)
		p.line = append(p.line, v.Name...)
		p.line = append(p.line, ": "...)
		p.line = appendFigure(p.line, v.Value)
	}
	width += len(p.line) - from
	for p.terminal && width < p.width {
		p.line = append(p.line, ' ')
		width++
	}
	p.width = width
	if final {
		p.line = append(p.line, '\n')
		p.width = 0
	}
	p.write()
}

// count appends "12/30 ", right-aligned, and returns its width.
func (p *progress) count(done int) int {
	p.bold(true)
	from := len(p.line)
	number := strconv.Itoa(done)
	field := 7
	if p.batches > 0 {
		field = len(strconv.Itoa(p.batches))
	}
	for range field - len(number) {
		p.line = append(p.line, ' ')
	}
	p.line = append(append(p.line, number...), '/')
	if p.batches > 0 {
		p.line = strconv.AppendInt(p.line, int64(p.batches), 10)
	} else {
		p.line = append(p.line, "Unknown"...)
	}
	width := len(p.line) - from
	p.bold(false)
	return width
}

// bar appends a space and the bar, green as far as the epoch has come, and
// returns their width.
func (p *progress) bar(done int) int {
	if p.batches <= 0 {
		return 0
	}
	p.line = append(p.line, ' ')
	full := barWidth * done / p.batches
	p.colour("\x1b[32m")
	for i := range barWidth {
		if i == full {
			p.colour("\x1b[0m")
			p.colour("\x1b[37m")
		}
		p.line = append(p.line, "━"...)
	}
	p.colour("\x1b[0m")
	return 1 + barWidth
}

func (p *progress) bold(on bool) {
	if on {
		p.colour("\x1b[1m")
	} else {
		p.colour("\x1b[0m")
	}
}

func (p *progress) colour(code string) {
	if p.terminal {
		p.line = append(p.line, code...)
	}
}

// perStep estimates the seconds of a step; the first one is not
// representative and does not count where there are more.
func (p *progress) perStep(done int, now time.Time) float64 {
	if done > 1 {
		return now.Sub(p.afterOne).Seconds() / float64(done-1)
	}
	return now.Sub(p.start).Seconds() / float64(max(done, 1))
}

func (p *progress) write() {
	if p.writerErr == nil {
		_, p.writerErr = p.w.Write(p.line)
	}
}

// appendRemaining formats the seconds to go: 12s, 3:05, 1:02:03.
func appendRemaining(b []byte, seconds int) []byte {
	if seconds <= 60 {
		return append(strconv.AppendInt(b, int64(seconds), 10), 's')
	}
	if seconds > 3600 {
		b = append(strconv.AppendInt(b, int64(seconds/3600), 10), ':')
		b = appendTwoDigits(b, seconds%3600/60)
	} else {
		b = strconv.AppendInt(b, int64(seconds/60), 10)
	}
	return appendTwoDigits(append(b, ':'), seconds%60)
}

func appendTwoDigits(b []byte, v int) []byte {
	return append(b, byte('0'+v/10), byte('0'+v%10))
}

// appendPerStep formats the time of a step: 2s/step, 12ms/step, 340us/step.
func appendPerStep(b []byte, seconds float64) []byte {
	switch {
	case seconds >= 1 || seconds == 0:
		b = append(strconv.AppendFloat(b, seconds, 'f', 0, 64), 's')
	case seconds >= 1e-3:
		b = append(strconv.AppendFloat(b, seconds*1e3, 'f', 0, 64), "ms"...)
	default:
		b = append(strconv.AppendFloat(b, seconds*1e6, 'f', 0, 64), "us"...)
	}
	return append(b, "/step"...)
}
