package encoding

// Values is how many values the settings of a feature give: 0 where that is
// known only at run time, -1 where they make no sense.
func (f *Feature) Values() int {
	switch f.Type {
	case Number:
		return 1
	case Category:
		switch f.Encode {
		case "integer":
			return 1
		case "one_hot":
			return f.Slots
		}
	case Date:
		if f.Encode != "cyclic" && f.Encode != "number" {
			return -1
		}
		n := len(f.Parts)
		for _, part := range f.Parts {
			if f.Cyclic(part) {
				n++
			}
		}
		return n
	case Text:
		switch f.Encode {
		case "integer":
			return f.Length
		case "multi_hot", "count", "tf_idf":
			return f.Slots
		}
	case Image:
		return f.Height * f.Columns * f.Channels
	case Tokens:
		return f.Length
	case Strings, Integers, Values:
		return f.Size
	case Lookup:
		return f.Layer.values(f.Size, f.Slots)
	}
	return -1
}

// Cyclic reports whether a part of a date becomes a place on a circle, two
// values: a part that comes again and again.
func (f *Feature) Cyclic(part string) bool {
	return f.Encode == "cyclic" && part != "year" && part != "days"
}

// Integer reports whether a feature becomes ids, in an input of its own.
func (f *Feature) Integer() bool {
	return f.Encode == "integer" || f.Type == Tokens || f.Layer != nil && f.Layer.Mode == "int"
}

// OfRow reports whether a row has the feature. Others are made of it.
func (f *Feature) OfRow() bool { return f.Reads == nil }

// Reserved is how many slots come before those of the vocabulary.
func (f *Feature) Reserved() int {
	switch {
	case f.Type == Text && f.Encode == "integer":
		return 2 // for padding and for unknown words
	case f.Type == Text, f.OOV:
		return 1
	}
	return 0
}

// MissingKinds are what Missing.Kind of a type may be.
func (t Type) MissingKinds() []string {
	switch t {
	case Number:
		return []string{"error", "mean", "median", "value"}
	case Category:
		return []string{"error", "oov", "most_frequent", "text"}
	case Date:
		return []string{"error", "text"}
	case Integers:
		return []string{"error"}
	}
	return []string{""}
}
