// Package tfevents writes files of events for TensorBoard. It knows nothing of
// trainings: what is told, and when, is its caller's.
package tfevents

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"
)

// File is a file of TensorBoard: protocol buffers of the message Event
// (tensorflow/core/util/event.proto), each framed as a record of TFRecord
// (tensorflow/core/lib/io/record_writer.h). Its bytes are those that
// tf.summary of TensorFlow 2 writes.
type File struct {
	file   *os.File
	record []byte
}

var files atomic.Int64 // of this process: they may begin in the same second

// Create begins a file in a folder, which it makes.
func Create(folder string, now time.Time) (*File, error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		host = "localhost"
	}
	name := fmt.Sprintf("events.out.tfevents.%010d.%s.%d.%d.v2", now.Unix(), host, os.Getpid(), files.Add(1)-1)
	file, err := os.OpenFile(filepath.Join(folder, name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return nil, err
	}
	e := &File{file: file}
	if err := e.Write(version(now)); err != nil {
		file.Close()
		return nil, err
	}
	return e, nil
}

// Write appends one event as a record: its length, the length's checksum, the
// event, its checksum.
func (e *File) Write(event []byte) error {
	b := binary.LittleEndian.AppendUint64(e.record[:0], uint64(len(event)))
	b = binary.LittleEndian.AppendUint32(b, masked(b))
	b = append(b, event...)
	b = binary.LittleEndian.AppendUint32(b, masked(event))
	e.record = b
	_, err := e.file.Write(b)
	return err
}

// Close closes the file.
func (e *File) Close() error { return e.file.Close() }

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is the CRC-32C of b, rotated and shifted so that a checksum of data
// that holds checksums stays a good one (tensorflow/core/lib/hash/crc32c.h).
func masked(b []byte) uint32 {
	crc := crc32.Checksum(b, castagnoli)
	return (crc>>15 | crc<<17) + 0xa282ead8
}

// Wire types of protocol buffers.
const (
	varint  = 0
	fixed64 = 1
	bytes_  = 2
)

func tag(b []byte, field, wire int) []byte {
	return binary.AppendUvarint(b, uint64(field<<3|wire))
}

func number64(b []byte, field int, v uint64) []byte {
	return binary.AppendUvarint(tag(b, field, varint), v)
}

func chunk(b []byte, field int, content []byte) []byte {
	return append(binary.AppendUvarint(tag(b, field, bytes_), uint64(len(content))), content...)
}

// event begins an Event: wall_time 1, step 2.
func event(now time.Time, step int64) []byte {
	seconds := float64(now.UnixMicro()) / 1e6
	b := binary.LittleEndian.AppendUint64(tag(nil, 1, fixed64), math.Float64bits(seconds))
	if step != 0 {
		b = number64(b, 2, uint64(step))
	}
	return b
}

// version is the first event of a file: file_version 3, source_metadata 10.
func version(now time.Time) []byte {
	b := chunk(event(now.Truncate(time.Second), 0), 3, []byte("brain.Event:2"))
	return chunk(b, 10, chunk(nil, 1, []byte("tensorflow.core.util.events_writer")))
}

// summary is an Event with a summary 5 of one value: tag 1, tensor 8 and
// metadata 9, which names the plug-in that shows it. The tensor has dtype 1,
// tensor_shape 2 and tensor_content 4.
func summary(now time.Time, step int64, name, plugin string, dtype uint64, shape []int, content []byte) []byte {
	var dims []byte
	for _, size := range shape {
		dims = chunk(dims, 2, number64(nil, 1, uint64(size)))
	}
	tensor := chunk(chunk(number64(nil, 1, dtype), 2, dims), 4, content)
	value := chunk(chunk(nil, 1, []byte(name)), 8, tensor)
	value = chunk(value, 9, chunk(nil, 1, chunk(nil, 1, []byte(plugin))))
	return chunk(event(now, step), 5, chunk(nil, 1, value))
}

// Numbers of DataType (tensorflow/core/framework/types.proto).
const (
	dtFloat  = 1
	dtDouble = 2
)

// Scalar is the event of one figure.
func Scalar(now time.Time, step int64, name string, value float64) []byte {
	content := binary.LittleEndian.AppendUint32(nil, math.Float32bits(float32(value)))
	return summary(now, step, name, "scalars", dtFloat, nil, content)
}

// histogramBuckets is the number of parts that a range of weights is cut into.
const histogramBuckets = 30

// Histogram is the event of how weights are distributed: for each bucket its
// left and right edge and the number of weights in it. Source:
// tensorboard/plugins/histogram/summary_v2.py.
func Histogram(now time.Time, step int64, name string, weights []float32) []byte {
	low, high := math.Inf(1), math.Inf(-1)
	for _, w := range weights {
		low, high = math.Min(low, float64(w)), math.Max(high, float64(w)) // NaN is passed on
	}
	width := (high - low) / histogramBuckets
	var counts [histogramBuckets]float64
	for _, w := range weights {
		i := histogramBuckets - 1
		if at := math.Floor((float64(w) - low) / width); at < histogramBuckets {
			i = int(at)
		}
		counts[max(i, 0)]++
	}
	if len(weights) == 0 {
		low, high, width = 0, 0, 0
	}
	var content []byte
	for i, n := range counts {
		left, right := low+float64(i)*width, low+float64(i+1)*width
		if i == histogramBuckets-1 {
			right = high
		}
		if width == 0 {
			left = high
		}
		for _, v := range [3]float64{left, right, n} {
			content = binary.LittleEndian.AppendUint64(content, math.Float64bits(v))
		}
	}
	return summary(now, step, name, "histograms", dtDouble, []int{histogramBuckets, 3}, content)
}
