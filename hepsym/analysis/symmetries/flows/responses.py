"""How strongly does each test function answer to an infinitesimal turn of white rows?

The answer of f = sin(w . y) to dy/dt = A y, A antisymmetric, is E[t], t = f'(w . y) w . A y. Test
functions are freed of their linear and quadratic parts, so that errors of the estimated mean and
covariance drop out to first order:

    t = (f' - c - h . y / 2) w . A y - (w . y) h . A y / 2      c = E f', h = E[f' y]

so E[t] = w . A h, from the mean of K vectors; its variance is a form in A whose coefficients are
fourth moments: nothing has to be summed over rows for each A anew.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.flows.probes import Probes
from hepsym.analysis.symmetries.waves import slopes

__all__ = ["Responses", "responses"]

Floats = NDArray[np.float64]

VARIANCE_ROWS = 10_000
"""Rows for the variances: known to 2 % then, which MARGIN covers."""
MARGIN = 1.04
CHUNK = 4096

FAINT = 0.1
"""Of functions that a flow hardly moves, the effect is told in units of this part of the best moved."""


@dataclass(frozen=True, slots=True, eq=False)
class Responses:
    """Moments of n white rows over K test functions."""

    w: Floats
    """(K, r)"""
    h: Floats
    """(K, r): E[f' y]"""
    main: Floats
    """(K, r, r): E[(f' - c)^2 y y]"""
    own: Floats
    """(K, r, r): E[a a y y] with a = f' - c - h . y / 2"""
    mixed: Floats
    """(K, r, r): E[a b y y] with b = - w . y / 2"""
    other: Floats
    """(K, r, r): E[b b y y]"""
    n: int

    def answers(self, a: Floats) -> Floats:
        """E[t] for matrices (P, r, r): (K, P)."""
        out: Floats = np.einsum("ki,pij,kj->kp", self.w, a, self.h, optimize=True)
        return out

    def of(self, a: Floats) -> tuple[Floats, Floats, Floats]:
        """E[t] of one matrix (r, r), its standard error, and the rms of (f' - c) w . A y: (K,) each."""
        along, along_h = self.w @ a, self.h @ a
        value = (along * self.h).sum(axis=1)
        square = np.einsum("ki,kij,kj->k", along, self.own, along)
        square += 2 * np.einsum("ki,kij,kj->k", along, self.mixed, along_h)
        square += np.einsum("ki,kij,kj->k", along_h, self.other, along_h)
        rms = np.sqrt(np.maximum(np.einsum("ki,kij,kj->k", along, self.main, along), 0))
        rms = np.maximum(rms, FAINT * rms.max(initial=1e-300))
        return value, MARGIN * np.sqrt(np.maximum(square - value**2, 1e-12 * rms**2) / self.n), rms

    def effects(self, a: Floats) -> tuple[Floats, Floats]:
        """E[t] of one matrix (r, r) and its standard error, both over rms: (K,) each."""
        value, error, rms = self.of(a)
        return value / rms, error / rms


def responses(y: Floats, probes: Probes) -> Responses:
    """Of rows (n, r) with mean 0 and unit covariance."""
    half, (n, r) = len(probes.directions), y.shape
    w = np.concatenate([probes.directions, probes.directions])
    h, c = np.zeros((2 * half, r)), np.zeros(2 * half)
    for start in range(0, n, CHUNK):
        part = y[start : start + CHUNK]
        slope = slopes(part, probes.directions)
        h += slope @ part
        c += slope.sum(axis=1)
    h, c = h / n, c / n
    main, own, mixed, other = (np.zeros((2 * half, r * r)) for _ in range(4))
    few = y[:: max(1, n // VARIANCE_ROWS)]
    for start in range(0, len(few), 1000):
        part = few[start : start + 1000]
        squares = (part[:, :, None] * part[:, None, :]).reshape(len(part), -1)
        slope = slopes(part, probes.directions) - c[:, None]
        first, second = slope - h @ part.T / 2, -(w @ part.T) / 2
        main += slope**2 @ squares
        own += first**2 @ squares
        mixed += (first * second) @ squares
        other += second**2 @ squares
    main, own, mixed, other = ((m / len(few)).reshape(-1, r, r) for m in (main, own, mixed, other))
    return Responses(w, h, main, own, mixed, other, n)
