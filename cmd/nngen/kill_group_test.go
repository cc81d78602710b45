//go:build darwin || linux

package main

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/disk/disktest"
	"github.com/nngen-go/nngen/cmd/nngen/internal/network"
)

// TestKillGroup ends the command and the program that trains by force at once,
// before there is a checkpoint. The next run, with --resume or without, says so
// in a line, begins anew, and leaves nothing of the first behind.
func TestKillGroup(t *testing.T) {
	models, err := filepath.Abs("../../testdata/models")
	if err != nil {
		t.Fatal(err)
	}
	for _, flag := range []string{"--resume", "--quiet"} {
		dir, scratch := t.TempDir(), t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "endless.yaml"), []byte(endless), 0o666); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("nngen", "fit", "endless.yaml", "--data", models, "--seed", "1")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "TMPDIR="+scratch)
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		pipe, err := cmd.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		for stderr := bufio.NewReader(pipe); ; {
			line, err := stderr.ReadString('\n')
			if err != nil {
				t.Fatalf("before the first epoch: %v", err)
			}
			if strings.HasPrefix(line, "Epoch 1/") {
				break
			}
		}
		if err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
		if disk.Exists(filepath.Join(dir, "endless-run", "backup", "checkpoint.safetensors")) {
			t.Skip("five seconds went by within an epoch: there is a checkpoint")
		}
		if left, err := os.ReadDir(scratch); err != nil || len(left) != 1 {
			t.Errorf("it left %v behind, %v; that is what the next run is to sweep", left, err)
		}
		again := exec.Command("nngen", "fit", "endless.yaml", "--data", models, "--seed", "1", "--epochs", "3", flag)
		again.Dir, again.Env = dir, cmd.Env
		out, err := again.CombinedOutput()
		want := "endless-run: the earlier run there was ended before its first checkpoint, so that there is nothing to go on with: this one begins anew\n"
		if err != nil || !strings.HasPrefix(string(out), want) {
			t.Errorf("%s: %v\n%s", flag, err, out)
		}
		disktest.Expect(t, filepath.Join(dir, "endless-run"), "history.json", "history.svg", network.WeightsFile)
		checkScratch(t, scratch)
	}
}
