package gosrc

import "github.com/nngen-go/nngen/codegen/gotree"

// What package gotree has, by shorter names.
type (
	names    = gotree.Names
	scope    = gotree.Scope
	ownWords = gotree.OwnWords
)

const (
	declMark   = gotree.Decl
	bufferMark = gotree.Buffer
	fieldMark  = gotree.Field
)

var (
	docComment = gotree.Comment
	quote      = gotree.Quote
	mention    = gotree.Mention
	plain      = gotree.Plain
	lower      = gotree.Lower
	upper      = gotree.Upper
	capital    = gotree.Capital
	elemOf     = gotree.Elem
	size       = gotree.Size
	index      = gotree.Indexable
)

// file is one emitted Go file.
type file struct{ *gotree.File }

// newFile starts a file below the header that marks it as ours.
func (e *program) newFile() *file { return &file{gotree.NewFile(e.cfg.Package, e.header())} }

func (f *file) add(format string, args ...any) { f.Add(format, args...) }
