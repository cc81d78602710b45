package hdf5

import (
	"fmt"
)

// Types of header messages.
const (
	msgDataspace     = 0x01
	msgLinkInfo      = 0x02
	msgDatatype      = 0x03
	msgFill          = 0x05
	msgLink          = 0x06
	msgExternal      = 0x07
	msgLayout        = 0x08
	msgFilters       = 0x0B
	msgAttribute     = 0x0C
	msgContinuation  = 0x10
	msgSymbolTable   = 0x11
	msgAttributeInfo = 0x15
)

// messageNames are the messages as errors call them.
var messageNames = map[int]string{
	msgDataspace: "dataspace", msgLinkInfo: "link info", msgDatatype: "datatype", msgFill: "fill value",
	msgLink: "link", msgExternal: "external files", msgLayout: "layout", msgFilters: "filters",
	msgAttribute: "attribute", msgContinuation: "continuation", msgSymbolTable: "symbol table",
	msgAttributeInfo: "attribute info",
}

// A message is a fact about an object in its header.
type message struct {
	kind  int
	flags int
	addr  uint64
	data  []byte
}

// shared says that the message is elsewhere, and data is the place.
func (m message) shared() bool { return m.flags&2 != 0 }

// An object is a group, a dataset or a named type, as its header has it.
type object struct {
	f        *File
	path     string
	addr     uint64
	messages []message
}

// Path is where the object was found, such as "/layers/dense/vars".
func (o *object) Path() string { return o.path }

// object reads the header at addr.
func (s *scope) object(addr uint64, path string) (*object, error) {
	o := &object{f: s.f, path: path, addr: addr}
	if err := o.read(s); err != nil {
		return nil, fmt.Errorf("%w (%s)", err, path)
	}
	return o, nil
}

func (o *object) read(s *scope) error {
	b, err := s.open(o.addr, 16, "object header")
	if err != nil {
		return err
	}
	if string(b.buf[:4]) == "OHDR" {
		return o.readNew(s, b)
	}
	if v := b.version(1); b.err == nil && v != 1 {
		return b.fault("version %d is not supported", v)
	}
	b.skip(1 + 2 + 4)
	size := b.u32()
	b.skip(4)
	if b.err != nil {
		return b.err
	}
	if err := b.growBy(uint64(size)); err != nil {
		return err
	}
	return o.chunks(s, b, 0)
}

// readNew reads a header of version 2.
func (o *object) readNew(s *scope, b *block) error {
	b.skip(4)
	if v := b.version(2); b.err == nil && v != 2 {
		return b.fault("version %d is not supported", v)
	}
	flags := b.u8()
	width := 1 << (flags & 3)
	fixed := 6 + width
	if flags&0x20 != 0 {
		fixed += 16 // times
	}
	if flags&0x10 != 0 {
		fixed += 4 // when attributes move to a heap
	}
	if err := b.grow(fixed); err != nil {
		return err
	}
	b.pos = fixed - width
	size := b.size(width, "a length")
	if b.err != nil {
		return b.err
	}
	if err := b.grow(fixed + size + 4); err != nil {
		return err
	}
	if err := b.trailer(); err != nil {
		return err
	}
	b.pos = fixed
	extra := 0
	if flags&0x04 != 0 {
		extra = 2 // order of creation
	}
	return o.chunks(s, b, 4+extra)
}

// trailer checks the checksum at the end of the block and takes it off.
func (b *block) trailer() error {
	if len(b.buf) < 4 {
		return b.fault("%d bytes have no room for a checksum", len(b.buf))
	}
	b.pos = len(b.buf) - 4
	if err := b.checksum(); err != nil {
		return err
	}
	b.buf = b.buf[:len(b.buf)-4]
	return nil
}

// chunks reads the messages of a header from its first chunk on. Before the data
// of a message stand prefix bytes; none means the header of version 1, where it
// is 8 bytes.
func (o *object) chunks(s *scope, b *block, prefix int) error {
	for queue := []*block{b}; len(queue) > 0; queue = queue[1:] {
		next, err := o.chunk(queue[0], prefix)
		if err != nil {
			return err
		}
		for _, m := range next {
			c := part(s, m.addr, m.data, "continuation message")
			addr, size := c.u64(), c.size(8, "a length")
			if c.err != nil {
				return c.err
			}
			b, err := s.open(addr, size, "continued object header")
			if err != nil {
				return err
			}
			if prefix != 0 {
				if got := b.bytes(4); string(got) != "OCHK" {
					return b.fault("it begins with %q in place of %q", got, "OCHK")
				}
				if err := b.trailer(); err != nil {
					return err
				}
				b.pos = 4
			}
			queue = append(queue, b)
		}
	}
	return nil
}

// chunk reads the messages of one chunk and returns those that continue it.
func (o *object) chunk(b *block, prefix int) (next []message, err error) {
	least := prefix
	if prefix == 0 {
		least = 8
	}
	for b.rest() >= least {
		at := b.addr + uint64(b.pos)
		var m message
		var size int
		if prefix == 0 {
			m.kind, size, m.flags = b.u16(), b.u16(), b.u8()
			b.skip(3)
		} else {
			m.kind, size, m.flags = b.u8(), b.u16(), b.u8()
			b.skip(prefix - 4)
		}
		m.addr, m.data = at, b.bytes(size)
		if b.err != nil {
			return nil, b.err
		}
		switch m.kind {
		case 0: // room
		case msgContinuation:
			next = append(next, m)
		default:
			o.messages = append(o.messages, m)
		}
	}
	return next, nil
}

// find returns the first message of a kind as a block. Types may be shared: the
// message then is in the header of a named type.
func (o *object) find(s *scope, kind int) (*block, error) {
	for _, m := range o.messages {
		if m.kind == kind {
			return o.open(s, m)
		}
	}
	return nil, nil
}

// need is find for a message that has to be there.
func (o *object) need(s *scope, kind int) (*block, error) {
	b, err := o.find(s, kind)
	if err == nil && b == nil {
		err = fmt.Errorf("hdf5: object header at byte %d: it has no %s", o.addr, messageNames[kind])
	}
	return b, err
}

func (o *object) open(s *scope, m message) (*block, error) {
	b := part(s, m.addr, m.data, messageNames[m.kind]+" message")
	if !m.shared() || m.kind == msgAttribute {
		return b, nil
	}
	return resolve(s, b, m.kind, messageNames[m.kind])
}

// resolve follows the place of a shared message.
func resolve(s *scope, b *block, kind int, name string) (*block, error) {
	version, where := b.version(3), b.u8()
	if version == 1 {
		b.skip(6)
	}
	if b.err == nil && (version == 3 && where != 2 || version == 2 && where == 1) {
		return nil, b.fault("messages shared in a heap are not supported")
	}
	addr := b.u64()
	if b.err != nil {
		return nil, b.err
	}
	named := &object{f: s.f, path: "named " + name, addr: addr}
	delete(s.seen, addr) // many objects may share a type: each has been charged for it
	if err := named.read(s); err != nil {
		return nil, err
	}
	for _, m := range named.messages {
		if m.kind == kind && !m.shared() {
			return part(s, m.addr, m.data, name+" message"), nil
		}
	}
	return nil, b.fault("there is no %s in the object header at byte %d that it names", name, addr)
}

// has reports whether the header has a message of a kind.
func (o *object) has(kind int) bool {
	for _, m := range o.messages {
		if m.kind == kind {
			return true
		}
	}
	return false
}
