package main

import (
	"path/filepath"

	"github.com/nngen-go/nngen/runtime/data"

	"example.com/transfer/digits04"
	"example.com/transfer/digits59"
)

// digits are the images and labels of one part of MNIST.
type digits struct{ images, labels *data.IDX }

// open reads the two files of a part.
func open(folder, part string) (d digits, err error) {
	if d.images, err = data.OpenIDX(filepath.Join(folder, part+"-images-idx3-ubyte.gz")); err != nil {
		return d, err
	}
	d.labels, err = data.OpenIDX(filepath.Join(folder, part+"-labels-idx1-ubyte.gz"))
	return d, err
}

// five has the images of the five digits from first on, at most so many of them,
// and their numbers among the five.
func (d digits) five(first, most int) (images [][]float32, classes []int32) {
	label := make([]float32, 1)
	for i := range d.images.Len() {
		d.labels.Row(i, label)
		class := int32(label[0]) - int32(first)
		if class < 0 || class >= 5 || len(images) == most {
			continue
		}
		image := make([]float32, d.images.Width())
		d.images.Row(i, image)
		images, classes = append(images, image), append(classes, class)
	}
	return images, classes
}

// for04 makes rows for the network of package digits04.
func (d digits) for04(first, most int) (digits04.Dataset, error) {
	images, classes := d.five(first, most)
	x, y := make([]digits04.Input, len(images)), make([]digits04.Target, len(images))
	for i, image := range images {
		var err error
		if x[i], err = digits04.InputFrom(image); err != nil {
			return nil, err
		}
		y[i] = digits04.Target(classes[i])
	}
	return digits04.Slices(x, y), nil
}

// for59 makes rows for the network of package digits59.
func (d digits) for59(first, most int) (digits59.Dataset, error) {
	images, classes := d.five(first, most)
	x, y := make([]digits59.Input, len(images)), make([]digits59.Target, len(images))
	for i, image := range images {
		var err error
		if x[i], err = digits59.InputFrom(image); err != nil {
			return nil, err
		}
		y[i] = digits59.Target(classes[i])
	}
	return digits59.Slices(x, y), nil
}
