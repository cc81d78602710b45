package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nngen-go/nngen/generated/adultpredict"
)

const person = `{"age": 44, "education_num": 14, "occupation": "Exec-managerial", "marital_status": "Married-civ-spouse", "sex": "Male", "workclass": "Guild"}`

const embedded = "../adultpredict/weights.safetensors"

// otherWeights makes a second model of the first: its last bias, the last four
// bytes of the file, is another.
func otherWeights(t *testing.T, path string, bias float32) {
	t.Helper()
	b, err := os.ReadFile(embedded)
	if err != nil {
		t.Fatal(err)
	}
	bits := math.Float32bits(bias)
	for i := range 4 {
		b[len(b)-4+i] = byte(bits >> (8 * i))
	}
	digest := []byte(`"digest":"`)
	at := bytes.Index(b, digest)
	if at < 0 {
		t.Fatal("the file states no digest")
	}
	copy(b[at:], `"diggest":`) // a key that nobody looks at: the data has no digest then
	b[at+len(digest)] = '"'
	replace(t, path, b)
}

// replace puts a file in place as a whole, as Save does.
func replace(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.WriteFile(path+".tmp", b, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".tmp", path); err != nil {
		t.Fatal(err)
	}
}

func ask(url, body string) (a answer, err error) {
	reply, err := http.Post(url+"/predict", "application/json", strings.NewReader(body))
	if err != nil {
		return a, err
	}
	defer reply.Body.Close()
	text, err := io.ReadAll(reply.Body)
	if err != nil {
		return a, err
	}
	if reply.StatusCode != http.StatusOK {
		return a, fmt.Errorf("%s: %s", reply.Status, text)
	}
	return a, json.Unmarshal(text, &a)
}

// TestSwapGoroutines asks from several goroutines while the weights are swapped:
// no request fails, and every answer is that of the weights which it names.
func TestSwapGoroutines(t *testing.T) {
	dir := t.TempDir()
	files := [2]string{filepath.Join(dir, "a"), filepath.Join(dir, "b")}
	want := map[string]answer{}
	for i, path := range files {
		otherWeights(t, path, float32(i)-0.5)
		s, err := newService(path)
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(s.handler())
		a, err := ask(server.URL, person)
		server.Close()
		if err != nil {
			t.Fatal(err)
		}
		want[a.Weights] = a
	}
	if len(want) != 2 {
		t.Fatalf("the two files are one: %v", want)
	}
	s, err := newService(files[0])
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.handler())
	defer server.Close()
	done := make(chan struct{})
	var clients sync.WaitGroup
	for range 4 {
		clients.Add(1)
		go func() {
			defer clients.Done()
			for {
				select {
				case <-done:
					return
				default:
				}
				a, err := ask(server.URL, person)
				if err != nil {
					t.Error(err)
					return
				}
				if a != want[a.Weights] {
					t.Errorf("%v, the weights alone give %v", a, want[a.Weights])
					return
				}
			}
		}()
	}
	for i := range 50 {
		if err := s.reload(files[i%2]); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Millisecond)
	}
	close(done)
	clients.Wait()
	if n := s.reloads.Load(); n != 50 {
		t.Errorf("%d reloads", n)
	}
}

// TestWatch has a file taken up once it changes, and a broken one refused.
func TestWatch(t *testing.T) {
	path := filepath.Join(t.TempDir(), "weights.safetensors")
	otherWeights(t, path, 0)
	s, err := newService(path)
	if err != nil {
		t.Fatal(err)
	}
	first := s.current.Load().weights
	go s.watch(t.Context(), path, time.Millisecond)
	replace(t, path, []byte("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"))
	until(t, func() bool { return s.failedReloads.Load() == 1 })
	if got := s.current.Load().weights; got != first {
		t.Errorf("serving %s after a file that cannot be read", got)
	}
	otherWeights(t, path, 1)
	until(t, func() bool { return s.current.Load().weights != first })
}

func until(t *testing.T, done func() bool) {
	t.Helper()
	for begin := time.Now(); !done(); time.Sleep(time.Millisecond) {
		if time.Since(begin) > 10*time.Second {
			t.Fatal("not within 10 seconds")
		}
	}
}

// TestVars counts answers, gaps and refusals.
func TestVars(t *testing.T) {
	s, err := newService("")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.handler())
	defer server.Close()
	a, err := ask(server.URL, person)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := adultpredict.ParseClass(a.Class); err != nil || !(a.Probability >= 0.5 && a.Probability <= 1) || a.Weights != "embedded" {
		t.Errorf("answer %+v", a)
	}
	for _, bad := range []string{"", "{", `{"agee": 3}`, `{"age": "old"}`, strings.Repeat(" ", maxBody+1) + "{}"} {
		if _, err := ask(server.URL, bad); err == nil {
			t.Errorf("%.20q was answered", bad)
		}
	}
	var vars struct {
		Weights          string
		Refused          int
		Classes          map[string]int
		Missing, Unknown map[string]int
		Latency          map[string]int
	}
	if err := json.Unmarshal([]byte(s.vars().String()), &vars); err != nil {
		t.Fatal(err)
	}
	if vars.Refused != 5 || vars.Classes[a.Class] != 1 || vars.Unknown["workclass"] != 1 || vars.Missing["capital_gain"] != 1 || len(vars.Latency) != 1 {
		t.Errorf("%+v", vars)
	}
}
