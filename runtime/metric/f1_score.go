package metric

// F1Score is [FBetaScore] for β = 1, the harmonic mean of precision and recall.
// Source: Keras 3, metrics/f_score_metrics.py, F1Score.
func F1Score(name string, c FScore) Metric { return FBetaScore(name, 1, c) }
