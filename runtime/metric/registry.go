package metric

import "slices"

// Entry is a metric that a description may name.
type Entry struct {
	Name    string   // Keras's, in snake case
	Aliases []string // the name of Keras's class and others that are understood
	Doc     string   // one sentence
	Targets Targets
	// New is the constructor. It takes the metric's name, and then what Args gives
	// pointers to: structs of this package, and the one field of others.
	New  any
	Args func() []any // nil: none. The arguments are the fields with the tag arg
	// Whole is a metric that looks at a row as a whole.
	Whole bool
	// Vector is one that looks at a vector along the last axis as a whole: of an
	// output with steps it is shown each by itself. See [Stepwise].
	Vector bool
	// Instead is what takes the place of a metric that compares classes where the
	// output has one unit; "": it may have one.
	Instead string
	// As is Keras's name of the figure where it is not Name.
	As string
}

// Targets is what outputs are compared with.
type Targets int

// The kinds of targets.
const (
	Numbers      Targets = iota // one for every output
	Answers                     // yes or no for every output
	ClassNumbers                // one for a group of outputs
	Either                      // as the settings of an Overlap say
	Spelled                     // a sequence of class numbers that the steps of outputs spell
)

// Entries lists the metrics.
func Entries() []Entry { return slices.Concat(decisions(), distances(), overlaps()) }

// decisions are metrics of classes and thresholds.
func decisions() []Entry {
	return []Entry{
		{Name: "binary_accuracy", Aliases: []string{"BinaryAccuracy"}, Doc: "the share of outputs on the target's side of the threshold", New: BinaryAccuracy, Args: func() []any {
			return []any{&struct {
				Threshold float64 `arg:"threshold,min=0,max=1" doc:"output above which the answer is 1"`
			}{0.5}}
		}},
		{Name: "categorical_accuracy", Aliases: []string{"CategoricalAccuracy"}, Doc: "the share of rows whose largest output is that of the one-hot target", New: CategoricalAccuracy, Vector: true, Instead: "accuracy or binary_accuracy"},
		{Name: "sparse_categorical_accuracy", Aliases: []string{"SparseCategoricalAccuracy"}, Doc: "the share of rows whose largest output is that of the target's class number", New: SparseCategoricalAccuracy, Targets: ClassNumbers},
		{Name: "top_k_categorical_accuracy", Aliases: []string{"TopKCategoricalAccuracy"}, Doc: "the share of rows where the class of the one-hot target is among the k largest outputs", New: TopKCategoricalAccuracy, Args: topK, Vector: true, Instead: "accuracy"},
		{Name: "sparse_top_k_categorical_accuracy", Aliases: []string{"SparseTopKCategoricalAccuracy"}, Doc: "the share of rows where the target's class number is among the k largest outputs", New: SparseTopKCategoricalAccuracy, Args: topK, Targets: ClassNumbers},

		{Name: "true_positives", Aliases: []string{"TruePositives"}, Doc: "how many outputs are rightly above the threshold", New: TruePositives, Args: thresholds, Targets: Answers},
		{Name: "true_negatives", Aliases: []string{"TrueNegatives"}, Doc: "how many outputs are rightly not above the threshold", New: TrueNegatives, Args: thresholds, Targets: Answers},
		{Name: "false_positives", Aliases: []string{"FalsePositives"}, Doc: "how many outputs are wrongly above the threshold", New: FalsePositives, Args: thresholds, Targets: Answers},
		{Name: "false_negatives", Aliases: []string{"FalseNegatives"}, Doc: "how many outputs are wrongly not above the threshold", New: FalseNegatives, Args: thresholds, Targets: Answers},
		{Name: "precision", Aliases: []string{"Precision"}, Doc: "the share of the outputs above the threshold that are rightly so", New: Precision, Args: decision, Targets: Answers},
		{Name: "recall", Aliases: []string{"Recall"}, Doc: "the share of the targets of 1 whose output is above the threshold", New: Recall, Args: decision, Targets: Answers},
		{Name: "auc", Aliases: []string{"AUC"}, Doc: "the area under the curve that all thresholds describe", New: AUC, Args: func() []any { return []any{&Curve{}} }, Targets: Answers},
		{Name: "sensitivity_at_specificity", Aliases: []string{"SensitivityAtSpecificity"}, Doc: "the largest sensitivity of a threshold with at least that specificity", New: SensitivityAtSpecificity, Targets: Answers, Args: func() []any {
			return []any{&struct {
				Least float64 `arg:"specificity,required,min=0,max=1" doc:"least specificity"`
			}{}, &Sweep{}}
		}},
		{Name: "specificity_at_sensitivity", Aliases: []string{"SpecificityAtSensitivity"}, Doc: "the largest specificity of a threshold with at least that sensitivity", New: SpecificityAtSensitivity, Targets: Answers, Args: func() []any {
			return []any{&struct {
				Least float64 `arg:"sensitivity,required,min=0,max=1" doc:"least sensitivity"`
			}{}, &Sweep{}}
		}},
		{Name: "precision_at_recall", Aliases: []string{"PrecisionAtRecall"}, Doc: "the largest precision of a threshold with at least that recall", New: PrecisionAtRecall, Targets: Answers, Args: func() []any {
			return []any{&struct {
				Least float64 `arg:"recall,required,min=0,max=1" doc:"least recall"`
			}{}, &Sweep{}}
		}},
		{Name: "recall_at_precision", Aliases: []string{"RecallAtPrecision"}, Doc: "the largest recall of a threshold with at least that precision", New: RecallAtPrecision, Targets: Answers, Args: func() []any {
			return []any{&struct {
				Least float64 `arg:"precision,required,min=0,max=1" doc:"least precision"`
			}{}, &Sweep{}}
		}},
		{Name: "f1_score", Aliases: []string{"F1Score"}, Doc: "the harmonic mean of precision and recall, of every class or on average", New: F1Score, Args: func() []any { return []any{&FScore{}} }, Targets: Answers, Whole: true},
		{Name: "fbeta_score", Aliases: []string{"FBetaScore", "f_beta_score"}, Doc: "the mean of precision and recall in which recall counts beta times as much, of every class or on average", New: FBetaScore, Targets: Answers, Whole: true, Args: func() []any {
			return []any{&struct {
				Beta float64 `arg:"beta,above=0" doc:"how much more recall counts than precision"`
			}{1}, &FScore{}}
		}},
	}
}

// distances are metrics of how far outputs are from targets.
func distances() []Entry {
	return []Entry{
		{Name: "binary_crossentropy", Aliases: []string{"BinaryCrossentropy", "bce", "BCE"}, Doc: "the mean of -(y log p + (1-y) log(1-p))", New: BinaryCrossentropy, Args: smoothed},
		{Name: "categorical_crossentropy", Aliases: []string{"CategoricalCrossentropy"}, Doc: "the mean of -log p of the class of the one-hot target", New: CategoricalCrossentropy, Args: smoothed, Vector: true, Instead: "binary_crossentropy"},
		{Name: "sparse_categorical_crossentropy", Aliases: []string{"SparseCategoricalCrossentropy"}, Doc: "the mean of -log p of the target's class number", New: SparseCategoricalCrossentropy, Targets: ClassNumbers, Args: func() []any {
			return []any{&struct {
				FromLogits bool `arg:"from_logits" doc:"whether the outputs are logits"`
			}{}}
		}},

		{Name: "mean_absolute_error", Aliases: []string{"MeanAbsoluteError", "mae", "MAE"}, Doc: "the mean of |p-y|", New: MeanAbsoluteError},
		{Name: "mean_squared_error", Aliases: []string{"MeanSquaredError", "mse", "MSE"}, Doc: "the mean of (p-y)²", New: MeanSquaredError},
		{Name: "root_mean_squared_error", Aliases: []string{"RootMeanSquaredError"}, Doc: "the root of the mean of (p-y)²", New: RootMeanSquaredError},
		{Name: "mean_absolute_percentage_error", Aliases: []string{"MeanAbsolutePercentageError", "mape", "MAPE"}, Doc: "the mean of 100·|p-y| / |y|", New: MeanAbsolutePercentageError},
		{Name: "mean_squared_logarithmic_error", Aliases: []string{"MeanSquaredLogarithmicError", "msle", "MSLE"}, Doc: "the mean of (log(1+p) - log(1+y))²", New: MeanSquaredLogarithmicError},
		{Name: "log_cosh_error", Aliases: []string{"LogCoshError", "log_cosh", "logcosh"}, Doc: "the mean of log(cosh(p-y))", New: LogCoshError, As: "logcosh"},
		{Name: "poisson", Aliases: []string{"Poisson"}, Doc: "the mean of p - y log p", New: Poisson},
		{Name: "hinge", Aliases: []string{"Hinge"}, Doc: "the mean of max(1-yp, 0), for y of -1 or 1", New: Hinge},
		{Name: "squared_hinge", Aliases: []string{"SquaredHinge"}, Doc: "the mean of max(1-yp, 0)², for y of -1 or 1", New: SquaredHinge},
		{Name: "categorical_hinge", Aliases: []string{"CategoricalHinge"}, Doc: "how far the output of the right class is from being 1 above all others", New: CategoricalHinge, Vector: true},
		{Name: "cosine_similarity", Aliases: []string{"CosineSimilarity"}, Doc: "the cosine of the angle between output and target", New: CosineSimilarity, Vector: true},
		{Name: "kl_divergence", Aliases: []string{"KLDivergence"}, Doc: "the Kullback-Leibler divergence of output and target, which are distributions", New: KLDivergence, Vector: true},
		{Name: "edit_distance", Aliases: []string{"EditDistance"}, Doc: "how many labels of every label of the targets have to be changed in what the outputs spell; for the loss ctc", New: EditDistance, Targets: Spelled, Args: func() []any { return []any{&Edits{Normalize: true}} }},
		{Name: "r2_score", Aliases: []string{"R2Score"}, Doc: "the share of the targets' variance that the outputs explain", New: R2Score, Args: func() []any { return []any{&R2{}} }},
		{Name: "pearson_correlation", Aliases: []string{"PearsonCorrelation"}, Doc: "the correlation of outputs and targets of a row", New: PearsonCorrelation, Args: groups, Vector: true},
		{Name: "concordance_correlation", Aliases: []string{"ConcordanceCorrelation"}, Doc: "the agreement of outputs and targets of a row", New: ConcordanceCorrelation, Args: groups, Vector: true},
	}
}

// overlaps are metrics of regions.
func overlaps() []Entry {
	return []Entry{
		{Name: "io_u", Aliases: []string{"IoU", "iou"}, Doc: "intersection over union of some classes, on average", New: IoU, Targets: Either, Args: func() []any { return []any{&Overlap{SparseYTrue: true, SparseYPred: true}, targetClasses()} }},
		{Name: "mean_io_u", Aliases: []string{"MeanIoU", "mean_iou"}, Doc: "intersection over union of all classes, on average", New: MeanIoU, Targets: Either, Args: func() []any { return []any{&Overlap{SparseYTrue: true, SparseYPred: true}} }},
		{Name: "one_hot_io_u", Aliases: []string{"OneHotIoU", "one_hot_iou"}, Doc: "intersection over union of some classes, on average, with one-hot targets", New: OneHotIoU, Targets: Either, Args: func() []any { return []any{&OneHotOverlap{}, targetClasses()} }},
		{Name: "one_hot_mean_io_u", Aliases: []string{"OneHotMeanIoU", "one_hot_mean_iou"}, Doc: "intersection over union of all classes, on average, with one-hot targets", New: OneHotMeanIoU, Targets: Either, Args: func() []any { return []any{&OneHotOverlap{}} }},
		{Name: "binary_io_u", Aliases: []string{"BinaryIoU", "binary_iou"}, Doc: "intersection over union of yes and no, on average", New: BinaryIoU, Targets: Answers, Args: func() []any {
			return []any{&struct {
				Threshold float64 `arg:"threshold,min=0,max=1" doc:"output from which on the answer is 1"`
			}{0.5}, &struct {
				TargetClassIDs []int `arg:"target_class_ids,min=0,max=1" doc:"which of the two classes the mean is of"`
			}{[]int{0, 1}}}
		}},
	}
}

// Arguments of more than one metric.
func groups() []any {
	return []any{&struct {
		Outputs int `arg:"outputs,units"` // values in a group
	}{}}
}

func topK() []any {
	return []any{&struct {
		K int `arg:"k,min=1" doc:"how many of the largest outputs are looked at"`
	}{5}}
}

func thresholds() []any {
	return []any{&struct {
		Thresholds []float64 `arg:"thresholds,min=0,max=1" doc:"an output above one is a yes; a figure for each; without any, 0.5"`
	}{}}
}

func decision() []any { return []any{&Decision{}} }

func smoothed() []any { return []any{&Crossentropy{}} }

func targetClasses() any {
	return &struct {
		TargetClassIDs []int `arg:"target_class_ids,required,min=0" doc:"the classes that the mean is of"`
	}{}
}
