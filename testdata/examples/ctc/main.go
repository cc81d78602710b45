// Ctc makes images of one to five handwritten digits in a row, of those of MNIST, and
// writes them as strings_train.npz and strings_test.npz: images [n, 28, 128] of bytes,
// and labels [n, 5], which are the digits plus one, and 0 after the last.
//
//	go run . -mnist DIR -to DIR
package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/nngen-go/nngen/runtime/data"
)

const (
	size   = 28 // of a digit
	width  = 128
	digits = 5 // at most
)

func main() {
	log.SetFlags(0)
	from := flag.String("mnist", ".", "folder of the four files of MNIST")
	to := flag.String("to", ".", "folder to write to")
	train := flag.Int("train", 20000, "images to train on")
	test := flag.Int("test", 4000, "images to test with, of other digits")
	flag.Parse()
	for _, set := range []struct {
		name, of string
		n        int
		seed     uint64
	}{{"strings_train", "train", *train, 1}, {"strings_test", "t10k", *test, 2}} {
		if err := write(filepath.Join(*to, set.name+".npz"), filepath.Join(*from, set.of), set.n, rand.New(rand.NewPCG(set.seed, 0))); err != nil {
			log.Fatal(err)
		}
	}
}

// write makes n images of digits of a set of MNIST.
func write(file, mnist string, n int, r *rand.Rand) error {
	glyphs, err := data.OpenIDX(mnist + "-images-idx3-ubyte.gz")
	if err != nil {
		return err
	}
	classes, err := data.OpenIDX(mnist + "-labels-idx1-ubyte.gz")
	if err != nil {
		return err
	}
	images, labels := make([]byte, n*size*width), make([]byte, n*digits)
	glyph, class := make([]float32, size*size), make([]float32, 1)
	for i := range n {
		image := images[i*size*width : (i+1)*size*width]
		at := r.IntN(12)
		for k := range 1 + r.IntN(digits) {
			if at+size > width {
				break
			}
			one := r.IntN(glyphs.Len())
			glyphs.Row(one, glyph)
			classes.Row(one, class)
			labels[i*digits+k] = byte(class[0]) + 1
			for y := range size {
				for x := range size {
					p := &image[y*width+at+x]
					*p = max(*p, byte(glyph[y*size+x]))
				}
			}
			at += 20 + r.IntN(8) // a digit leaves about four pixels free on each side
		}
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if err := array(z, "images", images, n, size, width); err != nil {
		return err
	}
	if err := array(z, "labels", labels, n, digits); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// array adds an array of bytes in the format of NumPy (numpy/lib/format.py, 1.0).
func array(z *zip.Writer, name string, values []byte, shape ...int) error {
	w, err := z.Create(name + ".npy")
	if err != nil {
		return err
	}
	axes := ""
	for _, d := range shape {
		axes += fmt.Sprintf("%d, ", d)
	}
	header := fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': (%s), }", axes)
	for (10+len(header)+1)%64 != 0 {
		header += " "
	}
	header += "\n"
	head := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(header)))
	if _, err := w.Write(append(head, header...)); err != nil {
		return err
	}
	_, err = w.Write(values)
	return err
}
