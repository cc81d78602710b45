package data

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// pictures are one image of a constant gray in each format.
func pictures(t testing.TB, width, height int, level uint8) map[string]string {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, width, height))
	for i := range img.Pix {
		img.Pix[i] = level
	}
	var p, j, g bytes.Buffer
	err := errors.Join(png.Encode(&p, img), jpeg.Encode(&j, img, nil), gif.Encode(&g, img, nil))
	if err != nil {
		t.Fatal(err)
	}
	return map[string]string{"png": p.String(), "jpg": j.String(), "gif": g.String()}
}

// claim is the beginning of a PNG file that claims a size.
func claim(width, height uint32) string {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR")
	b = binary.BigEndian.AppendUint32(b, width)
	b = binary.BigEndian.AppendUint32(b, height)
	b = append(b, 8, 6, 0, 0, 0)
	return string(binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:])))
}

type picture struct {
	size  image.Point
	level uint8
}

func setPicture(x *picture, y *int, img image.Image, class int) {
	at := img.Bounds().Min
	*x = picture{img.Bounds().Size(), color.GrayModel.Convert(img.At(at.X, at.Y)).(color.Gray).Y}
	*y = class
}

func TestReadImages(t *testing.T) {
	dark, light := pictures(t, 3, 2, 34), pictures(t, 5, 4, 204)
	dir := folder(t, map[string]string{
		"dark/1.png": dark["png"], "dark/2.jpg": dark["jpg"], "dark/3.JPEG": dark["jpg"], "dark/4.gif": dark["gif"],
		"light/1.png": light["png"], "light/2.png": light["jpg"], // a JPEG under another name
		"light/notes.txt": "no picture", "other/1.png": "",
	})
	classes := []string{"light", "dark"}
	held, err := ReadImages(dir, classes, setPicture)
	if err != nil {
		t.Fatal(err)
	}
	var told []int64
	stream := StreamImages(dir, classes, setPicture, Progress(func(done, total int64) { told = append(told, done, total) }))
	if stream.Len() != 6 {
		t.Errorf("length %d", stream.Len())
	}
	first, err := all(held.Rows(0))
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range first {
		want := picture{image.Pt(5, 4), 204}
		if e.Y == 1 {
			want = picture{image.Pt(3, 2), 34}
		}
		if e.X != want || !strings.Contains(held.(Placed).Place(i), classes[e.Y]) {
			t.Errorf("%s: %+v, want %+v", held.(Placed).Place(i), e, want)
		}
	}
	for _, ahead := range []int{0, 1, 100} {
		told = nil
		rows, err := all(Prefetch(stream, ahead).Rows(1))
		if err != nil || !slices.Equal(rows, first) {
			t.Errorf("ahead %d: %v, %v", ahead, rows, err)
		}
		if !slices.Equal(told, []int64{1, 6, 2, 6, 3, 6, 4, 6, 5, 6, 6, 6}) {
			t.Errorf("progress %v", told)
		}
	}
}

func TestReadImagesErrors(t *testing.T) {
	good := pictures(t, 3, 2, 40)
	dir := folder(t, map[string]string{
		"a/1.png": good["png"], "a/2.png": "", "a/3.jpg": "BM and so on", "a/4.png": claim(100_000, 100_000), "a/5.png": good["png"][:60], "a/6.gif": "GIF89a", "a/7.jpg": "\xff\xd8\xff", "a/8.png": claim(0, 5),
		"a/9.gif": strings.Replace(good["gif"], "GIF89a\x03\x00\x02\x00", "GIF89a\xff\xff\xff\xff", 1),
	})
	_, err := ReadImages(dir, []string{"a"}, setPicture)
	if err == nil {
		t.Fatal("no error")
	}
	got := strings.Split(strings.ReplaceAll(filepath.ToSlash(err.Error()), filepath.ToSlash(dir), "DIR"), "\n")
	slices.Sort(got)
	want := []string{
		"DIR/a/2.png: the file is empty",
		"DIR/a/3.jpg: not a PNG, JPEG or GIF image",
		"DIR/a/4.png: 100000 by 100000 pixels are too many; the largest image that is read has 67108864",
		"DIR/a/5.png: png: invalid format: unexpected EOF",
		"DIR/a/6.gif: gif: reading header: unexpected EOF",
		"DIR/a/7.jpg: unexpected EOF",
		"DIR/a/8.png: png: invalid format: non-positive dimension",
		"DIR/a/9.gif: 65535 by 65535 pixels are too many; the largest image that is read has 67108864",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for _, ahead := range []int{0, 50} {
		rows, err := all(Prefetch(StreamImages(dir, []string{"a"}, setPicture), ahead).Rows(0))
		if err == nil || len(rows) > 1 || strings.Contains(err.Error(), "\n") {
			t.Errorf("%d rows, %v", len(rows), err)
		}
	}
	none := StreamImages(dir, []string{"b"}, setPicture)
	wantErr := dir + `: no folder for class "b"; the folders are "a"`
	if _, err := all(none.Rows(0)); err == nil || err.Error() != wantErr || none.Len() != 0 {
		t.Errorf("%v", err)
	}
	if _, err := Map(none, func(dst *int, x picture) error { return nil }); err == nil || err.Error() != wantErr {
		t.Errorf("%v", err)
	}
}

// A small file that claims many pixels costs little memory.
func TestImageClaimAllocatesLittle(t *testing.T) {
	text := claim(65535, 65535)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := DecodeImage(strings.NewReader(text), "x"); err == nil {
		t.Error("no error")
	}
	runtime.ReadMemStats(&after)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes allocated", n)
	}
	if _, err := DecodeImage(broken{}, "x"); err == nil || err.Error() != "x: io: read/write on closed pipe" {
		t.Errorf("a reader that fails: %v", err)
	}
}

func TestDecodeGIFThatCoversAPart(t *testing.T) {
	file := []byte(pictures(t, 3, 2, 204)["gif"])
	copy(file[6:], []byte{5, 0, 4, 0}) // the screen
	frame := bytes.Index(file, []byte{0x2c, 0, 0, 0, 0, 3, 0, 2, 0})
	file[frame+1], file[frame+3] = 1, 2 // where it begins
	img, err := DecodeImage(bytes.NewReader(file), "x")
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds() != image.Rect(0, 0, 5, 4) {
		t.Fatalf("%v", img.Bounds())
	}
	for y := range 4 {
		for x := range 5 {
			want := color.RGBA{A: 255}
			if image.Pt(x, y).In(image.Rect(1, 2, 4, 4)) {
				want = color.RGBA{204, 204, 204, 255}
			}
			if got := img.At(x, y); got != want {
				t.Errorf("pixel %d,%d is %v, want %v", x, y, got, want)
			}
		}
	}
}

// A stream is shuffled before its images are decoded, so that the buffer holds
// no images.
func TestShuffleHoldsNoImages(t *testing.T) {
	good := pictures(t, 3, 2, 40)["png"]
	files := map[string]string{}
	for i := range 20 {
		files[fmt.Sprintf("a/%d.png", i)] = good
	}
	dir := folder(t, files)
	decoded := 0
	d := Shuffle(StreamImages(dir, []string{"a"}, func(x *int, y *int, img image.Image, class int) { decoded++ }), 20, 3)
	rows := 0
	for _, err := range d.Rows(0) {
		if err != nil {
			t.Fatal(err)
		}
		if rows++; decoded != rows {
			t.Errorf("%d images decoded for %d rows", decoded, rows)
		}
	}
	if rows != 20 {
		t.Errorf("%d rows", rows)
	}
}

func FuzzDecodeImage(f *testing.F) {
	for _, p := range pictures(f, 4, 3, 100) {
		f.Add([]byte(p))
	}
	f.Add([]byte(claim(100_000, 100_000)))
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > 1<<12 {
			return
		}
		// Decoding millions of pixels takes a while, and is the decoder's affair.
		if config, _, err := image.DecodeConfig(bytes.NewReader(content)); err == nil && config.Width*config.Height > 1<<16 && config.Width*config.Height <= mostImagePixels {
			return
		}
		img, err := DecodeImage(bytes.NewReader(content), "fuzz")
		if err == nil && img.Bounds().Empty() {
			t.Error("an image without pixels")
		}
	})
}

func FuzzReadText(f *testing.F) {
	f.Add([]byte("good"))
	f.Add([]byte("\uFEFF\xff"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		file, err := os.CreateTemp(dir, "*.txt")
		if err != nil {
			t.Fatal(err)
		}
		defer os.Remove(file.Name())
		_, err = file.Write(content)
		if err := errors.Join(err, file.Close()); err != nil {
			t.Fatal(err)
		}
		text, err := readText(file.Name(), "")
		if valid := utf8.Valid(content); !valid && err == nil {
			t.Errorf("%q is read", content)
		} else if want := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(strings.TrimPrefix(string(content), "\uFEFF")); err == nil && text != want {
			t.Errorf("%q becomes %q", content, text)
		} else if err != nil && valid && !strings.Contains(err.Error(), "this is ") {
			t.Errorf("%q: %v", content, err)
		}
	})
}
