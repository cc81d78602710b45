//go:build unix

package scratch

import (
	"os/exec"
	"syscall"
)

// endTogether has what a command starts end with it: the go command leaves its
// compilers running when it is killed.
func endTogether(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
