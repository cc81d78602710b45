"""California housing, as california.yaml has it."""

from common import Category, Number, arguments, encoded, keras, run, table, target

FEATURES = {
    "longitude": Number(),
    "latitude": Number(),
    "housing_median_age": Number(),
    "total_rooms": Number(log1p=True),
    "total_bedrooms": Number(missing="median", log1p=True),
    "population": Number(log1p=True),
    "households": Number(log1p=True),
    "median_income": Number(),
    "ocean_proximity": Category(6),
}


def build():
    model = keras.Sequential(
        [
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(1),
            keras.layers.Rescaling(100000),
        ]
    )
    model.compile(optimizer="adam", loss="mse", metrics=["mae"])
    return model


data = arguments().data
train, test = table(data / "california_train.csv"), table(data / "california_test.csv")
x, x_test = encoded(FEATURES, 0.1, train, test)
y, y_test = (target(t, "median_house_value") for t in (train, test))
run("california", build, (x, y), (x_test, y_test), batch_size=64, epochs=20, validation_split=0.1)
