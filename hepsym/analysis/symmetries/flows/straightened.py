"""Is there a quadratic change of coordinates in which a density of two dimensions has a rotation?

u = y + Q(y, y) of white rows y, with six coefficients, made white again. They are chosen on one part of
the rows so that the answers of all waves to the rotation of u (symmetries.responses) are least, and the
rotation of u is tested on the other part as any other: what is certified is so however it was found. u
must be one to one where the rows are: its Jacobian is positive at MOST of them. The flow in the columns
is then dy/dt = (du/dy)^-1 J u, a symmetry that no matrix in the columns shows.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.stats import norm

from hepsym.analysis.symmetries.flows.density import DELTA
from hepsym.analysis.symmetries.flows.probes import Probes, probe
from hepsym.analysis.symmetries.flows.responses import responses
from hepsym.analysis.symmetries.moments import whitened
from hepsym.analysis.symmetries.waves import slopes
from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["Straightened", "beyond_linear", "straightened"]

Floats = NDArray[np.float64]

TURN = np.array([[0.0, -1.0], [1.0, 0.0]])
FITTED = 5000
STARTS = 4
LARGEST = 1.5
"""Quadratic coefficients are sought within this, in white units."""

SHRINK = 0.02
LEAST_ROWS = 8000
MONOMIALS = ("y1^2", "y1 y2", "y2^2")
MOST = 0.995
"""Of the rows, the Jacobian of so many must be positive."""


@dataclass(frozen=True, slots=True, eq=False)
class Straightened:
    """u = root (y + Q m(y) - mean), with m(y) = (y1^2, y1 y2, y2^2), and its rotation."""

    quadratic: Floats
    """(3, 2): Q"""
    mean: Floats
    root: Floats
    bound: float
    """Simultaneous upper bound of the largest effect of the rotation of u"""
    certified: bool

    def straight(self, y: Floats) -> Floats:
        """u of rows (n, 2)."""
        return (y + _squares(y) @ self.quadratic - self.mean) @ self.root

    def flow(self, y: Floats) -> Floats:
        """dy/dt of rows (n, 2) under the rotation of u at unit rate."""
        jacobian = _jacobian(y, self.quadratic) @ self.root
        speed = self.straight(y) @ TURN.T
        out: Floats = np.linalg.solve(np.swapaxes(jacobian, 1, 2), speed[:, :, None])[:, :, 0]
        return out


def straightened(fit: Floats, test: Floats, *, alpha: float, seed: int) -> Straightened | None:
    """Of white rows (n, 2) and (m, 2); None where no start ends one to one.

    P(certified although an effect is DELTA or more) <= alpha.
    """
    few = whitened(fit[:FITTED])
    probes = probe(few, np.eye(2), seed).fewer(16)
    rng = np.random.default_rng([seed, 3])
    best, least = None, np.inf
    for start in range(STARTS):
        q0 = 0.3 * rng.normal(size=6) if start else np.zeros(6)
        found = least_squares(_answers, q0, bounds=(-LARGEST, LARGEST), args=(few, probes), max_nfev=25)
        q = found.x.reshape(3, 2)
        if found.cost < least and _one_to_one(few, q):
            best, least = q, float(found.cost)
    if best is None or not _one_to_one(test, best):
        return None
    u = test + _squares(test) @ best
    mean = u.mean(axis=0)
    values, axes = np.linalg.eigh(np.cov(u.T, bias=True))
    root = (axes / np.sqrt(values)) @ axes.T
    told = responses((u - mean) @ root, probe(whitened(fit), np.eye(2), seed))
    value, error = told.effects(TURN)
    bound = float((np.abs(value) + float(norm.isf(alpha / 2 / len(value))) * error).max())
    return Straightened(best, mean, root, bound, bound < DELTA)


def beyond_linear(
    white: Floats, span: Frame, *, alone: bool, alpha: float, seed: int
) -> tuple[dict[str, Any], ...]:
    """As JSON, of rows (n, r) in the frame `span` where r = 2 and no linear generator was found (alone)."""
    if span.rank != 2 or not alone or len(white) < LEAST_ROWS:
        return ()
    y = whitened(white)
    found = straightened(y[: len(y) // 3], y[len(y) // 3 :], alpha=alpha, seed=seed)
    if found is None or not found.certified:
        return ()
    names = ("y1", "y2")
    bent = [
        f"{name} + " + " + ".join(f"{c:.3g} {m}" for c, m in zip(column, MONOMIALS, strict=True))
        for name, column in zip(names, found.quadratic.T, strict=True)
    ]
    return (
        {
            "name": "rotation after a quadratic change of coordinates", "coordinates": bent,
            "quadratic": found.quadratic, "mean": found.mean, "root": found.root,
            "to_white": span.to_white, "bound": found.bound, "certified": True,
        },
    )  # fmt: skip


def _squares(y: Floats) -> Floats:
    return np.column_stack([y[:, 0] ** 2, y[:, 0] * y[:, 1], y[:, 1] ** 2])


def _jacobian(y: Floats, q: Floats) -> Floats:
    """d u_j / d y_i before whitening: (n, 2, 2) as [row, i, j]."""
    zero = np.zeros(len(y))
    of_squares = np.stack(
        [np.column_stack([2 * y[:, 0], y[:, 1], zero]), np.column_stack([zero, y[:, 0], 2 * y[:, 1]])], axis=1
    )
    return np.eye(2) + of_squares @ q


def _one_to_one(y: Floats, q: Floats) -> bool:
    sign = np.linalg.det(_jacobian(y, q))
    return bool((sign > 0.02).mean() > MOST)


def _answers(q: Floats, y: Floats, probes: Probes) -> Floats:
    """Answers of all waves to the rotation of u, and SHRINK q: (K + 6,)."""
    u = whitened(y + _squares(y) @ q.reshape(3, 2))
    w = np.concatenate([probes.directions, probes.directions])
    h = slopes(u, probes.directions) @ u / len(u)
    # A little of q itself, so that of many changes of coordinates the least bent one is found.
    return np.concatenate([(w @ TURN * h).sum(axis=1), SHRINK * q])
