"""The form of a case in preprocessing.json.gz."""

import numpy as np


def case(name, kind, settings, **rest):
    """settings are the arguments of the Keras layer or function; train is what it was adapted to; expected answers rows."""
    return {"name": name, "kind": kind, "settings": settings, **rest}


def nested(array):
    """An array as lists in lists, its numbers in their own width (so that a float32 is written with its digits only)."""
    array = np.asarray(array)
    return [nested(x) for x in array] if array.ndim > 1 else list(array)
