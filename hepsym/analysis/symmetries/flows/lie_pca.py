"""Which affine fields run along a surface that no equation is known of? Lie-PCA, from neighbourhoods.

At sampled rows the surface is fitted by a quadratic over its tangent plane, both from the nearest
neighbours, so that normals are off by the third order of the neighbourhood's size only. Fields are those
that the normals at one half of the places leave; they are told where they are tangent at the other half
too, where the widest gap of the spectrum stands above them, and where they close under brackets.

Cahill, Mixon, Parshall, Lie PCA, https://arxiv.org/abs/2008.04278
"""

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from hepsym.analysis.symmetries.flows.algebra import identify
from hepsym.analysis.symmetries.whitening import tall_svd

__all__ = ["BLUR", "fields_from_neighbours", "local_normals"]

Floats = NDArray[np.float64]

PLACES = 800
ROWS = 50_000
TANGENT = 0.003
"""Largest rms of the normal part of a unit field that is called tangent."""
BLUR = 5e-3
"""What coefficients of the fields are known to, about."""
GAP = 5.0
"""The next field must be so much less tangent."""


def local_normals(y: Floats, dimension: int, places: int = PLACES) -> tuple[Floats, Floats]:
    """Rows (m, r) and orthonormal normals (m, r - d, r) of white rows (n, r) on a surface of dimension d."""
    y = y[:ROWS]
    n, r = y.shape
    terms = 1 + dimension + dimension * (dimension + 1) // 2
    near = min(n, 3 * terms + 6)
    places_at = y[:: max(1, n // places)]
    _, index = cKDTree(y).query(places_at, k=near)
    offset = y[index] - places_at[:, None, :]
    _, _, axes = np.linalg.svd(offset, full_matrices=False) if near >= r else np.linalg.svd(offset)
    along, across = axes[:, :dimension], axes[:, dimension:]
    t = np.einsum("mki,mdi->mkd", offset, along)
    size = np.sqrt((t**2).mean(axis=(1, 2), keepdims=True))
    t = t / np.maximum(size, 1e-300)
    i, j = np.triu_indices(dimension)
    design = np.concatenate([np.ones((*t.shape[:2], 1)), t, t[:, :, i] * t[:, :, j]], axis=2)
    height = np.einsum("mki,mci->mkc", offset, across)
    slope = (np.linalg.pinv(design) @ height)[:, 1 : 1 + dimension] / size
    normals = across - np.einsum("mdc,mdi->mci", slope, along)
    q, _ = np.linalg.qr(np.swapaxes(normals, 1, 2))
    return places_at, np.swapaxes(q, 1, 2)


def fields_from_neighbours(y: Floats, dimension: int) -> tuple[Floats, Floats]:
    """Fields (k, r, r + 1) [A | b] along the surface of white rows (n, r), and their normal parts (k,).

    A normal part is the rms of a unit field across the surface, on places that took no part in the fit.
    """
    r = y.shape[1]
    none = np.zeros((0, r, r + 1)), np.empty(0)
    if not 0 < dimension < r or len(y) < 2000:
        return none
    places, normals = local_normals(y, dimension)
    fit, test = _conditions(places[::2], normals[::2]), _conditions(places[1::2], normals[1::2])
    if len(fit) < 2 * r * (r + 1):
        return none
    values, right = tall_svd(fit / np.sqrt(len(places[::2])))
    values, fields = values[::-1], right[::-1]
    score = np.sqrt(((test @ fields.T) ** 2).sum(axis=0) / len(places[1::2]))
    below = int((score < TANGENT).sum())
    if below == 0 or (score[:below] >= TANGENT).any():
        return none
    if below < len(values) and score[below:].min() < GAP * max(float(score[:below].max()), TANGENT / GAP):
        return none
    found = fields[:below].reshape(-1, r, r + 1)
    return (found, score[:below]) if identify(found, BLUR).closed else none


def _conditions(places: Floats, normals: Floats) -> Floats:
    """normal . (A y + b) = 0 as rows over the entries of [A | b]."""
    points = np.column_stack([places, np.ones(len(places))])
    rows: Floats = np.einsum("mci,mj->mcij", normals, points).reshape(-1, normals.shape[2] * points.shape[1])
    return rows
