package amd64

import (
	"fmt"

	"github.com/nngen-go/nngen/codegen/isa/amd64/listing"
)

// Group writes instructions that come again and again with other operands: the
// listing makes a macro of that name of them.
func (c *Code) Group(name string, body func()) {
	c.Comment(listing.Open(name + c.Level.String()))
	body()
	c.Comment(listing.Close())
}

// Grouped is Group for every few of n things: name4.
func (c *Code) Grouped(name string, n int, each func(i int)) {
	const few = 4
	for i := 0; i < n; i += few {
		m := min(few, n-i)
		c.Group(fmt.Sprint(name, m), func() {
			for j := range m {
				each(i + j)
			}
		})
	}
}
