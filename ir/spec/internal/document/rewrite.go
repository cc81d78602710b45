package document

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/nngen-go/nngen/ir/arg"
	"github.com/nngen-go/nngen/ir/diag"
	"github.com/nngen-go/nngen/runtime/optim"
)

// R's functions are Keras's names in snake case after a word for what they make.
var rPrefixes = []string{"callback_", "layer_", "optimizer_", "loss_", "metric_", "activation_", "initializer_", "regularizer_", "constraint_"}

// rWords are the parts of R's layer names that do not become Keras's by a
// capital letter.
var rWords = map[string]string{
	"stft": "STFT", "1d": "1D", "2d": "2D", "3d": "3D", "lstm": "LSTM", "gru": "GRU", "rnn": "RNN", "rms": "RMS", "elu": "ELU", "relu": "ReLU", "prelu": "PReLU", "upsampling": "UpSampling",
}

// rActivations are the functions that are layers of their own in Keras: R has
// layer_activation_relu.
var rActivations = map[string]string{"relu": "ReLU", "leaky_relu": "LeakyReLU", "elu": "ELU", "softmax": "Softmax", "parametric_relu": "PReLU"}

var keywordArg = regexp.MustCompile(`^([A-Za-z_.][A-Za-z0-9_.]*)\s*=([^=].*)$`)

// FromR translates the name of one of R's functions, and reports whether it is
// one: layer_conv_2d, optimizer_rmsprop. A layer_activation_selu gives
// "Activation: selu".
func FromR(name string) (string, bool) {
	if i := strings.LastIndex(name, "::"); i >= 0 {
		name = name[i+2:]
	}
	if len(name) > MaxName || !Identifier.MatchString(name) {
		return "", false
	}
	for _, prefix := range rPrefixes {
		rest, ok := strings.CutPrefix(name, prefix)
		if !ok || rest == "" {
			continue
		}
		if prefix != "layer_" {
			return rest, true
		}
		if function, ok := strings.CutPrefix(rest, "activation_"); ok {
			if l, ok := rActivations[function]; ok {
				return l, true
			}
			return "Activation: " + function, true
		}
		return Camel(rest), true
	}
	return "", false
}

// Camel turns batch_normalization into BatchNormalization.
func Camel(snake string) string {
	var b strings.Builder
	snake = strings.ReplaceAll("_"+snake+"_", "_re_lu_", "_relu_") // Keras's own snake case
	for word := range strings.SplitSeq(snake, "_") {
		if w, ok := rWords[word]; ok {
			b.WriteString(w)
		} else if word != "" {
			if n := len(word) - 2; n > 0 && (word[n] >= '1' && word[n] <= '3') && word[n+1] == 'd' {
				stem := word[:n] // conv2d, lstm2d
				if w, ok := rWords[stem]; ok {
					stem = w
				}
				word = stem + word[n:n+1] + "D"
			}
			b.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return b.String()
}

// Snake turns BatchNormalization into batch_normalization, as Keras does to
// name layers (keras/src/utils/naming.py, to_snake_case).
func Snake(camel string) string {
	s := strings.Map(func(r rune) rune {
		if r < 0x80 && (unicode.IsLetter(r) || unicode.IsDigit(r)) || r == '_' {
			return r
		}
		return -1
	}, camel)
	s = wordEnd.ReplaceAllString(s, "${1}_${2}")
	return strings.ToLower(capital.ReplaceAllString(s, "${1}_${2}"))
}

var (
	wordEnd = regexp.MustCompile(`(.)([A-Z][a-z]+)`)
	capital = regexp.MustCompile(`([a-z])([A-Z])`)
)

// OrderOf are the first arguments of what is often called with arguments by
// position.
var OrderOf = map[string][]string{
	"Dense": {"units", "activation"}, "Dropout": {"rate"}, "Activation": {"activation"}, "Embedding": {"input_dim", "output_dim"}, "ReversibleEmbedding": {"input_dim", "output_dim"}, "Reshape": {"target_shape"},
	"Rescaling": {"scale", "offset"}, "CategoryEncoding": {"num_tokens", "output_mode"}, "Conv1D": {"filters", "kernel_size", "strides", "padding"}, "Conv2D": {"filters", "kernel_size", "strides", "padding"},
	"Conv3D": {"filters", "kernel_size", "strides", "padding"}, "Conv3DTranspose": {"filters", "kernel_size", "strides", "padding"}, "MaxPooling3D": {"pool_size", "strides"}, "AveragePooling3D": {"pool_size", "strides"},
	"ZeroPadding3D": {"padding"}, "Cropping3D": {"cropping"}, "UpSampling1D": {"size"}, "UpSampling2D": {"size"}, "UpSampling3D": {"size"}, "Resizing": {"height", "width", "interpolation"}, "CenterCrop": {"height", "width"},
	"Conv1DTranspose": {"filters", "kernel_size", "strides", "padding"}, "Conv2DTranspose": {"filters", "kernel_size", "strides", "padding"},
	"DepthwiseConv1D": {"kernel_size", "strides"}, "DepthwiseConv2D": {"kernel_size", "strides"}, "SeparableConv1D": {"filters", "kernel_size"}, "SeparableConv2D": {"filters", "kernel_size"},
	"MaxPooling1D": {"pool_size", "strides"}, "MaxPooling2D": {"pool_size", "strides"}, "AveragePooling1D": {"pool_size", "strides"}, "AveragePooling2D": {"pool_size", "strides"},
	"ZeroPadding1D": {"padding"}, "ZeroPadding2D": {"padding"}, "Cropping1D": {"cropping"}, "Cropping2D": {"cropping"}, "LSTM": {"units"}, "GRU": {"units"}, "SimpleRNN": {"units"},
	"Masking": {"mask_value"}, "Bidirectional": {"layer", "merge_mode"}, "TimeDistributed": {"layer"}, "SpectralNormalization": {"layer", "power_iterations"}, "RNN": {"cell"}, "LSTMCell": {"units"}, "GRUCell": {"units"}, "SimpleRNNCell": {"units"},
	"Permute": {"dims"}, "RepeatVector": {"n"}, "Dot": {"axes"}, "GroupNormalization": {"groups"}, "LayerNormalization": {"axis"}, "GaussianNoise": {"stddev"}, "LeakyReLU": {"negative_slope"}, "ReLU": {"max_value", "negative_slope", "threshold"}, "ELU": {"alpha"}, "Softmax": {"axis"}, "l1": {"l1"}, "l2": {"l2"}, "huber": {"delta"},
}

// RewriteCall gives the description's form of a call in Python or R, `Dense(16,
// activation="relu")` or `layer_dense(units = 16)`: `Dense: {units: 16,
// activation: relu}`.
func RewriteCall(s string) (string, bool) {
	s = strings.TrimSpace(s)
	for _, pipe := range []string{"%>%", "|>", "+", ","} {
		s = strings.TrimSpace(strings.TrimSuffix(s, pipe))
	}
	if i := strings.Index(s, ".add("); i >= 0 && strings.HasSuffix(s, ")") && !strings.ContainsAny(s[:i], "( ") {
		s = strings.TrimSpace(s[i+5 : len(s)-1])
	}
	if i := strings.Index(s, "%>%"); i >= 0 {
		s = strings.TrimSpace(s[i+3:])
	}
	v, ok := Foreign(s, 0)
	if !ok || v.Kind != Map {
		return "", false
	}
	call := v.Map[0]
	if strings.HasPrefix(call.Name, "Activation: ") {
		return call.Name, true
	}
	if call.Value.Kind == Null {
		return Plain(call.Name), true
	}
	text := call.Value.Flow()
	return Plain(call.Name) + ": " + text, len(text) <= 120
}

// Foreign reads a value of Python or R: a number, text, list or call; a call is
// a map with one entry.
func Foreign(s string, depth int) (Value, bool) {
	s = strings.TrimSpace(s)
	if s == "" || depth > 4 || len(s) > 400 {
		return Value{}, false
	}
	if s[0] == '"' || s[0] == '\'' {
		inner, closed := strings.CutSuffix(s[1:], s[:1])
		return Value{Kind: String, Str: inner}, closed && !strings.Contains(inner, s[:1])
	}
	last := s[len(s)-1]
	open := strings.IndexAny(s, "([")
	if open < 0 || last != ')' && last != ']' {
		if w, ok := map[string]Value{"None": {}, "NULL": {}, "True": {Kind: Bool, Bool: true}, "T": {Kind: Bool, Bool: true}, "F": {Kind: Bool}}[s]; ok {
			return w, true
		}
		v, problem := scalar(strings.TrimSuffix(s, "L"))
		return v, problem == "" && (v.Kind != String || Identifier.MatchString(s))
	}
	name := s[:open]
	items, ok := splitArgs(s[open+1 : len(s)-1])
	if !ok {
		return Value{}, false
	}
	if name == "" || name == "c" || name == "list" || name == "shape" {
		list := Value{Kind: List}
		for _, item := range items {
			e, ok := Foreign(item, depth+1)
			if !ok {
				return Value{}, false
			}
			list.List = append(list.List, e)
		}
		return list, true
	}
	return foreignCall(name, items, depth)
}

// Identifier is a name as Python and R write them.
var Identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func foreignCall(name string, items []string, depth int) (Value, bool) {
	if i := strings.LastIndexAny(name, ".$:"); i >= 0 {
		name = name[i+1:]
	}
	if !Identifier.MatchString(name) {
		return Value{}, false
	}
	if r, ok := FromR(name); ok {
		name = r
	} else if rule := optim.NewRule(strings.ToLower(name)); rule != nil {
		name = rule.Name()
	} else if depth > 0 && OrderOf[name] == nil { // not a layer inside of another
		name = Snake(name)
	}
	var named []Arg
	var positional []Value
	for _, item := range items {
		target := &positional
		key := ""
		if m := keywordArg.FindStringSubmatch(item); m != nil {
			key, item, target = m[1], m[2], nil
		}
		v, ok := Foreign(item, depth+1)
		if !ok {
			return Value{}, false
		}
		if target != nil {
			*target = append(*target, v)
		} else {
			named = append(named, Arg{Name: strings.ReplaceAll(key, ".", "_"), Value: v})
		}
	}
	order := OrderOf[name]
	if rule := optim.NewRule(name); rule != nil {
		for _, f := range arg.Fields(rule) {
			order = append(order, f.Name)
		}
	}
	args := Value{Kind: Map}
	switch {
	case len(positional) == 0 && len(named) == 0:
		args.Kind = Null
	case len(positional) == 1 && len(named) == 0 && (positional[0].Kind != Map || len(order) == 0):
		args = positional[0]
	case len(positional) > len(order):
		return Value{}, false
	default:
		for i, v := range positional {
			args.Map = append(args.Map, Arg{Name: order[i], Value: v})
		}
		args.Map = append(args.Map, named...)
	}
	return Value{Kind: Map, Map: []Arg{{Name: name, Value: args}}}, true
}

// splitArgs splits at the commas that are in no bracket or quote.
func splitArgs(s string) ([]string, bool) {
	var items []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '"', '\'':
			end := strings.IndexByte(s[i+1:], s[i])
			if end < 0 {
				return nil, false
			}
			i += end + 1
		case '(', '[':
			depth++
		case ')', ']':
			if depth--; depth < 0 {
				return nil, false
			}
		case ',':
			if depth == 0 {
				items = append(items, strings.TrimSpace(s[start:i]))
				start = i + 1
			}
		}
	}
	if rest := strings.TrimSpace(s[start:]); rest != "" {
		items = append(items, rest)
	}
	return items, depth == 0 && len(items) <= 16 && !slices.Contains(items, "")
}

// LooksForeign reports whether a text is a call in Python or R.
func LooksForeign(s string) bool {
	open := strings.IndexByte(s, '(')
	return open > 0 && strings.IndexByte(s, ')') > open && !strings.ContainsFunc(s[:open], func(r rune) bool {
		return !(unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_.$: %>|", r))
	})
}

// QuotedName is diag.Quote for names of the registries, which need no quotes
// when they are plain words.
func QuotedName(s string) string {
	if Identifier.MatchString(s) && len(s) <= 40 {
		return s
	}
	return diag.Quote(s)
}

// IsTypeName reports whether s is spelled as Keras spells layers: Dense, Conv2D.
func IsTypeName(s string) bool {
	return s != "" && s[0] >= 'A' && s[0] <= 'Z' && Identifier.MatchString(s)
}

// firstCall gives the text up to the bracket that closes the first call in it.
func firstCall(s string) string {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return s[:i+1]
			}
		}
	}
	return s
}
