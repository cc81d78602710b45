// Package torch takes weights over from safetensors files that other programs have
// written, most often PyTorch: a map says which module a layer is, or which tensor a weight.
//
//	layers:
//	  hidden: fc1                          # a layer is a module: fc1.weight, fc1.bias
//	  second: {module: rnn, layer: 1}      # of a module of several layers the second
//	weights:
//	  scale/gamma: norm.weight             # a weight is a tensor
//	  mix/kernel: {tensor: mix.weight, axes: [1, 0]}
//	  cell/bias: {sum: [cell.bias_ih, cell.bias_hh]}
//	ignore: [steps, "head.*"]              # tensors that the network has not
//
// PyTorch has the elements of a weight in another order than Keras. For a layer that is a
// module its class says which. A weight that is a tensor is turned in the one way that
// makes its shape; where several do, or none, axes says which axis of the tensor comes
// first, which second, and so on. All that is missing, left over or ambiguous is reported
// at once.
//
// Sources of the orders: PyTorch 2, torch/nn/modules (linear, conv, batchnorm,
// normalization, rnn, activation, sparse), which say the shapes of their parameters.
package torch
