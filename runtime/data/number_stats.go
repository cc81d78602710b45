package data

import "math"

// NumberStats gathers the mean, the deviation and the range of numbers that come
// one by one. Its zero value is ready. The mean is summed with compensation (A.
// Neumaier, ZAMM 54, 1974), the squares are those of the distances from the mean
// so far (B. P. Welford, Technometrics 4, 1962): neither a large mean nor many
// numbers cost digits. All answers are 0 where there are no numbers.
type NumberStats struct {
	n         int
	sum, lost float64
	mean, m2  float64
	min, max  float64
}

// Add takes a finite number.
func (s *NumberStats) Add(x float64) {
	if s.n == 0 {
		s.min, s.max = x, x
	}
	s.n++
	s.min, s.max = min(s.min, x), max(s.max, x)
	sum := s.sum + x
	if math.Abs(s.sum) >= math.Abs(x) {
		s.lost += s.sum - sum + x
	} else {
		s.lost += x - sum + s.sum
	}
	s.sum = sum
	d := x - s.mean
	s.mean += d / float64(s.n)
	s.m2 += float64(d * (x - s.mean))
}

// Count is how many numbers there were.
func (s *NumberStats) Count() int { return s.n }

// Mean is their mean.
func (s *NumberStats) Mean() float64 {
	if s.n == 0 {
		return 0
	}
	return (s.sum + s.lost) / float64(s.n)
}

// Variance is the mean of the squared distances from the mean, that of a
// population, as in Keras's Normalization.
func (s *NumberStats) Variance() float64 {
	if s.n == 0 || s.min == s.max {
		return 0
	}
	return s.m2 / float64(s.n)
}

// Deviation is the square root of the variance.
func (s *NumberStats) Deviation() float64 { return math.Sqrt(s.Variance()) }

// Min is the least number.
func (s *NumberStats) Min() float64 { return s.min }

// Max is the greatest number.
func (s *NumberStats) Max() float64 { return s.max }
