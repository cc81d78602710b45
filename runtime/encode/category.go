package encode

// Categories are the known categories of a feature, in the order of their slots.
type Categories struct {
	Words []string       `json:"words"`
	index map[string]int // the slot of each
	alike map[string]int // that of the only one with a likeness, by it
}

// MakeCategories makes categories of which the first has the slot first.
func MakeCategories(first int, words ...string) *Categories {
	v := &Categories{Words: words, index: make(map[string]int, len(words))}
	for i, w := range words {
		v.index[w] = first + i
	}
	v.alike = likenesses(words, first)
	return v
}

// Learn makes the indexes of categories that have been learned, of which the
// first has the slot first and the others stay below slots.
func (v *Categories) Learn(feature string, first, slots int) (err error) {
	v.index, err = indexWords(feature, v.Words, first, slots)
	v.alike = likenesses(v.Words, first)
	return err
}

// find is the slot of a category: of that very text, or else of the one that
// writes the same number or truth value in another way, as 2 does 2.0 and True
// does true.
func (v *Categories) find(text string) (int, bool) {
	i, ok := v.index[text]
	if !ok && len(v.alike) > 0 {
		var buf [32]byte
		i, ok = v.alike[string(Likeness(buf[:0], text))]
	}
	return i, ok
}

// Slot is the slot of a category, 0 for one that is missing or unknown.
func (v *Categories) Slot(category *string) int {
	if category == nil {
		return 0
	}
	i, _ := v.find(*category)
	return i
}

// Known is the slot of a category that must be one of those known.
func (c *Coder) Known(feature string, v *Categories, category *string) int {
	c.feature = feature
	if category == nil {
		c.missing()
		return 0
	}
	i, ok := v.find(*category)
	if !ok {
		c.fail(": %.80q is none of the %d categories known", *category, len(v.index))
	}
	return i
}

// Strange reports a category that is there and not known.
func (v *Categories) Strange(category *string) bool {
	if category == nil {
		return false
	}
	_, ok := v.find(*category)
	return !ok
}

// OneHot sets one value to 1 and the others to 0.
func OneHot(dst []float32, slot int) {
	clear(dst)
	dst[slot] = 1
}
