// Package gotree is Go source: files with their imports, comments, the identifiers
// that stand for whatever a description calls things, the numbers of kernels, which
// are literals or what holds them, and the statements that functions are made of. It
// is free of kernels, of layers and of what any file is about.
//
// # Statements
//
// A function's body is a Block of statements (Stmt) over expressions (Expr). All that
// depends on what else there is in a body is decided on them, and they are printed
// when they are final: a Range leaves out the variables that nothing mentions,
// expressions get the parentheses that they need, and File lays the text out and
// imports what a Qual names.
//
// A variable is a *Var, and the same pointer wherever it stands: whether it is used is
// a question about pointers (Block.Mentions), and its name may be given, or changed,
// after the body has been built. An index is a Sum, and a size a Number: a literal in a
// kernel of its own, in one that layers share what holds it there. Bodies that differ in
// nothing but literal Numbers have one Likeness, and Join makes them one: so every
// integer that a kernel has because of its sizes is a Number, in a Note too. A View is
// a conversion to an array or two slices according to its own.
//
// Bodies are built from the outside in, with a Writer:
//
//	i := &gotree.Var{Name: "i"}
//	w.In(&gotree.For{Var: i, From: gotree.Int(0), To: n, Step: gotree.Int(64)}, func() {
//		w.Add(gotree.Run("tile", gotree.Unary{Op: "&", X: gotree.At(y, row.Plus(i, stride).Expr())}))
//	})
//
// Drivers, which cut the work of a kernel into calls of machine code, are such bodies:
// loops over panels, blocks and units are For and Range; the line that is left out
// where nothing lies inside is an If with Continue; the address of a tile is a Unary
// "&" of At, with a Sum for each dimension of the array; a table of what the regions of
// a result differ in is a Composite, and its rows are reached through a Var that has
// its name when the table is declared, or through the field of a shape that says which
// of several tables it is.
package gotree
