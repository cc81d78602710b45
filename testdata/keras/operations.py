"""Cases for operations.json: every function of keras.ops that nngen has, on its own, forward and gradient.

The functions are called as they are, on tensors whose first axis is the batch. Comparisons and other functions
without a gradient are multiplied by what they read, so that a gradient of theirs that is not zero would show.
"""

import numpy as np

from env import keras, set_float, tf
from vectors import dense_grad, normal, rng, short, tensor, tensors

ROWS = 2

log = tf.math.log
tf.math.log = lambda x, name=None: log(np.float64(x) if type(x) is float else x, name)  # of 2, in logaddexp2


def values(r, kind, *shape):
    """Numbers of a kind: any, positive, unit (inside of -1 and 1), whole, ids (below 4)."""
    shape = (ROWS, *shape)
    if kind == "positive":
        return short(r.uniform(0.2, 2.5, shape))
    if kind == "unit":
        return short(r.uniform(-0.9, 0.9, shape))
    if kind == "above":
        return short(r.uniform(1.1, 3, shape))
    if kind == "whole":
        return short(r.integers(-2, 3, shape))
    if kind == "ids":
        return r.integers(0, 4, shape).astype("int32")
    return normal(r, *shape, scale=1.2)


def key(k):
    """What stands between the brackets in Python."""
    if isinstance(k, str) and k != "...":
        return slice(*(int(p) if p else None for p in k.split(":")))
    return Ellipsis if k == "..." else k


def setting(op, name, value):
    if op == "get_item":
        return tuple(key(k) for k in value)
    if op == "broadcast_to":
        return [ROWS, *value[1:]]
    if op == "norm" and name == "ord" and value in ("inf", "-inf"):
        return float(value)
    if name == "pad_width":
        return [tuple(p) for p in value]
    if isinstance(value, float):
        return np.float64(value)
    return tuple(value) if isinstance(value, list) and name in ("axis", "axes") and not isinstance(value[0], list) else value


def applied(entry, known):
    """The result of one entry of the description, or the list of its results."""
    args = dict(entry)
    op, name, inputs = args.pop("op"), args.pop("name"), [known[i] for i in args.pop("inputs")]
    function = getattr(keras.ops, op)
    if op in ("concatenate", "stack", "hstack"):
        return function(inputs, **args)
    if op == "einsum":
        return function(args.pop("subscripts"), *inputs)
    operands = OPERANDS.get(op, ["x", "x1", "x2", "condition", "x_min", "x_max", "bins", "indices", "weights", "scale"])
    written = {k: np.asarray(v, "int32" if k == "indices" else "float64") for k, v in args.items() if k in operands}
    rest = {k: setting(op, k, v) for k, v in args.items() if k not in operands}
    order = ORDER.get(op)
    if order is None:
        return function(*inputs, **written, **rest)
    left = iter(inputs)
    return function(*[written[o] if o in written else next(left) for o in order if o in written or len(inputs) > 0], **rest)


OPERANDS = {"full_like": ["x"]}
ORDER = {
    op: ["x1", "x2"]
    for op in "add subtract multiply divide true_divide divide_no_nan floor_divide mod fmod power maximum minimum fmax fmin hypot logaddexp logaddexp2 heaviside equal not_equal greater greater_equal less less_equal logical_and logical_or logical_xor isclose isin matmul dot inner tensordot cross append arctan2".split()
}
ORDER |= {"where": ["condition", "x1", "x2"], "clip": ["x", "x_min", "x_max"], "digitize": ["x", "bins"], "take": ["x", "indices"], "take_along_axis": ["x", "indices"]}


def case(name, inputs, *entries):
    set_float("float64")
    r = rng(name)
    x = {k: tf.convert_to_tensor(np.asarray(v)) for k, v in inputs.items()}
    floats = {k: v for k, v in x.items() if v.dtype.is_floating}
    with tf.GradientTape() as tape:
        tape.watch(list(floats.values()))
        known = dict(x)
        for e in entries:
            y = applied(e, known)
            parts = list(y) if isinstance(y, (list, tuple)) else [y]
            for i, p in enumerate(parts):
                p = tf.convert_to_tensor(p)
                known[e["name"] + (f".{i}" if i else "")] = p
        y = tf.cast(known[entries[-1]["name"]], "float64")
        dy = normal(r, *y.shape, scale=1)
        total = tf.reduce_sum(y * dy)
    grads = tape.gradient(total, floats)
    out = {
        "name": name,
        "model": {"name": "network", "inputs": {k: {"shape": list(v.shape[1:]), **({} if k in floats else {"dtype": "int32"})} for k, v in inputs.items()}, "layers": [{"Operation": e} for e in entries]},
        "weights": {}, "weight_grads": {}, "training": False,
        "inputs": tensors(inputs), "outputs": {entries[-1]["name"]: tensor(y.numpy())}, "cotangent": {entries[-1]["name"]: tensor(dy)},
        "input_grads": {k: tensor(dense_grad(g, floats[k])) for k, g in grads.items() if g is not None},
    }  # fmt: skip
    return out


def operation(op, kinds=("any",), shapes=((3,),), label="", flat=False, column=False, inputs=None, **args):
    """One operation. flat: multiplied by the first input; column: the result gets an axis after the batch."""
    name = op + ("_" + label if label else "")
    r = rng("inputs of " + name)
    if inputs is None:
        inputs = {"xyzw"[i]: values(r, k, *s) for i, (k, s) in enumerate(zip(kinds, shapes))}
    entries = [{"op": op, "name": "l", "inputs": list(inputs), **args}]
    if flat:
        entries.append({"op": "multiply", "name": "m", "inputs": ["l", next(iter(inputs))]})
    if column:
        entries.append({"op": "expand_dims", "name": "c", "inputs": [entries[-1]["name"]], "axis": 1})
    return case(name, inputs, *entries)


def elementwise():
    both = {"kinds": ("any", "any"), "shapes": ((3,), (3,))}
    for op in "add subtract multiply maximum minimum fmax fmin hypot logaddexp logaddexp2".split():
        yield operation(op, **both)
    for op in "divide true_divide divide_no_nan".split():
        yield operation(op, kinds=("any", "positive"), shapes=((3,), (3,)))
    for op in "floor_divide mod fmod".split():
        yield operation(op, kinds=("any", "positive"), shapes=((3,), (3,)), flat=True)
    yield operation("power", kinds=("positive", "any"), shapes=((3,), (3,)))
    for n in (1, 2, 3, 0.5, -1):
        yield operation("power", kinds=("positive",), label=str(n), x2=n)
    yield operation("power", label="whole", x2=3)
    yield operation("power", label="list", kinds=("positive",), x2=[1.5, 2, 0.5])
    yield operation("power", label="base", x1=2)
    yield operation("add", label="number", x2=1.25)
    yield operation("subtract", label="from", x1=2)
    yield operation("subtract", label="list", x2=[0.5, -1, 2])
    yield operation("true_divide", label="one", kinds=("positive",), x1=1)
    yield operation("multiply", label="stretched", kinds=("any", "any"), shapes=((2, 1), (1, 3)))
    yield operation("multiply", label="table", shapes=((2, 3),), x2=[[1, 2, 3], [0.5, -1, 0.25]])
    yield operation("maximum", label="number", x2=0.1)
    yield operation("heaviside", label="number", kinds=("whole",), flat=True, x2=0.5)
    yield operation("clip", x_min=-0.5, x_max=0.75)
    for op in "equal not_equal greater greater_equal less less_equal logical_and logical_or logical_xor".split():
        yield operation(op, kinds=("whole", "whole"), shapes=((4,), (4,)), flat=True)
    yield operation("greater", label="number", flat=True, x2=0)
    yield operation("not_equal", label="ids", kinds=("ids",), shapes=((4,),), x2=0)
    yield operation("isclose", flat=True, x2=[0.1, 0.2, 0.3], atol=0.5)
    yield operation("isin", kinds=("whole",), flat=True, x2=[1, 2])
    yield operation("isin", label="not", kinds=("whole",), flat=True, x2=[1, -2, 0], invert=True)
    yield operation("digitize", flat=True, bins=[-1, 0, 0.5])
    yield operation("where", kinds=("whole", "any", "any"), shapes=((3,), (3,), (3,)))
    yield operation("where", label="number", kinds=("whole", "any"), shapes=((3,), (3,)), x2=0)
    r = rng("a mask")
    x = values(r, "any", 2, 3)
    yield case(
        "where_mask", {"x": x},
        {"op": "greater", "name": "g", "inputs": ["x"], "x2": 0}, {"op": "multiply", "name": "t", "inputs": ["x"], "x2": 0.1},
        {"op": "where", "name": "w", "inputs": ["g", "x", "t"]},
    )  # fmt: skip
    for op in "logical_not isnan isinf isposinf isneginf isfinite isreal sign floor ceil trunc round zeros_like ones_like imag".split():
        yield operation(op, kinds=("whole" if op == "logical_not" else "any",), flat=True)
    yield operation("round", label="2", flat=True, decimals=2)
    yield operation("round", label="half", flat=True, inputs={"x": np.array([[0.5, 1.5, 2.5], [-0.5, -1.5, 0.49]])})
    yield operation("full_like", flat=True, fill_value=2.5)
    for op in "abs absolute fabs negative square exp exp2 expm1 erf erfc deg2rad rad2deg real conj conjugate copy nan_to_num".split():
        yield operation(op)
    for op in "sqrt rsqrt reciprocal log log2 log10 log1p cbrt".split():
        yield operation(op, kinds=("positive",))
    for dtype in ("float64", "bool", "int32"):
        yield operation("cast", label=dtype, kinds=("whole" if dtype == "bool" else "any",), flat=dtype != "float64", dtype=dtype)
    yield operation("stop_gradient", flat=True)
    for op in "relu relu6 sigmoid silu swish softplus softsign selu elu leaky_relu hard_sigmoid tanh gelu".split():
        yield operation(op)
    yield operation("gelu", label="exact", approximate=False)
    yield operation("leaky_relu", label="slope", negative_slope=0.3)
    yield operation("elu", label="alpha", alpha=0.5)


def trigonometric():
    for op in "sin cos tan sinh cosh arctan arcsinh sinc".split():
        yield operation(op)
    for op in "sin cos tan".split():
        yield operation(op, label="far", inputs={"x": np.array([[10.5, -33.25, 100.125]])})
    for op in "arcsin arccos arctanh".split():
        yield operation(op, kinds=("unit",))
    yield operation("arccosh", kinds=("above",))
    yield operation("arctan", label="far", inputs={"x": np.array([[10.5, -33.25, 0.01, 0]])})
    yield operation("arctan2", kinds=("any", "any"), shapes=((4,), (4,)))


def reductions():
    for op in "sum mean max min amax amin ptp prod var std logsumexp nansum nanprod nanmean".split():
        yield operation(op, shapes=((2, 3),), axis=1)
        yield operation(op, shapes=((2, 3),), label="keep", axis=[1, 2], keepdims=True)
    yield operation("sum", label="row", shapes=((4,),), column=True, axis=-1)
    yield operation("max", label="initial", shapes=((4,),), axis=-1, keepdims=True, initial=0.5)
    yield operation("prod", label="odd", shapes=((7,),), axis=-1, keepdims=True)
    for op in "any all".split():
        yield operation(op, kinds=("whole",), shapes=((2, 2),), axis=2, keepdims=True, flat=True)
    yield operation("count_nonzero", kinds=("whole",), shapes=((2, 3),), axis=-1)
    yield operation("average", shapes=((2, 3),), axis=1)
    yield operation("average", label="weights", shapes=((3,),), column=True, axis=1, weights=[0.5, 1, 2])
    for op in "argmax argmin".split():
        yield operation(op, shapes=((3, 2),), axis=1)
        yield operation(op, label="keep", shapes=((2, 3),), axis=-1, keepdims=True, flat=True)
    for op in "cumsum cumprod".split():
        yield operation(op, shapes=((5, 2),), axis=1)
    yield operation("trapezoid", shapes=((2, 4),), dx=0.5)
    r = rng("moments")
    yield case(
        "moments", {"x": values(r, "any", 2, 3)},
        {"op": "moments", "name": "l", "inputs": ["x"], "axes": [1]}, {"op": "multiply", "name": "m", "inputs": ["l", "l.1"]},
    )  # fmt: skip
    for op in "softmax log_softmax".split():
        yield operation(op, shapes=((2, 3),))
        yield operation(op, label="axes", shapes=((2, 3),), axis=[1, 2] if op == "softmax" else 1)
    yield operation("glu", shapes=((2, 4),))
    yield operation("normalize", shapes=((2, 3),))
    yield operation("normalize", label="3", shapes=((2, 3),), axis=1, order=3)
    yield operation("norm", shapes=((2, 3),), axis=-1)
    for p in (1, 3, "inf", "-inf"):
        yield operation("norm", label=str(p), shapes=((2, 3),), axis=1, ord=p, keepdims=True)
    yield operation("norm", label="matrix", shapes=((2, 3),), axis=[1, 2], keepdims=True)
    yield operation("rms_normalization", shapes=((3,),), epsilon=0.01)
    yield operation("rms_normalization", label="scale", shapes=((3,),), scale=[0.5, 1, 2])


def shapes():
    yield operation("reshape", shapes=((2, 3),), newshape=[-1, 3, 2])
    yield operation("reshape", label="flat", shapes=((2, 3),), newshape=[-1, 6])
    yield operation("expand_dims", axis=1)
    yield operation("expand_dims", label="last", axis=-1)
    yield operation("squeeze", shapes=((1, 3, 1),))
    yield operation("squeeze", label="axis", shapes=((1, 3, 1),), axis=-1)
    yield operation("transpose", shapes=((2, 3),), axes=[0, 2, 1])
    yield operation("swapaxes", shapes=((2, 3),), axis1=1, axis2=-1)
    yield operation("moveaxis", shapes=((1, 2, 3),), source=1, destination=-1)
    yield operation("flip", shapes=((2, 3),), axis=-1)
    yield operation("flip", label="two", shapes=((2, 3),), axis=[1, 2])
    yield operation("fliplr", shapes=((3,),))
    yield operation("roll", shapes=((4,),), shift=1, axis=1)
    yield operation("roll", label="two", shapes=((2, 3),), shift=[1, -1], axis=[1, 2])
    yield operation("broadcast_to", shapes=((1, 3),), shape=[None, 2, 3])
    yield operation("repeat", shapes=((2, 2),), repeats=3, axis=1)
    yield operation("tile", shapes=((2, 2),), repeats=[1, 2, 3])
    yield operation("pad", shapes=((2, 2),), pad_width=[[0, 0], [1, 0], [0, 2]], constant_values=0.5)
    for mode in ("reflect", "symmetric"):
        yield operation("pad", label=mode, shapes=((4,),), pad_width=[[0, 0], [2, 1]], mode=mode)
    for op in "tril triu".split():
        yield operation(op, shapes=((3, 3),))
        yield operation(op, label="k", shapes=((2, 3),), k=1)
    for op in "diagonal trace".split():
        yield operation(op, shapes=((3, 3),), column=op == "trace", axis1=1, axis2=2)
        yield operation(op, label="below", shapes=((3, 2),), column=op == "trace", axis1=1, axis2=2, offset=-1)
    yield operation("depth_to_space", shapes=((1, 2, 4),), block_size=2)
    yield operation("space_to_depth", shapes=((2, 4, 1),), block_size=2)
    two = {"kinds": ("any", "any")}
    yield operation("concatenate", **two, shapes=((2, 2), (2, 1)), axis=-1)
    yield operation("hstack", **two, shapes=((2,), (3,)))
    yield operation("stack", **two, shapes=((3,), (3,)), axis=1)
    yield operation("append", **two, shapes=((2,), (3,)), axis=1)
    for op, args in (
        ("split", {"indices_or_sections": 2, "axis": 1}), ("split", {"indices_or_sections": [1, 3], "axis": -1}),
        ("array_split", {"indices_or_sections": 3, "axis": 1}), ("hsplit", {"indices_or_sections": 2}), ("unstack", {"num": 4, "axis": 1}),
    ):  # fmt: skip
        name = op + ("_at" if args.get("indices_or_sections") == [1, 3] else "")
        r = rng(name)
        parts = ["l", "l.1"] + (["l.2"] if op == "array_split" or name == "split_at" else [])
        scaled = [{"op": "multiply", "name": f"s{i}", "inputs": [p], "x2": i + 1} for i, p in enumerate(parts)]
        tail = {"op": "stack" if op == "unstack" else "concatenate", "name": "c", "inputs": [s["name"] for s in scaled], "axis": 1}
        yield case(name, {"x": values(r, "any", 4)}, {"op": op, "name": "l", "inputs": ["x"], **args}, *scaled, tail)
    for label, k in {
        "column": [":", 1], "slice": [":", "1:"], "step": [":", "::2"], "back": [":", "::-1"], "negative": [":", "-3:-1"], "backstep": [":", "3:0:-2"], "new": [":", None, "1:3"],
    }.items():  # fmt: skip
        yield operation("get_item", label=label, shapes=((4,),), column=label == "column", key=k)
    for label, k in {"dots": ["...", 0], "both": [":", 0, "1:"], "first": [":", -1], "new": [":", 0, None], "newdots": [":", "...", None]}.items():
        yield operation("get_item", label="deep_" + label, shapes=((2, 3),), key=k)
    yield operation("take", shapes=((4,),), indices=[2, 0, 1, 1], axis=1)
    yield operation("take", label="shape", shapes=((4, 2),), indices=[[3, 0], [1, 2]], axis=1)
    yield operation("take", label="table", kinds=("ids",), shapes=((3,),), x=[[1, 2], [3, 4], [5, 6.5], [7, 8]], axis=0)
    yield operation("take_along_axis", kinds=("any", "ids"), shapes=((4,), (3,)), axis=1)
    yield operation("one_hot", kinds=("ids",), shapes=((3,),), num_classes=4)
    yield operation("one_hot", label="axis", kinds=("ids",), shapes=((3,),), num_classes=4, axis=1)
    yield operation("diff", shapes=((4, 2),), axis=1)
    yield operation("diff", label="2", shapes=((4,),), n=2)


def products():
    two = {"kinds": ("any", "any")}
    yield operation("matmul", **two, shapes=((2, 3), (3, 2)))
    yield operation("matmul", label="heads", **two, shapes=((2, 1, 3), (2, 3, 2)))
    yield operation("matmul", label="stretched", **two, shapes=((1, 2, 3), (2, 3, 1)))
    yield operation("matmul", label="right", x2=[[1, 2], [3, 4], [0.5, -1]])
    yield operation("matmul", label="left", shapes=((3, 2),), x1=[[1, 2, 0.5], [3, 4, -1]])
    yield operation("matmul", label="vector", shapes=((2, 3),), x2=[1, 2, -0.5])
    yield operation("dot", x2=[[1, 2], [3, 4], [0.5, -1]])
    yield operation("dot", label="number", x2=2.5)
    yield operation("dot", label="deep", shapes=((2, 3),), x2=[[1, 2], [3, 4], [0.5, -1]])
    yield operation("inner", x2=[[1, 2, 3], [3, 4, -1]])
    yield operation("tensordot", shapes=((2, 3),), x2=[[1, 2, 3], [3, 4, -1]], axes=2, column=True)
    yield operation("tensordot", label="pairs", shapes=((2, 3),), x2=[[1, 2], [3, 4]], axes=[[1], [0]])
    yield operation("cross", **two, shapes=((3,), (3,)))
    yield operation("einsum", **two, shapes=((2, 3), (2, 3)), subscripts="bqd,bkd->bqk")
    yield operation("einsum", label="outer", **two, shapes=((2,), (3,)), subscripts="bi,bj->bij")
    yield operation("einsum", label="dots", **two, shapes=((2, 3), (2, 3)), subscripts="...i,...i->...")
    yield operation("einsum", label="one", shapes=((2, 3),), subscripts="nij->nj")
    yield operation("einsum", label="transpose", shapes=((2, 3),), subscripts="aij->aji")
    yield operation("einsum", label="implicit", **two, shapes=((2, 3), (3,)), subscripts="aij,aj->ai")
    yield operation("einsum", label="three", kinds=("any",) * 3, shapes=((2,), (3,), (3, 2)), subscripts="bi,bj,bjk->bik")


def cases():
    for part in (elementwise, trigonometric, reductions, shapes, products):
        yield from part()
