//go:build darwin || linux

package leftover

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk/disktest"
)

// Beside a target, what was about to take its place is removed, unless somebody
// still writes to it or has just begun.
func TestCreateTemporary(t *testing.T) {
	dir := t.TempDir()
	disktest.Put(t, dir, ".a.csv.nngen-1", ".a.csv.nngen-2", ".a.csv.nngen-3", ".a.csv.nngen-x", ".b.csv.nngen-1", ".a.csv.1", "a.csv")
	now := time.Now()
	if err := os.Chtimes(filepath.Join(dir, ".a.csv.nngen-2"), now, now); err != nil {
		t.Fatal(err)
	}
	lock, taken, err := tryLock(filepath.Join(dir, ".a.csv.nngen-3"))
	if err != nil || taken {
		t.Fatal(err, taken)
	}
	defer lock.Close()
	f, err := CreateTemporary(filepath.Join(dir, "a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if !Abandoned(filepath.Join(dir, ".b.csv.nngen-1")) || Abandoned(f.Name()) {
		t.Error("the new file is not locked")
	}
	disktest.Expect(t, dir, ".a.csv.nngen-2", ".a.csv.nngen-3", ".a.csv.nngen-x", ".b.csv.nngen-1", ".a.csv.1", "a.csv", filepath.Base(f.Name()))
}
