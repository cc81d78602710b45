package data

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// fileKind is a kind of files that a folder holds.
type fileKind struct {
	extensions []string
	what       string // in messages
	advice     string // where there are others
}

var (
	textFiles  = fileKind{[]string{".txt"}, "texts in files that end in .txt", "give texts that ending"}
	imageFiles = fileKind{[]string{".png", ".jpg", ".jpeg", ".gif"}, "PNG, JPEG and GIF", "convert images to one of these"}
)

// reads reports whether a file of that name is read. What macOS keeps in files
// named ._cat.png is not an image.
func (k *fileKind) reads(name string) bool {
	base := filepath.Base(name)
	return slices.Contains(k.extensions, strings.ToLower(filepath.Ext(base))) && !strings.HasPrefix(base, "._")
}

// passedOver counts the files of a folder that are not read, by what they are.
type passedOver struct {
	kind   *fileKind
	groups []passedGroup
	total  int
}

type passedGroup struct {
	what    string
	n       int
	example string
}

// add notes a file, by its name below the folder.
func (p *passedOver) add(name string) {
	base := filepath.Base(name)
	ext := strings.ToLower(filepath.Ext(base))
	what := ext
	switch {
	case strings.HasPrefix(base, "."):
		what = "hidden"
	case len(ext) < 2:
		what = "without extension"
	case p.kind.reads(name):
		what = "beside the folders of the classes"
	case len(ext) > 12 || strings.ContainsFunc(ext[1:], func(r rune) bool { return r < '0' || r > '9' && r < 'a' || r > 'z' }):
		what = "of other kinds"
	}
	p.count(what, 1, name)
}

// count notes files that are what.
func (p *passedOver) count(what string, n int, example string) {
	const most = 8 // groups
	if n == 0 {
		return
	}
	p.total += n
	at := slices.IndexFunc(p.groups, func(g passedGroup) bool { return g.what == what })
	if at < 0 && len(p.groups) >= most {
		what = "of other kinds"
		at = slices.IndexFunc(p.groups, func(g passedGroup) bool { return g.what == what })
	}
	if at < 0 {
		p.groups = append(p.groups, passedGroup{what: what, example: example})
		at = len(p.groups) - 1
	}
	p.groups[at].n += n
}

// String lists the groups, the largest first: "10 .webp such as cat/1.webp, 2
// .tif such as dog/2.tif".
func (p *passedOver) String() string {
	groups := slices.Clone(p.groups)
	slices.SortStableFunc(groups, func(a, b passedGroup) int { return cmp.Compare(b.n, a.n) })
	var list []string
	for _, g := range groups {
		text := fmt.Sprintf("%d %s", g.n, g.what)
		if g.example != "" {
			text += fmt.Sprintf(" such as %s", printable(g.example))
		}
		list = append(list, text)
	}
	return strings.Join(list, ", ")
}

// tell says what has been passed over, if anything has.
func (p *passedOver) tell(dir string, o *readOptions) {
	if p.total > 0 {
		o.passedOver(fmt.Sprintf("%s: passed over %s: %s (nngen reads %s)", dir, plural(p.total, "file"), p, p.kind.what))
	}
}

// nothing is the error about a folder in which no file is read.
func (p *passedOver) nothing() error {
	if p.total == 0 {
		return fmt.Errorf("no file that ends in %s; the folder is empty", strings.Join(p.kind.extensions, ", "))
	}
	return fmt.Errorf("no file that ends in %s; there are %s: %s", strings.Join(p.kind.extensions, ", "), p, p.kind.advice)
}

// printable is a name of a file without characters that would move the cursor.
func printable(name string) string {
	q := fmt.Sprintf("%.120q", filepath.ToSlash(name))
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}

// countFiles counts the files in a folder and those below it.
func countFiles(path string) (n int, err error) {
	entries, err := os.ReadDir(path)
	for _, e := range entries {
		if !e.IsDir() {
			n++
		} else if below, err := countFiles(filepath.Join(path, e.Name())); err != nil {
			return n, err
		} else {
			n += below
		}
	}
	return n, err
}

// TextFiles lists the files that [ReadTexts] reads, without reading them.
// Without classes it lists all texts in the folder and those below it, in the
// order of their names.
func TextFiles(dir string, classes []string, o ...ReadOption) ([]string, error) {
	return textFiles.list(dir, classes, o)
}

// ImageFiles is [TextFiles] for images.
func ImageFiles(dir string, classes []string, o ...ReadOption) ([]string, error) {
	return imageFiles.list(dir, classes, o)
}

func (k *fileKind) list(dir string, classes []string, o []ReadOption) ([]string, error) {
	options := collect(o)
	passed := passedOver{kind: k}
	var files []classFile
	var err error
	if classes != nil {
		files, err = listFolders(dir, classes, k, &options)
	} else if files, err = listFiles(nil, dir, "", 0, &passed); err == nil {
		if len(files) == 0 {
			return nil, fmt.Errorf("%s: %w", dir, passed.nothing())
		}
		passed.tell(dir, &options)
	}
	if err != nil {
		return nil, err
	}
	paths := make([]string, len(files))
	for i, f := range files {
		paths[i] = f.path
	}
	return paths, nil
}
