"""Writes the vector files: `python make.py` all of them, `python make.py losses` one."""

import importlib
import sys

from vectors import write

FILES = {
    "layers": ["layers_core", "layers_data", "layers_activation", "layers_convolution", "layers_merge", "layers_normalization", "layers_mask", "layers_recurrent", "layers_wrapper"],
    "attention": ["layers_attention"],
    "images": ["layers_images"],
    "operations": ["operations"],
    "cells": ["cells_activation", "cells_convolution"],
    "ctc": ["ctc"],
    "volumes": ["layers_volumes"],
    "spectral": ["layers_spectral"],
    "losses": ["losses", "losses_reduction", "losses_region"],
    "metrics": ["metrics"],
    "trajectories": ["trajectories_optimizer", "trajectories_network"],
    "optimizers": ["trajectories_settings"],
    "convolution": ["trajectories_convolution"],
    "graphs": ["trajectories_graph"],
    "recurrent": ["trajectories_recurrent"],
    "whole": ["trajectories_whole"],
    "sequences": ["sequences_metrics", "sequences_steps", "sequences_stateful"],
    "fit": ["fit"],
    "batch_statistics": ["batch_statistics"],
    "augment": ["augment"],
    "preprocessing": ["preprocessing_text", "preprocessing_numbers"],
}


def main(names):
    for name in names or FILES:
        write(name, [c for part in FILES[name] for c in importlib.import_module(part).cases()])


main(sys.argv[1:])
