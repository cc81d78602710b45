"""Cases for spectral.json: SpectralNormalization, spectrograms, and BatchNormalization with renorm."""

import functools

import numpy as np

from env import keras
from record import case, chain, one
from vectors import away_from_zero, normal, rng

MEL, OPS = keras.layers.MelSpectrogram, keras.src.ops
# The weights of the mel scale and ref_power are float32 in Keras whatever the precision; here they are as written.
MEL.linear_to_mel_weight_matrix = functools.partialmethod(MEL.linear_to_mel_weight_matrix, dtype="float64")
MEL._dbscale = lambda self, x, scale=MEL._dbscale: setattr(self, "ref_power", np.float64(self.ref_power)) or scale(self, x)


def last(inputs, kernel, data_format=None, conv=OPS.conv, **settings):
    """The convolution of spectrograms, which TensorFlow has on a CPU with channels last alone."""
    if data_format != "channels_first":
        return conv(inputs, kernel, data_format=data_format, **settings)
    return OPS.transpose(conv(OPS.transpose(inputs, [0, 2, 1]), kernel, data_format="channels_last", **settings), [0, 2, 1])


OPS.conv = last


def spectral_normalization():
    r = rng("inputs of spectral normalization")

    def wrapped(kind, shape, power_iterations=1, more=None, **args):
        return one("SpectralNormalization", shape, layer={kind: args}, power_iterations=power_iterations, **(more or {}))

    dense = {"units": 2, "activation": "tanh"}
    yield case("spectral_dense", wrapped("Dense", [3], **dense), {"x": normal(r, 2, 3)})
    yield case("spectral_dense_training", wrapped("Dense", [3], **dense, kernel_regularizer={"l2": 0.03}), {"x": normal(r, 2, 3)}, training=True)
    zeros = {"l/kernel": np.zeros((3, 2)), "l/bias": np.array([0.25, -0.5]), "l/vector_u": np.array([[0.5, 0.125]])}
    yield case("spectral_zeros_training", wrapped("Dense", [3], **dense), {"x": normal(r, 2, 3)}, weights=zeros, training=True)
    conv = {"filters": 2, "kernel_size": 2}
    yield case("spectral_conv_training", wrapped("Conv2D", [2, 3, 1], 3, **conv), {"x": normal(r, 1, 2, 3, 1)}, training=True)
    yield case("spectral_transpose_training", wrapped("Conv1DTranspose", [2, 1], 2, **conv), {"x": normal(r, 1, 2, 1)}, training=True)
    yield case("spectral_frozen_training", wrapped("DepthwiseConv1D", [2, 2], more={"trainable": False}, kernel_size=2, depth_multiplier=2), {"x": normal(r, 1, 2, 2)}, training=True)
    yield case("spectral_einsum_training", wrapped("EinsumDense", [1, 2], equation="abc,cd->abd", output_shape=[None, 3]), {"x": normal(r, 1, 1, 2)}, training=True)


def stft_spectrogram():
    r = rng("inputs of spectrograms")
    for name, shape, args in (
        ("log", [6, 1], {}),
        ("magnitude", [5, 2], {"mode": "magnitude", "padding": "same", "frame_step": 4, "fft_length": 5}),
        ("psd", [4, 2], {"mode": "psd", "frame_length": 3, "frame_step": 3, "expand_dims": True}),
        ("angle", [4, 1], {"mode": "angle"}),
        ("stft", [2, 4], {"mode": "stft", "frame_length": 2, "expand_dims": True, "data_format": "channels_first"}),
        ("stft_flat", [2, 3], {"mode": "stft", "frame_length": 2, "data_format": "channels_first"}),
        ("imag", [5, 1], {"mode": "imag", "frame_length": 3, "frame_step": 2, "padding": "same", "trainable": False}),
    ):
        yield case(f"stft_{name}", one("STFTSpectrogram", shape, **{"frame_length": 4, **args}), {"x": normal(r, 1, *shape)})


def mel_spectrogram():
    r = rng("inputs of mel spectrograms")
    small = {"fft_length": 8, "sequence_stride": 3, "num_mel_bins": 3, "sampling_rate": 8000, "top_db": 12.0}
    for name, samples, args in (
        ("hann", 11, {}),
        ("odd", 6, {"sequence_length": 5, "min_freq": 125.0, "max_freq": 3800.0, "ref_power": 2.0, "top_db": 80.0}),
        ("magnitude", 9, {"fft_length": 15, "window": None, "power_to_db": False, "mag_exp": 1.0}),
        ("hamming", 34, {"fft_length": 66, "sequence_stride": 50, "window": "hamming", "top_db": 80.0}),
        ("list", 7, {"sequence_length": 3, "window": [0.5, 1.0, 0.25], "mag_exp": 3.0}),
    ):
        # One row: Keras cuts off below the loudest of a batch.
        yield case(f"mel_{name}", one("MelSpectrogram", [samples], **{**small, **args}), {"x": normal(r, 1, samples)})


def renorm():
    r = rng("inputs of renorm")
    some = {"renorm": True, "momentum": 0.8, "renorm_momentum": 0.6}
    x = {"x": normal(r, 3, 2)}
    yield case("renorm", one("BatchNormalization", [2], **some), x)
    yield case("renorm_training", one("BatchNormalization", [2], **some), x, training=True)
    clipped = {**some, "renorm_clipping": {"rmin": 0.9, "rmax": 1.1, "dmax": 0.2}, "axis": 1, "scale": False}
    yield case("renorm_clipped_training", one("BatchNormalization", [3, 2], **clipped), {"x": normal(r, 2, 3, 2)}, training=True)
    masked = chain([3, 2], {"Masking": {"name": "m"}}, {"BatchNormalization": {"name": "l", "center": False, **some}})
    steps = away_from_zero(r, 2, 3, 2)
    steps[0, 1:] = 0
    yield case("renorm_masked_training", masked, {"x": steps}, training=True)


def cases():
    for part in (spectral_normalization, stft_spectrogram, mel_spectrogram, renorm):
        yield from part()
