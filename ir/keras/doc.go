// Package keras reads the configuration of a Keras model, of Keras 1, 2 and 3,
// and turns it into a description: what model.to_json() gives, config.json of a
// .keras file, and the attributes model_config and training_config of a legacy .h5
// file.
//
// Nothing of a file is executed: code of Lambda layers, pickled or as bytecode, is
// never decoded, and layers that are code are refused by name. A file is untrusted:
// its size, its nesting and the lengths of its lists are bounded, and no file makes
// the package panic. What a description cannot say is an error with the layer's
// path in the file; all of them are reported at once. What reads differently in the
// description, and what is left out of it, stands in the Report.
//
// Formats: Keras 3, saving/serialization_lib.py, models/functional.py and
// models/sequential.py; Keras 2, engine/network.py and engine/sequential.py; Keras
// 1, legacy/layers.py and legacy/interfaces.py of Keras 2, which say what its
// arguments are called now.
package keras
