"""In which coordinates does a table fill its affine span evenly? Rank, linear relations, white axes.

Columns are centred and divided by their standard deviation, so that units do not matter; the singular
value decomposition of the result gives the span. What is thinner than `tolerance` (in standard
deviations of a column) counts as a linear relation. y = (x - centre) @ to_white has zero mean and unit
covariance, and x = centre + y @ from_white gives the rows back to `tolerance`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["EXACT", "ROUNDING", "Frame", "echelon", "frame", "tall_svd"]

Floats = NDArray[np.float64]

EXACT = 1e-6
"""Thinner than this fraction of a column's standard deviation is no spread but rounding."""

ROUNDING = 1e-12
"""A column whose spread is below this fraction of its size is constant."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """The affine span of rows (n, D), of dimension `rank`."""

    centre: Floats
    """(D,), column units"""
    scale: Floats
    """(D,): standard deviations; for a constant column its size, or 1"""
    to_white: Floats
    """(D, rank)"""
    from_white: Floats
    """(rank, D)"""
    relations: Floats
    """(D - rank, D + 1), reduced row echelon: coefficients and constant of c . x = c0, column units."""
    dependent: tuple[int, ...]
    """The column that each relation is solved for; the others fill the span."""
    thickness: Floats
    """(D,): spread of the principal directions of the scaled columns, thinnest first."""

    @property
    def rank(self) -> int:
        """Dimension of the affine span."""
        return int(self.to_white.shape[1])

    def white(self, rows: Floats) -> Floats:
        """Coordinates (n, rank) of rows (n, D)."""
        return (rows - self.centre) @ self.to_white


def frame(
    rows: Floats, *, thin: int | None = None, tolerance: float = EXACT, unit: Floats | None = None
) -> Frame:
    """The frame of rows (n, D), n > D; `thin` says how many directions to drop, else those < tolerance.

    `unit` (D,) takes the place of the standard deviations.
    Constant columns are relations of their own. Error of `white`: a few eps times column / thickness.
    """
    # A sum of values far from 0 has lost the digits of their spread: means are taken from the first row on.
    moved = rows - rows[0]
    middle, spread = moved.mean(axis=0), moved.std(axis=0)
    centre = rows[0] + middle
    size = np.abs(rows).max(axis=0)
    constant = np.ptp(rows, axis=0) <= ROUNDING * np.maximum(size, 1e-300)
    scale = np.where(constant, np.where(size > 0, size, 1.0), spread if unit is None else unit)
    scaled = np.where(constant, 0.0, (moved - middle) / scale)
    values, axes = tall_svd(scaled / np.sqrt(len(rows)))
    dropped = int((values < tolerance).sum()) if thin is None else max(thin, int((values < tolerance).sum()))
    rank = rows.shape[1] - dropped
    kept = axes[:rank].T
    relations, dependent = _relations(axes[rank:], centre, scale)
    return Frame(
        centre=centre,
        scale=scale,
        to_white=kept / values[:rank] / scale[:, None],
        from_white=(kept * values[:rank] * scale[:, None]).T,
        relations=relations,
        dependent=tuple(dependent),
        thickness=values[::-1].copy(),
    )


def tall_svd(matrix: Floats) -> tuple[Floats, Floats]:
    """All singular values (m,) and right singular vectors (m, m) of (n, m), zeros for what is missing.

    Through the triangle of a QR decomposition: as exact as the SVD of the whole, ten times as fast.
    """
    triangle = np.linalg.qr(matrix, mode="r") if len(matrix) > matrix.shape[1] else matrix
    _, values, right = np.linalg.svd(triangle, full_matrices=True)
    return np.pad(values, (0, len(right) - len(values))), right


def _relations(null: Floats, centre: Floats, scale: Floats) -> tuple[Floats, list[int]]:
    """Null directions of the scaled columns as rows c_1 .. c_D | c0 in column units, sparse."""
    if not len(null):
        return np.empty((0, len(centre) + 1)), []
    reduced, pivots = echelon(null)
    in_units = reduced / scale
    in_units /= in_units[np.arange(len(pivots)), pivots][:, None]
    return np.column_stack([in_units, in_units @ centre]), pivots


def echelon(rows: Floats, tolerance: float = 1e-6) -> tuple[Floats, list[int]]:
    """Reduced row echelon form of independent rows and its pivot columns; the largest entry of a row leads.

    Entries below tolerance times the row's largest become 0: a sparse basis of the same space.
    """
    left = np.array(rows, dtype=np.float64)
    pivots: list[int] = []
    for i in range(len(left)):
        rest = np.abs(left[i:])
        # The first column that is not small: keeps the basis the same for equal spaces.
        best = rest.max(axis=0)
        column = int(np.flatnonzero(best > 0.3 * best.max())[-1])
        row = i + int(rest[:, column].argmax())
        left[[i, row]] = left[[row, i]]
        left[i] /= left[i, column]
        others = np.arange(len(left)) != i
        left[others] -= np.outer(left[others, column], left[i])
        pivots.append(column)
    left[np.abs(left) < tolerance * np.abs(left).max(axis=1, keepdims=True)] = 0.0
    return left, pivots
