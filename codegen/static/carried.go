package static

import (
	"sync"

	"github.com/nngen-go/nngen/codegen/static/verbatim"
)

var carried = sync.OnceValues(func() (*Library, error) { return Load(verbatim.Source, ".", "", nil) })

// Verbatim is a declaration of package verbatim, and these of its methods, as text.
func Verbatim(name string, methods ...string) ([]string, error) {
	library, err := carried()
	if err != nil {
		return nil, err
	}
	called := map[string]bool{}
	for _, m := range methods {
		called[m] = true
	}
	return library.Copy([]string{name}, called)
}
