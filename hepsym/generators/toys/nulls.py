"""Which tables carry no equation and no flow that keeps their density? Nulls of eleven kinds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["KINDS", "Null", "null"]

Floats = NDArray[np.float64]

KINDS = (
    "gaussian", "cube", "mixture", "skewed", "shuffled", "heavy", "nearly degenerate", "shell",
    "whole numbers", "warped", "sheet",
)  # fmt: skip
ROUND = {"gaussian", "shell"}
"""Kinds that do carry so(D), which may be told"""
IRREGULAR = {"mixture", "warped", "whole numbers", "sheet"}
"""Kinds without a reflection, an exchange or a turn, in any linear coordinates"""


@dataclass(frozen=True, slots=True, eq=False)
class Null:
    """A table that obeys no equation of degree three or less."""

    kind: str
    rows: Floats
    """(n, D)"""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names that say nothing."""
        return tuple(f"c{i}" for i in range(self.rows.shape[1]))

    @property
    def symmetric(self) -> bool:
        """Whether a continuous linear symmetry of the density is true."""
        return self.kind in ROUND

    @property
    def irregular(self) -> bool:
        """Whether no discrete linear symmetry of the density is true."""
        return self.kind in IRREGULAR

    @property
    def dimension(self) -> int:
        """The number of columns, but for a sheet, which is a smooth surface in them."""
        return int(self.rows.shape[1]) - (self.kind == "sheet")


def null(seed: int) -> Null:
    """Table number `seed`: its kind is seed mod 11, its rows 300 to 10,000 and columns 2 to 20 by chance.

    One in ten has 9 to 20 columns, and one in fifty, of at most 8 columns, 30,000 rows.
    """
    rng = np.random.Generator(np.random.Philox(key=[seed, 41]))
    wide = rng.uniform() < 0.1
    d = int(rng.integers(9, 21)) if wide else int(rng.integers(2, 9))
    n = int(rng.choice([300, 1000, 3000, 10_000], p=[0.35, 0.35, 0.25, 0.05]))
    if not wide and rng.uniform() < 0.02:
        n = 30_000
    kind = KINDS[seed % len(KINDS)]
    return Null(kind, _rows(kind, n, d, rng))


def _rows(kind: str, n: int, d: int, rng: np.random.Generator) -> Floats:
    mix = rng.normal(size=(d, d))
    if kind == "gaussian":
        normal: Floats = rng.normal(size=(n, d)) @ mix
        return normal
    if kind == "cube":
        return rng.uniform(size=(n, d)) * 10.0 ** rng.uniform(-3, 3, d)
    if kind == "mixture":  # components of unlike shapes, so that no rotation is left
        which = rng.choice(3, n, p=[0.5, 0.3, 0.2])
        shapes = rng.normal(size=(3, d, d)) / np.sqrt(d)
        centres = 2 * rng.normal(size=(3, d))
        blobs: Floats = centres[which] + np.einsum("ni,nij->nj", rng.normal(size=(n, d)), shapes[which])
        return blobs
    if kind == "skewed":
        out: Floats = rng.exponential(size=(n, d)) @ mix
        return out
    if kind == "shuffled":  # columns of a curve, each in an order of its own
        t = rng.uniform(0, 2 * np.pi, n)
        curve = [np.cos(t), t, np.cos(t) ** 2, t * t, np.sin(2 * t) + t, np.exp(t / 3)]
        return np.column_stack([rng.permutation(curve[j % 6]) for j in range(d)])
    if kind == "heavy":
        return rng.standard_t(4, size=(n, d)) * 10.0 ** rng.uniform(-3, 3, d)
    if kind == "nearly degenerate":  # a condition number to 10^4
        widths = 10.0 ** np.concatenate([[0.0, rng.uniform(-4, -1)], rng.uniform(-3, 0, d - 2)])
        turn, _ = np.linalg.qr(mix)
        thin: Floats = rng.gamma(2.0, size=(n, d)) * widths @ turn
        return thin
    if kind == "shell":  # thick by 5 to 20 %
        z = rng.normal(size=(n, d))
        r = 1 + rng.uniform(0.05, 0.2) * rng.uniform(-1, 1, size=(n, 1))
        ring: Floats = z / np.linalg.norm(z, axis=1, keepdims=True) * r
        return ring
    if kind == "whole numbers":
        return rng.poisson(rng.uniform(3, 10, d), size=(n, d)).astype(np.float64)
    if (
        kind == "sheet"
    ):  # the last column is a smooth function of the others, near to a quadric or far from it
        free = rng.uniform(-1, 1, size=(n, d - 1))
        bend = np.tanh(free @ rng.normal(size=(d - 1, 6)) * rng.uniform(0.3, 2) + rng.normal(size=6))
        return np.column_stack([free, bend @ rng.normal(size=6) + 0.5 * np.exp(free[:, 0])])
    x = rng.gamma(3.0, size=(n, d))  # each column bent by the one before, with a spread of its own
    for j in range(1, d):
        x[:, j] = x[:, j] * rng.uniform(0.3, 1) + 2 * np.sin(x[:, j - 1]) + 0.5 * np.abs(x[:, j - 1] - 2)
    return x
