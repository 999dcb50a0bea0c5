"""Which quadric is c + t . x + x . S x = 0, and how large is it? Rank, signature, semi-axes with errors.

What is 0 within four standard errors counts as 0: an eigenvalue of S (then the quadric is a cylinder or a
paraboloid along it), the level about the centre (a cone), the difference of the axes (a sphere). Errors
are the jackknife's over replicas of the same quadric; without replicas, rounding takes their place.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Quadric", "Shape", "jackknife", "level_about_centre", "shape"]

Floats = NDArray[np.float64]
Values = dict[str, tuple[float, float]]

SMALL = 1e-7
"""Rounding of eigenvalues and levels, where columns are in units of their spreads"""
SURE = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Quadric:
    """c + t . x + x . S x in k columns."""

    c: float
    t: Floats
    form: Floats

    def among(self, active: NDArray[np.int64]) -> "Quadric":
        """The same in these columns only."""
        return Quadric(self.c, self.t[active], self.form[np.ix_(active, active)])


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What kind of quadric it is, and what it fixes."""

    kind: str
    values: Values
    level_is_zero: bool = False
    rank: int = 0
    """Eigenvalues of the form that count"""


def jackknife(
    of: Callable[[Quadric], Floats], main: Quadric, replicas: list[Quadric]
) -> tuple[Floats, Floats]:
    """A derived quantity and its standard error, 0 where there are no replicas."""
    value = np.asarray(of(main), dtype=np.float64)
    if not replicas:
        return value, np.zeros_like(value)
    every = np.array([of(q) for q in replicas])
    return value, np.sqrt(((every - every.mean(axis=0)) ** 2).sum(axis=0) * (len(every) - 1) / len(every))


def shape(main: Quadric, replicas: list[Quadric], unit: Floats) -> Shape:
    """Of a quadric in columns with these spreads (k,); semi-axes in the unit of the columns."""
    scaled, others = _scaled(main, unit), [_scaled(q, unit) for q in replicas]
    values, errors = jackknife(_spectrum, scaled, others)
    largest = float(np.abs(values).max())
    live = np.abs(values) > np.maximum(SMALL * largest, SURE * errors)
    rank = int(live.sum())
    if rank == 0:
        return Shape("linear", {})
    if not live.all():
        along, blur = jackknife(lambda q: _slope_along(q, rank), scaled, others)
        if along > max(SMALL * float(np.linalg.norm(scaled.t)), SURE * float(blur)):
            return Shape(_parabolic(values[live]), {})
    level, level_error = jackknife(lambda q: level_about_centre(q, rank), scaled, others)
    if abs(level) <= max(1e-9 * largest, SURE * float(level_error)):
        return Shape(_conical(values[live]), {}, level_is_zero=True, rank=rank)
    return _central(main, replicas, values[live] * np.sign(level), rank)


def _central(main: Quadric, replicas: list[Quadric], signed: Floats, rank: int) -> Shape:
    squares, squares_error = jackknife(
        lambda q: np.sort(level_about_centre(q, rank) / _live(q, rank))[::-1], main, replicas
    )
    plus, minus = int((signed > 0).sum()), int((signed < 0).sum())
    lengths = np.sqrt(np.abs(squares))
    errors = squares_error / (2 * np.maximum(lengths, 1e-300))
    axes = {
        f"axis {k + 1}": (float(a), float(e)) for k, (a, e) in enumerate(zip(lengths, errors, strict=True))
    }
    if plus and minus:
        return Shape("hyperbola" if rank == 2 else f"hyperboloid ({plus}, {minus})", axes)
    if rank == 1:
        return Shape("two planes", {"distance": (2 * float(lengths[0]), 2 * float(errors[0]))})
    unequal, blur = jackknife(lambda q: _unevenness(q, rank), main, replicas)
    # Of equal axes the largest and the smallest are apart by a few errors.
    if unequal < max(1e-6, (SURE + rank) * float(blur)) and unequal < 0.1:
        radius, error = jackknife(
            lambda q: np.sqrt(np.abs(level_about_centre(q, rank) / _live(q, rank).mean())), main, replicas
        )
        return Shape("circle" if rank == 2 else "sphere", {"radius": (float(radius), float(error))})
    return Shape("ellipse" if rank == 2 else "ellipsoid", axes)


def _scaled(q: Quadric, unit: Floats) -> Quadric:
    return Quadric(q.c, q.t * unit, q.form * np.outer(unit, unit))


def _spectrum(q: Quadric) -> Floats:
    values: Floats = np.asarray(np.linalg.eigvalsh(q.form), dtype=np.float64)
    return values[np.argsort(-np.abs(values), kind="stable")]


def _live(q: Quadric, rank: int) -> Floats:
    """The eigenvalues that count, largest first."""
    return _spectrum(q)[:rank]


def level_about_centre(q: Quadric, rank: int) -> Floats:
    """x . S x about the centre, in the directions that count."""
    values, axes = np.linalg.eigh(q.form)
    kept = np.argsort(-np.abs(values))[:rank]
    along = axes[:, kept].T @ q.t
    return np.asarray(-q.c + float((along**2 / values[kept]).sum()) / 4)


def _slope_along(q: Quadric, rank: int) -> Floats:
    """Size of t in the directions that S leaves free."""
    values, axes = np.linalg.eigh(q.form)
    free = np.argsort(-np.abs(values))[rank:]
    return np.asarray(np.linalg.norm(axes[:, free].T @ q.t))


def _unevenness(q: Quadric, rank: int) -> Floats:
    lengths = 1 / np.sqrt(np.abs(_live(q, rank)))
    return np.asarray(np.ptp(lengths) / lengths.mean())


def _parabolic(values: Floats) -> str:
    if len(values) == 1:
        return "parabola"
    return "saddle" if len(values) == 2 and values.prod() < 0 else "paraboloid"


def _conical(values: Floats) -> str:
    if len(values) == 1:
        return "plane, twice"
    if (values > 0).all() or (values < 0).all():
        return "point"
    return "two planes" if len(values) == 2 else "cone"
