package data

// ReadOption changes how files are read.
type ReadOption func(*readOptions)

type readOptions struct {
	progress func(done, total int64)
}

func collect(options []ReadOption) readOptions {
	o := readOptions{progress: func(int64, int64) {}}
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
