package gotree

import "strings"

// Note is a comment at the end of a line: words, and numbers of the kernel.
type Note []Expr

// Say is a note of some parts, with blanks between them: a string, an int, or an
// expression. Of nothing but empty strings there is none.
func Say(parts ...any) (n Note) {
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			n = append(n, Int(p))
		case string:
			if p != "" {
				n = append(n, Word(p))
			}
		case Expr:
			n = append(n, p)
		}
	}
	return n
}

func (n Note) String() string              { return strings.Join(texts(n), " ") }
func (Note) bind() int                     { return bindTight }
func (n Note) each(f func(Expr) Expr) Expr { return Note(all(n, f)) }
func (n Note) told(e func(Expr) Expr) (made Note) {
	if len(n) > 0 {
		made = e(n).(Note)
	}
	return made
}

// remark is the note after what stands on the line.
func (n Note) remark() string {
	if len(n) == 0 {
		return ""
	}
	return " // " + n.String()
}
