package folder

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
	"github.com/nngen-go/nngen/cmd/nngen/internal/percent"
)

// UpdateFolder is where a package is put together, within its own folder: the go
// command passes over names that begin with a dot.
//
//	.nngen-update/new      the files that come, written in full
//	.nngen-update/old      the files that go, as hard links
//	.nngen-update/journal  what goes and what comes
//
// As long as there is no journal, nothing else in the folder has been touched.
// While there is one, any of the new files may have taken its place. Without it
// again, all of them have. So a run that ends in the middle, killed or by power
// failure, leaves every file either old or new, and the journal says how to go
// back to the old ones: the next run does.
const (
	UpdateFolder = ".nngen-update"
	JournalFile  = "journal"
)

// journal is what an update changes.
type journal struct {
	Replaced, Added, Removed []string
}

// exchange is an update on its way.
type exchange struct {
	path string // of the package
	journal
	// step, where set, is called before everything that touches the disk.
	step  func()
	wrote func(n int) // where set, is told how many bytes of files have been written
}

func (u *exchange) at(part ...string) string {
	return filepath.Join(append([]string{u.path, UpdateFolder}, part...)...)
}

// Apply makes the folder current, or, where anything fails, leaves it as it was.
func (f *Folder) Apply(want map[string][]byte, c Changes) (err error) {
	if c.None() {
		return nil
	}
	_, statErr := os.Stat(f.Path)
	if err := os.MkdirAll(f.Path, 0o777); err != nil {
		return err
	}
	lock, err := leftover.Lock(f.Path)
	if err != nil {
		return err
	}
	if lock != nil {
		defer lock.Close()
	}
	u := &exchange{path: f.Path, journal: journal{Replaced: c.Stale, Added: c.Missing, Removed: c.Superfluous}, step: f.Step, wrote: f.Wrote}
	if err := u.run(want); err != nil {
		if os.IsNotExist(statErr) {
			os.Remove(f.Path) // only if nothing is in it
		}
		return err
	}
	return nil
}

func (u *exchange) run(want map[string][]byte) error {
	if err := u.prepare(want); err != nil {
		return errors.Join(err, u.discard())
	}
	if err := u.install(); err != nil {
		return errors.Join(err, u.rollBack())
	}
	return u.discard()
}

// touch is called before everything that touches the disk.
func (u *exchange) touch() {
	if u.step != nil {
		u.step()
	}
}

// prepare writes the new files and keeps the old ones.
func (u *exchange) prepare(want map[string][]byte) error {
	for _, part := range []string{"new", "old"} {
		u.touch()
		if err := os.MkdirAll(u.at(part), 0o777); err != nil {
			return err
		}
	}
	for _, name := range slices.Concat(u.Replaced, u.Added) {
		u.touch()
		if err := writeSynced(u.at("new", name), want[name], u.wrote); err != nil {
			return err
		}
	}
	for _, name := range slices.Concat(u.Replaced, u.Removed) {
		u.touch()
		if err := keep(filepath.Join(u.path, name), u.at("old", name)); err != nil {
			return err
		}
	}
	b, err := json.Marshal(u.journal)
	if err != nil {
		return err
	}
	u.touch()
	if err := writeSynced(u.at("new", "."+JournalFile), b, nil); err != nil {
		return err
	}
	u.touch()
	if err := os.Rename(u.at("new", "."+JournalFile), u.at(JournalFile)); err != nil {
		return err
	}
	syncFolder(u.at())
	return nil
}

// install puts the new files in their places and takes the superfluous away.
func (u *exchange) install() error {
	for _, name := range slices.Concat(u.Replaced, u.Added) {
		u.touch()
		if err := os.Rename(u.at("new", name), filepath.Join(u.path, name)); err != nil {
			return err
		}
	}
	for _, name := range u.Removed {
		u.touch()
		if err := os.Remove(filepath.Join(u.path, name)); err != nil {
			return err
		}
	}
	syncFolder(u.path)
	return nil
}

// rollBack puts the old files back and takes the new ones away.
func (u *exchange) rollBack() error {
	for _, name := range slices.Concat(u.Replaced, u.Removed) {
		u.touch()
		if err := os.Rename(u.at("old", name), filepath.Join(u.path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%s: the old files could not be put back, and the next nngen generate will try again: %w", u.path, err)
		}
	}
	for _, name := range u.Added {
		if disk.Exists(u.at("new", name)) { // it has never come
			continue
		}
		u.touch()
		if err := os.Remove(filepath.Join(u.path, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return u.discard()
}

// discard ends an update. The journal goes first: without it the rest is
// rubbish.
func (u *exchange) discard() error {
	u.touch()
	if err := os.Remove(u.at(JournalFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	u.touch()
	return os.RemoveAll(u.at())
}

// Pending reports an update of a package that did not come to its end.
func Pending(path string) bool { return disk.Exists(filepath.Join(path, UpdateFolder)) }

// Repair undoes an update that did not come to its end.
func Repair(path string) error {
	if !Pending(path) {
		return nil
	}
	lock, err := leftover.Lock(path)
	if err != nil {
		return err
	}
	if lock != nil {
		defer lock.Close()
	}
	u := &exchange{path: path}
	b, err := os.ReadFile(u.at(JournalFile))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return u.discard()
	case err != nil:
		return err
	}
	if err := json.Unmarshal(b, &u.journal); err != nil {
		return fmt.Errorf("%s: %w; remove the folder %s if it is not nngen's", u.at(JournalFile), err, UpdateFolder)
	}
	for _, name := range slices.Concat(u.Replaced, u.Added, u.Removed) {
		if filepath.Base(name) != name || !generatable(name) && filepath.Ext(name) != ".yaml" { // of import
			return fmt.Errorf("%s names %q, which is not a file of a package; remove the folder %s if it is not nngen's", u.at(JournalFile), name, UpdateFolder)
		}
	}
	return u.rollBack()
}

// keep gives a file a second name; where the file system has no links, a copy.
func keep(file, as string) error {
	if os.Link(file, as) == nil {
		return nil
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	return writeSynced(as, b, nil)
}

// syncFolder has the names in a folder written through to the disk, where the
// system can do that.
func syncFolder(path string) {
	if f, err := os.Open(path); err == nil {
		_ = f.Sync() // some systems cannot, and lose nothing but the order of a power failure
		f.Close()
	}
}

// writeSynced writes a file through to the disk.
func writeSynced(path string, b []byte, wrote func(n int)) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	err = percent.Write(f, b, wrote)
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}
