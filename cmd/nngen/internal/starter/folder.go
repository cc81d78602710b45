package starter

import (
	"fmt"
	"image"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/nngen-go/nngen/cmd/nngen/internal/disk"
	"github.com/nngen-go/nngen/cmd/nngen/internal/show"
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
	notes   []string // what is said of them
	images  bool
}

// describeFolder writes the description for a folder of images or texts, or for
// one that has such a folder as train, and perhaps another as test.
func (o Options) describeFolder() (*Starter, error) {
	root, test := o.Data, ""
	if disk.IsFolder(filepath.Join(o.Data, "train")) {
		root = filepath.Join(o.Data, "train")
		for _, name := range []string{"test", "validation", "val"} {
			if path := filepath.Join(o.Data, name); test == "" && disk.IsFolder(path) {
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
		settings, layers, err = c.pictures()
	} else {
		var encoding string
		encoding, err = c.encoding()
		settings += encoding
	}
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	fmt.Fprintf(&b, "# What nngen made of the folder %s. Change what you know better.\nname: %s\ndata:\n", YAMLText(train), YAMLText(o.Name))
	fmt.Fprintf(&b, "  train: {%s: %s, %s}\n", kind, YAMLText(train), settings)
	if test != "" {
		fmt.Fprintf(&b, "  test:  {%s: %s}\n", kind, YAMLText(test))
	} else if c.files >= 50 {
		b.WriteString("  test:  {split: 0.2}\n")
	}
	fmt.Fprintf(&b, "  classes: %s\nlayers:\n%s%s%s", YAMLList(c.classes), layers, a.output(), a.training(c.files, epochs))
	what := map[bool]string{true: "images", false: "texts"}[c.images]
	return &Starter{Text: b.String(), Fits: true, Notes: append(c.notes, fmt.Sprintf("%d classes are told apart, in %s %s", len(c.classes), show.Count(c.files), what))}, nil
}

// otherImages are files that hold images in formats that are not read.
var otherImages = regexp.MustCompile(`\d \.(webp|tiff?|bmp|heic|avif|jfif|jp2|ppm|tga) `)

// readClassFolder looks at the folders in a folder.
func readClassFolder(path string) (*classFolder, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	c := &classFolder{path: path}
	kinds := map[bool]int{} // files: of images or not
	var empty []string
	for _, e := range entries {
		dir := filepath.Join(path, e.Name())
		if !disk.IsFolder(dir) || strings.HasPrefix(e.Name(), ".") || e.Name() == "unsup" { // the reviews of aclImdb without a label
			continue
		}
		images, noImages := data.ImageFiles(dir, nil)
		texts, noTexts := data.TextFiles(dir, nil)
		if noImages != nil && noTexts != nil {
			empty = append(empty, e.Name())
			continue
		}
		kinds[true] += len(images)
		kinds[false] += len(texts)
		c.classes = append(c.classes, e.Name())
		files := append(images, texts...)
		c.sample = append(c.sample, files[:min(len(files), looked)]...)
	}
	slices.Sort(c.classes)
	c.files, c.images = kinds[true]+kinds[false], kinds[true] > 0
	switch {
	case len(c.classes) < 2:
		hint := ""
		for _, name := range empty {
			if _, err := data.ImageFiles(filepath.Join(path, name), nil); otherImages.MatchString(err.Error()) {
				hint = fmt.Sprintf("; %v", err)
				break
			}
		}
		return nil, fmt.Errorf("%s: there are %d folders of images (.png, .jpg, .gif) or texts (.txt); there must be one for every class, and at least two%s", path, len(c.classes), hint)
	case kinds[true] > 0 && kinds[false] > 0:
		return nil, fmt.Errorf("%s: the folders hold texts and images; they must be of one kind", path)
	}
	list := data.TextFiles
	if c.images {
		list = data.ImageFiles
	}
	_, err = list(path, c.classes, data.PassedOver(func(what string) { c.notes = append(c.notes, what) }))
	for _, name := range empty {
		_, why := list(filepath.Join(path, name), nil)
		c.notes = append(c.notes, fmt.Sprintf("left out: %v", why))
	}
	return c, err
}

// encoding finds the encoding of the texts: that of the first of the sample which
// is not UTF-8.
func (c *classFolder) encoding() (string, error) {
	found := ""
	for _, path := range c.sample {
		switch encoding, err := encodingOf(path); {
		case err != nil:
			return "", err
		case encoding == "windows-1252", encoding != "utf-8" && found == "":
			found = encoding
		}
	}
	if found == "" {
		return "", nil
	}
	c.notes = append(c.notes, notUTF8("the texts are", found))
	return ", encoding: " + found, nil
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
