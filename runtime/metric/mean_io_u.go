package metric

// MeanIoU is [IoU] of all classes.
func MeanIoU(name string, c Overlap) Metric { return IoU(name, c, below(c.NumClasses)...) }

// below are the numbers from 0 to n-1.
func below(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}
