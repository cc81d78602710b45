"""Boston housing, as boston.yaml has it."""

from common import Number, arguments, encoded, keras, run, table, target


def build():
    model = keras.Sequential(
        [
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1),
        ]
    )
    model.compile(optimizer="rmsprop", loss="mse", metrics=["mae"])
    return model


data = arguments().data
train, test = table(data / "boston_train.csv"), table(data / "boston_test.csv")
x, x_test = encoded({name: Number() for name in train if name != "medv"}, 0, train, test)
y, y_test = (target(t, "medv") for t in (train, test))
run("boston", build, (x, y), (x_test, y_test), batch_size=16, epochs=130)
