"""Pima diabetes, as pima.yaml has it."""

from common import Number, arguments, cut, encoded, keras, run, table, target

COLUMNS = "pregnancies glucose pressure skin insulin mass pedigree age".split()


def build():
    model = keras.Sequential(
        [
            keras.layers.Dense(12, activation="relu"),
            keras.layers.Dense(8, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


train, test = cut(table(arguments().data / "pima-indians-diabetes.csv", [*COLUMNS, "diabetes"]), 0.2)
x, x_test = encoded({c: Number() for c in COLUMNS}, 0, train, test)
y, y_test = (target(t, "diabetes", ["1"]) for t in (train, test))
run("pima", build, (x, y), (x_test, y_test), batch_size=10, epochs=30)
