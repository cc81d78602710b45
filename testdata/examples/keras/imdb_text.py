"""Movie reviews from their folder, as imdb_text.yaml has it."""

from common import arguments, keras, np, run


def build():
    model = keras.Sequential(
        [
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
    return model


def read(folder):
    """text_dataset_from_directory over the two classes, in the order of their files (fit shuffles)."""
    return keras.utils.text_dataset_from_directory(folder, class_names=["neg", "pos"], batch_size=512, shuffle=False, verbose=False)


def arrays(data):
    batches = [(vectorize(x).numpy().astype("float32"), y.numpy()) for x, y in data]
    return tuple(np.concatenate(part) for part in zip(*batches))


data = arguments().data
train, test = read(data / "aclImdb" / "train"), read(data / "aclImdb" / "test")
vectorize = keras.layers.TextVectorization(max_tokens=10000, output_mode="multi_hot")
vectorize.adapt(train.map(lambda x, y: x))
run("imdb_text", build, arrays(train), arrays(test), batch_size=512, epochs=4)
