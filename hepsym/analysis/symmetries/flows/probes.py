"""Which test functions tell whether a density is carried into itself? Waves along many directions.

p is invariant where E[grad f . v] = 0 for every f. Sines and cosines of w . y over all w are enough, for
their means are the characteristic function. Random directions, those of the table's columns and of pairs
of them, and least Gaussian ones, at three wave lengths: the longest sees the shape as a whole, the
shortest (a quarter of a spread) edges, and modulations of high order.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["FREQUENCIES", "Probes", "least_gaussian", "probe"]

Floats = NDArray[np.float64]

FREQUENCIES = (1.0, 2.0, 4.0)
"""Radians for each standard deviation."""
RANDOM, LEAST_GAUSSIAN, PAIRS = 8, 2, 40
"""Directions at random and least Gaussian ones for each dimension; pairs of columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """Test functions sin(w . y), and after them all cos(w . y), of the same directions."""

    directions: Floats
    """(K / 2, r): frequency times a unit vector"""
    weights: Floats
    """(K / 2, D): the same unit vectors as sums of columns over their spreads, 0 where they are none"""
    frequencies: Floats
    """(K / 2,)"""

    @property
    def count(self) -> int:
        """Number of test functions K."""
        return 2 * len(self.directions)

    def fewer(self, directions: int) -> "Probes":
        """About this many directions, single columns first."""
        per = len(self.directions) // len(FREQUENCIES)
        single = (self.weights[:per] != 0).sum(axis=1) == 1
        kept = np.argsort(~single, kind="stable")[:directions] if single.sum() > directions else None
        if kept is None:
            others = np.flatnonzero(~single)
            step = max(1, -(-len(others) // max(1, directions - int(single.sum()))))
            kept = np.concatenate([np.flatnonzero(single), others[::step]])
        every = np.concatenate([kept + f * per for f in range(len(FREQUENCIES))])
        return Probes(self.directions[every], self.weights[every], self.frequencies[every])

    def telling(self, z: Floats) -> int:
        """Which test function to tell of, by significances (K,): one of named columns if it says enough."""
        named = np.concatenate([self.weights.any(axis=1)] * 2)
        best = int(z.argmax())
        own = int(np.where(named, z, 0.0).argmax())
        return own if z[own] > 0.5 * z[best] else best

    def word(self, k: int, names: list[str]) -> str:
        """Test function k for a reader: "sin of 2 (x - y)", columns in standard deviations."""
        i = k % len(self.directions)
        kind = "sin" if k < len(self.directions) else "cos"
        active = np.flatnonzero(self.weights[i])
        if not len(active):
            return f"{kind} of frequency {self.frequencies[i]:g} along a direction of all columns"
        signs = ["+" if self.weights[i, j] > 0 else "-" for j in active]
        told = " ".join(f"{s} {names[j]}" for s, j in zip(signs, active, strict=True)).removeprefix("+ ")
        inner = told if len(active) == 1 and signs[0] == "+" else f"({told})"
        return f"{kind} of {self.frequencies[i]:g} {inner}"


def probe(y: Floats, columns: Floats, seed: int) -> Probes:
    """Test functions for white rows (n, r); columns (D, r) are the columns' own directions, or 0."""
    rng = np.random.default_rng([seed, 71])
    r, d = y.shape[1], len(columns)
    told = [np.zeros((RANDOM * r, d)), np.eye(d)]
    if d > 1:
        a, b = np.triu_indices(d, 1)
        kept = rng.permutation(len(a))[:PAIRS]
        identity = np.eye(d)
        told += [identity[a[kept]] + identity[b[kept]], identity[a[kept]] - identity[b[kept]]]
    told.append(np.zeros((LEAST_GAUSSIAN * r, d)))
    weights = np.concatenate(told)
    found = weights @ columns
    found[: RANDOM * r] = rng.normal(size=(RANDOM * r, r))
    found[-LEAST_GAUSSIAN * r :] = least_gaussian(y, LEAST_GAUSSIAN * r, rng)
    size = np.linalg.norm(found, axis=1)
    kept = size > 1e-6 * size.max()
    unit = found[kept] / size[kept, None]
    frequencies = np.repeat(FREQUENCIES, len(unit))
    return Probes(
        np.concatenate([f * unit for f in FREQUENCIES]),
        np.concatenate([weights[kept]] * len(FREQUENCIES)),
        frequencies,
    )


def least_gaussian(y: Floats, count: int, rng: np.random.Generator) -> Floats:
    """Fixed points of w <- E[y tanh(w . y)] - E[1 - tanh^2] w. Hyvarinen, IEEE Trans. NN 10 (1999) 626."""
    y = y[:8000]
    w = rng.normal(size=(count, y.shape[1]))
    for _ in range(15):
        w /= np.maximum(np.linalg.norm(w, axis=1, keepdims=True), 1e-300)
        response = np.tanh(y @ w.T)
        w = response.T @ y / len(y) - (1 - response**2).mean(axis=0)[:, None] * w
    return w
