package progress

import (
	"strconv"
	"time"
)

// layout puts the parts of a progress line together, in the width there is.
type layout struct {
	count, clock, step []byte
	figures            []byte // their texts, one after the other
	parts              []part
	done, batches      int
	bar                int // columns of the bar; 0: none
	withStep           bool
}

// part is one figure in the line: " - loss: 0.5123".
type part struct {
	from, to, width int
	name            string
	shown           bool
}

const (
	barWidth = 20
	minBar   = 5 // columns, below which it says nothing
)

// prepare writes the parts. Seconds are those to go; below 0: elapsed counts.
func (l *layout) prepare(done, batches, seconds int, elapsed time.Duration, perStep float64, logs []Figure) {
	l.done, l.batches = done, batches
	l.count = appendCount(l.count[:0], done, batches)
	if seconds >= 0 {
		l.clock = appendRemaining(l.clock[:0], seconds)
	} else {
		l.clock = append(strconv.AppendFloat(l.clock[:0], elapsed.Seconds(), 'f', 0, 64), 's')
	}
	l.step = appendPerStep(l.step[:0], perStep)
	l.figures, l.parts = l.figures[:0], l.parts[:0]
	for _, v := range logs {
		from := len(l.figures)
		l.figures = append(append(append(l.figures, " - "...), v.Name...), ": "...)
		l.figures = AppendFigure(l.figures, v.Value)
		l.parts = append(l.parts, part{from: from, to: len(l.figures), width: columnsOf(l.figures[from:]), name: v.Name})
	}
}

// fit chooses what is shown within a limit, and returns how wide it is. Where
// there is too little room, the losses are kept longest, then the other figures
// in their order, then the time of a step, then a bar, which may be shorter.
func (l *layout) fit(limit int) int {
	width := len(l.count) + 1 + len(l.clock)
	within := func(more int) bool {
		if limit > 0 && width+more > limit {
			return false
		}
		width += more
		return true
	}
	for _, first := range []string{"loss", "val_loss", ""} {
		for i := range l.parts {
			p := &l.parts[i]
			if first == p.name || first == "" && p.name != "loss" && p.name != "val_loss" {
				p.shown = within(p.width)
			}
		}
	}
	l.withStep = within(1 + len(l.step))
	l.bar = 0
	if l.batches > 0 {
		size := barWidth
		if limit > 0 {
			size = min(size, limit-width-1)
		}
		if size >= minBar {
			l.bar = size
			width += 1 + size
		}
	}
	if limit > 0 && width > limit { // not even the time
		l.clock = l.clock[:0]
		l.count = l.count[:min(len(l.count), limit)]
		width = len(l.count)
	}
	return width
}

// append writes the line for a terminal, with the colours of Keras.
func (l *layout) append(b []byte) []byte {
	style := func(code, text []byte) {
		b = append(append(append(b, code...), text...), "\x1b[0m"...)
	}
	bold := []byte("\x1b[1m")
	if l.batches > 0 {
		style(bold, l.count)
	} else {
		b = append(b, l.count...)
	}
	if l.bar > 0 {
		b = append(b, ' ')
		full := l.bar * l.done / l.batches
		full = min(full, l.bar)
		if full > 0 {
			style([]byte("\x1b[32m"), bars[:full*len("━")])
		}
		style([]byte("\x1b[37m"), bars[:(l.bar-full)*len("━")])
	}
	if len(l.clock) > 0 {
		b = append(b, ' ')
		style(bold, l.clock)
	}
	if l.withStep {
		b = append(append(b, ' '), l.step...)
	}
	return l.appendFigures(b)
}

// appendPlain writes the line for a log.
func (l *layout) appendPlain(b, heading []byte) []byte {
	if len(heading) > 0 {
		b = append(append(b, heading...), " - "...)
	}
	b = append(append(b, l.count...), " - "...)
	b = append(append(append(b, l.clock...), ' '), l.step...)
	return l.appendFigures(b)
}

func (l *layout) appendFigures(b []byte) []byte {
	for _, p := range l.parts {
		if p.shown {
			b = append(b, l.figures[p.from:p.to]...)
		}
	}
	return b
}

var bars = []byte("━━━━━━━━━━━━━━━━━━━━")

// appendCount writes "12/30", right-aligned.
func appendCount(b []byte, done, batches int) []byte {
	field := 7
	if batches > 0 {
		field = len(strconv.Itoa(batches))
	}
	number := strconv.Itoa(done)
	for range field - len(number) {
		b = append(b, ' ')
	}
	b = append(append(b, number...), '/')
	if batches <= 0 {
		return append(b, "Unknown"...)
	}
	return strconv.AppendInt(b, int64(batches), 10)
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

// columnsOf is how many columns of a terminal a text takes: two for a wide
// character, as of Chinese, Japanese and Korean (Unicode Standard Annex 11).
func columnsOf(text []byte) int {
	n := 0
	for _, r := range string(text) {
		n++
		switch {
		case r < 0x1100:
		case r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3, r >= 0xf900 && r <= 0xfaff,
			r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0xffe0 && r <= 0xffe6,
			r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
			n++
		}
	}
	return n
}
