"""The next letter of Shakespeare with a GRU, as shakespeare_gru.yaml has it."""

from common import Adam, archives, keras, run


def build():
    model = keras.Sequential(
        [
            keras.Input((100,), dtype="int32"),
            keras.layers.Embedding(65, 16),
            keras.layers.GRU(128, return_sequences=True),
            keras.layers.Dense(65, activation="softmax"),
        ]
    )
    model.compile(optimizer=Adam(0.005), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


run("shakespeare_gru", build, *archives("shakespeare", "letters"), batch_size=64, epochs=2)
