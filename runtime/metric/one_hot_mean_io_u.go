package metric

// OneHotMeanIoU is [IoU] of all classes with one-hot targets.
func OneHotMeanIoU(name string, c OneHotOverlap) Metric { return MeanIoU(name, c.sparse()) }
