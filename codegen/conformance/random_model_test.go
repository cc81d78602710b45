package conformance

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
)

// randomModel is the seed-th random description: one chain.
func randomModel(seed uint64) ([]byte, error) { return randomChains(seed, 1) }

// randomChains is a random description of chains that stand beside each other, each
// from an input of its own to an output and its loss: to compile one package of three
// takes half of the time of three packages.
func randomChains(seed uint64, chains int) ([]byte, error) {
	g := &generator{r: rand.New(rand.NewPCG(seed, 1))}
	var inputs, losses, metrics object
	var outputs []string
	for i, name := range []string{"x", "y", "z"}[:chains] {
		g.more = i < chains-1
		inputs = append(inputs, member{name, g.input(name, chains > 1)})
		for range 1 + g.r.IntN(4) {
			g.step()
		}
		if len(g.shape) > 1 {
			g.add("Flatten", nil, []int{product(g.shape)})
		}
		loss, metric := g.head()
		outputs, losses = append(outputs, g.last), append(losses, member{g.last, loss})
		if metric != "" {
			metrics = append(metrics, member{g.last, []string{metric}})
		}
	}
	compile := object{{"optimizer", g.pick("sgd", "rmsprop", "adam", "adamw", "adagrad")}, {"loss", losses}}
	if len(metrics) > 0 {
		compile = append(compile, member{"metrics", metrics})
	}
	return json.Marshal(object{
		{"name", fmt.Sprintf("m%03d", seed)},
		{"inputs", inputs},
		{"layers", g.layers},
		{"outputs", outputs},
		{"compile", compile},
		{"fit", object{{"batch_size", []int{3, 8, 16}[g.r.IntN(3)]}}},
	})
}

// head ends the chain with an output and the loss that suits it.
func (g *generator) head() (loss any, metric string) {
	units := 2 + g.r.IntN(4)
	switch g.r.IntN(10) {
	case 7, 8, 9:
		return g.rarer(units)
	case 0:
		g.dense(1, "sigmoid")
		return "binary_crossentropy", "accuracy"
	case 1:
		g.dense(units, "softmax")
		return "sparse_categorical_crossentropy", "accuracy"
	case 2:
		g.dense(units, "softmax")
		return object{{"categorical_crossentropy", object{{"label_smoothing", 0.1}}}}, "accuracy"
	case 3:
		g.dense(units, "linear")
		return object{{"sparse_categorical_crossentropy", object{{"from_logits", true}}}}, "accuracy"
	case 4:
		g.dense(units, g.pick("linear", "tanh"))
		return "mean_squared_error", "mae"
	case 5:
		g.dense(1, "linear")
		return "mean_absolute_error", "mse"
	default:
		g.dense(units, "linear")
		return object{{"huber", object{{"delta", 0.7}}}}, "mae"
	}
}

// rarer ends the chain with one of the losses that few networks have, and one of the reductions.
func (g *generator) rarer(units int) (loss any, metric string) {
	of := func(name string, args object) object {
		how := g.pick("", "sum", "mean_with_sample_weight", "none")
		if how == "none" && (g.penalised || g.more) {
			how = "sum"
		}
		if how != "" && name != "dice" && name != "tversky" {
			args = append(args, member{"reduction", how})
		}
		return object{{name, args}}
	}
	switch g.r.IntN(9) {
	case 0:
		g.dense(units, "linear")
		return of(g.pick("mean_absolute_percentage_error", "log_cosh", "cosine_similarity", "mean_squared_error"), nil), "mae"
	case 1:
		g.dense(units, "softplus")
		return of(g.pick("mean_squared_logarithmic_error", "poisson"), nil), "mae"
	case 2:
		g.dense(units, "tanh")
		return of(g.pick("hinge", "squared_hinge", "categorical_hinge"), nil), "mse"
	case 3:
		g.dense(units, "softmax")
		return of("kl_divergence", nil), "mae"
	case 4:
		g.dense(1, "sigmoid")
		return of("binary_focal_crossentropy", object{{"gamma", 1.5}, {"apply_class_balancing", true}}), "accuracy"
	case 5:
		g.dense(units, "softmax")
		return of("categorical_focal_crossentropy", nil), "accuracy"
	case 6:
		g.dense(units, "softmax")
		return of(g.pick("categorical_generalized_cross_entropy", "sparse_categorical_crossentropy"), nil), "accuracy"
	case 7:
		g.dense(units, "tanh")
		g.add("UnitNormalization", nil, g.shape)
		return of("circle", object{{"gamma", 3}, {"remove_diagonal", g.flip(50)}}), ""
	default:
		g.dense(units, "sigmoid")
		return of(g.pick("dice", "tversky"), nil), "mae"
	}
}
