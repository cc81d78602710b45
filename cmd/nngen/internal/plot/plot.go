// Package plot draws the histories of trainings and the layers of models. It is
// free of commands: a picture is bytes, PNG or SVG.
package plot

// Options are what a user may wish of a picture.
type Options struct {
	Title         string
	Width, Height int // in pixels; 0: as it needs
}

// Sizes of pictures in pixels.
const (
	DefaultWidth, DefaultHeight = 1280, 720
	// Smallest and Largest bound what a user may ask for.
	Smallest, Largest = 200, 10000
)

// Most is how many histories can be told apart in one picture.
var Most = len(palette)
