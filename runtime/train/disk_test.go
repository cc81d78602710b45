//go:build linux

package train_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nngen-go/nngen/runtime/train"
	"github.com/nngen-go/nngen/runtime/weights"
)

const trainOnDisk = "NNGEN_TEST_TRAIN_ON_DISK"

// nobody is a user who owns nothing.
const nobody = 65534

// diskCallbacks write to dir, each of them on its own.
func diskCallbacks(dir string) map[string]train.Callback {
	return map[string]train.Callback{
		"backup":     &train.BackupAndRestore{BackupDir: filepath.Join(dir, "backup"), KeepCheckpoint: true},
		"checkpoint": &train.ModelCheckpoint{FilePath: filepath.Join(dir, "backup", "model.safetensors")},
		"csv":        &train.CSVLogger{Filename: filepath.Join(dir, "backup", "log.csv")},
		"board":      &train.TensorBoard{LogDir: filepath.Join(dir, "backup")},
	}
}

func fitOnDisk(callback train.Callback, epochs int) error {
	e := newLinear(4, 0, []string{"y"}, []int{3})
	_, err := train.Fit(context.Background(), e, &train.Session{Seed: 1}, compiled(8, epochs), dataset(24), config{Callbacks: []train.Callback{callback}})
	return err
}

// A disk that is full, and a folder that may not be written to, end a training
// with an error that names the file; the last good file stays, and nothing beside
// it.
func TestDisk(t *testing.T) {
	if what := os.Getenv(trainOnDisk); what != "" {
		trainOnBadDisk(what)
	}
	for _, bad := range []string{"full", "read-only"} {
		for name := range diskCallbacks("") {
			t.Run(bad+"/"+name, func(t *testing.T) {
				dir := t.TempDir()
				if err := os.Mkdir(filepath.Join(dir, "backup"), 0o777); err != nil {
					t.Fatal(err)
				}
				if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // nobody has to come in
					t.Fatal(err)
				}
				if err := fitOnDisk(diskCallbacks(dir)[name], 2); err != nil {
					t.Fatal(err)
				}
				backup := filepath.Join(dir, "backup")
				before := files(t, backup)
				program := filepath.Join(dir, "program")
				self, err := os.ReadFile(os.Args[0])
				if err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(program, self, 0o755); err != nil {
					t.Fatal(err)
				}
				cmd := exec.Command(program, "-test.run=^TestDisk$")
				cmd.Env = append(os.Environ(), trainOnDisk+"="+bad+" "+name+" "+dir)
				if bad == "read-only" {
					for file := range before {
						if err := os.Chmod(filepath.Join(backup, file), 0o444); err != nil {
							t.Fatal(err)
						}
					}
					if err := os.Chmod(backup, 0o555); err != nil {
						t.Fatal(err)
					}
					t.Cleanup(func() { os.Chmod(backup, 0o755) })
					if os.Getuid() == 0 { // who may write everywhere
						cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
					}
				}
				out, err := cmd.CombinedOutput()
				if errors.Is(err, syscall.EPERM) {
					t.Fatal("root may not become another user here; run the tests as another user: ", err)
				}
				if err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
				want := map[string]string{"full": "file too large", "read-only": "permission denied"}[bad]
				if !strings.Contains(string(out), want) || !strings.Contains(string(out), backup) {
					t.Errorf("the program says %q", out)
				}
				after := files(t, backup)
				for file, text := range before {
					if name == "csv" && bad == "full" { // its line did not get there
						text = after[file]
					}
					if after[file] != text {
						t.Errorf("%s has changed", file)
					}
				}
				for file := range after {
					if _, ok := before[file]; !ok && strings.HasSuffix(file, ".tmp") {
						t.Errorf("%s is left", file)
					}
				}
				for _, file := range []string{"checkpoint.safetensors", "model.safetensors"} {
					if _, ok := before[file]; ok {
						if _, err := weights.Open(filepath.Join(backup, file)); err != nil {
							t.Error(err)
						}
					}
				}
			})
		}
	}
}

// trainOnBadDisk is the program that meets the disk.
func trainOnBadDisk(what string) {
	parts := strings.SplitN(what, " ", 3)
	bad, name, dir := parts[0], parts[1], parts[2]
	if bad == "full" {
		// A limit on the size of a file stands for the room that is left.
		signal.Ignore(syscall.SIGXFSZ)
		limit := syscall.Rlimit{Cur: 30, Max: 30}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
	}
	err := fitOnDisk(diskCallbacks(dir)[name], 3)
	fmt.Println(err)
	os.Exit(0)
}

// files holds the files of a folder with what is in them.
func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) == 0 {
		t.Fatal("no files")
	}
	return all
}

// A folder that cannot be made is an error before the first step.
func TestFolderInTheWay(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for name, callback := range diskCallbacks(file) {
		steps := 0
		e := engine(4)
		count := &train.Funcs{BatchEnd: func(*train.State) error { steps++; return nil }}
		_, err := train.Fit(context.Background(), e, &train.Session{}, compiled(8, 1), dataset(24), config{Callbacks: []train.Callback{count, callback}})
		if err == nil || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", name, err)
		}
		if steps > 0 {
			t.Errorf("%s: %d steps before the error", name, steps)
		}
	}
}
