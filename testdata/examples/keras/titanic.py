"""Titanic, as titanic.yaml has it."""

from common import Category, Number, arguments, cut, encoded, keras, run, table, target

FEATURES = {
    "Age": Number(missing="median"),
    "Fare": Number(log1p=True),
    "SibSp": Number(),
    "Parch": Number(),
    "Pclass": Category(vocabulary=["1", "2", "3"]),
    "Sex": Category(vocabulary=["female", "male"]),
    "Embarked": Category(vocabulary=["S", "C", "Q"], missing="most_frequent"),
}


def build():
    model = keras.Sequential(
        [
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


train, test = cut(table(arguments().data / "titanic.csv"), 0.2)
x, x_test = encoded(FEATURES, 0.2, train, test)
y, y_test = (target(t, "Survived", ["1"]) for t in (train, test))
run("titanic", build, (x, y), (x_test, y_test), batch_size=32, epochs=30, validation_split=0.2)
