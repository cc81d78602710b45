package data

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"os"
	"path/filepath"
	"slices"

	"github.com/nngen-go/nngen/runtime/nearest"
)

// classFile is a file in the folder of a class.
type classFile struct {
	path  string
	class int
	key   uint64 // of its place in the order
	name  string // below the folder of classes, with slashes
}

// listFolders lists the files of a kind in dir/class/ and the folders below it,
// and tells which others there are. The order looks random, so that a part of the
// list holds every class, but is a function of the files' names alone.
func listFolders(dir string, classes []string, kind *fileKind, o *readOptions) ([]classFile, error) {
	passed := passedOver{kind: kind}
	folders, err := subfolders(dir, classes, &passed)
	if err != nil {
		return nil, err
	}
	p := problems{name: dir}
	var files []classFile
	for class, name := range classes {
		if p.full() {
			break
		}
		if !slices.Contains(folders, name) {
			has := "; it holds no folders"
			if len(folders) > 0 {
				has = nearest.Question(name, folders) + "; the folders are " + enumerate(folders)
			}
			p.addAt(dir, fmt.Errorf("no folder for class %q%s", name, has))
			continue
		}
		n, own := len(files), passedOver{kind: kind}
		if files, err = listFiles(files, filepath.Join(dir, name), name, class, &own); err != nil {
			return nil, err
		}
		if len(files) == n {
			p.addAt(filepath.Join(dir, name), own.nothing())
		}
		for _, g := range own.groups {
			passed.count(g.what, g.n, g.example)
		}
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, noRows(dir)
	}
	slices.SortFunc(files, func(a, b classFile) int {
		return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.name, b.name))
	})
	passed.tell(dir, o)
	return files, nil
}

// subfolders lists the folders in dir. Those that are not classes, and the files
// beside them, are passed over.
func subfolders(dir string, classes []string, passed *passedOver) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var folders []string
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		switch {
		case !isFolder(path, e):
			passed.add(e.Name())
			continue
		case !slices.Contains(classes, e.Name()):
			n, err := countFiles(path)
			if err != nil {
				return nil, err
			}
			passed.count(fmt.Sprintf("in %s, which is not a class", printable(e.Name())), n, "")
		}
		folders = append(folders, e.Name())
	}
	return folders, nil
}

// listFiles adds the files of a folder and of those below it. Links to files
// count as files, links to folders are not followed, as in Keras.
func listFiles(files []classFile, path, name string, class int, passed *passedOver) ([]classFile, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		p, n := filepath.Join(path, e.Name()), e.Name()
		if name != "" {
			n = name + "/" + n
		}
		switch {
		case e.IsDir():
			if files, err = listFiles(files, p, n, class, passed); err != nil {
				return nil, err
			}
		case passed.kind.reads(n) && !isFolder(p, e):
			files = append(files, classFile{path: p, class: class, key: orderKey(n), name: n})
		default:
			passed.add(n)
		}
	}
	return files, nil
}

// isFolder tells whether an entry is a folder or a link to one.
func isFolder(path string, e os.DirEntry) bool {
	if e.Type()&os.ModeSymlink != 0 {
		info, err := os.Stat(path)
		return err == nil && info.IsDir()
	}
	return e.IsDir()
}

// orderKey scatters names over 64 bits: FNV-1a, whose high bits differ little
// between short names, finished by the mixer of SplitMix64 (G. L. Steele, D.
// Lea, C. H. Flood, "Fast splittable pseudorandom number generators", 2014).
func orderKey(name string) uint64 {
	h := fnv.New64a()
	h.Write([]byte(name))
	k := h.Sum64()
	k = (k ^ k>>30) * 0xBF58476D1CE4E5B9
	k = (k ^ k>>27) * 0x94D049BB133111EB
	return k ^ k>>31
}

// readFile reads a file of at most so many bytes.
func readFile(path string, most int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: not a regular file", path)
	}
	if info.Size() > most {
		return nil, fmt.Errorf("%s: %d bytes; the largest file that is read has %d", path, info.Size(), most)
	}
	return os.ReadFile(path)
}
