package data

// Format is a kind of files that a description may name.
type Format struct {
	Name     string // as descriptions have it
	Shape    Shape
	Doc      string   // what the files are
	Example  string   // of a source, with %s for train or test
	Ends     []string // of the names of such files
	Go       string   // generated packages read it by Read and this; arrays are opened by Open and this here
	Streamed bool     // there is Stream and Go besides
	From     string   // arrays: where the reader has them from
}

// Shape is what files of a format hold.
type Shape int

// The shapes of formats. Formats of arrays differ in nothing but how they are
// opened: of the others, the features that their rows have differ as well.
const (
	TableFile    Shape = iota + 1 // columns
	LabelledFile                  // rows of one thing, with its label
	ClassFolder                   // a folder for every class, with a file for every row
	ArrayFiles                    // an array in every file
	ArrayArchive                  // arrays under their names
)

// Arrays reports whether files hold samples as they are.
func (s Shape) Arrays() bool { return s == ArrayFiles || s == ArrayArchive }

// Labelled reports whether a row comes with one class or number.
func (s Shape) Labelled() bool { return s == LabelledFile || s == ClassFolder }

// Formats lists the formats.
func Formats() []Format {
	return []Format{
		{Name: "csv", Shape: TableFile, Go: "CSV", Streamed: true, Example: "{csv: %s.csv}", Ends: []string{".csv", ".tsv"}, Doc: "A table with a header line; .gz may follow."},
		{Name: "idx", Shape: ArrayFiles, Go: "IDX", Example: "{idx: [images, labels]}", Ends: []string{".idx", "-ubyte"}, Doc: "Images and labels as MNIST has them; .gz may follow.", From: "files in the format of MNIST, compressed with gzip or not"},
		{Name: "tokens", Shape: LabelledFile, Go: "Tokens", Example: "{tokens: %s.txt}", Ends: []string{".txt", ".tokens"}, Doc: "Lines of a label, a tab, and ids with spaces between them; .gz may follow."},
		{Name: "npy", Shape: ArrayFiles, Go: "NPY", Example: "{npy: [x.npy, y.npy]}", Ends: []string{".npy"}, Doc: "NumPy arrays, the inputs and the targets in their order, or under their names.", From: "files of NumPy"},
		{Name: "npz", Shape: ArrayArchive, Go: "NPZ", Example: "{npz: %s.npz}", Ends: []string{".npz"}, Doc: "An archive of NumPy arrays.", From: "arrays of a file of NumPy"},
		{Name: "letters", Shape: ArrayArchive, Go: "Letters", Example: "{letters: %s.txt}", Doc: "A text, whose bytes are ids from 0 to 255; its arrays are places in a window of them: 0:40 the first 40, 40 the one after them, 1:41 the 40 from the second on, 0:40 by 3 of windows 3 letters apart.", From: "windows of letters of a text file"},
		{Name: "text_dir", Shape: ClassFolder, Go: "Texts", Example: "{text_dir: reviews/%s}", Doc: "A folder with a folder of text files for every class."},
		{Name: "image_dir", Shape: ClassFolder, Go: "Images", Streamed: true, Example: "{image_dir: photos/%s}", Ends: []string{"/"}, Doc: "A folder with a folder of PNG, JPEG or GIF files for every class."},
	}
}

// FormatNamed gives the format of that name, or the zero Format.
func FormatNamed(name string) Format {
	for _, f := range Formats() {
		if f.Name == name {
			return f
		}
	}
	return Format{}
}
