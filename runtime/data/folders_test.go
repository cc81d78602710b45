package data

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// folder writes files below a folder of the test's own.
func folder(t testing.TB, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// quietly are the options of a reader that tells nobody.
func quietly() *readOptions {
	o := collect(nil)
	return &o
}

// The files are those that text_dataset_from_directory and
// image_dataset_from_directory find, with their labels; the order is our own.
func TestFoldersAreKeras(t *testing.T) {
	for kind, files := range map[string]fileKind{"text_folder": textFiles, "image_folder": {extensions: append([]string{".bmp"}, imageFiles.extensions...)}} {
		for _, c := range kerasCases(t, kind) {
			content := map[string]string{}
			for _, name := range c.Files {
				content[name] = name
			}
			dir := folder(t, content)
			list, err := listFolders(dir, c.Classes, &files, quietly())
			if err != nil {
				t.Error(err)
				continue
			}
			got, want := []string{}, []string{}
			for _, f := range list {
				rel, _ := filepath.Rel(dir, f.path)
				got = append(got, fmt.Sprint(filepath.ToSlash(rel), " ", f.class))
			}
			for i, name := range c.Order {
				want = append(want, fmt.Sprint(name, " ", c.Labels[i]))
			}
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", c.Name, got, want)
			}
		}
	}
}

// The order is written down here: a split must find the same rows for ever.
func TestFolderOrder(t *testing.T) {
	files := map[string]string{"unsup/0.txt": "", "readme.txt": ""}
	for i := range 6 {
		files[fmt.Sprintf("pos/%d.txt", i)] = ""
		files[fmt.Sprintf("neg/deep/%d.TXT", i)] = ""
	}
	dir := folder(t, files)
	var got []string
	list, err := listFolders(dir, []string{"neg", "pos"}, &textFiles, quietly())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		got = append(got, f.name)
	}
	const want = "pos/5.txt neg/deep/2.TXT pos/0.txt neg/deep/5.TXT neg/deep/1.TXT pos/3.txt " +
		"neg/deep/4.TXT neg/deep/0.TXT pos/2.txt pos/1.txt pos/4.txt neg/deep/3.TXT"
	if s := strings.Join(got, " "); s != want {
		t.Errorf("%s", s)
	}
	again, err := listFolders(dir+string(filepath.Separator)+".", []string{"pos", "neg"}, &textFiles, quietly())
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range again {
		if f.name != got[i] || f.class != 1-list[i].class {
			t.Errorf("by another path %s comes at %d", f.name, i)
		}
	}
}

// Whatever the names look like, each part of the order holds about its share of
// every class.
func TestFolderOrderMixes(t *testing.T) {
	for _, pattern := range []string{"class%d/%d.png", "%d/img_%05d.jpg", "photos of class %d/IMG%d.jpeg"} {
		var files []classFile
		for class := range 2 {
			for i := range 1000 {
				files = append(files, classFile{class: class, key: orderKey(fmt.Sprintf(pattern, class, i))})
			}
		}
		slices.SortFunc(files, func(a, b classFile) int {
			if a.key < b.key {
				return -1
			}
			return 1
		})
		for part := range 5 {
			ones := 0
			for _, f := range files[400*part : 400*(part+1)] {
				ones += f.class
			}
			if ones < 150 || ones > 250 { // more than five standard deviations
				t.Errorf("%s: part %d has %d of class 1 in 400", pattern, part, ones)
			}
		}
	}
}

func TestFolderLinks(t *testing.T) {
	dir := folder(t, map[string]string{"real/1.txt": "1", "a/2.txt": "2"})
	for from, to := range map[string]string{"b": "real", "a/linked.txt": "real/1.txt", "a/folder.txt": "real", "a/nowhere.txt": "none"} {
		if err := os.Symlink(filepath.Join(dir, to), filepath.Join(dir, from)); err != nil {
			t.Skip("this system makes no symbolic links: ", err)
		}
	}
	list, err := listFolders(dir, []string{"a", "b"}, &textFiles, quietly())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range list {
		got = append(got, f.name)
	}
	slices.Sort(got)
	if want := []string{"a/2.txt", "a/linked.txt", "a/nowhere.txt", "b/1.txt"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func setText(x *string, y *int, text string, class int) { *x, *y = text, class }

func TestReadTexts(t *testing.T) {
	dir := folder(t, map[string]string{"pos/1.txt": "good", "pos/2.txt": "\uFEFFété\r\n", "neg/1.txt": "", "neg/2.TXT": "bad", "unsup/1.txt": "\xff"})
	var told []int64
	d, err := ReadTexts(dir, []string{"neg", "pos"}, setText, Progress(func(done, total int64) { told = append(told, done, total) }))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(told, []int64{1, 4, 2, 4, 3, 4, 4, 4}) {
		t.Errorf("progress %v", told)
	}
	got := map[string]string{}
	for i := range d.Len() {
		x, y, w := d.(Indexed[string, int]).At(i)
		rel, _ := filepath.Rel(dir, d.(Placed).Place(i))
		got[filepath.ToSlash(rel)] = fmt.Sprintf("%q %d %v", *x, *y, w)
	}
	want := map[string]string{"pos/1.txt": `"good" 1 1`, "pos/2.txt": `"été\n" 1 1`, "neg/1.txt": `"" 0 1`, "neg/2.TXT": `"bad" 0 1`}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

func TestReadTextsErrors(t *testing.T) {
	dir := folder(t, map[string]string{"pos/1.txt": "good\nand\xe9", "pos/2.txt": "\xc3", "neg/1.text": "x", "empty/sub/1": "x"})
	big := filepath.Join(dir, "neg", "big.txt")
	for _, c := range []struct {
		dir     string
		classes []string
		want    string
	}{
		{"", []string{"posi", "neg"}, "DIR/neg: no file that ends in .txt; there are 1 .text such as neg/1.text: give texts that ending\n" + `DIR: no folder for class "posi" (did you mean "pos"?); the folders are "empty", "neg", "pos"`},
		{"/neg", []string{"a"}, `DIR/neg: no folder for class "a"; it holds no folders`},
		{"/empty", []string{"sub"}, `DIR/empty/sub: no file that ends in .txt; there are 1 without extension such as sub/1: give texts that ending`},
		{"", nil, "DIR: no rows"},
		{"/none", []string{"pos"}, "open DIR/none: no such file or directory"},
		{"", []string{"../x"}, `DIR: no folder for class "../x"; the folders are "empty", "neg", "pos"`},
		{"", []string{"pos"}, "DIR/pos/1.txt:2:4: byte 0xe9 is not UTF-8; it is 'é' in windows-1252: if that is meant, write encoding: windows-1252, else save the file as UTF-8\nDIR/pos/2.txt:1:1: byte 0xc3 is not UTF-8; it is 'Ã' in windows-1252: if that is meant, write encoding: windows-1252, else save the file as UTF-8"},
		{"big", []string{"neg"}, "DIR/neg/big.txt: 16777217 bytes; the largest file that is read has 16777216"},
	} {
		if c.dir == "big" {
			if err := os.WriteFile(big, nil, 0o666); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(big, mostTextBytes+1); err != nil {
				t.Fatal(err)
			}
			c.dir = ""
		}
		_, err := ReadTexts(dir+c.dir, c.classes, setText)
		if err == nil {
			t.Errorf("no error, want %s", c.want)
			continue
		}
		lines := strings.Split(strings.ReplaceAll(filepath.ToSlash(err.Error()), filepath.ToSlash(dir), "DIR"), "\n")
		if slices.Sort(lines); strings.Join(lines, "\n") != c.want {
			t.Errorf("%s\nwant %s", strings.Join(lines, "\n"), c.want)
		}
	}
}
