package weights

import (
	"fmt"
	"strconv"
	"strings"
)

// Keys of the metadata of a file written by this package.
const (
	KeyFormat  = "format"   // "nngen.weights.1"
	KeyModelID = "model_id" // ModelID of the generated package
	KeyModel   = "model"    // name of the model
	KeyDigest  = "digest"   // SHA-256 of the data section, in hexadecimal

	// KeyEncoding holds what a generated package has learned about its features,
	// as a JSON document, and KeyEncodingDigest the SHA-256 of that document in
	// hexadecimal.
	KeyEncoding       = "encoding"
	KeyEncodingDigest = "encoding_digest"

	// KeyTraining marks a checkpoint: beside the weights the file holds tensors
	// whose names begin with [TrainingPrefix], from which a training goes on.
	// Its value is the format number of that part.
	KeyTraining = "training"
)

// TrainingPrefix begins the names of the tensors of a checkpoint that are not
// weights. Whoever reads the weights alone passes them over.
const TrainingPrefix = "training:"

// Format is the newest format number that this package reads, and the one it
// writes.
const Format = 1

const formatPrefix = "nngen.weights."

// checkFormat refuses files of a later format. A format that is not ours says
// nothing: other writers of safetensors use the key as well ("pt", "np").
func checkFormat(meta map[string]string) error {
	number, ours := strings.CutPrefix(meta[KeyFormat], formatPrefix)
	if !ours {
		return nil
	}
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 {
		return fmt.Errorf("format %.40q is not %s1 to %s%d", meta[KeyFormat], formatPrefix, formatPrefix, Format)
	}
	if n > Format {
		return fmt.Errorf("format %d is newer than this program, which reads up to %d: rebuild it with a newer runtime", n, Format)
	}
	return nil
}
