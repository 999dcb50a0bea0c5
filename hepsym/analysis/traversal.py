"""What is seen on a walk along one latent? The codes of the walk: one axis moves, the others stay put."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.analysis.door import matrix
from hepsym.errors import InputError

__all__ = ["Walk", "walk"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Codes along one latent's axis, from several starting points."""

    latent: int
    quantiles: Floats
    """(steps,) in (0, 1): where on the latent's distribution each step stands."""
    values: Floats
    """(steps,): the latent at each step."""
    codes: Floats
    """(points, steps, L): point 0 is the median code, the others are codes of real events."""
    rows: tuple[int, ...]
    """Rows of mu that points 1, 2, ... were taken from."""


def walk(
    mu: ArrayLike,
    latent: int,
    *,
    steps: int = 21,
    points: int = 5,
    tail: float = 0.01,
    seed: int = 0,
) -> Walk:
    """Walk latent number `latent` of codes mu (n, L) from its quantile `tail` to 1 - tail.

    Steps are equal in probability, so that as many events lie between any two. Starting points: the
    median of every latent, and `points` - 1 events drawn by the seed, because the median code may lie
    off the data (on a sphere it is the centre). InputError: no such latent, steps < 2, points < 1,
    tail not in (0, 0.5).
    """
    m = matrix(mu, "mu")
    if not 0 <= latent < m.shape[1]:
        raise InputError(f"latent = {latent} is not among the {m.shape[1]} latents 0 .. {m.shape[1] - 1}")
    if steps < 2 or points < 1 or not 0 < tail < 0.5:
        raise InputError(f"steps = {steps}, points = {points}, tail = {tail}: need >= 2, >= 1, in (0, 0.5)")
    quantiles = np.linspace(tail, 1 - tail, steps)
    values = np.quantile(m[:, latent], quantiles)
    rows = np.random.default_rng([seed, len(m)]).choice(len(m), min(points - 1, len(m)), replace=False)
    starts = np.vstack([np.median(m, axis=0)[None, :], m[rows]])
    codes = np.repeat(starts[:, None, :], steps, axis=1)
    codes[:, :, latent] = values
    return Walk(latent, quantiles, values, codes, tuple(int(r) for r in rows))
