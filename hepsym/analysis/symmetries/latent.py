"""Which flows of a model's latent space leave the density of the rows as it is? Beyond linear symmetries.

z (n, L) are the latents of rows x (n, D), say the posterior means of a trained model, and decode carries
latents to rows. Generators of the density of z are found as those of any table. Each is then tested where
it matters: rows decode(exp(t A) z) must have the law of x itself, at several t, which holds the decoder to
account as well. The flow dx/dt = (d decode / dz) A z is linear in z and in general not in x.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.stats import norm

from hepsym.analysis.symmetries.flows.density import DELTA, density_symmetry
from hepsym.analysis.symmetries.flows.probes import probe
from hepsym.analysis.symmetries.moments import Central, central, whitened
from hepsym.analysis.symmetries.waves import waves
from hepsym.analysis.symmetries.whitening import Frame, frame
from hepsym.errors import InputError

__all__ = ["LatentFlow", "latent_flows"]

Floats = NDArray[np.float64]

PARTS = (3.0, 4.0, 7.0)
"""Fractions of the fastest full turn after which the rows are compared."""
HIGHEST = 12
DEPENDENT = 1e-3
"""Spreads of a latent below which a direction is a linear relation among them"""


@dataclass(frozen=True, slots=True, eq=False)
class LatentFlow:
    """dz/dt = matrix z + shift."""

    matrix: Floats
    """(L, L)"""
    shift: Floats
    bound_latents: float
    """Upper bound of its largest effect on the density of z"""
    bound_rows: float
    """Upper bound of |E f(x) - E f(decode(z moved))| / sd f over all test functions and t"""
    certified: bool
    """Whether both are below DELTA"""

    def moved(self, z: Floats, t: float) -> Floats:
        """z (n, L) after the time t."""
        size = len(self.matrix)
        whole = np.zeros((size + 1, size + 1))
        whole[:size, :size], whole[:size, size] = self.matrix, self.shift
        step = expm(t * whole)
        out: Floats = z @ step[:size, :size].T + step[:size, size]
        return out


def latent_flows(
    latents: Floats, rows: Floats, decode: Callable[[Floats], Floats], *, alpha: float = 0.01, seed: int = 1
) -> list[LatentFlow]:
    """Generators of the density of latents (n, L) whose decoded flow leaves the density of rows (n, D).

    P(any is certified although an effect is DELTA or more) <= alpha. Latents that carry nothing are left
    out by the caller; where they depend on one another linearly, flows are those within their span. Raises
    InputError for other than 2 to 12 latents, fewer than 2000 rows, unlike n.
    """
    n, count = latents.shape
    if len(rows) != n or n < 2000 or not 2 <= count <= HIGHEST:
        raise InputError(
            f"{n} latents of {count} dimensions and {len(rows)} rows: give as many rows as latents, at least "
            f"2000, and 2 to {HIGHEST} latents"
        )
    span = frame(latents, tolerance=DEPENDENT)
    if span.rank < 2:
        return []
    y = span.white(latents)
    inner = central(y)
    cut = n // 3
    i, j = np.triu_indices(span.rank, 1)
    turns = np.zeros((len(i), span.rank, span.rank))
    turns[np.arange(len(i)), i, j], turns[np.arange(len(i)), j, i] = 1.0, -1.0
    fit, test = whitened(inner.rows(y[:cut])), whitened(inner.rows(y[cut:]))
    columns: Floats = np.asarray(np.linalg.inv(inner.root), dtype=np.float64)
    told = density_symmetry(fit, test, turns, columns, alpha=alpha / 2, seed=seed)
    tests = max(1, len(told.certified) * len(PARTS))
    out = []
    for a, bound in zip(told.certified, told.bounds, strict=True):
        flow = _flow(a, inner, span, float(bound))
        rate = float(np.abs(np.linalg.eigvals(a).imag).max())
        images = (decode(flow.moved(latents[cut:], 2 * np.pi / (part * rate))) for part in PARTS)
        on_rows = max(_difference(rows[cut:], image, alpha / 2 / tests, seed) for image in images)
        out.append(LatentFlow(flow.matrix, flow.shift, float(bound), on_rows, on_rows < DELTA))
    return out


def _flow(a: Floats, inner: Central, span: Frame, bound: float) -> LatentFlow:
    """The rotation `a` of the inner coordinates as a flow of the latents, z = centre + y . from_white."""
    field = inner.out_of(np.concatenate([a, np.zeros((len(a), 1))], axis=1)[None])[0]
    matrix = span.from_white.T @ field[:, :-1] @ span.to_white.T
    return LatentFlow(matrix, span.from_white.T @ field[:, -1] - matrix @ span.centre, bound, np.inf, False)


def _difference(rows: Floats, moved: Floats, alpha: float, seed: int) -> float:
    """Upper bound of the largest difference of means of waves, over their spread, of two tables (n, D)."""
    if moved.shape != rows.shape:
        raise InputError(f"decode gives rows of shape {moved.shape}, the rows have {rows.shape}")
    span = frame(rows)
    y, after = span.white(rows), span.white(moved)
    probes = probe(whitened(y[: len(y) // 4]), (span.from_white / span.scale).T, seed).fewer(60)
    sums, squares, plain, own = (np.zeros(probes.count) for _ in range(4))
    for start in range(0, len(y), 4096):
        before = waves(y[start : start + 4096], probes.directions)
        change = waves(after[start : start + 4096], probes.directions) - before
        sums += change.sum(axis=1)
        squares += (change**2).sum(axis=1)
        own += before.sum(axis=1)
        plain += (before**2).sum(axis=1)
    n = len(y)
    mean = sums / n
    # A row and its image are a pair, the pairs are independent.
    error = np.sqrt(np.maximum(squares / n - mean**2, 0) / n)
    spread = np.sqrt(np.maximum(plain / n - (own / n) ** 2, 1e-6))
    level = float(norm.isf(alpha / 2 / probes.count))
    return float(((np.abs(mean) + level * error) / spread).max())
