package encode

// Tokens says how lists of ids come to size.
type Tokens struct {
	Limit    int32 // of ids; 0: none
	NumWords int32 // ids from here on are rare; 0: none is
	Rare     int32 // what rare ones become
	// First keeps the first ids of a list that is too long, else the last ones
	// stay. After puts the zeros that fill a short one after its ids.
	First, After bool
}

// id checks an id.
func (c *Coder) id(id int32, position int, t Tokens) int32 {
	switch {
	case id < 0:
		c.fail(": id %d at position %d is negative", id, position)
		return 0
	case t.NumWords > 0 && id >= t.NumWords:
		return t.Rare
	case t.Limit > 0 && id >= t.Limit:
		c.fail(": id %d at position %d is not below %d", id, position, t.Limit)
		return 0
	}
	return id
}

// Tokens cuts or fills a list of ids to the length of dst.
func (c *Coder) Tokens(dst []int32, feature string, ids []int32, t Tokens) {
	c.feature = feature
	clear(dst)
	if n := len(dst); len(ids) > n && t.First {
		ids = ids[:n]
	} else if len(ids) > n {
		ids = ids[len(ids)-n:]
	}
	to := dst
	if !t.After {
		to = dst[len(dst)-len(ids):]
	}
	for i, id := range ids {
		to[i] = c.id(id, i, t)
	}
}

// AppendTokens appends ids.
func (c *Coder) AppendTokens(dst []int32, feature string, ids []int32, t Tokens) []int32 {
	c.feature = feature
	for i, id := range ids {
		dst = append(dst, c.id(id, i, t))
	}
	return dst
}
