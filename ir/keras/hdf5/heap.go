package hdf5

import (
	"bytes"
)

// A localHeap has the names of a group's members.
type localHeap struct{ data *block }

func (s *scope) localHeap(addr uint64) (*localHeap, error) {
	b, err := s.signed(addr, 32, "HEAP", "local heap")
	if err != nil {
		return nil, err
	}
	if b.version(0); b.err != nil {
		return nil, b.err
	}
	b.skip(3)
	size := b.size(8, "a length")
	b.skip(8)
	at := b.u64()
	if b.err != nil {
		return nil, b.err
	}
	data, err := s.open(at, size, "data of a local heap")
	if err != nil {
		return nil, err
	}
	return &localHeap{data}, nil
}

// text is the string at offset, which ends in zero.
func (h *localHeap) text(offset uint64) (string, error) {
	if offset >= uint64(len(h.data.buf)) {
		return "", h.data.fault("a name at its byte %d is over its end at %d", offset, len(h.data.buf))
	}
	p := h.data.buf[offset:]
	n := bytes.IndexByte(p, 0)
	if n < 0 {
		return "", h.data.fault("the name at its byte %d does not end", offset)
	}
	return string(p[:n]), nil
}

// global is object number index of the global heap at addr.
func (s *scope) global(addr uint64, index uint32) ([]byte, error) {
	c, ok := s.collections[addr]
	if !ok {
		var err error
		if c, err = s.collection(addr); err != nil {
			return nil, err
		}
		if s.collections == nil {
			s.collections = map[uint64]map[uint32][]byte{}
		}
		s.collections[addr] = c
	}
	p, ok := c[index]
	if !ok {
		b := block{s: s, addr: addr, what: "global heap"}
		return nil, b.fault("there is no object %d", index)
	}
	return p, nil
}

func (s *scope) collection(addr uint64) (map[uint32][]byte, error) {
	b, err := s.signed(addr, 16, "GCOL", "global heap")
	if err != nil {
		return nil, err
	}
	if v := b.version(1); b.err == nil && v != 1 {
		return nil, b.fault("version %d is not supported", v)
	}
	b.skip(3)
	size := b.size(8, "a length")
	if b.err != nil {
		return nil, b.err
	}
	if size < 16 {
		return nil, b.fault("a length of %d is less than its header's", size)
	}
	if err := b.grow(size); err != nil {
		return nil, err
	}
	c := map[uint32][]byte{}
	for b.rest() >= 16 {
		index := uint32(b.u16())
		b.skip(2 + 4)
		n := b.size(8, "a length")
		if index == 0 {
			break // the room at the end
		}
		c[index] = b.bytes(n)
		b.align()
		if b.err != nil {
			return nil, b.err
		}
	}
	return c, nil
}
