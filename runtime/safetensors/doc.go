// Package safetensors reads safetensors files (https://huggingface.co/docs/safetensors)
// that must hold exactly the tensors of one parameter block, as F32. It imports
// nothing but the standard library: packages that only predict carry a copy of
// [ReadBlock]. The state of a sequence is such a block, too, and a file of its own:
// [WriteState], [ReadState]. Package weights, which reads any such file and converts, has its
// frame from here: the header's text, and how a file ends.
//
// A file is untrusted input: no number in it makes the reader allocate more than
// the file holds.
package safetensors
