// Package runtime carries the sources of its own module, so that a tool can
// write them into a scratch folder and build a generated package there without
// a network. Nobody else imports it: generated packages use [nn], [optim],
// [metric], [data], [weights] and [train].
//
// [nn]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/nn
// [optim]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/optim
// [metric]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/metric
// [data]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/data
// [weights]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/weights
// [train]: https://pkg.go.dev/github.com/nngen-go/nngen/runtime/train
package runtime

import "embed"

// Source holds go.mod and every Go and assembly file of the module but its
// tests, under their paths in the module.
//
//go:embed embed.go go.mod
//go:embed data/array.go data/csv.go data/csv_fields.go data/csv_number.go data/csv_scanner.go data/dataset.go data/doc.go data/files.go data/folders.go data/gzip.go data/idx.go data/images.go data/integers.go data/lazy.go data/map.go data/median.go data/npy.go data/npy_header.go data/npz.go data/number_stats.go data/parallel.go data/passed_over.go data/plural.go data/prefetch.go data/problems.go data/read_option.go data/record.go data/record_columns.go data/records.go data/shuffle.go data/slices.go data/split.go data/stratified_split.go data/suggest.go data/targets.go data/text_encoding.go data/text_lines.go data/text_reader.go data/texts.go data/token_rows.go data/tokens.go data/unknowns.go data/vocabulary_counter.go data/windows.go
//go:embed internal/portable/portable.go internal/portable/quantile.go
//go:embed metric/auc.go metric/binary_accuracy.go metric/binary_crossentropy.go metric/categorical_accuracy.go metric/categorical_crossentropy.go metric/categorical_hinge.go metric/confusion.go metric/confusion_text.go metric/cosine_similarity.go metric/counts.go metric/decision.go metric/direction.go metric/f1_score.go metric/false_negatives.go metric/false_positives.go metric/fbeta_score.go metric/hinge.go metric/kl_divergence.go metric/labels.go metric/log_cosh_error.go metric/mean.go metric/mean_absolute_error.go metric/mean_absolute_percentage_error.go metric/mean_squared_error.go metric/mean_squared_logarithmic_error.go metric/metric.go metric/poisson.go metric/precision.go metric/precision_at_recall.go metric/r2_score.go metric/recall.go metric/recall_at_precision.go metric/report.go metric/root_mean_squared_error.go metric/sensitivity_at_specificity.go metric/sparse_categorical_accuracy.go metric/sparse_categorical_crossentropy.go metric/sparse_top_k_categorical_accuracy.go metric/specificity_at_sensitivity.go metric/squared_hinge.go metric/state.go metric/sweep.go metric/top_k_categorical_accuracy.go metric/true_negatives.go metric/true_positives.go
//go:embed nn/constant.go nn/cpu.go nn/cpu_amd64.go nn/cpu_amd64.s nn/cpu_generic.go nn/doc.go nn/format.go nn/glorot.go nn/he.go nn/identity.go nn/key.go nn/lecun.go nn/option.go nn/orthogonal.go nn/philox.go nn/prefetch.go nn/random_normal.go nn/random_uniform.go nn/scalar.go nn/segment.go nn/team.go nn/truncated_normal.go nn/variance_scaling.go nn/worker.go
//go:embed optim/accumulate.go optim/adadelta.go optim/adafactor.go optim/adagrad.go optim/adam.go optim/adamax.go optim/adamw.go optim/average.go optim/clip.go optim/cosine_decay.go optim/cosine_decay_restarts.go optim/doc.go optim/exponential_decay.go optim/float32.go optim/freeze.go optim/ftrl.go optim/inverse_time_decay.go optim/kernels_amd64.go optim/kernels_amd64.s optim/kernels_generic.go optim/lamb.go optim/lion.go optim/nadam.go optim/optimizer.go optim/piecewise_constant_decay.go optim/polynomial_decay.go optim/rmsprop.go optim/rule.go optim/schedule.go optim/settings.go optim/sgd.go optim/shared.go optim/state.go optim/validate.go
//go:embed peak/doc.go peak/loops_amd64.go peak/loops_amd64.s peak/machine_amd64.go peak/machine_generic.go peak/meter.go peak/peak.go peak/scalar.go
//go:embed train/adapt.go train/backup_and_restore.go train/batch.go train/callback.go train/calls.go train/checkpoint.go train/classweight.go train/config.go train/csv_logger.go train/doc.go train/early_stopping.go train/engine.go train/epoch.go train/evaluate.go train/event_file.go train/feed.go train/figure.go train/fit.go train/fitting.go train/freeze.go train/funcs.go train/gradientsum.go train/history.go train/history_best.go train/history_csv.go train/history_json.go train/history_svg.go train/hold.go train/learning_rate_scheduler.go train/loader.go train/meter.go train/model_checkpoint.go train/monitor.go train/path_pattern.go train/progress.go train/progress_layout.go train/reduce_lr_on_plateau.go train/result.go train/resume.go train/settings.go train/shuffle.go train/source.go train/state.go train/stateful_callback.go train/step.go train/tensorboard.go train/terminate_on_nan.go train/ticks.go train/window_other.go train/window_unix.go
//go:embed weights/copy.go weights/doc.go weights/dtype.go weights/file.go weights/finite.go weights/header.go weights/matching.go weights/meta.go weights/read.go weights/save.go weights/shape.go weights/write.go
var Source embed.FS
