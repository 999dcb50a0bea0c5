"""Which affine vector fields run along the surface? Lie generators of the manifold, from its equations.

A field v(x) = A (x - centre) + b is tangent where grad q . v = 0 at every row and for every equation q:
linear equations for (A, b), whose null space is the Lie algebra of the affine maps that carry the surface
into itself. Normals are gradients of the equations, exact where Lie-PCA's are local fits.

Cahill, Mixon, Parshall, Lie PCA, https://arxiv.org/abs/2008.04278
"""

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.features import gradients
from hepsym.analysis.symmetries.whitening import Frame, echelon, tall_svd

__all__ = ["column_matrices", "fields_score", "tangent_fields", "tidy"]

Floats = NDArray[np.float64]


def tangent_fields(y: Floats, quadrics: Floats, tolerance: float = 1e-6) -> tuple[Floats, Floats]:
    """Tangent fields as matrices (k, r, r + 1) [A | b] in white coordinates, and the whole spectrum.

    y (n, r) white points, quadrics (m, monomials). The spectrum is the rms of the normal part of the
    unit fields, weakest first; those below tolerance times the largest are
    tangent, up to the widest gap among them.
    """
    r = y.shape[1]
    normals = gradients(y, quadrics)
    slope = np.sqrt((normals**2).sum(axis=2).mean(axis=0))
    normals = normals / np.maximum(slope, 1e-300)[:, None]
    points = np.column_stack([y, np.ones(len(y))])
    rows = np.einsum("nmi,nj->nmij", normals, points).reshape(-1, r * (r + 1))
    values, right = tall_svd(rows / np.sqrt(len(y)))
    spectrum = values[::-1].copy()
    below = int((spectrum < tolerance * spectrum[-1]).sum())
    if 0 < below < len(spectrum):
        # Where noise blurs the zeros, they end at the widest gap; what is below a hundredth of what they
        # are known to is zero: some are exact for any equation of the kind (so(3) of a quadric), others not.
        floor = max(1e-12, 0.01 * tolerance) * spectrum[-1]
        level = np.maximum(spectrum[: below + 1], floor)
        below = 1 + int((level[1:] / level[:-1]).argmax())
    return right[::-1][:below].reshape(-1, r, r + 1), spectrum


def column_matrices(fields: Floats, span: Frame) -> tuple[Floats, Floats]:
    """The fields in column units: matrices (k, D, D) and shifts (k, D), dx/dt = M (x - centre) + shift."""
    a, b = fields[:, :, :-1], fields[:, :, -1]
    # x - centre = y W with W = from_white, so dx = dy W = (A y + b) W.
    return np.swapaxes(span.to_white @ np.swapaxes(a, 1, 2) @ span.from_white, 1, 2), b @ span.from_white


def tidy(fields: Floats, span: Frame, tolerance: float = 1e-6) -> Floats:
    """A basis of the same space that is sparse in the columns, so that each field has a name."""
    if len(fields) < 2:
        return fields
    matrices, shifts = column_matrices(fields, span)
    unit = span.scale
    scaled = np.concatenate([matrices / unit[:, None] * unit, (shifts / unit)[:, :, None]], axis=2)
    flat = scaled.reshape(len(fields), -1)
    reduced, _ = echelon(flat, tolerance)
    # Coefficients of the reduced rows in the old ones carry the change of basis to white coordinates.
    change = np.linalg.lstsq(flat.T, reduced.T, rcond=None)[0].T
    made: Floats = np.einsum("kl,lij->kij", change, fields)
    made /= np.sqrt((made**2).sum(axis=(1, 2), keepdims=True))
    return made


def fields_score(y: Floats, quadrics: Floats, fields: Floats) -> Floats:
    """rms over rows of |normal part of v| / rms |v| for each field (k,): 0 is tangent."""
    normals = gradients(y, quadrics)
    moved = np.einsum("kij,nj->nki", fields[:, :, :-1], y) + fields[:, :, -1]
    # Orthonormal normals by a pseudo-inverse, since equations may depend on one another at a row.
    projector = np.linalg.pinv(normals, rcond=1e-8) @ normals
    normal = np.einsum("nij,nkj->nki", projector, moved)
    score: Floats = np.sqrt((normal**2).sum(axis=2).mean(axis=0) / (moved**2).sum(axis=2).mean(axis=0))
    return score
