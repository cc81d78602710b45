"""Cases for layers.json: Rescaling, Normalization, CategoryEncoding, Embedding, GlobalAveragePooling1D, BatchNormalization."""

import numpy as np

from record import case, chain, one
from vectors import normal, rng, short


def scaling():
    r = rng("inputs of scaling")
    yield case("rescaling", one("Rescaling", [4], scale=0.125), {"x": normal(r, 2, 4, scale=100)})
    yield case("rescaling_offset", one("Rescaling", [2, 3], scale=0.0078125, offset=-1.0), {"x": normal(r, 2, 2, 3, scale=100)})
    x = normal(r, 3, 4)
    yield case(
        "normalization_explicit",
        one("Normalization", [4], mean=[1.0, -2.0, 0.5, 3.0], variance=[4.0, 0.25, 1.0, 9.0]),
        {"x": x},
    )
    yield case("normalization_explicit_scalar", one("Normalization", [4], axis=None, mean=2.0, variance=9.0), {"x": x})
    yield case("normalization_stored", one("Normalization", [4]), {"x": x})
    data = short(r.normal([0, 5, -100, 1], [1, 3, 50, 0.01], (20, 4)))
    yield case("normalization_adapted", one("Normalization", [4]), {"x": data[:3]}, adapt={"l": data})
    constant = data.copy()
    constant[:, 1] = 7
    yield case("normalization_adapted_constant", one("Normalization", [4]), {"x": constant[:2]}, adapt={"l": constant})
    deep = normal(r, 6, 3, 2, scale=4)
    yield case("normalization_adapted_rank3", one("Normalization", [3, 2]), {"x": deep[:2]}, adapt={"l": deep})
    yield case("normalization_adapted_axes", one("Normalization", [3, 2], axis=[1, 2]), {"x": deep[:2]}, adapt={"l": deep})
    yield case("normalization_adapted_whole", one("Normalization", [3, 2], axis=None), {"x": deep[:2]}, adapt={"l": deep})


def categories():
    row = np.array([[1, 4, 4, 0], [3, 3, 3, 3]])
    for mode in ("multi_hot", "count", "one_hot"):
        yield case(f"category_{mode}", one("CategoryEncoding", [4], "int32", num_tokens=5, output_mode=mode), {"x": row})
        yield case(
            f"category_{mode}_one_id",
            one("CategoryEncoding", [1], "int32", num_tokens=4, output_mode=mode),
            {"x": np.array([[2], [0], [3]])},
        )
    ragged = [[1, 2, 2], [], [5], [0, 5, 3, 0, 0, 1]]
    for mode in ("multi_hot", "count"):
        yield case(f"category_{mode}_ragged", one("CategoryEncoding", [None], "int32", num_tokens=6, output_mode=mode), {"x": ragged})
        yield case(
            f"category_{mode}_ragged_dense",
            chain(
                [None],
                {"CategoryEncoding": {"num_tokens": 6, "output_mode": mode, "name": "hot"}},
                {"Dense": {"units": 3, "activation": "tanh", "name": "d"}},
                dtype="int32",
            ),
            {"x": ragged},
        )


def embeddings():
    r = rng("inputs of embeddings")
    ids = np.array([[1, 4, 1], [0, 5, 5]])
    yield case("embedding", one("Embedding", [3], "int32", input_dim=6, output_dim=2), {"x": ids})
    yield case("embedding_one_id", one("Embedding", [1], "int32", input_dim=6, output_dim=3), {"x": ids[:, :1]})
    yield case(
        "embedding_regularized",
        one("Embedding", [3], "int32", input_dim=6, output_dim=2, embeddings_regularizer={"l2": 0.01}),
        {"x": ids},
    )
    yield case(
        "embedding_average_dense",
        chain(
            [3],
            {"Embedding": {"input_dim": 6, "output_dim": 4, "name": "e"}},
            {"GlobalAveragePooling1D": {"name": "p"}},
            {"Dense": {"units": 2, "activation": "sigmoid", "name": "d"}},
            dtype="int32",
        ),
        {"x": ids},
    )
    yield case("average_pooling", one("GlobalAveragePooling1D", [4, 3]), {"x": normal(r, 2, 4, 3)})
    yield case("average_pooling_keepdims", one("GlobalAveragePooling1D", [4, 3], keepdims=True), {"x": normal(r, 2, 4, 3)})
    yield case("average_pooling_one_step", one("GlobalAveragePooling1D", [1, 3]), {"x": normal(r, 2, 1, 3)})


def batch_normalization():
    r = rng("inputs of batch normalization")
    settings = {
        "": {},
        "_settings": {"momentum": 0.9, "epsilon": 0.01},
        "_no_scale": {"scale": False},
        "_no_center": {"center": False},
        "_plain": {"scale": False, "center": False},
        "_frozen": {"trainable": False},
        "_regularized": {"gamma_regularizer": {"l2": 0.01}, "beta_regularizer": {"l1": 0.01}},
    }
    for tail, args in settings.items():
        for training in (False, True):
            mode = "training" if training else "inference"
            x = short(r.normal([0, 2, -3], [1, 0.5, 4], (6, 3)))
            yield case(f"batchnorm{tail}_{mode}", one("BatchNormalization", [3], **args), {"x": x}, training=training)
    for training in (False, True):
        mode = "training" if training else "inference"
        deep = normal(r, 3, 4, 2, scale=2)
        yield case(f"batchnorm_rank3_{mode}", one("BatchNormalization", [4, 2]), {"x": deep}, training=training)
        yield case(f"batchnorm_rank3_axis1_{mode}", one("BatchNormalization", [4, 2], axis=1), {"x": deep}, training=training)
        yield case(f"batchnorm_rank4_{mode}", one("BatchNormalization", [2, 2, 3]), {"x": normal(r, 2, 2, 2, 3)}, training=training)
    yield case("batchnorm_one_row_training", one("BatchNormalization", [3]), {"x": normal(r, 1, 3)}, training=True)
    equal = np.full((4, 2), 1.25)
    equal[:, 1] = [1, 2, 3, 4]
    yield case("batchnorm_constant_training", one("BatchNormalization", [2]), {"x": equal}, training=True)
    yield case(
        "batchnorm_between_training",
        chain(
            [4],
            {"Dense": {"units": 3, "use_bias": False, "name": "a"}},
            {"BatchNormalization": {"name": "bn"}},
            {"Activation": {"activation": "tanh", "name": "t"}},
            {"Dense": {"units": 2, "name": "b"}},
        ),
        {"x": normal(r, 5, 4)},
        training=True,
    )


def cases():
    for part in (scaling, categories, embeddings, batch_normalization):
        yield from part()
