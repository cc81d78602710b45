package data

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// TestPassedOver counts what random folders hold: every file is read or told of.
func TestPassedOver(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	endings := []string{".png", ".JPG", ".webp", ".tif", "", ".txt", ".tar.gz", ".é", "." + strings.Repeat("x", 40), ".heic", ".bmp", ".svg", ".avif", ".raw", ".psd", "."}
	counts := regexp.MustCompile(`(?:: |, )(\d+) `)
	for range 30 {
		files := map[string]string{"a/first.png": "", "b/first.gif": ""}
		for i := range r.IntN(60) {
			dir := []string{"", "a/", "b/", "a/deep/", "c/", "c/deep/", ".git/"}[r.IntN(7)]
			files[dir+[]string{"", ".", "._"}[r.IntN(3)]+fmt.Sprint(i)+endings[r.IntN(len(endings))]] = ""
		}
		dir := folder(t, files)
		told := ""
		list, err := ImageFiles(dir, []string{"a", "b"}, PassedOver(func(what string) { told += what }))
		if err != nil {
			t.Fatal(err)
		}
		total, sum := 0, 0
		if told != "" {
			rest, ok := strings.CutPrefix(told, dir+": passed over ")
			words := strings.Fields(rest)
			if total, err = strconv.Atoi(words[0]); !ok || err != nil {
				t.Fatal(told)
			}
			for _, m := range counts.FindAllStringSubmatch(rest, -1) {
				n, _ := strconv.Atoi(m[1])
				sum += n
			}
		}
		if len(list)+total != len(files) || sum != total {
			t.Errorf("%d files, %d read, %d in the groups of: %s", len(files), len(list), sum, told)
		}
	}
}

func TestPassedOverText(t *testing.T) {
	dir := folder(t, map[string]string{
		"cat/1.png": "", "cat/2.webp": "", "cat/3.WEBP": "", "cat/._1.png": "", "cat/.DS_Store": "", "cat/photo": "", "bird/1.png": "", "bird/deep/2.png": "", "dog/1.jpg": "", "readme.md": "", "lost.png": "",
		"empty/x.tif": "", "empty/y.tif": "",
	})
	for _, c := range []struct {
		classes []string
		want    string
	}{
		{[]string{"cat", "dog"}, "DIR: passed over 11 files: 2 in bird, which is not a class, 2 in empty, which is not a class, 2 hidden such as cat/.DS_Store, 2 .webp such as cat/2.webp, 1 beside the folders of the classes such as lost.png, 1 .md such as readme.md, 1 without extension such as cat/photo (nngen reads PNG, JPEG and GIF)"},
		{[]string{"cat", "empty"}, "DIR/empty: no file that ends in .png, .jpg, .jpeg, .gif; there are 2 .tif such as empty/x.tif: convert images to one of these"},
		{[]string{"dog", "bird", "cat", "empty/none"}, `DIR: no folder for class "empty/none"; the folders are "bird", "cat", "dog", "empty"`},
	} {
		told := ""
		files, err := ImageFiles(dir, c.classes, PassedOver(func(what string) { told = what }))
		if err != nil {
			told = err.Error()
		}
		if told = strings.ReplaceAll(filepath.ToSlash(told), filepath.ToSlash(dir), "DIR"); told != c.want {
			t.Errorf("%q: %d files, %s\nwant %s", c.classes, len(files), told, c.want)
		}
	}
	files, err := ImageFiles(dir, nil)
	var names []string
	for _, f := range files {
		name, _ := filepath.Rel(dir, f)
		names = append(names, filepath.ToSlash(name))
	}
	if got := strings.Join(names, " "); err != nil || got != "bird/1.png bird/deep/2.png cat/1.png dog/1.jpg lost.png" {
		t.Errorf("%s (%v)", got, err)
	}
	if _, err := TextFiles(dir, nil); err == nil || !strings.Contains(err.Error(), "no file that ends in .txt; there are ") {
		t.Error(err)
	}
	if _, err := TextFiles(t.TempDir(), nil); err == nil || !strings.HasSuffix(err.Error(), "no file that ends in .txt; the folder is empty") {
		t.Error(err)
	}
}
