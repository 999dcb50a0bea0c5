"""How many directions do equations leave, when rows within a given scale of a surface count as on it?

Directions of the scaled columns that are thinner than the scale s are left out. In white coordinates of
the rest the quadratic monomials have a covariance, and a metric by their gradients; the generalised
eigenvalues are the squared thicknesses of quadrics (Taubin, IEEE Trans. PAMI 13 (1991) 1115). Those
below s squared are surfaces on which the rows lie but for s; the rank of their gradients is counted.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from hepsym.analysis.symmetries.features import count, gradients, monomials
from hepsym.analysis.symmetries.whitening import Frame, frame

__all__ = ["gradient_rank", "left_at"]

Floats = NDArray[np.float64]

ROWS = 50_000
HIGHEST_RANK = 20
LARGEST = 0.1
"""Full densities have quadrics of thickness 0.3 and more: above this scale they are not counted."""
INDEPENDENT = 0.1
SPARE = 4
WITHIN = 0.68


def gradient_rank(y: Floats, quadrics: Floats, tolerance: float = 1e-5) -> int:
    """Rank of the equations' gradients over points (n, r): the codimension of the surface.

    Of a union it is that of the larger part: what two thirds of the points reach.
    """
    if not len(quadrics):
        return 0
    values = np.linalg.svd(gradients(y[:: max(1, len(y) // 200)], quadrics), compute_uv=False)
    return _told((values > tolerance * np.median(values[:, 0])).sum(axis=1))


def _told(ranks: NDArray[np.int64]) -> int:
    return int(np.quantile(ranks, 0.35, method="nearest"))


def left_at(rows: Floats, scales: Sequence[float]) -> dict[float, int]:
    """Directions left at each scale <= LARGEST, of rows (n, D); no entry where the rows do not suffice."""
    rows = rows[:ROWS]
    whole = frame(rows)
    kept = whole.thickness[len(whole.relations) :]
    solved: dict[int, tuple[Frame, Floats, Floats]] = {}
    out: dict[float, int] = {}
    for s in scales:
        flat = int((kept < s).sum())
        rank = whole.rank - flat
        if s > LARGEST or rank < 1 or rank > HIGHEST_RANK or len(rows) < SPARE * count(rank, 2):
            continue
        if flat not in solved:
            span = frame(rows, thin=len(whole.relations) + flat)
            solved[flat] = (span, *_thickness(span, span.white(rows)))
        span, values, quadrics = solved[flat]
        thin = quadrics[values < s]
        out[s] = rank - _independent(span, rows, thin)
    return out


def _thickness(span: Frame, y: Floats) -> tuple[Floats, Floats]:
    """Thickness of quadrics in deviations of a column, and the quadrics.

    It is not less than the distance q / |grad q| that two thirds of the rows keep: where few rows have
    steep gradients the mean is theirs alone.
    """
    r = span.rank
    phi = monomials(y)[:, 1:]
    mean = phi.mean(axis=0)
    covariance = (phi - mean).T @ (phi - mean) / len(phi)
    root = span.to_white * span.scale[:, None]
    metric = root.T @ root
    # Gradients of y_i are unit vectors, of y_i y_j they are y_j e_i + y_i e_j: moments of y give all.
    i, j = np.triu_indices(r)
    design = np.zeros((r, phi.shape[1], r + 1))
    design[np.arange(r), np.arange(r), 0] = 1.0
    own = np.arange(r, phi.shape[1])
    np.add.at(design, (i, own, 1 + j), 1.0)
    np.add.at(design, (j, own, 1 + i), 1.0)
    points = np.column_stack([np.ones(len(y)), y])
    second = points.T @ points / len(y)
    flat = design.transpose(1, 0, 2).reshape(phi.shape[1], -1)
    slope = flat @ np.kron(metric, second) @ flat.T
    values, vectors = eigh(covariance, slope + 1e-12 * np.trace(slope) / len(slope) * np.eye(len(slope)))
    quadrics = np.column_stack([-(mean @ vectors), vectors.T])
    thickness = np.sqrt(np.maximum(values, 0.0))
    some = np.flatnonzero(thickness < LARGEST)
    sample = y[:: max(1, len(y) // 1000)]
    for q in some.tolist():
        steep = np.linalg.norm(gradients(sample, quadrics[q : q + 1])[:, 0] @ root.T, axis=1)
        near = np.abs(monomials(sample) @ quadrics[q]) / np.maximum(steep, 1e-300)
        thickness[q] = max(float(thickness[q]), float(np.quantile(near, WITHIN)))
    return thickness, quadrics


def _independent(span: Frame, rows: Floats, thin: Floats) -> int:
    """The number of normals that the quadrics have at a row."""
    if not len(thin):
        return 0
    y = span.white(rows[:: max(1, len(rows) // 200)])
    root = span.to_white * span.scale[:, None]
    values = np.linalg.svd(gradients(y, thin) @ root.T, compute_uv=False)
    return _told((values > INDEPENDENT * np.median(values[:, 0])).sum(axis=1))
