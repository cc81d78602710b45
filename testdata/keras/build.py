"""Turns a model description (the JSON form of nngen's YAML) into a real Keras model.

Only names are translated here; every number comes out of Keras.
"""

import functools

import keras
import numpy as np
import tensorflow as tf

LAYERS = {
    cls.__name__: cls
    for cls in (
        keras.layers.Dense,
        keras.layers.Activation,
        keras.layers.ReLU,
        keras.layers.LeakyReLU,
        keras.layers.ELU,
        keras.layers.Softmax,
        keras.layers.Identity,
        keras.layers.Dropout,
        keras.layers.AlphaDropout,
        keras.layers.SpatialDropout1D,
        keras.layers.ActivityRegularization,
        keras.layers.Flatten,
        keras.layers.Reshape,
        keras.layers.Rescaling,
        keras.layers.Normalization,
        keras.layers.CategoryEncoding,
        keras.layers.Embedding,
        keras.layers.Masking,
        keras.layers.GlobalAveragePooling1D,
        keras.layers.BatchNormalization,
        keras.layers.Add,
        keras.layers.Subtract,
        keras.layers.Multiply,
        keras.layers.Average,
        keras.layers.Maximum,
        keras.layers.Minimum,
        keras.layers.Dot,
        keras.layers.Permute,
        keras.layers.RepeatVector,
        keras.layers.PReLU,
        keras.layers.Masking,
        keras.layers.EinsumDense,
        keras.layers.Attention,
        keras.layers.AdditiveAttention,
        keras.layers.MultiHeadAttention,
        keras.layers.GroupQueryAttention,
        keras.layers.LayerNormalization,
        keras.layers.GroupNormalization,
        keras.layers.RMSNormalization,
        keras.layers.UnitNormalization,
        keras.layers.Concatenate,
        keras.layers.Conv1D,
        keras.layers.Conv1DTranspose,
        keras.layers.Conv2D,
        keras.layers.Conv2DTranspose,
        keras.layers.DepthwiseConv1D,
        keras.layers.DepthwiseConv2D,
        keras.layers.SeparableConv1D,
        keras.layers.SeparableConv2D,
        keras.layers.MaxPooling1D,
        keras.layers.MaxPooling2D,
        keras.layers.AveragePooling1D,
        keras.layers.AveragePooling2D,
        keras.layers.GlobalAveragePooling2D,
        keras.layers.GlobalMaxPooling1D,
        keras.layers.GlobalMaxPooling2D,
        keras.layers.ZeroPadding1D,
        keras.layers.ZeroPadding2D,
        keras.layers.Cropping1D,
        keras.layers.Cropping2D,
        keras.layers.SimpleRNN,
        keras.layers.LSTM,
        keras.layers.GRU,
        keras.layers.RNN,
        keras.layers.Bidirectional,
        keras.layers.TimeDistributed,
        keras.layers.ConvLSTM1D,
        keras.layers.ConvLSTM2D,
        keras.layers.ConvLSTM3D,
        keras.layers.SpectralNormalization,
        keras.layers.STFTSpectrogram,
        keras.layers.ReversibleEmbedding,
        keras.layers.MelSpectrogram,
    )
}

HEADS = (keras.layers.MultiHeadAttention, keras.layers.GroupQueryAttention)  # take their inputs as arguments

CALL = ("use_causal_mask", "attention_mask", "return_attention_scores")  # arguments of a description that Keras takes with the call

CELLS = {
    cls.__name__: cls
    for cls in (keras.layers.SimpleRNNCell, keras.layers.LSTMCell, keras.layers.GRUCell, keras.layers.StackedRNNCells)
}


def cell(value):
    """A cell, or the list of cells that RNN makes a stack of."""
    if isinstance(value, list):
        return [cell(v) for v in value]
    kind, args = named(value)
    if "cells" in args:
        args["cells"] = cell(args["cells"])
    return CELLS[kind](**{k: regularizer(v) if k.endswith("_regularizer") else v for k, v in args.items()})


def states(cell):
    """nngen's names of the states of a cell."""
    if isinstance(cell, keras.layers.StackedRNNCells):
        return [f"cell_{i}_{s[6:]}" for i, c in enumerate(cell.cells) for s in states(c)]
    two = isinstance(cell, keras.layers.LSTMCell) or type(cell).__name__ == "ConvLSTMCell"
    return ["state_h", "state_c"] if two else ["state_h"]


def results(built):
    """nngen's names of what a layer gives after its first result."""
    if isinstance(built, keras.layers.Bidirectional):
        ways = [
            f"{way}_{s.removeprefix('state_')}"
            for way, inner in (("forward", built.forward_layer), ("backward", built.backward_layer))
            for s in states(inner.cell)
        ]
        return ([] if built.merge_mode else ["backward"]) + ways
    if isinstance(built, (keras.layers.Attention, *HEADS)):
        return ["attention_scores"]
    return states(built.cell) if isinstance(built, keras.layers.RNN) else []


MERGE = keras.layers.Add.__mro__[1]  # what joins several inputs


OPTIMIZERS = {
    "sgd": keras.optimizers.SGD,
    "rmsprop": keras.optimizers.RMSprop,
    "adam": keras.optimizers.Adam,
    "adamw": keras.optimizers.AdamW,
    "adagrad": keras.optimizers.Adagrad,
    "adadelta": keras.optimizers.Adadelta,
    "adamax": keras.optimizers.Adamax,
    "nadam": keras.optimizers.Nadam,
    "ftrl": keras.optimizers.Ftrl,
    "lion": keras.optimizers.Lion,
    "lamb": keras.optimizers.Lamb,
    "adafactor": keras.optimizers.Adafactor,
}

SCHEDULES = {
    "exponential_decay": keras.optimizers.schedules.ExponentialDecay,
    "inverse_time_decay": keras.optimizers.schedules.InverseTimeDecay,
    "polynomial_decay": keras.optimizers.schedules.PolynomialDecay,
    "piecewise_constant_decay": keras.optimizers.schedules.PiecewiseConstantDecay,
    "cosine_decay": keras.optimizers.schedules.CosineDecay,
    "cosine_decay_restarts": keras.optimizers.schedules.CosineDecayRestarts,
}

LOSSES = {
    "binary_crossentropy": keras.losses.BinaryCrossentropy,
    "categorical_crossentropy": keras.losses.CategoricalCrossentropy,
    "sparse_categorical_crossentropy": keras.losses.SparseCategoricalCrossentropy,
    "mean_squared_error": keras.losses.MeanSquaredError,
    "mean_absolute_error": keras.losses.MeanAbsoluteError,
    "huber": keras.losses.Huber,
    "mean_absolute_percentage_error": keras.losses.MeanAbsolutePercentageError,
    "mean_squared_logarithmic_error": keras.losses.MeanSquaredLogarithmicError,
    "log_cosh": keras.losses.LogCosh,
    "cosine_similarity": keras.losses.CosineSimilarity,
    "hinge": keras.losses.Hinge,
    "squared_hinge": keras.losses.SquaredHinge,
    "categorical_hinge": keras.losses.CategoricalHinge,
    "kl_divergence": keras.losses.KLDivergence,
    "poisson": keras.losses.Poisson,
    "binary_focal_crossentropy": keras.losses.BinaryFocalCrossentropy,
    "categorical_focal_crossentropy": keras.losses.CategoricalFocalCrossentropy,
    "categorical_generalized_cross_entropy": keras.losses.CategoricalGeneralizedCrossEntropy,
    "dice": keras.losses.Dice,
    "tversky": keras.losses.Tversky,
    "circle": keras.losses.Circle,
}


def named(value):
    """Splits `name` or `{name: {arguments}}` into (name, arguments)."""
    if isinstance(value, str):
        return value, {}
    ((name, args),) = value.items()
    return name, dict(args or {})


def regularizer(value):
    """`{l2: 0.01}` or `{l1_l2: {l1: 0.01, l2: 0.02}}`."""
    ((name, arg),) = value.items()
    args = arg if isinstance(arg, dict) else {name: arg}
    made = {
        "l1": keras.regularizers.L1,
        "l2": keras.regularizers.L2,
        "l1_l2": keras.regularizers.L1L2,
        "orthogonal_regularizer": keras.regularizers.OrthogonalRegularizer,
    }[name](**args)
    if name == "l1":  # its constructor has made a float32 tensor of the factor
        made.l1 = args["l1"]
    if name == "orthogonal_regularizer":
        made.factor = args["factor"]
    return made


def constraint(value):
    """`non_neg` or `{max_norm: {max_value: 2}}`."""
    name, args = named(value)
    return {
        "max_norm": keras.constraints.MaxNorm,
        "min_max_norm": keras.constraints.MinMaxNorm,
        "non_neg": keras.constraints.NonNeg,
        "unit_norm": keras.constraints.UnitNorm,
    }[name](**args)


class MaskedDropout(keras.layers.Dropout):
    """Dropout whose kept positions are dictated: the arithmetic of Dropout without its randomness.

    The variable mask, [batch, ...], holds 1 where a value is kept and 0 where it is dropped.
    """

    def __init__(self, batch, **kwargs):
        super().__init__(**kwargs)
        self.batch = batch

    def build(self, input_shape):
        self.mask = self.add_weight(
            shape=(self.batch, *input_shape[1:]), initializer="ones", trainable=False, name="mask"
        )

    def call(self, inputs, training=False):
        return inputs * self.mask / (1 - self.rate) if training else inputs


def layer(kind, args, mask_batch):
    args = {
        key: regularizer(value) if key.endswith("_regularizer") else constraint(value) if key.endswith("_constraint") else value
        for key, value in args.items()
        if key not in ("inputs", *CALL)
    }
    if isinstance(args.get("activation"), dict):
        name, settings = named(args["activation"])
        args["activation"] = functools.partial(getattr(keras.activations, name), **settings)
    if "cell" in args:
        args["cell"] = cell(args["cell"])
    for key in ("layer", "backward_layer"):
        if key in args:
            args[key] = layer(*named(args[key]), mask_batch)
    if kind in ("Bidirectional", "TimeDistributed", "SpectralNormalization"):  # whose constructors do not hand it on
        frozen = args.pop("trainable", True) is False
        built = LAYERS[kind](**args)
        if frozen:
            built.trainable = False
        return built
    for key in ("mean", "variance"):
        if key in args:  # as an array, because a list would be rounded to float32 first
            args[key] = np.asarray(args[key], "float64")
    if kind == "Dropout" and mask_batch:
        return MaskedDropout(mask_batch, **args)
    return LAYERS[kind](**args)


def connect(entries, tensors, last, made, mask_batch):
    """Applies a list of layers to tensors, by name, of which a layer without inputs reads the last.

    made are the layers and models that a Shared may use once more. Returns what the last one gives.
    """
    for entry in entries:
        kind, args = named(entry)
        if kind in ("Shared", "Model"):
            last = nested(args, tensors, last, made, mask_batch) if kind == "Model" else again(args, tensors, last, made, mask_batch)
            continue
        built = layer(kind, args, mask_batch)
        made[built.name] = built
        sources = [tensors[s] for s in args.get("inputs", [])] or [last]
        values = apply(built, args, sources)
        last, *others = keras.tree.flatten(values)
        tensors[built.name] = last
        for name, value in zip(results(built), others):
            tensors[f"{built.name}.{name}"] = value
    return last


def reading(args, tensors, last):
    """What a model or a second use reads, by the name inside."""
    inputs = args.get("inputs")
    if isinstance(inputs, dict):
        return {inner: tensors[name] for inner, name in inputs.items()}
    return {name: tensors[name] for name in inputs} if inputs else {"": last}


def nested(args, tensors, last, made, mask_batch):
    """A model in the model: a keras.Model that is called like a layer."""
    outer = reading(args, tensors, last)
    inner = {name: keras.Input(shape=x.shape[1:], dtype=x.dtype, name=name or "input") for name, x in outer.items()}
    entries, scope = list(inner.values()), dict(inner)
    end = connect(args["layers"], scope, entries[0], made, mask_batch)
    outputs = [scope[name] for name in args.get("outputs", [])] or [end]
    model = keras.Model(entries, outputs[0] if len(outputs) == 1 else outputs, name=args["name"])
    model.giving = args.get("outputs") or [args["name"]]
    made[model.name] = model
    return called(model, list(outer.values()), model.giving, tensors)


def called(model, sources, names, tensors):
    results = model(sources if len(sources) > 1 else sources[0])
    results = results if isinstance(results, (list, tuple)) else [results]
    tensors.update(zip(names, results))
    return results[-1]


def again(args, tensors, last, made, mask_batch):
    """A second use. A Dropout with masks of its own has them for every use."""
    one = made[args["layer"]]
    sources = list(reading(args, tensors, last).values())
    if isinstance(one, MaskedDropout):
        tensors[args["name"]] = MaskedDropout(mask_batch, rate=one.rate, name=args["name"])(sources[0])
        return tensors[args["name"]]
    if isinstance(one, keras.Model):
        number = sum(name.startswith(one.name + "_") for name in tensors) + 1
        names = [f"{name}_{number}" for name in one.giving] if len(one.giving) > 1 else [args["name"]]
        return called(one, sources, names, tensors)
    reverse = {"reverse": True} if isinstance(one, keras.layers.ReversibleEmbedding) else {}
    tensors[args["name"]] = one(sources if isinstance(one, MERGE) else sources[0], **reverse)
    return tensors[args["name"]]


def build(model, mask_batch=None):
    """Returns the Keras model, built and compiled when the description says how.

    With mask_batch every Dropout becomes a MaskedDropout for batches of that many rows.
    """
    tensors, inputs = {}, []
    for name, spec in model["inputs"].items():
        shape = spec["shape"]
        tensors[name] = keras.Input(
            shape=tuple(shape),
            dtype=spec.get("dtype") or keras.config.floatx(),
            name=name,
            ragged=None in shape,
        )
        inputs.append(tensors[name])
    last = connect(model["layers"], tensors, inputs[0], {}, mask_batch)
    outputs = [tensors[name] for name in model.get("outputs", [])] or [last]
    out = keras.Model(inputs, outputs[0] if len(outputs) == 1 else outputs)
    if "compile" in model:
        compile_model(out, model["compile"], model.get("outputs", []))
    return out


def apply(built, args, sources):
    """Calls a layer as its class wants its inputs."""
    call = {key: True for key in ("use_causal_mask", "return_attention_scores") if args.get(key)}
    if isinstance(built, keras.layers.Attention):
        return built(sources * 2 if len(sources) == 1 else sources, **call)
    if isinstance(built, HEADS):
        if args.get("attention_mask"):
            call["attention_mask"] = sources.pop()
        return built(*(sources * 2 if len(sources) == 1 else sources), **call)
    if isinstance(built, MERGE):
        return built(sources)
    if len(sources) == 1:
        return built(sources[0])
    initial = sources[1:]
    if isinstance(built, keras.layers.RNN):
        initial = initial if -1 in built.state_size else keras.tree.pack_sequence_as(built.state_size, initial)
    return built(sources[0], initial_state=initial)


def loss_of(value):
    name, args = named(value)
    if isinstance(args.get("alpha"), list):
        args["alpha"] = np.array(args["alpha"], keras.config.floatx())
    return LOSSES[name](**args)


def compile_model(model, spec, outputs=()):
    kind, args = named(spec["optimizer"])
    if isinstance(args.get("learning_rate"), dict):
        schedule, settings = named(args["learning_rate"])
        args["learning_rate"] = SCHEDULES[schedule](**settings)
    loss, factors = spec["loss"], spec.get("loss_weights")
    if len(outputs) > 1:  # by their names; Keras has those of the layers in them
        loss = [loss_of(loss[name]) for name in outputs]
        factors = [factors[name] for name in outputs] if factors else None
    else:
        loss = loss_of(loss)
    model.compile(
        optimizer=dense_gradients(OPTIMIZERS[kind](**args)),
        loss=loss,
        loss_weights=factors,
        metrics=of_outputs(spec.get("metrics"), outputs),
        weighted_metrics=of_outputs(spec.get("weighted_metrics"), outputs),
    )


def of_outputs(metrics, outputs):
    """Metrics by the names of outputs as lists in their order."""
    return [metrics.get(name, []) for name in outputs] if isinstance(metrics, dict) else metrics


def dense_gradients(optimizer):
    """Adds up the gradient of an embedding before the optimizer sees it.

    TensorFlow hands it over in slices, one for each id of the batch, and Keras squares the slices one by
    one: with an id that comes twice, RMSprop, Adam and Adagrad then collect g1*g1 + g2*g2 in place of
    (g1+g2)*(g1+g2), which Keras's other back ends and the papers have.
    """
    apply = optimizer.apply_gradients
    optimizer.apply_gradients = lambda pairs: apply([(tf.convert_to_tensor(g), v) for g, v in pairs])
    return optimizer


def weights(model):
    """All weights by nngen's names, `layer/variable`, in Keras's order. Injected masks are no weights.

    The variables of layers within a layer have paths: `layer/query/kernel`.
    """
    return {
        v.path[v.path.index(lay.name + "/") :] if isinstance(lay, HEADS) else f"{lay.name}/{name}": v
        for lay in layers(model)
        for name, v in variables(lay)
        if not (isinstance(lay, MaskedDropout) and v.name == "mask")
    }


def layers(model):
    """The layers of a model, those of the models in it among them."""
    for lay in model.layers:
        if isinstance(lay, keras.Model):
            yield from layers(lay)
        else:
            yield lay


def variables(lay):
    """The weights of a layer with their names in it."""
    if isinstance(lay, keras.layers.Bidirectional):
        for way, inner in (("forward", lay.forward_layer), ("backward", lay.backward_layer)):
            yield from ((f"{way}_{name}", v) for name, v in variables(inner))
    elif isinstance(lay, keras.layers.RNN) and isinstance(lay.cell, keras.layers.StackedRNNCells):
        for i, one in enumerate(lay.cell.cells):
            yield from ((f"cell_{i}_{v.name}", v) for v in one.weights)
    elif isinstance(lay, keras.layers.TimeDistributed):
        yield from variables(lay.layer)
    else:
        yield from ((v.name, v) for v in lay.weights)
