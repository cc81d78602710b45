package build

import (
	"fmt"

	"github.com/nngen-go/nngen/ir"
	"github.com/nngen-go/nngen/ir/layer"
	"github.com/nngen-go/nngen/ir/loop"
)

// differences compare outputs with numbers. Defaults: Keras 3,
// metrics/regression_metrics.py.
var differences = []layer.Entry[metric]{
	{Name: "mean_absolute_error", Aliases: []string{"MeanAbsoluteError", "mae", "MAE"}, Doc: "the mean of |p-y|", New: func() metric { return &difference{of: "mean_absolute_error"} }},
	{Name: "mean_squared_error", Aliases: []string{"MeanSquaredError", "mse", "MSE"}, Doc: "the mean of (p-y)²", New: func() metric { return &difference{of: "mean_squared_error"} }},
	{Name: "root_mean_squared_error", Aliases: []string{"RootMeanSquaredError"}, Doc: "the root of the mean of (p-y)²", New: func() metric { return &difference{of: "root_mean_squared_error"} }},
	{Name: "mean_absolute_percentage_error", Aliases: []string{"MeanAbsolutePercentageError", "mape", "MAPE"}, Doc: "the mean of 100·|p-y| / |y|", New: func() metric { return &difference{of: "mean_absolute_percentage_error"} }},
	{Name: "mean_squared_logarithmic_error", Aliases: []string{"MeanSquaredLogarithmicError", "msle", "MSLE"}, Doc: "the mean of (log(1+p) - log(1+y))²", New: func() metric { return &difference{of: "mean_squared_logarithmic_error"} }},
	{Name: "log_cosh_error", Aliases: []string{"LogCoshError", "log_cosh", "logcosh"}, Doc: "the mean of log(cosh(p-y))", New: func() metric { return &difference{of: "log_cosh_error"} }},
	{Name: "poisson", Aliases: []string{"Poisson"}, Doc: "the mean of p - y log p", New: func() metric { return &difference{of: "poisson"} }},
	{Name: "hinge", Aliases: []string{"Hinge"}, Doc: "the mean of max(1-yp, 0), for y of -1 or 1", New: func() metric { return &difference{of: "hinge"} }},
	{Name: "squared_hinge", Aliases: []string{"SquaredHinge"}, Doc: "the mean of max(1-yp, 0)², for y of -1 or 1", New: func() metric { return &difference{of: "squared_hinge"} }},
	{Name: "categorical_hinge", Aliases: []string{"CategoricalHinge"}, Doc: "how far the output of the right class is from being 1 above all others", New: func() metric { return &whole{difference{of: "categorical_hinge"}} }},
	{Name: "cosine_similarity", Aliases: []string{"CosineSimilarity"}, Doc: "the cosine of the angle between output and target", New: func() metric { return &whole{difference{of: "cosine_similarity"}} }},
	{Name: "kl_divergence", Aliases: []string{"KLDivergence"}, Doc: "the Kullback-Leibler divergence of output and target, which are distributions", New: func() metric { return &whole{difference{of: "kl_divergence"}} }},
	{Name: "r2_score", Aliases: []string{"R2Score"}, Doc: "the share of the targets' variance that the outputs explain", New: func() metric {
		mean := "uniform_average"
		return &r2Score{ClassAggregation: &mean}
	}},
}

// difference compares element by element.
type difference struct {
	of string
	named
}

func (m *difference) setting(_, target ir.Type) (loop.Setting, error) {
	return loop.Setting{Name: m.of}, numbers(target)
}

// whole compares a row as a whole.
type whole struct{ difference }

func (m *whole) setting(output, target ir.Type) (loop.Setting, error) {
	return loop.Setting{Name: m.of}, firstError(numbers(target), flat(output))
}

type r2Score struct {
	ClassAggregation *string `arg:"class_aggregation,oneof=uniform_average|variance_weighted_average" doc:"how the scores of several outputs become one; null: a figure for each"`
	NumRegressors    int     `arg:"num_regressors,min=0" doc:"number of independent variables, for the adjusted score; 0: not adjusted"`
	named
}

func (m *r2Score) setting(output, target ir.Type) (loop.Setting, error) {
	err := numbers(target)
	if err == nil && len(output.Shape) != 2 {
		err = fmt.Errorf("takes outputs of one axis, not %v", output.Shape)
	}
	s := metricSetting("r2_score", m)
	s.Args = append(s.Args, loop.SettingArg{Name: "outputs", Value: units(output)})
	return s, err
}
