"""Draws shapes.npz: images of discs, boxes and triangles among lines, in noise, and where the shapes are.

    python shapes.py DIR        # with NumPy
"""

import pathlib
import sys

import numpy as np

SIZE = 32


def draw(r):
    """An image of one to three shapes and some lines, and a mask of the shapes."""
    y, x = np.mgrid[:SIZE, :SIZE]
    image = np.full((SIZE, SIZE), r.uniform(0, 0.4)) + r.uniform(-0.01, 0.01) * x + r.uniform(-0.01, 0.01) * y
    mask = np.zeros((SIZE, SIZE), bool)
    for _ in range(r.integers(2, 6)):  # lines, which are no shapes
        a, at = r.uniform(0, np.pi), r.uniform(-10, 10)
        near = np.abs((x - SIZE / 2) * np.cos(a) + (y - SIZE / 2) * np.sin(a) - at) < 0.7
        image[near] = r.uniform(0.4, 1)
    for _ in range(r.integers(1, 4)):
        cx, cy, size, a = r.uniform(5, SIZE - 5), r.uniform(5, SIZE - 5), r.uniform(3, 8), r.uniform(0, 2 * np.pi)
        u, v = (x - cx) * np.cos(a) + (y - cy) * np.sin(a), (y - cy) * np.cos(a) - (x - cx) * np.sin(a)
        inside = [
            u * u + v * v < size * size,
            (np.abs(u) < size) & (np.abs(v) < 0.6 * size),
            (v > -0.6 * size) & (1.7 * np.abs(u) + v < size),
        ][r.integers(3)]
        image[inside] = r.uniform(0.6, 1)
        mask |= inside
    return image + r.normal(0, 0.05, image.shape), mask


def main(folder):
    r = np.random.default_rng(1)
    images, masks = (np.stack(a).astype("float32")[..., None] for a in zip(*(draw(r) for _ in range(6500))))
    np.savez_compressed(pathlib.Path(folder) / "shapes.npz", images=images[:6000], masks=masks[:6000], fresh_images=images[6000:], fresh_masks=masks[6000:])


if __name__ == "__main__":
    main(sys.argv[1])
