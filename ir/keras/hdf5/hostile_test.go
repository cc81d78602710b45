package hdf5

import (
	"bytes"
	"encoding/binary"
	"runtime"
	"testing"
)

// small is a file with a bit of everything that the writer writes.
func small(t testing.TB) []byte {
	root := New()
	root.Attribute("config", Text("{}"))
	g := root.Group("g")
	g.Attribute("names", FixedTexts([]string{"a", "bc"}))
	g.Dataset("x", Numbers([]int{2, 3}, []float32{1, 2, 3, 4, 5, 6}))
	g.Dataset("y", Text("text"))
	g.Group("inner")
	var b bytes.Buffer
	if _, err := root.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A breaking is what is done to a file before it is read.
type breaking struct {
	name string
	file string // of the vectors, or none for small
	do   func(p *patch)
	want string
}

// A patch changes a file.
type patch struct {
	t    *testing.T
	data []byte
}

// find is where text is in the file, for the nth time.
func (p *patch) find(text string, nth int) int {
	p.t.Helper()
	at := 0
	for ; ; nth-- {
		i := bytes.Index(p.data[at:], []byte(text))
		if i < 0 {
			p.t.Fatalf("no %q in the file", text)
		}
		if at += i; nth == 0 {
			return at
		}
		at++
	}
}

func (p *patch) u8(at int, v byte)    { p.data[at] = v }
func (p *patch) u16(at int, v uint16) { binary.LittleEndian.PutUint16(p.data[at:], v) }
func (p *patch) u32(at int, v uint32) { binary.LittleEndian.PutUint32(p.data[at:], v) }
func (p *patch) u64(at int, v uint64) { binary.LittleEndian.PutUint64(p.data[at:], v) }
func (p *patch) get(at int) uint64    { return binary.LittleEndian.Uint64(p.data[at:]) }

// seal gives the bytes from one place to another a valid checksum after them.
func (p *patch) seal(from, to int) { p.u32(to, lookup3(p.data[from:to])) }

// floats is where the type message of dataset x begins: its data.
func (p *patch) floats() int { return p.find("\x11\x20\x1f\x00\x04\x00\x00\x00", 0) }

// shape is where the lengths of dataset x are.
func (p *patch) shape() int {
	return p.find("\x02\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00\x00\x00\x00", 0)
}

// layout is where the layout message of dataset x begins: its data.
func (p *patch) layout() int { return p.floats() + 24 + 16 + 8 }

// header is where an object header of version 2 begins and where its checksum is.
func (p *patch) header(at int) (from, to int) {
	flags := p.data[at+5]
	width := 1 << (flags & 3)
	fixed := 6 + width + 16*int(flags>>5&1) + 4*int(flags>>4&1)
	size := 0
	for i := range width {
		size |= int(p.data[at+fixed-width+i]) << (8 * i)
	}
	return at, at + fixed + size
}

var breakings = []breaking{
	{"nothing", "", func(p *patch) { p.data = nil }, "hdf5: no HDF5 signature: this is not an HDF5 file"},
	{"text", "", func(p *patch) { p.data = []byte("version https://git-lfs.github.com/spec/v1\n") }, "hdf5: no HDF5 signature: this is not an HDF5 file"},
	{"cut", "", func(p *patch) { p.data = p.data[:len(p.data)-20] }, "hdf5: superblock at byte 0: it says that the file has 7160 bytes, there are 7140: the file was cut short"},
	{"cut in the superblock", "", func(p *patch) { p.data = p.data[:40] }, "hdf5: superblock at byte 0: 96 bytes reach over the end of the file at 40"},
	{"superblock of version 9", "", func(p *patch) { p.u8(8, 9) }, "hdf5: superblock at byte 0: version 9 is not supported"},
	{"addresses of 4 bytes", "", func(p *patch) { p.u8(13, 4) }, "hdf5: superblock at byte 0: addresses of 4 and lengths of 8 bytes are not supported: h5py writes 8 and 8"},
	{"base elsewhere", "", func(p *patch) { p.u64(24, 512) }, "hdf5: superblock at byte 0: it says that it is at byte 512 of the file, it is at 0"},
	{"ends at once", "", func(p *patch) { p.u64(40, 10) }, "hdf5: superblock at byte 0: it says that the file has 10 bytes, which is within the superblock"},
	{"root outside", "", func(p *patch) { p.u64(64, 1<<40) }, "hdf5: object header at byte 1099511627776: 16 bytes reach over the end of the file at 7160 (/)"},
	{"root undefined", "", func(p *patch) { p.u64(64, undefined) }, "hdf5: object header: its address is undefined (/)"},
	{"root is no header", "", func(p *patch) { p.u64(64, 96) }, "hdf5: object header at byte 96: version 71 is not supported (/)"},
	{"header too long", "", func(p *patch) { p.u32(int(p.get(64))+8, 1<<31) }, "hdf5: object header at byte 7008: 2147483648 bytes reach over the end of the file at 7160 (/)"},
	{"message too long", "", func(p *patch) { p.u16(int(p.get(64))+18, 60000) }, "hdf5: object header at byte 7008: a field of 60000 bytes at its byte 24 reaches over its end at 112 (/)"},
	{"continued in itself", "", func(p *patch) {
		at := int(p.get(64)) + 16
		p.u16(at, msgContinuation)
		p.u64(at+8, p.get(64))
		p.u64(at+16, 64)
	}, "hdf5: continued object header at byte 7008: it is reached twice, before as object header (/)"},
	{"group in itself", "", func(p *patch) { p.u64(p.find("SNOD", 0)+16, p.get(64)) }, "hdf5: object header at byte 7008: it is reached twice, before as group / (/g/inner)"},
	{"B-tree in itself", "", func(p *patch) {
		at := p.find("TREE", 1)
		p.u8(at+5, 1)
		p.u64(at+32, uint64(at))
	}, "hdf5: B-tree node at byte 5448: it is reached twice, before as B-tree node (members of /g)"},
	{"B-tree of chunks", "", func(p *patch) { p.u8(p.find("TREE", 0)+4, 1) }, "hdf5: B-tree node at byte 4232: nodes of type 1 in place of 0 (members of /g/inner)"},
	{"B-tree with many children", "", func(p *patch) { p.u16(p.find("TREE", 0)+6, 65535) }, "hdf5: B-tree node at byte 4232: 1048584 bytes reach over the end of the file at 7160 (members of /g/inner)"},
	{"symbol table with many members", "", func(p *patch) { p.u16(p.find("SNOD", 0)+6, 65535) }, "hdf5: symbol table node at byte 5120: 2621408 bytes reach over the end of the file at 7160 (members of /g)"},
	{"name outside the heap", "", func(p *patch) { p.u64(p.find("SNOD", 0)+8, 1<<30) }, "hdf5: data of a local heap at byte 5056: a name at its byte 1073741824 is over its end at 32 (members of /g)"},
	{"two members of one name", "", func(p *patch) {
		at := p.find("SNOD", 1)
		p.u64(at+8, p.get(at+48))
	}, `hdf5: symbol table node at byte 6136: "" is no name of a member (members of /)`},
	{"name with a slash", "", func(p *patch) { p.u8(p.find("inner\x00", 0)+2, '/') }, `hdf5: symbol table node at byte 5120: "in/er" is no name of a member (members of /g)`},
	{"heap outside", "", func(p *patch) { p.u64(p.find("HEAP", 0)+24, 1<<50) }, "hdf5: data of a local heap at byte 1125899906842624: 8 bytes reach over the end of the file at 7160 (members of /g/inner)"},
	{"heap larger than the file", "", func(p *patch) { p.u64(p.find("HEAP", 0)+8, 1<<50) }, "hdf5: local heap at byte 4200: a length of 1125899906842624 is more than the file has bytes, 7160 (members of /g/inner)"},
	{"soft link", "", func(p *patch) {
		at := p.find("SNOD", 0)
		p.u32(at+24, 2)
		p.u32(at+32, 8)
	}, `hdf5: /g/inner is a soft link to "inner": links are not followed`},
	{"text outside the heap", "", func(p *patch) { p.u32(p.find("GCOL", 0)+16, 7) }, "hdf5: global heap at byte 96: there is no object 1 (string 0 of attribute config of /)"},
	{"text longer than its object", "", func(p *patch) { p.u64(p.find("GCOL", 0)+24, 1) }, "hdf5: string 0 of attribute config of / has 2 bytes, its object in the global heap has 1"},
	{"heap of no length", "", func(p *patch) { p.u64(p.find("GCOL", 0)+8, 0) }, "hdf5: global heap at byte 96: a length of 0 is less than its header's (string 0 of attribute config of /)"},
	{"element of no bytes", "", func(p *patch) { p.u32(p.floats()+4, 0) }, "hdf5: datatype message at byte 4864: elements have no bytes (/g/x)"},
	{"class of types 13", "", func(p *patch) { p.u8(p.floats(), 0x1D) }, "hdf5: datatype message at byte 4864: there is no class 13 of types (/g/x)"},
	{"33 axes", "", func(p *patch) { p.u8(p.shape()-7, 33) }, "hdf5: dataspace message at byte 4832: 33 axes are more than the 32 that HDF5 has (/g/x)"},
	{"axes that do not fit", "", func(p *patch) { p.u8(p.shape()-7, 3) }, "hdf5: dataspace message at byte 4832: a field of 8 bytes at its byte 24 reaches over its end at 24 (/g/x)"},
	{"an axis without bound", "", func(p *patch) { p.u64(p.shape(), 1<<60) }, "hdf5: dataspace message at byte 4832: an axis of 1152921504606846976 elements is more than a file of 7160 bytes can hold (/g/x)"},
	{"more elements than bytes", "", func(p *patch) { p.u64(p.shape(), 1<<18) }, "hdf5: /g/x: [262144 3] elements of 4 bytes, and 24 bytes"},
	{"more elements than numbers", "", func(p *patch) {
		at := p.shape()
		p.u64(at, 1<<31-1)
		p.u64(at+8, 1<<31-1)
	}, "hdf5: an array of shape [2147483647 2147483647] has more elements than a number can count (/g/x)"},
	{"data outside", "", func(p *patch) { p.u64(p.layout()+2, 1<<40) }, "hdf5: /g/x: 24 bytes at 1099511627776 reach over the end of the file at 7160"},
	{"unwritten bomb", "", func(p *patch) {
		at := p.layout()
		p.u64(at+2, undefined)
		p.u64(p.shape(), 1<<24)
	}, "hdf5: /g/x: 201326592 bytes of which 0 are stored in a file of 7160: it is refused as a decompression bomb"},
	{"layout of version 2", "", func(p *patch) { p.u8(p.layout(), 2) }, "hdf5: layout message at byte 4912: version 2 is not supported: HDF5 has written 3 since 1.6 (/g/x)"},
	{"layout of class 7", "", func(p *patch) { p.u8(p.layout()+1, 7) }, "hdf5: layout message at byte 4912: there is no class 7 of layouts (/g/x)"},

	{"header damaged", "numbers_latest.h5", func(p *patch) { p.u8(p.find("OHDR", 0)+20, 0xEE) }, "hdf5: object header at byte 48: its checksum is 0x12ef105b, the bytes give 0xe88a29c2: the file is damaged (/)"},
	{"superblock damaged", "numbers_latest.h5", func(p *patch) { p.u8(20, 0xEE) }, "hdf5: superblock at byte 0: its checksum is 0x3a4ed751, the bytes give 0x86180e40: the file is damaged"},
	{"link to the root", "userblock_latest.h5", func(p *patch) {
		p.u64(p.find("\x01\x00\x01g", 0)+4, 48)
		p.seal(p.header(p.find("OHDR", 0)))
	}, "hdf5: object header at byte 48: it is reached twice, before as group / (/g)"},
	{"fractal heap of odd blocks", "many_latest.h5", func(p *patch) {
		at := p.find("FRHP", 0)
		p.u16(at+110, 3)
		p.seal(at, at+142)
	}, "hdf5: fractal heap at byte 893: blocks of 512 to 65536 bytes, 3 in a row, 0 rows and 32 bits do not make a heap (members of /members9)"},
	{"fractal heap with filters", "many_latest.h5", func(p *patch) {
		at := p.find("FRHP", 0)
		p.u16(at+7, 12)
		p.seal(at, at+142)
	}, "hdf5: fractal heap at byte 893: filters on a heap are not supported (members of /members9)"},
	{"B-tree of wide records", "many_latest.h5", func(p *patch) {
		at := p.find("BTHD", 0)
		p.u16(at+10, 60000)
		p.seal(at, at+34)
	}, "hdf5: B-tree at byte 1039: nodes of 512 bytes, records of 60000 and a depth of 0 do not make a tree (members of /members9)"},
	{"B-tree leaf damaged", "many_latest.h5", func(p *patch) { p.u8(p.find("BTLF", 0)+9, 0xEE) }, "hdf5: B-tree node at byte 1159: its checksum is 0x6b1783c4, the bytes give 0xd67fc345: the file is damaged (members of /members9)"},
	{"fixed array of strange entries", "chunks_latest.h5", func(p *patch) {
		at := p.find("FAHD", 0)
		p.u8(at+6, 3)
		p.seal(at, at+24)
	}, "hdf5: fixed array at byte 983: entries of type 0 have 3 bytes (chunks of /fixed)"},
	{"extensible array of strange blocks", "chunks_latest.h5", func(p *patch) {
		at := p.find("EAHD", 0)
		p.u8(at+9, 3)
		p.seal(at, at+68)
	}, "hdf5: extensible array at byte 4562: blocks of 3 entries and more, 32 bits, 4 pointers and pages of 2^10 entries do not make an array (chunks of /grows)"},
	{"deflated data damaged", "chunks_earliest.h5", func(p *patch) { p.u8(p.find("\x78\x5e", 0)+3, 0x55) }, "hdf5: chunk 0 of /single_gzip at byte 4324: deflate: flate: corrupt input before offset 8"},
	{"chunk outside", "chunks_earliest.h5", func(p *patch) { p.u64(p.find("TREE\x01\x00", 0)+24+32, 1<<40) }, "hdf5: chunk 0: 308 bytes at 1099511627776 reach over the end of the file at 71960 (chunks of /single)"},
	{"chunk out of step", "chunks_earliest.h5", func(p *patch) { p.u64(p.find("TREE\x01\x00", 0)+24+8, 1) }, "hdf5: B-tree key at byte 1424: a chunk begins at element 1, which is no multiple of 11 (chunks of /single)"},
}

// TestHostile reads broken files: each fails with a message that says where and
// what, and takes no more memory than the file is worth.
func TestHostile(t *testing.T) {
	files := vectors(t)
	for _, b := range breakings {
		t.Run(b.name, func(t *testing.T) {
			data := small(t)
			if b.file != "" {
				data = bytes.Clone(files[b.file])
			}
			p := &patch{t, data}
			b.do(p)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := listFile(p.data, b.name)
			runtime.ReadMemStats(&after)
			if err == nil || err.Error() != b.want {
				t.Errorf("got  %v\nwant %s", err, b.want)
			}
			if used, most := after.TotalAlloc-before.TotalAlloc, uint64(8*len(p.data))+2<<20; used > most {
				t.Errorf("%d bytes allocated for a file of %d", used, len(p.data))
			}
		})
	}
}
