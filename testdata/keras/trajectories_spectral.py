"""Cases for graphs.json: layers whose training steps write weights and statistics of their own."""

from train import trajectory
from trajectories_network import ADAM, BINARY, MOMENTUM, batches, binary, dense, network, values
from trajectories_recurrent import layer


def cases():
    layers = [
        layer("SpectralNormalization", "a", layer={"Dense": {"units": 3, "use_bias": False, "kernel_regularizer": {"l2": 0.02}}}),
        layer("BatchNormalization", "norm", renorm=True, renorm_momentum=0.7, momentum=0.9, renorm_clipping={"rmax": 1.2, "dmax": 0.4}),
        dense("head", 1, "sigmoid"),
    ]
    yield trajectory("spectral_renorm", network({"x": [2]}, layers, MOMENTUM, BINARY, ()), batches("spectral_renorm", 3, {"x": values(3, 2)}, binary))
    wrapped = {"Dense": {"units": 2, "activation": "tanh"}}
    layers = [layer("SpectralNormalization", "a", layer=wrapped, power_iterations=2), dense("head", 1, "sigmoid")]
    yield trajectory("spectral_adam", network({"x": [2]}, layers, ADAM, BINARY, ()), batches("spectral_adam", 2, {"x": values(2, 2)}, binary))
