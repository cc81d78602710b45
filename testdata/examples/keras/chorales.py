"""The next chord of Bach's chorales, as chorales.yaml has it."""

from common import archives, keras, run


def build():
    model = keras.Sequential(
        [
            keras.Input((32, 46)),
            keras.layers.GRU(64, return_sequences=True),
            keras.layers.Dense(46, activation="sigmoid"),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.005), loss="binary_crossentropy", metrics=["binary_accuracy"])
    return model


run("chorales", build, *archives("chorales", "chords"), batch_size=32, epochs=20)
