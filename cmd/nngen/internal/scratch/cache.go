package scratch

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/nngen-go/nngen/cmd/nngen/internal/leftover"
	nngenruntime "github.com/nngen-go/nngen/runtime"
)

// CacheVariable is the environment variable that names the folder of the cache,
// instead of nngen in that of the user; "off": there is none.
const CacheVariable = "NNGEN_CACHE"

// cacheLimit is how many bytes of programs are kept: about a hundred of them.
const cacheLimit = 400 << 20

// cache is a folder of compiled programs, each under the hash of all that it was
// made of. A program that is there is whole: it was written under another name. So
// any number of runs may use the folder at once, and whatever is removed from it is
// made again. "" is no cache: nothing is found and nothing kept.
type cache string

// openCache finds the folder. Where there is none and none can be made, programs
// are compiled for each run.
func openCache() cache {
	dir := os.Getenv(CacheVariable)
	if dir == "off" {
		return ""
	}
	if dir == "" {
		user, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		dir = filepath.Join(user, "nngen")
	}
	dir, err := filepath.Abs(dir)
	if err != nil || os.MkdirAll(filepath.Join(dir, "programs"), 0o700) != nil {
		return ""
	}
	return cache(dir)
}

func (c cache) programs() string { return filepath.Join(string(c), "programs") }

func (c cache) path(key string) string { return filepath.Join(c.programs(), key+".exe") }

// place is the folder, without files, in which the go command sees modules.
func (c cache) place() (string, error) {
	if c == "" {
		return "", errors.New("no cache")
	}
	dir := filepath.Join(string(c), "module")
	return dir, os.MkdirAll(dir, 0o700)
}

// find gives the path of a program that is kept, and marks it as used.
func (c cache) find(key string) (path string, ok bool) {
	if c == "" {
		return "", false
	}
	now := time.Now()
	path = c.path(key)
	return path, os.Chtimes(path, now, now) == nil
}

// put keeps a program. Where that fails it is compiled once more the next time.
func (c cache) put(key, exe string) {
	if c == "" {
		return
	}
	c.trim(cacheLimit)
	t, err := leftover.CreateTemporary(c.path(key))
	if err != nil {
		return
	}
	leftover.Add(t.Name())
	defer leftover.Remove(t.Name())
	defer t.Close()
	from, err := os.Open(exe)
	if err != nil {
		return
	}
	defer from.Close()
	if _, err := io.Copy(t, from); err != nil || t.Chmod(0o700) != nil || t.Sync() != nil || t.Close() != nil {
		return
	}
	if os.Rename(t.Name(), c.path(key)) == nil {
		leftover.Forget(t.Name())
	}
}

// programName matches what is kept.
var programName = regexp.MustCompile(`^[0-9a-f]{64}\.exe$`)

// trim makes room for a program: those go that have not been used for the longest
// time, but none that somebody may be about to start. What killed runs left goes, too.
func (c cache) trim(limit int64) {
	var programs []fs.FileInfo
	size := int64(0)
	leftover.Sweep(c.programs(), func(name string, e os.DirEntry) bool {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() {
			return false
		}
		if programName.MatchString(name) {
			programs = append(programs, info)
			size += info.Size()
			return false
		}
		return time.Since(info.ModTime()) > time.Hour && leftover.Abandoned(filepath.Join(c.programs(), name))
	})
	slices.SortFunc(programs, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, info := range programs {
		if size <= limit || time.Since(info.ModTime()) < time.Minute {
			break
		}
		os.Remove(filepath.Join(c.programs(), info.Name())) // fails where it runs on Windows
		size -= info.Size()
	}
}

// keyOf is the hash of everything that a program is made of: its files, those of the
// packages and of the runtime, the compiler and what it is told. The rest of its
// environment is always the same: see findGo.
func keyOf(t *tool, packages, program map[string][]byte) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %x\n", t.version, buildFlags, runtimeHash())
	hashFiles(h, packages)
	hashFiles(h, program)
	return hex.EncodeToString(h.Sum(nil))
}

// hashFiles writes files so that no two sets of them give the same bytes.
func hashFiles(h hash.Hash, files map[string][]byte) {
	fmt.Fprintln(h, len(files))
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%q %d\n", name, len(files[name]))
		h.Write(files[name])
	}
}

// runtimeHash is that of go.mod and of the runtime's sources.
var runtimeHash = sync.OnceValue(func() []byte {
	h := sha256.New()
	io.WriteString(h, goMod)
	source := nngenruntime.Source()
	err := fs.WalkDir(source, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(source, name)
		hashFiles(h, map[string][]byte{name: b})
		return err
	})
	if err != nil {
		panic(err) // the sources are in the program
	}
	return h.Sum(nil)
})
