"""Airline passengers, as airline_lstm.yaml has it."""

from common import arguments, cut, keras, np, run, table, target


def build():
    model = keras.Sequential(
        [
            keras.layers.LSTM(32),
            keras.layers.Dense(1),
            keras.layers.Rescaling(100),
        ]
    )
    model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
    return model


def windows(x, y):
    made = keras.utils.timeseries_dataset_from_array(x, y[12:], sequence_length=12, batch_size=None)
    return tuple(np.stack(part) for part in zip(*made.as_numpy_iterator()))


train, test = (target(t, "Passengers") for t in cut(table(arguments().data / "airline-passengers.csv"), 0.33))
low, high = train.min(), train.max()
train, test = (windows((t - low) / (high - low), t) for t in (train, test))
run("airline_lstm", build, train, test, batch_size=8, epochs=200)
