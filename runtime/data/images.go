package data

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
)

const (
	mostImageBytes  = 1 << 28
	mostImagePixels = 1 << 26 // 8192 by 8192
)

// ReadImages reads a folder of PNG, JPEG and GIF files into memory, dir/class/*,
// the layout of Keras's image_dataset_from_directory; set fills the input and
// the target from each. It holds the images as they are in the files: see
// [StreamImages] for those that memory cannot hold. Classes, order and errors
// are those of [ReadTexts].
func ReadImages[X, Y any](dir string, classes []string, set func(x *X, y *Y, img image.Image, class int), o ...ReadOption) (Dataset[X, Y], error) {
	return streamImages(dir, classes, set, o).hold()
}

// StreamImages is [ReadImages] for a folder that is read anew in every epoch.
// [Prefetch] reads several images at the same time.
func StreamImages[X, Y any](dir string, classes []string, set func(x *X, y *Y, img image.Image, class int), o ...ReadOption) Dataset[X, Y] {
	return streamImages(dir, classes, set, o)
}

func streamImages[X, Y any](dir string, classes []string, set func(x *X, y *Y, img image.Image, class int), o []ReadOption) *fileStream[X, Y] {
	s := &fileStream[X, Y]{options: collect(o)}
	s.files, s.err = listFolders(dir, classes, &imageFiles, &s.options)
	s.read = func(x *X, y *Y, path string, class int) error {
		b, err := readFile(path, mostImageBytes)
		if err != nil {
			return err
		}
		img, err := decodeImage(b, path)
		if err == nil {
			set(x, y, img, class)
		}
		return err
	}
	return s
}

// DecodeImage reads a PNG or JPEG image or the first frame of a GIF; name stands
// for it in errors. The size that the file claims is checked before memory is
// set aside for it.
func DecodeImage(r io.Reader, name string) (image.Image, error) {
	b, err := io.ReadAll(io.LimitReader(r, mostImageBytes+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(b) > mostImageBytes {
		return nil, fmt.Errorf("%s: more than %d bytes, the largest file that is read", name, mostImageBytes)
	}
	return decodeImage(b, name)
}

func decodeImage(b []byte, name string) (image.Image, error) {
	config, decode, err := imageFormat(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	size, err := config(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if size.Width < 1 || size.Height < 1 {
		return nil, fmt.Errorf("%s: an image without pixels, %d by %d", name, size.Width, size.Height)
	}
	if size.Width > mostImagePixels/size.Height {
		return nil, fmt.Errorf("%s: %d by %d pixels are too many; the largest image that is read has %d", name, size.Width, size.Height, mostImagePixels)
	}
	img, err := decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if whole := image.Rect(0, 0, size.Width, size.Height); img.Bounds() != whole {
		// The first frame of a GIF covers a part: the rest is black.
		canvas := image.NewRGBA(whole)
		draw.Draw(canvas, whole, image.Black, image.Point{}, draw.Src)
		draw.Draw(canvas, whole, img, image.Point{}, draw.Over)
		return canvas, nil
	}
	return img, nil
}

// imageFormat tells the format by the first bytes, whatever the file is called.
func imageFormat(b []byte) (config func(io.Reader) (image.Config, error), decode func(io.Reader) (image.Image, error), err error) {
	switch {
	case bytes.HasPrefix(b, []byte("\x89PNG\r\n\x1a\n")):
		return png.DecodeConfig, png.Decode, nil
	case bytes.HasPrefix(b, []byte("\xff\xd8")):
		return jpeg.DecodeConfig, jpeg.Decode, nil
	case bytes.HasPrefix(b, []byte("GIF8")):
		return gif.DecodeConfig, gif.Decode, nil
	case len(b) == 0:
		return nil, nil, errors.New("the file is empty")
	}
	return nil, nil, errors.New("not a PNG, JPEG or GIF image")
}
