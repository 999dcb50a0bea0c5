"""How many directions do the rows fill? Equations counted from above, neighbours looked at from below.

Upper: the rank of the span less the rank of the equations' gradients at a row. Then nearest neighbours
of sampled rows are projected on the directions that the equations leave free. A direction is filled
where their spread in it is comparable to that in the strongest one, or where it falls with the radius r
of the neighbourhood slower than r^1.5: across a surface of higher degree it falls as r^2, in a narrow
but real direction (a Breit-Wigner mass) it stays.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from hepsym.analysis.symmetries.features import count, gradients, monomials

__all__ = ["Dimension", "at_scale", "dimension", "gradient_rank"]

Floats = NDArray[np.float64]

CENTRES = 200
ROWS = 20_000
FILLED = 0.15
"""A spread of this part of the strongest is filled, whatever its trend."""
EXPONENT = 1.5
RESOLVED = 0.05
"""A surface is only seen where what a quadratic fit leaves is this part of the neighbourhood."""
SMOOTH = 2.0
"""Between the exponents of a real width (0) and of a smooth surface after a quadratic fit (3)."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """An integer with its interval, and what it rests on."""

    value: int
    low: int
    high: int
    evidence: str
    scale: float = 0.0
    """What is thinner, in standard deviations of a column, was not counted."""


def gradient_rank(y: Floats, quadrics: Floats, tolerance: float = 1e-5) -> int:
    """Generic rank of the equations' gradients over sampled points: the codimension of the surface."""
    if not len(quadrics):
        return 0
    normals = gradients(y[:: max(1, len(y) // CENTRES)], quadrics)
    values = np.linalg.svd(normals, compute_uv=False)
    return int(np.median((values > tolerance * np.median(values[:, 0])).sum(axis=1)))


def dimension(y: Floats, quadrics: Floats, *, tolerance: float = 1e-5) -> Dimension:
    """The dimension of white rows (n, r) that obey quadrics (m, monomials).

    `high` is what the equations leave and `low` what neighbours fill; where they differ there is an
    equation of higher degree, or too few rows to tell. value = low where neighbourhoods are seen to
    flatten as r^2, which is what a surface of higher degree does.
    """
    n, r = y.shape
    codimension = gradient_rank(y, quadrics, tolerance)
    high = r - codimension
    if high == 0:
        return Dimension(0, 0, 0, "equations")
    spreads, slope = _spreads(y[:ROWS], quadrics, codimension)
    if not len(spreads):
        return Dimension(high, 1, high, f"equations; {n} rows are too few to look at neighbours")
    filled = (spreads > FILLED) | (slope < EXPONENT)
    low = high if filled.all() else max(1, int(np.argmin(filled)))
    if low < high and not _curves_away(y[:ROWS], quadrics, codimension, low):
        return Dimension(high, low, high, "equations; neighbours show a narrow direction that is no surface")
    if low == high:
        return Dimension(high, low, high, "equations, and neighbours fill what they leave")
    return Dimension(low, low, high, "neighbours: flat in directions that no equation of degree 2 forbids")


def at_scale(y: Floats, quadrics: Floats, noise: float) -> Dimension:
    """The dimension above noise of this size, in standard deviations, of white rows that obey quadrics."""
    value = y.shape[1] - gradient_rank(y, quadrics, 0.02)
    return Dimension(value, value, value, "equations that hold but for noise", 4 * noise)


def _curves_away(y: Floats, quadrics: Floats, codimension: int, low: int) -> bool:
    """Whether what is left of the thin directions after a local quadratic fit falls faster than r^2.

    On a smooth surface of dimension `low` it falls as r^3; a real spread stays where it is.
    """
    monomial_count = count(low, 2)
    sizes = [
        k
        for k in (2 * monomial_count + 6, 4 * monomial_count + 12, 8 * monomial_count + 24)
        if k <= len(y) // 8
    ]
    if len(sizes) < 2:
        return False
    centres = y[:: max(1, len(y) // CENTRES)][:CENTRES]
    tangent = _tangent(centres, quadrics, codimension)
    _, index = cKDTree(y).query(centres, k=sizes[-1])
    cloud = np.einsum("nki,nij->nkj", y[index] - centres[:, None], tangent)
    left, radii = [], []
    for k in sizes:
        part = cloud[:, :k]
        _, values, axes = np.linalg.svd(part - part.mean(axis=1, keepdims=True), full_matrices=False)
        turned = np.einsum("nki,nji->nkj", part, axes)
        rest = []
        for points in turned:
            phi = monomials(points[:, :low])
            across = points[:, low:]
            fitted, *_ = np.linalg.lstsq(phi, across, rcond=None)
            rest.append(np.sqrt(((across - phi @ fitted) ** 2).sum() / (k - monomial_count)))
        left.append(np.median(rest))
        radii.append(np.median(values[:, 0]) / np.sqrt(k))
    slope = np.log(max(left[-1], 1e-15) / max(left[0], 1e-15)) / np.log(radii[-1] / radii[0])
    return bool(slope > SMOOTH and left[0] < RESOLVED * radii[0])


def _spreads(y: Floats, quadrics: Floats, codimension: int) -> tuple[Floats, Floats]:
    """Spread over the strongest at the smallest size, and exponents of the spread in the radius."""
    r = y.shape[1]
    sizes = [k for k in (3 * r + 3, 6 * r + 6, 12 * r + 12, 24 * r + 24, 48 * r + 48) if k <= len(y) // 8]
    if len(sizes) < 2:
        return np.empty(0), np.empty(0)
    centres = y[:: max(1, len(y) // CENTRES)][:CENTRES]
    tangent = _tangent(centres, quadrics, codimension)
    _, index = cKDTree(y).query(centres, k=sizes[-1])
    cloud = np.einsum("nki,nij->nkj", y[index] - centres[:, None], tangent)
    medians = []
    for k in sizes:
        part = cloud[:, :k] - cloud[:, :k].mean(axis=1, keepdims=True)
        values = np.linalg.svd(part / np.sqrt(k), compute_uv=False)
        medians.append(np.median(values, axis=0))
    logs = np.log(np.maximum(np.array(medians), 1e-15))
    slope = (logs[-1] - logs[0]) / max(float(logs[-1, 0] - logs[0, 0]), 1e-9)
    return medians[0] / medians[0][0], slope


def _tangent(centres: Floats, quadrics: Floats, codimension: int) -> Floats:
    """Orthonormal bases (n, r, r - codimension) of what the equations leave free at each centre."""
    r = centres.shape[1]
    if codimension == 0:
        return np.broadcast_to(np.eye(r), (len(centres), r, r))
    _, _, right = np.linalg.svd(gradients(centres, quadrics), full_matrices=True)
    return np.swapaxes(right[:, codimension:], 1, 2)
