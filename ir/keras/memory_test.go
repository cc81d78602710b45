package keras

import (
	"fmt"
	"runtime"
	"runtime/metrics"
	"strings"
	"testing"
	"time"
)

// What reading a configuration takes of memory at most: twice the file, and for every
// value and layer in it, whose numbers are bounded, what the description is made of.
const (
	perValue = 1500
	perLayer = 12 << 10
	atLeast  = 4 << 20
)

// TestMemory reads configurations that ask for much in few bytes.
func TestMemory(t *testing.T) {
	if most := maxValues*perValue + maxLayers*perLayer; most > 512<<20 {
		t.Errorf("a small file may take %d MB", most>>20)
	}
	nested := func(n int, layers string) string {
		return strings.Repeat(`{"class_name": "Sequential", "config": {"layers": [`, n) + layers + strings.Repeat("]}}", n)
	}
	dense := func(n int, more string) string {
		layers := make([]string, n)
		for i := range layers {
			layers[i] = fmt.Sprintf(`{"class_name": "Dense", "config": {"units": 2, "name": "d%d", "batch_input_shape": [null, 2]%s}}`, i, more)
		}
		return nested(1, strings.Join(layers, ","))
	}
	many := func(n int, s string) string { return strings.Repeat(s+",", n-1) + s }
	for name, config := range map[string]string{
		"numbers":           nested(1, many(1<<19, "0")),
		"lists":             nested(1, many(1<<19, "[]")),
		"maps":              nested(1, many(1<<18, `{"":0}`)),
		"lists in lists":    nested(1, strings.Repeat("[", 100)),
		"long text":         `"` + strings.Repeat("a", 4<<20) + `"`,
		"escapes":           `{"class_name": "` + strings.Repeat(`\u0000`, 1<<20) + `"}`,
		"text in text":      `"\"` + strings.Repeat("a", 4<<20) + `\""`,
		"long number":       nested(1, strings.Repeat("1", 4<<20)),
		"models":            nested(40, dense(1, "")),
		"many models":       nested(2, many(5000, nested(1, `{"class_name": "D"}`))),
		"layers":            nested(1, many(1<<16, `{"class_name": "D"}`)),
		"layers that build": dense(300, ""),
		"errors":            dense(300, `, "a": 1, "b": 2, "c": 3`),
		"units":             dense(1, `, "units": 1000000000`),
		"long list":         dense(1, `, "bias_initializer": {"class_name": "Constant", "config": {"value": [`+many(1<<13, "0")+`]}}`),
		"steps":             nested(1, `{"class_name": "LSTM", "config": {"units": 4, "batch_input_shape": [null, 1000000000, 4]}}`),
		"images":            nested(1, `{"class_name": "Conv2D", "config": {"filters": 8, "kernel_size": [3, 3], "batch_input_shape": [null, 100000, 100000, 8]}}`),
		"vector":            nested(1, `{"class_name": "RepeatVector", "config": {"n": 1000000000, "batch_input_shape": [null, 4]}}`),
	} {
		s := scanner{src: []byte(config)}
		_, _ = s.value(0)
		bound := 2*len(config) + min(s.values, maxValues)*perValue + min(strings.Count(config, "class_name"), maxLayers)*perLayer + atLeast
		data := []byte(config)
		most, err := heldBy(func() error {
			_, _, err := Config(data, "m.json")
			return err
		})
		if most > bound {
			t.Errorf("%s: %d KB in use for a file of %d, at most %d are expected; it ends with %.200s", name, most>>10, len(config)>>10, bound>>10, fmt.Sprint(err))
		}
	}
}

// heldBy is the most memory that is in use while f runs, as far as collections see that
// follow one another.
func heldBy(f func() error) (int, error) {
	// What a collection has found to be in use, without what f has allocated since.
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	used := func() int {
		runtime.GC()
		metrics.Read(live)
		return int(live[0].Value.Uint64())
	}
	before, most := used(), 0
	stop, stopped := make(chan bool), make(chan bool)
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
				most = max(most, used()-before)
			}
		}
	}()
	err := f()
	close(stop)
	<-stopped
	return most, err
}
