package metric

// BinaryIoU is [IoU] of two classes, for targets 0 and 1: an output of the threshold
// and above is class 1.
func BinaryIoU(name string, threshold float64, targetClassIDs ...int) Metric {
	return &overlap{
		name: name, Overlap: Overlap{Outputs: 1, NumClasses: 2, SparseYTrue: true, SparseYPred: true},
		of: targetClassIDs, binary: true, threshold: float32(threshold), counts: make([]float64, 4),
	}
}
