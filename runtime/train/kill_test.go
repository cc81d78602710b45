package train_test

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/nngen-go/nngen/runtime/weights"
)

// Variables of the environment: NNGEN_KILLS is how many times TestKill kills; a
// process of this test that finds trainIn trains the course there and ends.
const (
	killsVariable = "NNGEN_KILLS"
	trainIn       = "NNGEN_TEST_TRAIN_IN"
	trainCourse   = "NNGEN_TEST_TRAIN_COURSE"
)

// outcome is what a process that came to its end has left.
type outcome struct {
	Params  []uint32
	History string
	CSV     string
	Rate    float64
	Steps   uint64
	Stopped int
}

func (o outcome) end() end { return end{o.Params, o.History, o.CSV, o.Rate, o.Steps, o.Stopped} }

// TestKill kills programs that train, at random moments and without warning
// (SIGKILL), and starts them again until they come to an end. Every checkpoint
// that is found must load, and the end must have the same bits as that of a
// program left alone. It kills 10 times; NNGEN_KILLS=200 go test -run TestKill
// kills 200 times.
func TestKill(t *testing.T) {
	if dir := os.Getenv(trainIn); dir != "" {
		trainToTheEnd(t, dir)
		return
	}
	wanted := 10
	if n, err := strconv.Atoi(os.Getenv(killsVariable)); err == nil {
		wanted = n
	}
	all := courses()
	want := make([]end, len(all))
	length := make([]time.Duration, len(all))
	for i := range all {
		dir := t.TempDir()
		begin := time.Now()
		if killed := process(t, dir, i, time.Hour); killed {
			t.Fatal("a program that was left alone was killed")
		}
		want[i], length[i] = result(t, dir), time.Since(begin)
	}
	r := rand.New(rand.NewPCG(1, uint64(time.Now().UnixNano())))
	kills, loaded, ends := 0, 0, 0
	for kills < wanted {
		i := r.IntN(len(all))
		dir := t.TempDir()
		path := filepath.Join(dir, "backup", "checkpoint.safetensors")
		for life := 0; ; life++ {
			after := time.Hour
			if life < 8 && kills < wanted {
				after = time.Duration(r.Int64N(int64(length[i])))
			}
			if !process(t, dir, i, after) {
				break
			}
			kills++
			file, err := weights.Open(path)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				t.Fatalf("after kill %d: %v", kills, err)
			}
			e := engine(4)
			if err := file.Copy(e.segs, e.params); err != nil {
				t.Fatalf("after kill %d: %v", kills, err)
			}
			loaded++
		}
		ends++
		if d := result(t, dir).differs(want[i]); d != "" {
			t.Fatalf("%s, after kill %d: %s", all[i].name, kills, d)
		}
		if left, err := os.ReadDir(filepath.Join(dir, "backup")); !os.IsNotExist(err) {
			t.Errorf("the folder of the checkpoint is still there, with %v", left)
		}
	}
	t.Logf("%d kills, %d checkpoints found and loaded, %d trainings ended with the bits of one left alone", kills, loaded, ends)
	if loaded == 0 {
		t.Error("no kill left a checkpoint")
	}
}

// process has a program train in dir and kills it after a time. It reports
// whether that came before its end.
func process(t *testing.T, dir string, course int, after time.Duration) (killed bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), after)
	defer cancel()
	cmd := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestKill$")
	cmd.Env = append(os.Environ(), trainIn+"="+dir, trainCourse+"="+strconv.Itoa(course))
	out, err := cmd.CombinedOutput()
	if _, finished := os.Stat(filepath.Join(dir, "end.json")); finished == nil {
		return false
	}
	if ctx.Err() == nil {
		t.Fatalf("the program that trains failed: %v\n%s", err, out)
	}
	return true
}

// trainToTheEnd is the program that is killed.
func trainToTheEnd(t *testing.T, dir string) {
	i, err := strconv.Atoi(os.Getenv(trainCourse))
	if err != nil {
		t.Fatal(err)
	}
	r, err := courses()[i].run(context.Background(), dir, 5)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(outcome{r.params, r.history, r.csv, r.rate, r.steps, r.stopped})
	if err != nil {
		t.Fatal(err)
	}
	temp := filepath.Join(dir, "end.tmp")
	if err := os.WriteFile(temp, text, 0o666); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(temp, filepath.Join(dir, "end.json")); err != nil {
		t.Fatal(err)
	}
}

func result(t *testing.T, dir string) end {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "end.json"))
	if err != nil {
		t.Fatal(err)
	}
	var o outcome
	if err := json.Unmarshal(text, &o); err != nil {
		t.Fatal(err)
	}
	return o.end()
}
