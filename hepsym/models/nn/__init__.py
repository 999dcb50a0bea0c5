"""Layers that models are made of."""

from hepsym.models.nn.mlp import MLP, Tape

__all__ = ["MLP", "Tape"]
