package encode

import (
	"math"
	"time"
)

// Days counts from the beginning of 1970, as the clock of the date shows it.
func Days(date time.Time) float64 {
	_, zone := date.Zone()
	return float64(date.Unix()+int64(zone)) / (24 * 60 * 60)
}

// Cyclic is a place on a circle: the sine and cosine of the part of a period
// that has passed. They are computed from the nearest eighth of the circle, with
// the first terms of their series.
func Cyclic(passed, period int) (sin, cos float32) {
	quarter := (8*passed + period) / (2 * period) // the nearest one
	angle := float64(math.Pi / 2 * (float64(4*passed-quarter*period) / float64(period)))
	z := float64(angle * angle)
	s := -1.0 / 39916800
	s = 1.0/362880 + float64(z*s)
	s = -1.0/5040 + float64(z*s)
	s = 1.0/120 + float64(z*s)
	s = -1.0/6 + float64(z*s)
	s = 1 + float64(z*s)
	c := 1.0 / 479001600
	c = -1.0/3628800 + float64(z*c)
	c = 1.0/40320 + float64(z*c)
	c = -1.0/720 + float64(z*c)
	c = 1.0/24 + float64(z*c)
	c = -1.0/2 + float64(z*c)
	c = 1 + float64(z*c)
	s = float64(angle * s)
	switch quarter % 4 {
	case 1:
		s, c = c, -s
	case 2:
		s, c = -s, -c
	case 3:
		s, c = -c, s
	}
	return float32(s), float32(c)
}
