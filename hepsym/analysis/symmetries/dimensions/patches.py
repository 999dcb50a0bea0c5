"""How thick is a set about its best surface of d dimensions, in neighbourhoods of every size?

A neighbourhood of k rows is turned to its principal axes, widest first. For each d the coordinates
beyond the first d are fitted by quadratics in those: what is left has the covariance S_d, and
tau_d = sqrt(largest eigenvalue of S_d) is the thickness of the rows about a surface of dimension d.
About a smooth surface of dimension d, tau_d falls as the cube of the neighbourhood's radius, or faster;
noise and a narrow width stay; in a direction that is filled tau_d is as large as sigma_d, the spread along
the d-th axis. So sigma_d / tau_d, at all sizes and places together, tells which it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular

__all__ = ["Patches", "Tangent", "patches", "residuals"]

Floats = NDArray[np.float64]
Tangent = Callable[[Floats], Floats]
"""Of a point (r,) an orthonormal basis (r, t)."""

CENTRES = 120
ROWS = 100_000
"""Neighbours are looked for among so many rows."""

TANGENT = 14
"""Surfaces of more dimensions are not fitted: neighbours cannot resolve them."""

SPARE = 3
"""Rows for each coefficient of a fit."""

SIZES = tuple(12 * 2**j for j in range(9))
RIDGE = 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class Patches:
    """Profiles at sizes (m,) and centres (c,); nan where the rows do not suffice for a fit."""

    sizes: tuple[int, ...]
    sigma: Floats
    """(m, c, r): spread along the principal axes, widest first"""
    tau: Floats
    """(m, c, r): thickness about a surface of dimension 0 .. r - 1"""
    unit: Floats
    """(m, c, r): how long the thickest normal is in standard deviations of a column"""
    axes: Floats
    """(m, c, r, r): principal axes, widest first, as columns"""


def patches(y: Floats, to_columns: Floats, tangent: Tangent | None, seed: int) -> Patches:
    """Profiles of rows y (n, r), whose units have the lengths `to_columns` (r, D) in columns.

    `tangent` gives, where there are exact equations, what they leave free at a row: neighbourhoods are
    looked at in it alone, and r is t in what comes back.
    """
    sizes = tuple(k for k in SIZES if k <= len(y[:ROWS]) // 4)
    r = y.shape[1] if tangent is None else tangent(y[0]).shape[1]
    shape = (len(sizes), min(CENTRES, len(y)), r)
    sigma, tau, unit = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    axes = np.full((*shape, r), np.nan)
    if sizes:
        for c, (cloud, lengths) in enumerate(_clouds(y, to_columns, tangent, sizes[-1], seed)):
            for m, k in enumerate(sizes):
                fit = _Fit.of(cloud[:k])
                if fit is not None:
                    sigma[m, c], axes[m, c] = fit.sigma, fit.axes
                    tau[m, c], unit[m, c] = fit.profile(lengths)
    return Patches(sizes, sigma, tau, unit, axes)


def residuals(y: Floats, tangent: Tangent | None, seed: int, *, size: int, d: int) -> Floats:
    """What quadratics in d coordinates leave along the thickest normal, in its own spread: (c, size)."""
    out = []
    none = np.zeros((y.shape[1], 1))
    for cloud, _ in _clouds(y, none, tangent, size, seed):
        fit = _Fit.of(cloud)
        if fit is not None:
            out.append(fit.across(d))
    return np.array(out)


def _clouds(
    y: Floats, to_columns: Floats, tangent: Tangent | None, size: int, seed: int
) -> Iterator[tuple[Floats, Floats]]:
    """Neighbours (size, r) of each centre, nearest first, and the lengths of their coordinates."""
    y = y[:ROWS]
    half = 0.5 * np.einsum("ni,ni->n", y, y)
    for row in np.random.default_rng([seed, 5, len(y)]).permutation(len(y))[:CENTRES].tolist():
        near = half - y @ y[row]
        order = np.argpartition(near, size - 1)[:size]
        cloud = y[order[np.argsort(near[order])]] - y[row]
        if tangent is None:
            yield cloud, to_columns
        else:
            free = tangent(y[row])
            yield cloud @ free, free.T @ to_columns


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Quadratic fits of one neighbourhood for every d at once: the monomials of the first d come first."""

    sigma: Floats
    axes: Floats
    size: Floats
    u: Floats
    phi: Floats
    triangle: Floats
    explained: Floats
    most: int

    @classmethod
    def of(cls, cloud: Floats) -> "_Fit | None":
        k, r = cloud.shape
        x = cloud - cloud.mean(axis=0)
        values, axes = np.linalg.eigh(x.T @ x / (k - 1))
        sigma, axes = np.sqrt(np.maximum(values[::-1], 0.0)), axes[:, ::-1]
        if sigma[0] <= 0:
            return None
        # A direction without spread is divided by something that is not 0.
        size = np.maximum(sigma, 1e-12 * sigma[0])
        u = x @ axes / size
        most = max(d for d in range(min(r - 1, TANGENT) + 1) if SPARE * _count(d) <= k)
        phi = _nested(u[:, :most])
        gram = phi.T @ phi / k
        try:
            triangle = np.linalg.cholesky(gram + RIDGE * np.diag(gram.diagonal()))
        except np.linalg.LinAlgError:
            triangle = np.linalg.cholesky(gram + 1e-8 * np.diag(gram.diagonal()))
        explained = solve_triangular(triangle, phi.T @ u / k, lower=True)
        return cls(sigma, axes, size, u, phi, triangle, explained, most)

    def profile(self, lengths: Floats) -> tuple[Floats, Floats]:
        """tau (r,), and the lengths of the thickest normals in columns."""
        k, r = self.u.shape
        tau, unit = np.full(r, np.nan), np.full(r, np.nan)
        in_columns = self.axes.T @ lengths
        whole = self.u.T @ self.u / k
        for d in range(self.most + 1):
            part = self.explained[: _count(d), d:]
            left = (whole[d:, d:] - part.T @ part) * np.outer(self.size[d:], self.size[d:])
            thickness, normals = np.linalg.eigh(left * (k / (k - _count(d))))
            tau[d] = np.sqrt(max(float(thickness[-1]), 0.0))
            unit[d] = np.linalg.norm(normals[:, -1] @ in_columns[d:])
        return tau, unit

    def across(self, d: int) -> Floats:
        """Of the rows, along the thickest normal, in units of its spread."""
        p = _count(d)
        z = solve_triangular(self.triangle[:p, :p], self.phi[:, :p].T, lower=True)
        rest = (self.u[:, d:] - z.T @ self.explained[:p, d:]) * self.size[d:]
        _, normals = np.linalg.eigh(rest.T @ rest)
        along = rest @ normals[:, -1]
        scaled: Floats = along / max(float(along.std()), 1e-300)
        return scaled


def _count(d: int) -> int:
    return (d + 1) * (d + 2) // 2


def _nested(u: Floats) -> Floats:
    """1, u_1, u_1 u_1, u_2, u_1 u_2, u_2 u_2, ...: those of the first d coordinates come first."""
    columns = [np.ones(len(u))]
    for j in range(u.shape[1]):
        columns.append(u[:, j])
        columns += [u[:, i] * u[:, j] for i in range(j + 1)]
    return np.stack(columns, axis=1)
