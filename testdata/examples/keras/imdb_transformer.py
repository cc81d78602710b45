"""Movie reviews through a block of a transformer's encoder, as imdb_transformer.yaml has it."""

from common import PositionEmbedding, arguments, keras, run
from reviews import read

L = keras.layers


def build():
    ids = keras.Input((200,), dtype="int32")
    words = L.Embedding(20000, 32)(ids)
    words = L.Add()([words, PositionEmbedding(200)(words)])
    attended = L.Dropout(0.1)(L.MultiHeadAttention(2, 16)(words, words))
    x = L.LayerNormalization(epsilon=1e-6)(L.Add()([words, attended]))
    x = L.LayerNormalization(epsilon=1e-6)(L.Add()([x, L.Dense(32)(L.Dense(32, activation="relu")(x))]))
    x = L.Dropout(0.1)(L.GlobalAveragePooling1D()(x))
    x = L.Dropout(0.1)(L.Dense(20, activation="relu")(x))
    model = keras.Model(ids, L.Dense(1, activation="sigmoid")(x))
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


data = arguments().data
run("imdb_transformer", build, read(data, "train"), read(data, "test"), batch_size=64, epochs=2)
