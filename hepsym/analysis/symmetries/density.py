"""Which linear flows leave the density as it is? Generators of the density, certified, and those broken.

p is invariant under dx/dt = A x exactly where E[grad f . A x] = 0 for every test function f. Quadratic f
say that A is antisymmetric in white coordinates y (unit covariance), so candidates are so(r), or what
the surface's own algebra shares with it. Other f are sin and cos of w . y along random, column and
least Gaussian directions w, freed of their linear and quadratic parts, so that errors of the estimated
mean and covariance drop out to first order.

Candidates are chosen on one half of the rows. On the other half a generator is *certified* where the
simultaneous upper bound of its largest effect, |mean| / rms of grad f . A y, is below DELTA: an
equivalence test. It is *broken* where the largest effect differs from 0. Else it is undecided.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

__all__ = ["DELTA", "DensitySymmetry", "Probes", "density_symmetry", "probe"]

Floats = NDArray[np.float64]

DELTA = 0.1
"""Largest effect of a generator that is still called a symmetry."""

FREQUENCIES = (1.0, 2.0)
RANDOM, LEAST_GAUSSIAN, PAIRS = 8, 2, 40
"""Directions at random and least Gaussian ones for each dimension; pairs of columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Probes:
    """Test functions sin and cos of frequency * (w . y)."""

    directions: Floats
    """(K, r): frequency times a unit vector"""
    cosine: NDArray[np.bool_]
    """(K,): f' = cos(w . y) where true (f is a sine), else -sin(w . y)"""


@dataclass(frozen=True, slots=True, eq=False)
class DensitySymmetry:
    """Antisymmetric matrices in white coordinates."""

    certified: Floats
    """(k, r, r)"""
    bounds: Floats
    """(k,): simultaneous upper bounds of their largest effects"""
    broken: Floats
    """(m, r, r)"""
    p_values: Floats
    """(m,)"""
    undecided: int


def probe(y: Floats, columns: Floats, seed: int) -> Probes:
    """Test functions for white rows (n, r): directions at random, of columns (D, r), and least Gaussian."""
    rng = np.random.default_rng([seed, 71])
    r = y.shape[1]
    random = rng.normal(size=(RANDOM * r, r))
    pairs = [columns]
    if len(columns) > 1:
        a, b = np.triu_indices(len(columns), 1)
        kept = rng.permutation(len(a))[:PAIRS]
        a, b = a[kept], b[kept]
        pairs += [columns[a] + columns[b], columns[a] - columns[b]]
    found = np.concatenate([random, *pairs, _least_gaussian(y, rng)])
    size = np.linalg.norm(found, axis=1)
    unit = found[size > 1e-6 * size.max()]
    unit = unit / np.linalg.norm(unit, axis=1, keepdims=True)
    directions = np.concatenate([f * unit for f in FREQUENCIES])
    cosine = np.zeros(2 * len(directions), dtype=bool)
    cosine[: len(directions)] = True
    return Probes(np.concatenate([directions, directions]), cosine)


def _least_gaussian(y: Floats, rng: np.random.Generator) -> Floats:
    """Fixed points of w <- E[y tanh(w . y)] - E[1 - tanh^2] w. Hyvarinen, IEEE Trans. NN 10 (1999) 626."""
    w = rng.normal(size=(LEAST_GAUSSIAN * y.shape[1], y.shape[1]))
    for _ in range(15):
        w /= np.maximum(np.linalg.norm(w, axis=1, keepdims=True), 1e-300)
        response = np.tanh(y @ w.T)
        w = response.T @ y / len(y) - (1 - response**2).mean(axis=0)[:, None] * w
    return w


def _slopes(y: Floats, probes: Probes) -> Floats:
    phase = y @ probes.directions.T
    return np.where(probes.cosine, np.cos(phase), -np.sin(phase))


def effects(y: Floats, probes: Probes, a: Floats, slopes: Floats, h: Floats) -> tuple[Floats, Floats]:
    """Means and standard errors over rows (n, r) of grad f . A y, over their rms: (K,) each.

    slopes (n, K) are f' and h (K, r) the means of f' y. Linear and quadratic parts are taken out.
    """
    w = probes.directions
    moved = y @ a.T
    along, along_h = moved @ w.T, moved @ h.T
    c = slopes.mean(axis=0)
    t = (slopes - c) * along - 0.5 * ((y @ w.T) * along_h + (y @ h.T) * along)
    rms = np.sqrt((((slopes - c) * along) ** 2).mean(axis=0))
    rms = np.maximum(rms, 1e-2 * rms.max(initial=1e-300))
    return t.mean(axis=0) / rms, t.std(axis=0) / np.sqrt(len(y)) / rms


def density_symmetry(
    fit: Floats, test: Floats, candidates: Floats, columns: Floats, *, alpha: float, seed: int
) -> DensitySymmetry:
    """Which of the span of candidates (P, r, r), antisymmetric, leave the density of white rows as it is.

    fit, test (n, r) white, columns (D, r): the columns' directions. P(any claim false) <= alpha, half for
    certificates and half for what is called broken, over all P and all test functions.
    """
    count, r = len(candidates), fit.shape[1]
    empty = np.zeros((0, r, r))
    if count == 0:
        return DensitySymmetry(empty, np.empty(0), empty, np.empty(0), 0)
    probes = probe(fit, columns, seed)
    basis = np.linalg.qr(candidates.reshape(count, -1).T)[0].T.reshape(count, r, r)
    mean = _slopes(fit, probes).T @ fit / len(fit)
    responses = np.einsum("ki,pij,kj->kp", probes.directions, basis, mean)
    _, turn = np.linalg.eigh(responses.T @ responses)
    ordered = np.einsum("pq,pij->qij", turn, basis)
    slopes = _slopes(test, probes)
    h = slopes.T @ test / len(test)
    level = float(norm.isf(alpha / 2 / count / len(h) / 2))
    certified, bounds, broken, p_values = [], [], [], []
    for a in ordered:
        value, error = effects(test, probes, a, slopes, h)
        bound = float((np.abs(value) + level * error).max())
        p = min(1.0, 2 * len(h) * float(norm.sf((np.abs(value) / np.maximum(error, 1e-300)).max())))
        if p < alpha / 2 / count:
            broken.append(a)
            p_values.append(p)
        elif bound < DELTA:
            certified.append(a)
            bounds.append(bound)
    return DensitySymmetry(
        np.array(certified).reshape(-1, r, r), np.array(bounds),
        np.array(broken).reshape(-1, r, r), np.array(p_values), count - len(certified) - len(broken),
    )  # fmt: skip
