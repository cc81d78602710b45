package metric

// OneHotOverlap is [Overlap] where targets are one-hot.
type OneHotOverlap struct {
	Outputs     int  `arg:"outputs,units"` // values in a group of outputs
	NumClasses  int  `arg:"num_classes,required,min=1" doc:"how many classes there are; what is of another number does not count"`
	IgnoreClass *int `arg:"ignore_class,by=Class" doc:"class of targets that do not count; null: none"` // [Class] makes one
	SparseYPred bool `arg:"sparse_y_pred" doc:"whether outputs are class numbers, not a value for every class"`
}

// sparse is the same of classes in general.
func (c OneHotOverlap) sparse() Overlap {
	return Overlap{Outputs: c.Outputs, NumClasses: c.NumClasses, IgnoreClass: c.IgnoreClass, SparseYPred: c.SparseYPred}
}

// OneHotIoU is [IoU] with one-hot targets.
func OneHotIoU(name string, c OneHotOverlap, targetClassIDs ...int) Metric {
	return IoU(name, c.sparse(), targetClassIDs...)
}
