"""Writes events.bin, an event file of TensorFlow 2.21.0.  Run:  python events.py"""

import glob
import shutil
import tempfile

import tensorflow as tf

folder = tempfile.mkdtemp()
writer = tf.summary.create_file_writer(folder)
with writer.as_default():
    tf.summary.scalar("epoch_loss", 0.25, step=3)
    tf.summary.scalar("epoch_accuracy", 0.0, step=0)
    tf.summary.histogram("hidden/kernel/histogram", tf.constant([[0.5, -1.0], [2.0, 0.25], [0.3, 0.7]]), step=300)
    tf.summary.histogram("hidden/bias/histogram", tf.constant([0.5, 0.5, 0.5]), step=1)
    tf.summary.histogram("empty/histogram", tf.constant([]), step=1)
writer.close()
shutil.copy(glob.glob(folder + "/*")[0], "events.bin")
shutil.rmtree(folder)
