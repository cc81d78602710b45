package data

// ReadOption changes how files are read.
type ReadOption func(*readOptions)

type readOptions struct {
	progress   func(done, total int64)
	encoding   string
	passedOver func(what string)
}

func collect(options []ReadOption) readOptions {
	o := readOptions{progress: func(int64, int64) {}, passedOver: func(string) {}}
	for _, set := range options {
		set(&o)
	}
	return o
}

// Progress has f told how much has been read, now and then and at the end: bytes
// of a file as it lies on disk, or files of a folder. A total that is not known
// is -1. The calls come one after the other, perhaps from another goroutine.
func Progress(f func(done, total int64)) ReadOption {
	return func(o *readOptions) {
		if f != nil {
			o.progress = f
		}
	}
}

// Encoding is that of text files: "utf-8", "latin-1", "windows-1252" or "utf-16".
// Tables have theirs in [CSV].
func Encoding(name string) ReadOption {
	return func(o *readOptions) { o.encoding = name }
}

// PassedOver has f told which files of a folder are not read, and why, if there
// are any: "photos: passed over 12 files: 10 .webp (cat/1.webp, ...)". It is
// called while the folder is listed, before anything is read.
func PassedOver(f func(what string)) ReadOption {
	return func(o *readOptions) {
		if f != nil {
			o.passedOver = f
		}
	}
}
