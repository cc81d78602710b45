"""The next letter of Shakespeare with a decoder, as shakespeare_decoder.yaml has it."""

from common import Adam, PositionEmbedding, archives, keras, run

L = keras.layers


def build():
    ids = keras.Input((100,), dtype="int32")
    x = L.Embedding(65, 64)(ids)
    x = L.Add()([x, PositionEmbedding(100)(x)])
    for _ in range(2):
        n = L.LayerNormalization()(x)
        x = L.Add()([x, L.MultiHeadAttention(4, 16)(n, n, use_causal_mask=True)])
        n = L.LayerNormalization()(x)
        x = L.Add()([x, L.Dense(64)(L.Dense(128, activation="gelu")(n))])
    model = keras.Model(ids, L.Dense(65, activation="softmax")(L.LayerNormalization()(x)))
    model.compile(optimizer=Adam(0.002), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


run("shakespeare_decoder", build, *archives("shakespeare", "letters"), batch_size=64, epochs=2)
