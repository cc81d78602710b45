"""Sets up Keras so that the same script writes the same bytes on every run.

Import this before keras: the back end and the thread counts are read once, at import.
"""

import os

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
# oneDNN picks kernels by CPU; Eigen's plain ones are the steadier reference.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")

import keras  # noqa: E402
import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow.python.ops import math_ops  # noqa: E402

THREADS = int(os.environ.get("KERAS_REFERENCE_THREADS", "1"))
tf.config.threading.set_intra_op_parallelism_threads(THREADS)
tf.config.threading.set_inter_op_parallelism_threads(1)


def set_float(dtype):
    """Makes dtype ("float32" or "float64") the precision of everything built from here on."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(1)
    keras.config.set_floatx(dtype)
    keras.config.set_dtype_policy(dtype)


def exact_constants():
    """Lets float64 be float64: constants are no longer rounded to float32 on their way into a formula.

    tf.cast reads a Python float as float32 before it casts it, so under floatx float64 Keras computes with
    0.8999999761581421 for beta_1 = 0.9 (and likewise for the factors of l1 and l2, the scale of Rescaling,
    and the root of one half in gelu); the slope of tf.nn.leaky_relu is stored in a float32. For float32
    nothing changes: the one rounding happens at the same place.
    """
    cast, leaky_relu = math_ops.cast, tf.nn.leaky_relu

    def exact_cast(x, dtype, name=None):
        return cast(np.float64(x) if type(x) is float else x, dtype, name)

    def exact_leaky_relu(features, alpha=0.2, name=None):
        if features.dtype == tf.float64:
            return tf.where(features > 0, features, features * alpha)
        return leaky_relu(features, alpha, name)

    log = keras.src.ops.log
    keras.src.ops.log = lambda x: log(np.float64(x) if type(x) is float else x)  # of 2, in log_cosh
    math_ops.cast = tf.cast = exact_cast
    tf.nn.leaky_relu = exact_leaky_relu


exact_constants()


def versions():
    import platform

    return {
        "python": platform.python_version(),
        "keras": keras.__version__,
        "backend": "tensorflow " + tf.__version__,
    }
