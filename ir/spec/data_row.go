package spec

// tokenKeys are the settings of files of ids.
func (p *parser) tokenKeys(title string, f *Feature) []key {
	side := func(into *string) func(a Arg) {
		return func(a Arg) {
			*into = p.choose(title, a, []string{"pre", "post"}, map[string]string{"left": "pre", "right": "post", "before": "pre", "after": "post", "front": "pre", "end": "post"})
		}
	}
	return []key{
		{name: "num_words", take: func(a Arg) {
			f.SlotsPos = a.Value.Pos
			p.count(title, a, &f.NumWords, 1, 1<<31-1)
		}},
		{name: "oov_id", take: func(a Arg) { p.count(title, a, &f.OOVID, 0, 1<<31-1) }},
		{name: "length", take: func(a Arg) { p.count(title, a, &f.Length, 1, maxSlots) }},
		{name: "padding", take: side(&f.Padding)},
		{name: "truncating", take: side(&f.Truncating)},
	}
}

// tokenRow completes the settings of train's ids.
func (p *parser) tokenRow(s *Source, f *Feature, settings []Arg) {
	const title = "data: train"
	switch {
	case f.NumWords == 0:
		p.fail(s.Pos, "data: tokens needs num_words, the number of ids that are kept; write num_words: 10000 beside it")
		return
	case f.OOVID >= f.NumWords:
		p.fail(s.Pos, "%s: oov_id %d is not below num_words %d; write an oov_id that is", title, f.OOVID, f.NumWords)
	}
	if f.Length == 0 {
		for _, a := range settings {
			if a.Name == "padding" || a.Name == "truncating" {
				p.fail(a.Pos, "%s: %s needs length, the number of ids that every row gets; write length: 200 beside it", title, a.Name)
			}
		}
		return
	}
	f.sides()
}

// sides fills in where rows of ids get zeros and are cut, as Keras does it.
func (f *Feature) sides() {
	if f.Padding == "" {
		f.Padding = "pre"
	}
	if f.Truncating == "" {
		f.Truncating = "pre"
	}
}

const maxSide = 1 << 14 // pixels

// imageKeys are the settings of folders of images.
func (p *parser) imageKeys(title string, f *Feature) []key {
	return []key{
		{name: "size", take: func(a Arg) { p.size(title, a.Value, f) }},
		{name: "color", take: func(a Arg) {
			if a.Value.Kind == String && folded(a.Value.Str) == "rgba" {
				p.fail(a.Value.Pos, "%s: color takes rgb or gray; rgba is not supported by this version", title)
				return
			}
			if c := p.choose(title, a, []string{"rgb", "gray"}, map[string]string{"grayscale": "gray", "grey": "gray", "greyscale": "gray", "colour": "rgb", "color": "rgb", "l": "gray", "bw": "gray", "bgr": "rgb"}); c == "gray" {
				f.Channels = 1
			} else {
				f.Channels = 3
			}
		}},
	}
}

// size reads the height and width that images get.
func (p *parser) size(title string, v Value, f *Feature) {
	if v.Kind == Int {
		p.fail(v.Pos, "%s: size takes rows and columns; write size: [%d, %d]", title, v.Int, v.Int)
		return
	}
	if v.Kind != List || len(v.List) != 2 {
		hint := "write size: [28, 28]"
		if v.Kind == List && len(v.List) == 3 {
			hint = "the number of channels is given by color: rgb or color: gray"
		}
		p.fail(v.Pos, "%s: size takes two numbers, rows and columns; %s", title, hint)
		return
	}
	p.count(title, Arg{Name: "size", Value: v.List[0]}, &f.Height, 1, maxSide)
	p.count(title, Arg{Name: "size", Value: v.List[1]}, &f.Columns, 1, maxSide)
}
