"""Movie reviews read in both directions, as imdb_bilstm.yaml has it."""

from common import arguments, keras, run
from reviews import read


def build():
    model = keras.Sequential(
        [
            keras.Input((200,), dtype="int32"),
            keras.layers.Embedding(20000, 32, mask_zero=True),
            keras.layers.Bidirectional(keras.layers.LSTM(32)),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


data = arguments().data
run("imdb_bilstm", build, read(data, "train"), read(data, "test"), batch_size=64, epochs=2)
