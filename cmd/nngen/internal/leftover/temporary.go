package leftover

import (
	"os"
	"sync"
)

// temporary are the files and folders that must not outlive the process.
var temporary = struct {
	sync.Mutex
	paths map[string]bool
}{paths: map[string]bool{}}

// Add says that a file or folder is temporary.
func Add(path string) {
	temporary.Lock()
	defer temporary.Unlock()
	temporary.paths[path] = true
}

// Remove removes one that is.
func Remove(path string) {
	temporary.Lock()
	defer temporary.Unlock()
	os.RemoveAll(path)
	delete(temporary.paths, path)
}

// Forget says that a path is no longer temporary, or no longer there.
func Forget(path string) {
	temporary.Lock()
	defer temporary.Unlock()
	delete(temporary.paths, path)
}

// RemoveAll removes all of them. What is added after it waits for ever: the
// process ends.
func RemoveAll() {
	temporary.Lock()
	for path := range temporary.paths {
		os.RemoveAll(path)
	}
}
