package operation

import (
	"slices"
	"strings"
)

// Activations are the functions of keras.ops that are activations too.
var Activations = []string{
	"celu", "elu", "hard_shrink", "hard_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "leaky_relu", "log_sigmoid", "relu", "relu6", "selu", "sigmoid", "silu",
	"soft_shrink", "softplus", "softsign", "sparse_plus", "sparse_sigmoid", "sparsemax", "squareplus", "swish", "tanh", "tanh_shrink", "threshold",
}

// ClassOf is the name of Keras's class of a function: LeakyRelu of leaky_relu.
func ClassOf(name string) string {
	if name == "swish" || name == "hard_swish" {
		return "" // that of the function they stand for
	}
	var b strings.Builder
	for part := range strings.SplitSeq(name, "_") {
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

// Reasons why functions of keras.ops are not supported.
const (
	whole      = "what it makes is known when the package is generated; write the numbers as an operand, {op: add, x2: [1, 2, 3]}"
	sorted     = "values are not sorted by this version"
	turns      = "functions as arguments are Python; write out the operations that they are made of"
	complexOf  = "values are numbers, and complex ones are not supported"
	mixes      = "it mixes the rows of a batch, which are computed apart from one another"
	dynamic    = "the shape of its result depends on the values"
	decomposed = "decompositions of matrices are not supported"
	bits       = "numbers are float32 and have no bits of whole numbers"
	python     = "it gives no tensor; its answer is known when the package is generated"
	loss       = "a loss is named under compile: {loss: ...}"
	sampling   = "images are moved by layers of their own"
)

// refusals are functions of keras.ops that a description cannot name, and why; what
// stands for them is said where there is something.
var refusals = func() map[string]string {
	m := map[string]string{}
	for why, names := range map[string]string{
		whole:      "arange array bartlett blackman empty eye full geomspace hamming hanning identity kaiser linspace logspace meshgrid ones tri zeros empty_like",
		sorted:     "argpartition argsort median nanmedian nanpercentile nanquantile percentile quantile searchsorted sort top_k in_top_k",
		turns:      "associative_scan cond custom_gradient fori_loop jvp map scan switch vectorize vectorized_map while_loop",
		complexOf:  "angle fft fft2 ifft2 irfft istft polar rfft stft view_as_complex view_as_real",
		mixes:      "corrcoef diag diagflat flipud kron outer ravel segment_max segment_min segment_prod segment_sum vander vdot vsplit vstack",
		dynamic:    "bincount histogram nonzero unique",
		decomposed: "cholesky cholesky_inverse det eig eigh inv logdet lstsq lu_factor matrix_rank pinv qr slogdet solve solve_triangular svd",
		bits:       "bitwise_and bitwise_invert bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor gcd lcm ldexp left_shift nextafter right_shift signbit view",
		python:     "allclose convert_to_numpy convert_to_tensor dtype is_tensor ndim shape size unravel_index saturate_cast",
		loss:       "binary_crossentropy categorical_crossentropy sparse_categorical_crossentropy ctc_loss ctc_decode psnr",
		sampling:   "affine_transform crop_images elastic_transform gaussian_blur hsv_to_rgb map_coordinates pad_images perspective_transform resize rgb_to_grayscale rgb_to_hsv scale_and_translate sobel_edges ssim extract_patches extract_patches_3d",
	} {
		for name := range strings.FieldsSeq(names) {
			m[name] = why
		}
	}
	for name, write := range map[string]string{
		"adaptive_average_pool": "layer AdaptiveAveragePooling2D", "adaptive_max_pool": "layer AdaptiveMaxPooling2D",
		"average_pool": "layer AveragePooling2D", "max_pool": "layer MaxPooling2D", "batch_normalization": "layer BatchNormalization",
		"conv": "layer Conv2D", "conv_transpose": "layer Conv2DTranspose", "depthwise_conv": "layer DepthwiseConv2D", "separable_conv": "layer SeparableConv2D",
		"dot_product_attention": "layer Attention or MultiHeadAttention", "layer_normalization": "layer LayerNormalization", "multi_hot": "layer CategoryEncoding",
		"slice": "op: get_item", "slice_update": "op: concatenate of what is before, the update and what is after", "scatter_update": "op: where of a mask that is written down",
		"scatter": "op: matmul with a matrix that is written down", "select": "op: where, one in another", "cdist": "op: norm of op: subtract",
		"rearrange": "op: reshape and op: transpose", "rot90": "op: transpose and op: flip", "dstack": "op: stack with axis: -1", "dsplit": "op: split with axis: 3",
		"extract_sequences": "op: stack of op: get_item", "fold": "layer Conv2DTranspose", "unfold": "layer Conv2D", "correlate": "layer Conv1D",
		"nanargmax": "op: argmax of op: nan_to_num", "nanargmin": "op: argmin of op: nan_to_num", "nancumsum": "op: cumsum of op: nan_to_num", "nancumprod": "op: cumprod of op: nan_to_num",
		"nanmax": "op: max of op: nan_to_num", "nanmin": "op: min of op: nan_to_num", "nanvar": "op: var of op: nan_to_num", "nanstd": "op: std of op: nan_to_num",
	} {
		m[name] = "write " + write + " in its place"
	}
	m["erfinv"], m["i0"] = "the function is not in the compiler's table of functions", "the function is not in the compiler's table of functions"
	return m
}()

// Refused says why a function of keras.ops cannot be named, which may be that of a
// class.
func Refused(name string) (why string, ok bool) {
	if why, ok = refusals[name]; ok {
		return why, true
	}
	for n, why := range refusals {
		if ClassOf(n) == name {
			return why, true
		}
	}
	return "", false
}

// RefusedNames are the functions that cannot be named, sorted.
func RefusedNames() []string {
	var names []string
	for n := range refusals {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}
