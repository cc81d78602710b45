// Package weights reads and writes the weights of a model as safetensors
// files (https://huggingface.co/docs/safetensors): an 8-byte length, a JSON
// header that names every tensor, and the tensors' bytes, little-endian.
//
// It is free of networks: it moves named segments of a parameter block. A file
// is treated as untrusted input: everything is checked before it is used, and
// no size in a header makes the reader allocate more than the file holds.
//
// Files written here carry metadata (see [KeyFormat]) that says which model
// they belong to and lets damage be noticed. Files from elsewhere, whose
// tensors may be F64, F16 or BF16, are read as well.
package weights
