package harness

import (
	"encoding/binary"
	"errors"
	"os"
	"reflect"
	"unsafe"
)

// block is the memory of a *Params: arrays of float32 without gaps.
func block(params reflect.Value) []float32 {
	return unsafe.Slice((*float32)(params.UnsafePointer()), params.Type().Elem().Size()/4)
}

// writeBlock writes a block a piece at a time.
func writeBlock(name string, values []float32) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	for len(values) > 0 && err == nil {
		n := min(len(values), 1<<16)
		err = binary.Write(f, binary.LittleEndian, values[:n])
		values = values[n:]
	}
	return errors.Join(err, f.Close())
}

// ReadBlock reads what [Case.GradFile] names.
func ReadBlock(name string, floats int) (Numbers, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	values := make(Numbers, floats)
	for rest := values; len(rest) > 0 && err == nil; {
		n := min(len(rest), 1<<16)
		err = binary.Read(f, binary.LittleEndian, []float32(rest[:n]))
		rest = rest[n:]
	}
	return values, errors.Join(err, f.Close())
}
