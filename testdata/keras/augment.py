"""Cases for augment.json: layers that change images at random, given what they draw.

Images are a formula in whole numbers, which the reader of the file repeats, so that only results are recorded. Keras draws through
backend.random, which answers here with given numbers: uniform gives minval + u (maxval - minval).
"""

import statistics

import numpy as np

from env import keras, set_float, tf
from keras.src.layers.preprocessing.image_preprocessing import aug_mix
from keras.src.utils.image_utils import smart_resize
from vectors import rng

ROWS = 2


def images(shape, high):
    """Element i of the batch is (37 i + 11 (i // 7)) mod 101 / 100, times the highest value of a pixel."""
    i = np.arange(ROWS * int(np.prod(shape)))
    return (((37 * i + 11 * (i // 7)) % 101) / 100 * high).reshape(ROWS, *shape)


class Given:
    """Random numbers from a list, in the order in which a layer asks for them."""

    def __init__(self, draws):
        self.left = list(draws)
        self.last = self.left[-1] if self.left else None

    def __call__(self, shape, minval=0.0, maxval=1.0, dtype=None, seed=None):
        u = np.asarray(self.left.pop(0), "float64").reshape(tuple(int(d) for d in shape))
        return tf.cast(minval + u * (maxval - minval), dtype or "float32")

    def randint(self, shape, minval, maxval, dtype="int32", seed=None):
        u = np.asarray(self.left.pop(0), "float64").reshape(tuple(int(d) for d in shape))
        return tf.cast(np.floor(minval + u * (maxval - minval)), dtype)

    def normal(self, shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        u = np.asarray(self.left.pop(0), "float64").ravel()
        z = [statistics.NormalDist().inv_cdf(x + 2**-25) for x in u]
        return tf.cast(mean + stddev * np.reshape(z, tuple(int(d) for d in shape)), dtype or "float32")


    def gamma(self, shape, alpha, dtype=None, seed=None):
        """Sums of alpha exponentially distributed numbers."""
        u = np.asarray(self.left.pop(0), "float64").reshape(*shape, int(alpha))
        return tf.cast(np.sum(-np.log(1 - u), -1), dtype or "float32")

    def beta(self, shape, alpha, beta, dtype=None, seed=None):
        first, second = self.gamma((2,), alpha)
        return first / (first + second)

    def shuffle(self, rows, seed=None):
        """Row r comes where the key of row r ranks."""
        return tf.gather(rows, np.argsort(np.argsort(self.left.pop(0), kind="stable"), kind="stable"))

    def choice(self, names):
        return names[int(self.left.pop(0)[0] * len(names))]

    def noise(self, shape, mean=0.0, stddev=1.0, dtype=None, seed=None):
        """What elastic_transform draws twice from one seed."""
        y = self.normal(shape, mean, stddev, dtype)
        self.left[:0] = [self.last] if self.last is not None else []
        self.last = None
        return y


class Mixed(Given):
    """Given, where beta has parameters that are not whole: Marsaglia and Tsang, 2000, with eight attempts."""

    def beta(self, shape, alpha, beta, dtype=None, seed=None):
        normal, accepted, power = (np.asarray(self.left.pop(0), "float64").reshape(ROWS, 2, -1) for _ in range(3))
        z = np.vectorize(statistics.NormalDist().inv_cdf)(normal + 2**-25)
        a = float(alpha)
        d = a + 2 / 3
        v = np.maximum(1 + z / np.sqrt(9 * d), 1e-9) ** 3
        taken = np.log(1 - accepted) < z**2 / 2 + d - d * v + d * np.log(v)
        taken[..., -1] = True
        first = np.take_along_axis(d * v, np.argmax(taken, -1)[..., None], -1)
        logs = (np.log(first) + np.log(1 - power) / a)[..., 0]
        return tf.cast(1 / (1 + np.exp(logs[:, 1] - logs[:, 0])), dtype or "float32")


def seven(values):
    """Seven digits, those of float32."""
    return [float(f"{x:.7g}") for x in np.ravel(values)]


def formula(n):
    """Many random numbers: number i is (29 i + 7 (i // 5)) mod 97, and 1, over 98."""
    i = np.arange(n)
    return ((29 * i + 7 * (i // 5)) % 97 + 1) / 98


def case(name, kind, shape, streams, high=1, join=None, fixed=(), every=1, **args):
    """streams: the names of the random numbers, in Keras's order, each with how many there are: None for one per image.
    join makes what Keras asks for at once of several streams. fixed are numbers that are not drawn. One result of every
    so many is recorded. More than 60 numbers are those of the formula."""
    set_float("float32")
    r = rng(name)
    draws = {s: np.round(r.uniform(0, 1, ROWS if n is None else n), 3) if (n or 0) <= 60 else formula(n) for s, n in streams.items()}
    draws.update({s: np.array(u) for s, u in dict(fixed).items()})
    for s in draws:
        if s in ("flips", "invert"):
            draws[s] = np.array([0.25, 0.75])
        if s == "threshold" and args.get("factor") != 0:
            draws[s] = np.array([0.9, 0.05])
    layer = getattr(keras.layers, kind)(**args)
    mixes = kind in ("MixUp", "CutMix")
    given = (Mixed if mixes else Given)(join(draws) if join else list(draws.values()))
    random = layer.backend.random
    places = {random: ("uniform", "normal", "randint", "gamma", "beta", "shuffle"), tf.random: ("stateless_normal",), aug_mix.py_random: ("choice",)}
    answers = {"uniform": given, "stateless_normal": given.noise}
    before = [(m, n, getattr(m, n)) for m, names in places.items() for n in names]
    for m, n, _ in before:
        setattr(m, n, answers.get(n) or getattr(given, n))
    x = images(shape, high).astype("float32")
    one_by_one = kind == "Equalization"  # for Keras a batch is one image
    labels = np.round(rng(name + " labels").uniform(0, 1, (ROWS, 3)), 2).astype("float32")
    try:
        if mixes:
            y, labels = map(layer({"images": tf.constant(x), "labels": tf.constant(labels)}, training=True).get, ("images", "labels"))
        else:
            y = np.concatenate([layer(tf.constant(x[i : i + 1]), training=True) for i in range(ROWS)]) if one_by_one else layer(tf.constant(x), training=True)
    finally:
        for m, n, f in before:
            setattr(m, n, f)
    predicted = layer(tf.constant(x), training=False)
    assert not given.left, (name, given.left)
    out = {"name": name, "kind": kind, "args": args, "shape": list(shape), "high": high}
    out["draws"] = {s: u.tolist() if u.size <= 60 else [] for s, u in draws.items()}
    out["output"] = seven(np.ravel(y)[::every])
    if mixes:
        out["targets"], out["mixed"] = seven(rng(name + " labels").uniform(0, 1, (ROWS, 3)).round(2)), seven(labels)
    if every > 1:
        out["every"] = every
    if kind == "RandomCrop":
        predicted = smart_resize(x, (args["height"], args["width"]), data_format=layer.data_format)  # what its documentation says
        out["predicted"] = seven(predicted)
    elif kind == "AutoContrast":
        out["predicted"] = seven(predicted)
    elif kind.startswith("Contrast"):
        assert np.array_equal(predicted, y), name
    else:
        assert np.array_equal(predicted, x), name
    return out


def geometric():
    translation = {"down": None, "over": None}
    shear = {"invert": None, "y": None, "x": None}
    size, small = (5, 4, 2), (4, 3, 1)
    for fill in ("reflect", "wrap", "constant", "nearest"):
        for way in ("bilinear", "nearest"):
            at = {"fill_mode": fill, "interpolation": way, "fill_value": 0.375}
            yield case(f"translation_{fill}_{way}", "RandomTranslation", small, translation, height_factor=1.0, width_factor=[-0.6, 0.9], **at)
            yield case(f"rotation_{fill}_{way}", "RandomRotation", small, {"turns": None}, factor=0.9, **at)
        at = {"fill_mode": fill, "fill_value": -1.5}
        yield case(f"zoom_{fill}", "RandomZoom", small, {"height": None, "width": None}, height_factor=[-0.5, 1.0], width_factor=1.0 if fill == "wrap" else 0.7, **at)
        # Far beyond the border, over several images.
        yield case(f"shear_{fill}", "RandomShear", (9, 2, 1), shear, x_factor=1.0, y_factor=[0.3, 0.9], **at)
    yield case("translation", "RandomTranslation", size, translation, height_factor=0.2, width_factor=0.3)
    yield case("translation_first", "RandomTranslation", (2, 3, 4), translation, height_factor=[0.1, 0.5], width_factor=0.3, data_format="channels_first")
    yield case("zoom_out", "RandomZoom", size, {"height": None}, height_factor=[0.4, 0.2])
    yield case("zoom_first", "RandomZoom", (1, 3, 4), {"height": None}, height_factor=-0.3, data_format="channels_first")
    yield case("rotation", "RandomRotation", size, {"turns": None}, factor=[-0.2, 0.4])
    yield case("rotation_pixel", "RandomRotation", (1, 1, 2), {"turns": None}, factor=0.3, fill_mode="wrap")
    yield case("shear_none", "RandomShear", (2, 3, 1), shear)
    for mode in ("horizontal", "vertical", "horizontal_and_vertical"):
        yield case(f"flip_{mode}", "RandomFlip", (2, 3, 2), {"flips": None}, mode=mode)
    yield case("flip_first", "RandomFlip", (2, 2, 3), {"flips": None}, mode="horizontal", data_format="channels_first")


def crops():
    at = {"top": 1, "left": 1}
    yield case("crop", "RandomCrop", (5, 7, 1), at, height=3, width=4)
    yield case("crop_first", "RandomCrop", (2, 4, 4), at, height=3, width=2, data_format="channels_first")
    yield case("crop_all", "RandomCrop", (3, 4, 1), {}, height=3, width=4)
    yield case("crop_short", "RandomCrop", (3, 6, 1), {}, height=3, width=4)
    yield case("crop_larger", "RandomCrop", (3, 5, 1), {}, height=4, width=4)
    yield case("crop_enlarged", "RandomCrop", (2, 3, 2), {}, height=5, width=4)


def colors():
    yield case("contrast", "RandomContrast", (2, 3, 2), {"factor": None}, factor=0.8, value_range=[0, 1])
    yield case("contrast_two", "RandomContrast", (3, 2, 1), {"factor": None}, high=255, factor=[0.9, 0.1])
    yield case("contrast_first", "RandomContrast", (2, 2, 2), {"factor": None}, factor=0.9, value_range=[0, 1], data_format="channels_first")
    yield case("brightness", "RandomBrightness", (2, 3, 1), {"delta": None}, high=255, factor=0.4)
    yield case("brightness_two", "RandomBrightness", (2, 3, 1), {"delta": None}, factor=[0.5, -0.1], value_range=[0, 1])


def erasing():
    streams = {"columns": None, "rows": None, "column": None, "row": None, "probability": None, "threshold": None}

    def join(d):
        return [np.stack([d["columns"], d["rows"]], 1), d["column"], d["row"], *[d[s] for s in d if s in ("probability", "threshold", "noise")]]

    yield case("erasing", "RandomErasing", (5, 6, 1), {**streams, "noise": 60}, join=join, scale=[0.2, 0.8], value_range=[0, 1])
    yield case("erasing_number", "RandomErasing", (5, 4, 1), streams, join=join, factor=[0.8, 1], scale=0.7, fill_value=0.5)
    yield case("erasing_three", "RandomErasing", (4, 3, 3), streams, join=join, scale=[0.3, 0.6], fill_value=[0.125, 2, -1], value_range=[0, 1])
    yield case("erasing_first", "RandomErasing", (1, 4, 5), streams, join=join, scale=[0.3, 0.6], fill_value=0.5, data_format="channels_first")


def more_colors():
    some = {"probability": None, "threshold": None}
    yield case("invert", "RandomInvert", (2, 3, 1), some, factor=[0.6, 0.9], value_range=[0, 1])
    yield case("grayscale", "RandomGrayscale", (2, 2, 3), {"threshold": None}, factor=0.3)
    yield case("grayscale_first", "RandomGrayscale", (3, 2, 2), {"threshold": None}, data_format="channels_first")
    yield case("grayscale_gray", "RandomGrayscale", (2, 2, 1), {"threshold": None}, factor=0.3)
    yield case("degeneration", "RandomColorDegeneration", (2, 2, 3), {"factor": None}, high=255, factor=0.9)
    yield case("degeneration_first", "RandomColorDegeneration", (3, 2, 2), {"factor": None}, factor=[0.2, 0.9], value_range=[0.2, 0.6], data_format="channels_first")
    yield case("sharpness", "RandomSharpness", (4, 3, 2), {"factor": None}, factor=1, value_range=[0, 1])
    yield case("sharpness_two", "RandomSharpness", (3, 3, 1), {"factor": None}, high=255, factor=[0.6, 0.9])
    yield case("sharpness_first", "RandomSharpness", (2, 3, 2), {"factor": None}, factor=[0.1, 0.2], value_range=[0, 1], data_format="channels_first")
    solar = {"additions": None, "thresholds": None}
    yield case("solarization", "Solarization", (3, 4, 1), solar, high=255, addition_factor=0.3, threshold_factor=[0.5, 0.9])
    yield case("solarization_unit", "Solarization", (3, 2, 1), solar, addition_factor=[0.1, 0.2], threshold_factor=0.8, value_range=[0, 1])
    yield case("solarization_all", "Solarization", (2, 2, 1), solar, high=255)
    yield case("posterization", "RandomPosterization", (3, 4, 1), {"bits": None}, high=255, factor=8)
    yield case("posterization_two", "RandomPosterization", (3, 4, 1), {"bits": None}, high=0.994, factor=[2, 5], value_range=[0, 1])
    yield case("posterization_same", "RandomPosterization", (3, 2, 1), {}, high=255, factor=[3, 3])
    yield case("autocontrast", "AutoContrast", (3, 2, 2), {}, high=97)
    yield case("autocontrast_unit", "AutoContrast", (2, 2, 1), {}, high=0.5, value_range=[-1, 1])
    yield case("autocontrast_flat", "AutoContrast", (1, 1, 2), {}, high=0.5, value_range=[0, 1])
    yield case("autocontrast_first", "AutoContrast", (2, 2, 3), {}, high=0.5, value_range=[0, 1], data_format="channels_first")
    hue = {"invert": None, "factor": None}
    yield case("hue", "RandomHue", (4, 3, 3), hue, high=255, factor=1)
    yield case("hue_first", "RandomHue", (3, 2, 2), hue, factor=[0.1, 0.7], value_range=[0, 1], data_format="channels_first")
    yield case("saturation", "RandomSaturation", (3, 2, 3), {"factor": None}, factor=0.9, value_range=[0, 1])
    yield case("saturation_two", "RandomSaturation", (2, 2, 3), {"factor": None}, high=255, factor=[0.3, 1.0])
    yield case("saturation_first", "RandomSaturation", (3, 2, 2), {"factor": None}, factor=0.4, data_format="channels_first")
    parts = {"brightness.delta": None, "contrast.factor": None, "saturation.factor": None, "hue.invert": None, "hue.factor": None}
    yield case("jitter", "RandomColorJitter", (2, 2, 3), parts, value_range=[0, 1], brightness_factor=0.3, contrast_factor=0.5, saturation_factor=[0.3, 0.8], hue_factor=0.6)
    yield case("jitter_none", "RandomColorJitter", (2, 2, 3), {"contrast.factor": None}, high=255, contrast_factor=[0.4, 0.9])


def blurs():
    streams = {"probability": None, "threshold": None, "across": 1, "down": 1}

    def join(d):
        return [d["probability"], d["threshold"], np.concatenate([d["across"], d["down"]])]

    yield case("blur", "RandomGaussianBlur", (4, 5, 1), streams, join=join, factor=[0.7, 0.9], sigma=[0.5, 1], value_range=[0, 1])
    yield case("blur_wide", "RandomGaussianBlur", (2, 3, 2), streams, join=join, factor=[0.95, 1], kernel_size=5, high=255)
    yield case("blur_first", "RandomGaussianBlur", (1, 3, 3), streams, join=join, factor=[0.95, 1], sigma=[0.7, 0.9], value_range=[0, 1], data_format="channels_first")


def perspectives():
    streams = {"probability": None, "threshold": None, "right": None, "bottom": None, "corner_x": None, "corner_y": None}

    def join(d):
        f = np.full((ROWS, 4, 2), 0.3)  # the other factors are of coordinates that are 0
        f[:, 1, 0], f[:, 2, 1], f[:, 3, 0], f[:, 3, 1] = d["right"], d["bottom"], d["corner_x"], d["corner_y"]
        return [d["probability"], d["threshold"], f]

    for way in ("bilinear", "nearest"):
        yield case(f"perspective_{way}", "RandomPerspective", (5, 4, 1), streams, join=join, factor=[0.95, 1], interpolation=way, fill_value=0.375)
    yield case("perspective_first", "RandomPerspective", (2, 3, 4), streams, join=join, factor=[0.95, 1], scale=0.4, data_format="channels_first")


def histograms():
    yield case("equalization", "Equalization", (4, 3, 2), {}, high=255)
    yield case("equalization_bins", "Equalization", (3, 5, 1), {}, high=0.7, value_range=[-0.2, 1], bins=7)
    yield case("equalization_first", "Equalization", (1, 3, 4), {}, high=97, data_format="channels_first")
    yield case("equalization_flat", "Equalization", (1, 1, 2), {}, high=255)
    clahe = "ContrastLimitedAdaptiveHistogramEqualization"
    yield case("clahe", clahe, (7, 5, 2), {}, high=255, every=5, tile_grid_size=[2, 3])
    yield case("clahe_first", clahe, (1, 4, 6), {}, value_range=[0, 1], tile_grid_size=[2, 2], clip_limit=0, data_format="channels_first")


def elastic():
    streams = {"probability": None, "threshold": None, "distortion": 1}
    for fill in ("reflect", "wrap", "constant", "nearest"):
        way = "nearest" if fill == "wrap" else "bilinear"
        more = {"factor": [0.95, 1], "fill_mode": fill, "interpolation": way, "fill_value": 0.375, "scale": [0.8, 1.0]}
        yield case(f"elastic_{fill}", "RandomElasticTransform", (9, 4, 1), {**streams, "noise": ROWS * 36}, every=3, value_range=[0, 1], **more)
    # Only where the shorter side has twenty points is there a blur.
    yield case("elastic_blurred", "RandomElasticTransform", (45, 41, 1), {**streams, "noise": ROWS * 45 * 41}, every=97, factor=[0.95, 1], scale=[0.5, 1], high=255)
    first = {**streams, "noise": ROWS * 6}
    yield case("elastic_first", "RandomElasticTransform", (2, 3, 2), first, factor=[0.95, 1], value_range=[0, 1], data_format="channels_first")


DRAWN = {
    "shear": ["invert", "y", "x"], "translation": ["down", "over"], "rotation": ["turns"], "brightness": ["delta"], "degeneration": ["factor"],
    "contrast": ["factor"], "sharpness": ["factor"], "posterization": ["bits"], "solarization": ["additions", "thresholds"],
}  # fmt: skip


def choices():
    streams = {"layer_0": 1, "layer_1": 1, **{f"{layer}.{s}": None for layer, names in DRAWN.items() for s in names}}

    def join(d):
        return [np.concatenate([d["layer_0"], d["layer_1"]]), *[d[s] for s in streams if not s.startswith("layer_")]]

    for name, (first, second), shape, args in (
        ("shear", (0, 7), (3, 3, 3), {"factor": 0.8}),
        ("rotation", (2, 9), (3, 2, 3), {"factor": [0.2, 0.6], "data_format": "channels_first"}),
    ):
        fixed = {"layer_0": [(first + 0.5) / 11], "layer_1": [(second + 0.5) / 11]}
        yield case(f"rand_augment_{name}", "RandAugment", shape, streams, join=join, fixed=fixed, value_range=[0, 1], **args)
    for name, links, args in (
        ("mix", ["translation", None, "solarization", "sharpness"], {"factor": 0.6}),
        ("few", ["shear", "posterization", None, "autocontrast"], {"factor": [0.3, 0.7], "all_ops": False, "alpha": 2}),
    ):
        alpha = args.get("alpha", 1)
        drawn = {"chains": 2 * alpha, "original": 2 * alpha}
        fixed = {}
        every = [s.removeprefix("random_") for s in (aug_mix.AUGMENT_LAYERS_ALL if args.get("all_ops", True) else aug_mix.AUGMENT_LAYERS)]
        names = [{"auto_contrast": "autocontrast", "color_degeneration": "degeneration"}.get(s, s) for s in every] + [None]
        for i, link in enumerate(links):
            at = f"link_{i // 2}_{i % 2}"
            fixed[at] = [round((names.index(link) + 0.5) / len(names), 3)]
            drawn[at] = 1
            drawn.update({f"{at}.{link}.{s}": None for s in DRAWN.get(link, [])})
        yield case(f"augmix_{name}", "AugMix", (3, 2, 3), drawn, fixed=fixed, value_range=[0, 1], num_chains=2, chain_depth=2, **args)


def mixing():
    beta = {"normal": 16 * ROWS, "accepted": 16 * ROWS, "power": 2 * ROWS}
    box = {"alpha": 1, **beta, "column": None, "row": None, "order": None}
    yield case("mix_up", "MixUp", (2, 3, 2), {"order": None, **beta}, fixed={"order": [0.7, 0.2]})
    yield case("mix_up_first", "MixUp", (2, 3, 1), {"order": None, **beta}, fixed={"order": [0.4, 0.1]}, alpha=2.5, data_format="channels_first")
    yield case("mix_up_itself", "MixUp", (1, 2, 1), {"order": None, **beta}, fixed={"order": [0.3, 0.3]}, alpha=0.7)
    yield case("cut_mix", "CutMix", (5, 4, 2), box, fixed={"order": [0.9, 0.5]})
    yield case("cut_mix_two", "CutMix", (4, 7, 1), box, fixed={"order": [0.6, 0.1]}, factor=[0.5, 0.9])
    yield case("cut_mix_first", "CutMix", (2, 4, 5), box, fixed={"order": [0.6, 0.1]}, factor=0.8, data_format="channels_first")


def cases():
    yield from geometric()
    yield from crops()
    yield from colors()
    yield from erasing()
    yield from more_colors()
    yield from blurs()
    yield from perspectives()
    yield from histograms()
    yield from elastic()
    yield from choices()
    yield from mixing()
