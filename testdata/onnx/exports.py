"""Writes real exports, with rows and what their framework makes of them, laid out as ONNX's backend tests.

    python exports.py DIR [NAME...]     # scikit-learn 1.9.1, skl2onnx 1.20.0, torch 2.15.0, torchvision 0.29.2, jax 0.10.2, jax2onnx 0.17.1

Weights are random or fitted to scikit-learn's own data. A classifier's classes are in classes.txt.
"""
import os
import sys

import numpy as np
import onnx
from onnx import numpy_helper


def write(root, name, model, inputs, outputs, bind=(), classes=()):
    data = f"{root}/{name}/test_data_set_0"
    os.makedirs(data, exist_ok=True)
    with open(f"{root}/{name}/model.onnx", "wb") as f:
        f.write(model)
    for kind, list_ in ("input", inputs), ("output", outputs):
        for i, x in enumerate(list_):
            with open(f"{data}/{kind}_{i}.pb", "wb") as f:
                f.write(numpy_helper.from_array(np.ascontiguousarray(x)).SerializeToString())
    for file, lines in ("bind.txt", bind), ("classes.txt", classes):
        if len(lines):
            with open(f"{root}/{name}/{file}", "w") as f:
                f.write("".join(f"{x}\n" for x in lines))


def sklearn_models():
    from sklearn.compose import make_column_transformer
    from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
    from sklearn.decomposition import PCA
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge, SGDClassifier
    from sklearn.neural_network import MLPClassifier, MLPRegressor
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import Binarizer, MinMaxScaler, Normalizer, OneHotEncoder, StandardScaler

    iris, cancer, diabetes = load_iris(), load_breast_cancer(), load_diabetes()
    three, two = iris.target_names[iris.target], cancer.target_names[cancer.target]
    mlp = lambda **a: MLPClassifier((9, 5), max_iter=300, random_state=0, **a)
    scaled = lambda *steps: make_pipeline(StandardScaler(), *steps)
    columns = make_column_transformer((StandardScaler(), [0, 1]), (OneHotEncoder(handle_unknown="ignore"), [2]))
    x, b, d = iris.data, cancer.data, diabetes.data
    pairs = np.stack([diabetes.target, -diabetes.target], 1)
    return {
        "mlp": (scaled(mlp()), x, iris.target), "mlp_names": (scaled(mlp(activation="tanh")), x, three),
        "mlp_two": (scaled(mlp()), b, cancer.target), "mlp_two_names": (scaled(mlp(activation="logistic")), b, two),
        "mlp_normalizer": (make_pipeline(Normalizer(), mlp()), x, three),
        "mlp_regressor": (scaled(MLPRegressor(hidden_layer_sizes=(9,), random_state=0)), d, diabetes.target),
        "logistic": (scaled(LogisticRegression()), x, three), "logistic_two": (scaled(LogisticRegression()), b, cancer.target),
        "logistic_pca": (scaled(PCA(2), LogisticRegression()), x, three),
        "logistic_imputer": (make_pipeline(SimpleImputer(), LogisticRegression(max_iter=500)), np.where(x > 6.5, np.nan, x), three),
        "logistic_binarizer": (make_pipeline(Binarizer(threshold=2), LogisticRegression()), x, three),
        "logistic_onehot": (make_pipeline(columns, LogisticRegression()), np.round(x), three),
        "sgd": (scaled(SGDClassifier(loss="log_loss", random_state=0)), x, three),
        "linear": (scaled(LinearRegression()), d, diabetes.target), "ridge": (make_pipeline(MinMaxScaler(), Ridge()), d, pairs),
    }


def write_sklearn(root, chosen):
    from skl2onnx import to_onnx

    for name, (model, x, y) in sklearn_models().items():
        if chosen and name not in chosen:
            continue
        x = x.astype(np.float32)
        model.fit(x, y)
        classes = getattr(model, "classes_", ())
        rows = x[::7].copy()
        want = model.predict_proba(rows) if len(classes) else model.predict(rows).reshape(len(rows), -1)
        if len(classes):
            assert (classes[want.argmax(1)] == model.predict(rows)).all()
        write(root, "sklearn_" + name, to_onnx(model, x[:1], target_opset=15).SerializeToString(), [rows], [want.astype(np.float32)], classes=classes)


def torch_models():
    import torch
    import torchvision.models as vision
    from torch import nn

    class Over(nn.Module):  # a recurrent layer between an embedding and an answer at every step, or at the last
        def __init__(self, kind, last):
            super().__init__()
            self.embedding, self.last = nn.Embedding(50, 16), last
            self.layer, self.head = kind(16, 24, batch_first=True, bidirectional=not last, num_layers=2), nn.Linear(24 if last else 48, 7)

        def forward(self, ids):
            y = self.layer(self.embedding(ids))[0]
            return self.head(y[:, -1] if self.last else y)

    class Sentence(nn.Module):  # as all-MiniLM-L6-v2 is shaped, with the mean of its tokens
        def __init__(self, layers=6, width=384):
            super().__init__()
            self.words, self.places = nn.Embedding(1000, width), nn.Embedding(64, width)
            self.norm = nn.LayerNorm(width, eps=1e-12)
            block = nn.TransformerEncoderLayer(width, 12, 4 * width, activation="gelu", batch_first=True)
            self.blocks = nn.TransformerEncoder(block, layers, enable_nested_tensor=False)

        def forward(self, ids):
            y = self.norm(self.words(ids) + self.places(torch.arange(ids.shape[1])))
            return nn.functional.normalize(self.blocks(y).mean(1), dim=1)

    torch.manual_seed(0)
    image, ids = torch.randn(1, 3, 64, 64), torch.randint(0, 50, (1, 12))
    made = {name: (lambda name=name: getattr(vision, name)(), image) for name in ("resnet18", "mobilenet_v2", "mobilenet_v3_small", "efficientnet_b0", "densenet121")}
    made["vgg11_bn"] = (vision.vgg11_bn, torch.randn(1, 3, 224, 224))  # the old export takes no other size
    made |= {"lstm_tagger": (lambda: Over(nn.LSTM, False), ids), "gru": (lambda: Over(nn.GRU, True), ids), "sentence": (Sentence, ids)}
    encoder = lambda: nn.TransformerEncoder(nn.TransformerEncoderLayer(32, 4, 64, batch_first=True), 2, enable_nested_tensor=False)
    return made | {"transformer": (encoder, torch.randn(1, 10, 32))}


def write_torch(root, chosen):
    import io

    import torch

    for name, (make, x) in torch_models().items():
        for dynamo in (False, True):
            full = f"{name}_{'dynamo' if dynamo else 'script'}"
            if chosen and name not in chosen and full not in chosen:
                continue
            torch.manual_seed(1)
            model = make().eval()
            for m in model.modules():  # statistics as after training
                if isinstance(m, torch.nn.BatchNorm2d):
                    m.running_mean.normal_(std=0.1), m.running_var.uniform_(0.5, 1.5)
                if isinstance(m, torch.nn.TransformerEncoderLayer):  # the first one's are copied into all of them
                    for p in m.parameters():
                        torch.nn.init.xavier_uniform_(p) if p.ndim > 1 else p.data.add_(0.1 * torch.randn_like(p))
            with torch.no_grad():
                want = model(x).numpy()
            file = io.BytesIO()
            if dynamo:
                torch.onnx.export(model, (x,), dynamo=True, dynamic_shapes=({0: torch.export.Dim("batch")},), external_data=False, verbose=False).save(file)
            else:
                torch.onnx.export(model, (x,), file, dynamo=False, dynamic_axes={"x": {0: "batch"}}, input_names=["x"])
            write(root, "torch_" + full, file.getvalue(), [x.numpy()], [want])


def jax_models():
    import jax.numpy as jnp
    from jax import lax, nn

    random = np.random.default_rng(0)
    weight = lambda *shape: (random.standard_normal(shape) / np.sqrt(np.prod(shape[:-1]))).astype(np.float32)
    conv = lambda x, k, pad: lax.conv_general_dilated(x, k, k.shape[:2] if pad == "VALID" else (2, 2), pad, dimension_numbers=("NHWC", "HWIO", "NHWC"))

    def norm(x, axes=-1):
        x = x - x.mean(axes, keepdims=True)
        return x * lax.rsqrt((x**2).mean(axes, keepdims=True) + 1e-6)

    kernels, head, bias = [weight(3, 3, a, b) for a, b in ((3, 16), (16, 32), (32, 48))], weight(48, 10), weight(10)

    def cnn(x):
        for k in kernels:
            x = nn.relu(norm(conv(x, k, "SAME"), (1, 2)))
        return nn.log_softmax(x.mean((1, 2)) @ head + bias)

    patch, place, last = weight(8, 8, 3, 64), weight(16, 64), weight(64, 10)
    blocks = [(weight(64, 3, 4, 16), weight(64, 64), weight(64, 128), weight(128, 64)) for _ in range(2)]

    def transformer(x):
        x = conv(x, patch, "VALID").reshape(-1, 16, 64) + place
        for qkv, out, up, down in blocks:
            q, k, v = jnp.moveaxis(jnp.einsum("btc,cshd->btshd", norm(x), qkv), 2, 0)
            p = nn.softmax(jnp.einsum("bqhd,bkhd->bhqk", q, k) / 4)
            x = x + jnp.einsum("bhqk,bkhd->bqhd", p, v).reshape(-1, 16, 64) @ out
            x = x + nn.gelu(norm(x) @ up) @ down
        return norm(x.mean(1)) @ last

    return {"cnn": cnn, "transformer": transformer}


def write_jax(root, chosen):
    import jax
    from jax2onnx import to_onnx

    for name, f in jax_models().items():
        if not chosen or name in chosen or "jax_" + name in chosen:
            x = np.random.default_rng(1).standard_normal((1, 32, 32, 3), np.float32)
            model = to_onnx(f, [("B", *x.shape[1:])], model_name=name)
            write(root, "jax_" + name, model.SerializeToString(), [x], [np.asarray(jax.jit(f)(x))])


if __name__ == "__main__":
    for part in write_sklearn, write_torch, write_jax:
        part(sys.argv[1], sys.argv[2:])
