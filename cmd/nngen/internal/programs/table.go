package programs

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/nngen-go/nngen/ir/encoding"
	"github.com/nngen-go/nngen/ir/spec"
)

// tableOf prints how tables are written, and which features are numbers that have
// marks of their own.
func tableOf(s *spec.Source, features []encoding.Feature) (table, numbers string) {
	var fields, flags []string
	mark := func(name, value string) {
		if value != "" {
			fields = append(fields, fmt.Sprintf("%s: %q", name, []rune(value)[0]))
		}
	}
	if s.Separator != "," {
		mark("Separator", s.Separator)
	}
	if s.Quote != "" {
		fields = append(fields, fmt.Sprintf("Quote: %q", s.Quote))
	}
	if s.Encoding != "" {
		fields = append(fields, fmt.Sprintf("Encoding: %q", s.Encoding))
	}
	mark("Decimal", s.Decimal)
	mark("Thousands", s.Thousands)
	if s.Decimal != "" || s.Thousands != "" {
		for i := range features {
			if f := &features[i]; f.OfRow() {
				flags = append(flags, strconv.FormatBool(f.Type == encoding.Number || f.Type == encoding.Integers))
			}
		}
	}
	return "data.CSV{" + strings.Join(fields, ", ") + "}", strings.Join(flags, ", ")
}
