"""Cases for ctc.json: the loss, in the float64 of PyTorch, which Keras's TensorFlow back end, that knows float32 alone, is held to."""

import numpy as np
import torch

from env import keras, tf
from vectors import normal, rng, tensor, tensors

# Labels of one, of several, of none; alike ones in a row, which need a blank between; as many as there are steps.
CASES = {
    "ctc": (4, 5, 4, [[1, 2, 0], [1, 1, 0], [0, 0, 0], [3, 2, 1]], {}),
    "ctc_repeated": (3, 5, 3, [[1, 1, 1], [2, 1, 2], [2, 2, 0]], {}),
    "ctc_full": (2, 4, 5, [[1, 2, 3, 4], [4, 2, 0, 0]], {}),
    "ctc_one_label": (3, 2, 2, [[1], [0], [1]], {}),
    "ctc_one_step": (3, 1, 3, [[1], [0], [2]], {}),
    "ctc_weighted": (4, 5, 4, [[1, 2], [1, 1], [0, 0], [3, 2]], {"weights": [0.5, 2, 1, 0]}),
    "ctc_sum": (4, 5, 4, [[1, 2], [1, 1], [0, 0], [3, 2]], {"reduction": "sum"}),
    "ctc_long": (2, 20, 6, [[1, 2, 2, 5, 3, 3, 3, 0], [4, 0, 0, 0, 0, 0, 0, 0]], {}),
    "ctc_saturated": (2, 5, 3, [[1, 2], [2, 2]], {"scale": 30}),
}


def cases():
    for name, (n, steps, classes, labels, more) in CASES.items():
        r = rng(name)
        x, kernel = normal(r, n, steps, 3, scale=more.get("scale", 1)), normal(r, 3, classes)
        y = np.array(labels)
        settings = {"max_length": y.shape[1], **({"reduction": more["reduction"]} if "reduction" in more else {})}
        model = {
            "name": "network",
            "inputs": {"x": {"shape": [steps, 3]}},
            "layers": [{"Dense": {"units": classes, "use_bias": False, "name": "d"}}],
            "compile": {"optimizer": "sgd", "loss": {"ctc": settings}},
        }
        xs, ks = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (x, kernel))
        logits = xs @ ks
        lengths = torch.tensor((y != 0).sum(-1))
        each = torch.nn.functional.ctc_loss(
            logits.log_softmax(-1).transpose(0, 1), torch.tensor(y), torch.full((n,), steps), lengths, blank=0, reduction="none"
        )
        weights = more.get("weights", [1] * n)
        loss = (each * torch.tensor(weights)).sum() / (1 if "reduction" in more else n)
        loss.backward()
        theirs = keras.losses.CTC(reduction=more.get("reduction", "sum_over_batch_size"))
        kt = tf.Variable(kernel, dtype="float32")
        with tf.GradientTape() as tape:
            value = theirs(y, tf.constant(x, "float32") @ kt, sample_weight=np.array(weights, "float32"))
        np.testing.assert_allclose(value, loss.item(), rtol=1e-4)
        np.testing.assert_allclose(tape.gradient(value, kt), ks.grad.numpy(), rtol=1e-3, atol=1e-4)
        out = {"name": name, "model": model, "weights": tensors({"d/kernel": kernel}), "inputs": {"x": tensor(x)}, "target": tensor(y)}
        if "weights" in more:
            out["sample_weight"] = tensor(np.array(weights))
        out["outputs"] = {"d": tensor(logits.detach().numpy())}
        out["loss"] = loss.item()
        out["input_grads"] = {"x": tensor(xs.grad.numpy())}
        out["weight_grads"] = tensors({"d/kernel": ks.grad.numpy()})
        yield out
