package main

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/runtime/data"
)

// looked is how many files of a folder are looked at.
const looked = 20

// classFolder is a folder with a folder of files for every class.
type classFolder struct {
	path    string
	classes []string
	files   int
	sample  []string // some of the files
	images  bool
}

// describeFolder writes the description for a folder of images or texts, or for
// one that has such a folder as train, and perhaps another as test.
func (o *initOptions) describeFolder() (*starter, error) {
	root, test := o.data, ""
	if isFolder(filepath.Join(o.data, "train")) {
		root = filepath.Join(o.data, "train")
		for _, name := range []string{"test", "validation", "val"} {
			if path := filepath.Join(o.data, name); test == "" && isFolder(path) {
				test = path
			}
		}
	}
	c, err := readClassFolder(root)
	if err != nil {
		return nil, err
	}
	train, err := beside(root)
	if err != nil {
		return nil, err
	}
	if test != "" {
		if test, err = beside(test); err != nil {
			return nil, err
		}
	}
	a := answer{classes: c.classes}
	kind, settings, layers, epochs := "text_dir", "vocabulary: 10000, encode: multi_hot", "  - Dense: {name: hidden1, units: 16, activation: relu}\n  - Dense: {name: hidden2, units: 16, activation: relu}\n", 4
	if c.images {
		kind, epochs = "image_dir", 10
		if settings, layers, err = c.pictures(); err != nil {
			return nil, err
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# What nngen has made of the folder %s. Change what you know better.\nname: %s\ndata:\n", yamlText(train), yamlText(o.name))
	fmt.Fprintf(&b, "  train: {%s: %s, %s}\n", kind, yamlText(train), settings)
	if test != "" {
		fmt.Fprintf(&b, "  test:  {%s: %s}\n", kind, yamlText(test))
	} else if c.files >= 50 {
		b.WriteString("  test:  {split: 0.2}\n")
	}
	fmt.Fprintf(&b, "  classes: %s\nlayers:\n%s%s%s", yamlList(c.classes), layers, a.output(), a.training(c.files, epochs))
	what := map[bool]string{true: "images", false: "texts"}[c.images]
	return &starter{text: b.String(), fits: true, notes: []string{fmt.Sprintf("%d classes are told apart, in %s %s", len(c.classes), grouped(c.files), what)}}, nil
}

// readClassFolder looks at the folders in a folder.
func readClassFolder(path string) (*classFolder, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	c := &classFolder{path: path}
	texts, images := 0, 0
	for _, e := range entries {
		if !isFolder(filepath.Join(path, e.Name())) || strings.HasPrefix(e.Name(), ".") || e.Name() == "unsup" { // the reviews of aclImdb without a label
			continue
		}
		files, err := os.ReadDir(filepath.Join(path, e.Name()))
		if err != nil {
			return nil, err
		}
		some := 0
		for _, f := range files {
			switch strings.ToLower(filepath.Ext(f.Name())) {
			case ".png", ".jpg", ".jpeg", ".gif":
				images++
			case ".txt", ".text":
				texts++
			default:
				continue
			}
			if some++; some <= looked {
				c.sample = append(c.sample, filepath.Join(path, e.Name(), f.Name()))
			}
		}
		if some > 0 {
			c.classes = append(c.classes, e.Name())
		}
	}
	slices.Sort(c.classes)
	c.files, c.images = texts+images, images > 0
	switch {
	case len(c.classes) < 2:
		return nil, fmt.Errorf("%s: there are %d folders of images (.png, .jpg, .gif) or texts (.txt); there must be one for every class, and at least two", path, len(c.classes))
	case texts > 0 && images > 0:
		return nil, fmt.Errorf("%s: the folders hold texts and images; they must be of one kind", path)
	}
	return c, nil
}

// pictures describes images, and a network for their size.
func (c *classFolder) pictures() (settings, layers string, err error) {
	gray, height, width := true, 0, 0
	for _, path := range c.sample {
		f, err := os.Open(path)
		if err != nil {
			return "", "", err
		}
		img, err := data.DecodeImage(f, path)
		f.Close()
		if err != nil {
			return "", "", err
		}
		_, g8 := img.(*image.Gray)
		_, g16 := img.(*image.Gray16)
		gray = gray && (g8 || g16)
		height, width = max(height, img.Bounds().Dy()), max(width, img.Bounds().Dx())
	}
	for height > 64 || width > 64 { // a size that trains in minutes
		height, width = (height+1)/2, (width+1)/2
	}
	settings = fmt.Sprintf("size: [%d, %d], color: %s", height, width, map[bool]string{true: "gray", false: "rgb"}[gray])
	layers = "  - Rescaling: 0.00392156862745098   # 1/255\n"
	if height < 12 || width < 12 {
		return settings, layers + "  - Flatten\n  - Dense: {name: hidden, units: 64, activation: relu}\n", nil
	}
	return settings, layers + `  - Conv2D: {name: conv1, filters: 16, kernel_size: 3, activation: relu}
  - MaxPooling2D
  - Conv2D: {name: conv2, filters: 32, kernel_size: 3, activation: relu}
  - MaxPooling2D
  - Flatten
  - Dense: {name: hidden, units: 64, activation: relu}
`, nil
}
