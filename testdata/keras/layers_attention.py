"""Cases for attention.json: EinsumDense, and the layers that attend."""

from record import case, chain, graph, one
from vectors import normal, rng

REGULARIZED = {"kernel_regularizer": {"l2": 0.01}, "bias_regularizer": {"l1": 0.02}}


def einsum_dense():
    r = rng("inputs of einsum dense")
    shapes = {
        "plain": ([3], "ab,bc->ac", [4], "c"),
        "steps": ([2, 3], "abc,cd->abd", [None, 2], "d"),
        "no_bias": ([2, 3], "abc,cd->abd", [2, 2], None),
        "before": ([2, 3], "...x,xy->...y", 2, "y"),
        "before_rank4": ([2, 2, 3], "...bx,bxyz->...byz", [2, 2, 2], "bz"),
        "after": ([3, 2, 3], "ab...,bc->ac...", [2], "c"),  # where the last axis is as long as the bias, this back end adds it there
        "heads": ([2, 3], "abc,cde->abde", [None, 2, 2], "de"),
        "joined": ([2, 2, 3], "abcd,cde->abe", [None, 2], "e"),
        "shared": ([2, 3], "nbc,bcd->nbd", [2, 2], "bd"),
        "one_axis_of_two": ([2, 3], "abc,bcde->abde", [2, 2, 2], "bd"),
        "moved": ([2, 3], "abc,cd->adb", [4, None], "d"),
        "summed": ([2, 3], "abc,cd->ad", [2], "d"),
        "scaled": ([2, 3], "abc,bc->abc", [2, 3], None),
    }
    for name, (shape, equation, output, bias) in shapes.items():
        yield case(
            f"einsum_{name}",
            one("EinsumDense", shape, equation=equation, output_shape=output, bias_axes=bias),
            {"x": normal(r, 2, *shape)},
        )
    yield case(
        "einsum_activation",
        one("EinsumDense", [2, 3], equation="abc,cd->abd", output_shape=[2, 2], bias_axes="d", activation="tanh", **REGULARIZED),
        {"x": normal(r, 2, 2, 3)},
    )


def attend(kind, query, value=None, key=None, mask=None, **args):
    """One layer over inputs q, v, k and m of these shapes."""
    shapes = {"q": query, "v": value, "k": key, "m": mask}
    inputs = {name: shape for name, shape in shapes.items() if shape}
    model = graph(inputs, [{kind: {"name": "l", "inputs": list(inputs), **args}}])
    if mask:
        model["inputs"]["m"]["dtype"] = "int32"
    return model


def draw(r, rows, query, value=None, key=None, mask=None):
    out = {"q": normal(r, rows, *query)}
    if value:
        out["v"] = normal(r, rows, *value)
    if key:
        out["k"] = normal(r, rows, *key)
    if mask:
        out["m"] = (r.random((rows, *mask)) < 0.6).astype("int32")
        out["m"][0, ..., 0, :] = 0  # a query without a key
    return out


def heads():
    r = rng("inputs of heads")
    qv = ([3, 4], [2, 5])
    variants = {
        "plain": (qv, {}),
        "key": (([3, 4], [2, 5], [2, 3]), {}),
        "self": (([3, 4],), {}),
        "no_bias": (qv, {"use_bias": False}),
        "value_dim": (qv, {"value_dim": 3}),
        "output_shape": (qv, {"output_shape": [3]}),
        "output_shape_two": (qv, {"output_shape": [2, 2]}),
        "gate": (qv, {"use_gate": True, "value_dim": 3}),
        "causal": (([3, 4], [4, 5]), {"use_causal_mask": True}),
        "causal_longer": (([4, 3], [2, 3]), {"use_causal_mask": True}),
        "window": (([4, 3], [4, 3]), {"sliding_window": 2}),
        "window_causal": (([4, 3],), {"sliding_window": 2, "use_causal_mask": True}),
        "mask": (([3, 4], [2, 5], None, [3, 2]), {"attention_mask": True}),
        "mask_key": (([3, 4], [2, 5], [2, 3], [3, 2]), {"attention_mask": True}),
        "mask_heads": (([3, 4], [2, 5], None, [2, 3, 2]), {"attention_mask": True}),
        "mask_causal": (([3, 4], [3, 4], None, [3, 3]), {"attention_mask": True, "use_causal_mask": True}),
        "regularized": (qv, REGULARIZED),
        "one_head": (qv, {"num_heads": 1}),
        "rank4": (([2, 2, 3], [2, 2, 3]), {}),
        "rank4_longer": (([2, 2, 3], [1, 3, 3]), {}),
        "rank4_second": (([2, 2, 3], [2, 3, 3]), {"attention_axes": [2]}),
        "rank4_first": (([2, 2, 3], [3, 2, 3]), {"attention_axes": [1]}),
        "rank4_swapped": (([2, 3, 2], [2, 3, 2]), {"attention_axes": [2, 1]}),
        "rank4_negative": (([2, 2, 3], [2, 3, 3]), {"attention_axes": -2}),
        "rank4_causal": (([2, 2, 3], [2, 2, 3]), {"attention_axes": 2, "use_causal_mask": True}),
    }
    for name, (shapes, args) in variants.items():
        model = attend("MultiHeadAttention", *shapes, **{"num_heads": 2, "key_dim": 2, **args})
        yield case(f"heads_{name}", model, draw(r, 2, *shapes))
    for name, args in {"": {}, "_causal": {"use_causal_mask": True}, "_window": {"sliding_window": 2}}.items():
        for training in (False, True):
            yield case(
                f"heads_dropout{name}{'_training' if training else ''}",
                attend("MultiHeadAttention", [3, 4], [3, 5], num_heads=2, key_dim=2, dropout=0.4, **args),
                draw(r, 2, [3, 4], [3, 5]),
                training=training,
            )


def groups():
    r = rng("inputs of groups")
    qv = ([3, 4], [2, 4])
    variants = {
        "plain": (qv, {}),
        "key": (([3, 4], [2, 4], [2, 3]), {}),
        "self": (([3, 4],), {}),
        "no_bias": (qv, {"use_bias": False}),
        "gate": (qv, {"use_gate": True}),
        "causal": (([3, 4],), {"use_causal_mask": True}),
        "window": (([4, 3],), {"sliding_window": 2}),
        "mask": (([3, 4], [2, 4], None, [3, 2]), {"attention_mask": True}),
        "mask_heads": (([3, 4], [2, 4], None, [4, 3, 2]), {"attention_mask": True}),
        "one": (qv, {"num_key_value_heads": 1}),
        "all": (qv, {"num_key_value_heads": 4}),
        "regularized": (qv, REGULARIZED),
    }
    for name, (shapes, args) in variants.items():
        model = attend("GroupedQueryAttention", *shapes, **{"num_query_heads": 4, "num_key_value_heads": 2, "head_dim": 2, **args})
        yield case(f"groups_{name}", model, draw(r, 2, *shapes))
    for training in (False, True):
        yield case(
            f"groups_dropout{'_training' if training else ''}",
            attend("GroupedQueryAttention", [3, 4], [2, 4], num_query_heads=2, num_key_value_heads=1, head_dim=2, dropout=0.4),
            draw(r, 2, [3, 4], [2, 4]),
            training=training,
        )


def single():
    r = rng("inputs of single attention")
    for kind, more in {
        "Attention": {
            "scale": {"use_scale": True},
            "concat": {"score_mode": "concat"},
            "concat_scale": {"score_mode": "concat", "use_scale": True},
        },
        "AdditiveAttention": {"no_scale": {"use_scale": False}},
    }.items():
        for name, args in {"plain": {}, "causal": {"use_causal_mask": True}, **more}.items():
            for form, shapes in {
                "": ([3, 2], [4, 2]),
                "_key": ([3, 2], [4, 3], [4, 2]),
                "_self": ([3, 2],),
            }.items():
                yield case(f"{kind.lower()}_{name}{form}", attend(kind, *shapes, **args), draw(r, 2, *shapes))
        yield case(
            f"{kind.lower()}_dropout_training",
            attend(kind, [3, 2], [4, 2], dropout=0.4),
            draw(r, 2, [3, 2], [4, 2]),
            training=True,
        )


def padded(name, kind, args, sources, r, **case_args):
    """A layer over sequences, of which ma and mb have steps of zeros, which are padding."""
    inputs = {n: s for n, s in {"a": [4, 3], "b": [3, 3]}.items() if any(n in s for s in sources)}
    layers = [{"Masking": {"name": "m" + n, "inputs": [n]}} for n in inputs if "m" + n in sources]
    xs = {n: normal(r, 2, *s) for n, s in inputs.items()}
    xs["a"][0, 2:] = xs["a"][1, 1] = 0
    if "b" in xs:
        xs["b"][0, 1] = xs["b"][1, 2:] = 0
    return case(name, graph(inputs, [*layers, {kind: {"name": "l", "inputs": sources, **args}}]), xs, **case_args)


def masks():
    r = rng("inputs of masked attention")
    kinds = {
        "MultiHeadAttention": {"num_heads": 2, "key_dim": 2},
        "GroupedQueryAttention": {"num_query_heads": 2, "num_key_value_heads": 1, "head_dim": 2},
        "Attention": {},
        "AdditiveAttention": {},
    }
    for kind, args in kinds.items():
        lower = kind.lower()
        for form, more in {"": {}, "_causal": {"use_causal_mask": True}}.items():
            for inputs in (["ma", "mb"], ["a", "mb"], ["ma", "b"], ["ma", "ma"], ["ma", "b", "mb"])[: 1 if form else None]:
                yield padded(f"masked_{lower}{form}_{'_'.join(inputs)}", kind, {**args, **more}, inputs, r)
        if kind in ("MultiHeadAttention", "GroupedQueryAttention"):
            for training in (False, True):
                name = f"masked_{lower}_dropout{'_training' if training else ''}"
                yield padded(name, kind, {"dropout": 0.4, "use_causal_mask": True, **args}, ["ma", "mb"], r, training=training)
        layers = [
            {"Embedding": {"name": "e", "input_dim": 4, "output_dim": 3, "mask_zero": True}},
            {kind: {"name": "l", "inputs": ["e", "e"], **args}},
            {"GlobalAveragePooling1D": {"name": "pool"}},  # of the steps that count
        ]
        ids = (r.integers(1, 4, (2, 4)) * [[1, 1, 0, 0], [1, 1, 1, 1]]).astype("int32")
        yield case(f"masked_{lower}_pooled", chain([4], *layers, dtype="int32"), {"x": ids})


def scores():
    """The scores as a second result, which a layer after it reads."""
    r = rng("inputs of scores")
    kinds = {
        "MultiHeadAttention": ({"num_heads": 2, "key_dim": 2}, ("", "_causal", "_dropout", "_dropout_training")),
        "GroupedQueryAttention": ({"num_query_heads": 4, "num_key_value_heads": 2, "head_dim": 2}, ("", "_dropout_training")),
        "Attention": ({}, ("", "_causal", "_dropout_training")),
        "AdditiveAttention": ({}, ("",)),
    }
    for kind, (args, forms) in kinds.items():
        for form in forms:
            more = {"use_causal_mask": True} if "causal" in form else {"dropout": 0.4} if "dropout" in form else {}
            layers = [
                {kind: {"name": "l", "inputs": ["q", "v"], "return_attention_scores": True, **args, **more}},
                {"Permute": {"name": "s", "dims": [3, 2, 1] if "num" in str(args) else [2, 1], "inputs": ["l.attention_scores"]}},
            ]
            model = graph({"q": [2, 3], "v": [2, 3]}, layers, outputs=["l", "s"])
            yield case(f"scores_{kind.lower()}{form}", model, draw(r, 2, [2, 3], [2, 3]), training="training" in form)


def blocks():
    r = rng("inputs of blocks")
    yield case(
        "transformer_block",
        graph(
            {"x": [3, 4]},
            [
                {"LayerNormalization": {"name": "n1", "epsilon": 1e-6, "inputs": ["x"]}},
                {"MultiHeadAttention": {"name": "att", "num_heads": 2, "key_dim": 2, "use_causal_mask": True, "inputs": ["n1", "n1"]}},
                {"Add": {"name": "a1", "inputs": ["x", "att"]}},
                {"LayerNormalization": {"name": "n2", "epsilon": 1e-6}},
                {"Dense": {"name": "up", "units": 5, "activation": "gelu"}},
                {"Dense": {"name": "down", "units": 4}},
                {"Add": {"name": "a2", "inputs": ["a1", "down"]}},
            ],
        ),
        {"x": normal(r, 2, 3, 4)},
    )


def cases():
    for part in (einsum_dense, heads, groups, single, masks, scores, blocks):
        yield from part()
