"""Adult income, as adult.yaml has it."""

from common import Category, Number, arguments, encoded, keras, run, table, target

HEADER = (
    "age workclass fnlwgt education education_num marital_status occupation relationship race sex "
    "capital_gain capital_loss hours_per_week native_country income"
).split()
FEATURES = {
    "age": Number(),
    "education_num": Number(),
    "capital_gain": Number(log1p=True),
    "capital_loss": Number(log1p=True),
    "hours_per_week": Number(),
    "workclass": Category(9),
    "education": Category(17),
    "marital_status": Category(8),
    "occupation": Category(15),
    "relationship": Category(7),
    "race": Category(6),
    "sex": Category(vocabulary=["Female", "Male"]),
    "native_country": Category(20),
}


def build():
    model = keras.Sequential(
        [
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dropout(0.2),
            keras.layers.Dense(32, activation="relu"),
            keras.layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    return model


data = arguments().data
train, test = table(data / "adult-train.csv", HEADER), table(data / "adult-test.csv", HEADER)
x, x_test = encoded(FEATURES, 0.1, train, test)
y, y_test = (target(t, "income", [">50K", ">50K."]) for t in (train, test))
run("adult", build, (x, y), (x_test, y_test), batch_size=128, epochs=10, validation_split=0.1)
