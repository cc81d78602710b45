"""Cases for images.json: transposed convolutions."""

from record import case, one
from vectors import normal, rng

L2 = {"l2": 0.02}
L1 = {"l1": 0.01}


def transposed():
    r = rng("inputs of transposed convolutions")
    settings = {
        "": {"kernel_size": 3},
        "_strides": {"kernel_size": 2, "strides": 2, "activation": "tanh"},
        "_strides_wide": {"kernel_size": 2, "strides": 3, "use_bias": False},
        "_strides_same": {"kernel_size": 3, "strides": 2, "padding": "same"},
        "_strides_pair_same": {"kernel_size": [4, 2], "strides": [2, 3], "padding": "same"},
        "_output_padding": {"kernel_size": 3, "strides": [2, 3], "output_padding": [1, 2]},
        "_output_padding_same": {"kernel_size": [3, 5], "strides": 2, "padding": "same", "output_padding": [0, 1]},
        "_regularized": {"kernel_size": 2, "kernel_regularizer": L2, "bias_regularizer": L1},
    }
    for tail, args in settings.items():
        yield case(f"conv2d_transpose{tail}", one("Conv2DTranspose", (2, 3, 2), filters=3, **args), {"x": normal(r, 2, 2, 3, 2)})
    for tail, args in {
        "": {"kernel_size": 3, "activation": "tanh"},
        "_strides_same": {"kernel_size": 4, "strides": 2, "padding": "same"},
        "_output_padding": {"kernel_size": 2, "strides": 3, "output_padding": 1, "padding": "valid"},
    }.items():
        yield case(f"conv1d_transpose{tail}", one("Conv1DTranspose", (4, 2), filters=3, **args), {"x": normal(r, 2, 4, 2)})


def cases():
    yield from transposed()
