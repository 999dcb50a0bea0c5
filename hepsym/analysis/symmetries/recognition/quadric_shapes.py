"""Which quadric is c + t . x + x . S x = 0, and how large is it? Rank, signature, semi-axes with errors.

What is 0 within four standard errors counts as 0: an eigenvalue of S (then the quadric is a cylinder or a
paraboloid along it), the level about the centre (a cone), the difference of the axes (a sphere). Errors
are the jackknife's over replicas of the same quadric; without replicas, rounding takes their place.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.equations.rounding import jackknife_error

__all__ = ["SMALL", "Quadric", "Shape", "jackknife", "level_about_centre", "shape"]

Floats = NDArray[np.float64]
Values = dict[str, tuple[float, float]]

SMALL = 1e-7
"""Rounding of eigenvalues, where columns are in units of their spreads; more in a table of few digits"""
SURE = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Quadric:
    """c + t . x + x . S x in k columns, or many of them: leading axes are alike in all three."""

    c: Floats
    """(...)"""
    t: Floats
    """(..., k)"""
    form: Floats
    """(..., k, k)"""

    def among(self, active: NDArray[np.int64]) -> "Quadric":
        """The same in these columns only."""
        return Quadric(self.c, self.t[..., active], self.form[..., active[:, None], active])

    def scaled(self, unit: Floats) -> "Quadric":
        """In columns over these units (k,)."""
        return Quadric(self.c, self.t * unit, self.form * np.outer(unit, unit))


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What kind of quadric it is, and what it fixes."""

    kind: str
    values: Values
    level_is_zero: bool = False
    rank: int = 0
    """Eigenvalues of the form that count"""


def jackknife(
    of: Callable[[Quadric], Floats], main: Quadric, replicas: Quadric | None
) -> tuple[Floats, Floats]:
    """A derived quantity and its standard error, 0 where there are no replicas."""
    value = np.asarray(of(main), dtype=np.float64)
    if replicas is None:
        return value, np.zeros_like(value)
    return value, jackknife_error(np.asarray(of(replicas), dtype=np.float64))


def shape(main: Quadric, replicas: Quadric | None, unit: Floats, dust: float = SMALL) -> Shape:
    """Of a quadric in columns with these spreads (k,), known to `dust`; semi-axes in the columns' unit."""
    scaled, others = main.scaled(unit), None if replicas is None else replicas.scaled(unit)
    values, errors = jackknife(_spectrum, scaled, others)
    largest = float(np.abs(values).max())
    live = np.abs(values) > np.maximum(dust * largest, SURE * errors)
    rank = int(live.sum())
    if rank == 0:
        return Shape("linear", {})
    if not live.all():
        along, blur = jackknife(lambda q: _slope_along(q, rank), scaled, others)
        if along > max(dust * float(np.linalg.norm(scaled.t)), SURE * float(blur)):
            return Shape(_parabolic(values[live]), {})
    level, level_error = jackknife(lambda q: level_about_centre(q, rank), scaled, others)
    if abs(level) <= max(dust / 100 * largest, SURE * float(level_error)):
        return Shape(_conical(values[live]), {}, level_is_zero=True, rank=rank)
    return _central(main, replicas, values[live] * np.sign(level), rank, dust)


def _central(main: Quadric, replicas: Quadric | None, signed: Floats, rank: int, dust: float) -> Shape:
    squares, squares_error = jackknife(
        lambda q: np.sort(level_about_centre(q, rank)[..., None] / _live(q, rank))[..., ::-1], main, replicas
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
    if unequal < max(10 * dust, (SURE + rank) * float(blur)) and unequal < 0.1:
        radius, error = jackknife(
            lambda q: np.sqrt(np.abs(level_about_centre(q, rank) / _live(q, rank).mean(axis=-1))),
            main,
            replicas,
        )
        return Shape("circle" if rank == 2 else "sphere", {"radius": (float(radius), float(error))})
    return Shape("ellipse" if rank == 2 else "ellipsoid", axes)


def _spectrum(q: Quadric) -> Floats:
    values: Floats = np.asarray(np.linalg.eigvalsh(q.form), dtype=np.float64)
    return np.take_along_axis(values, _largest_first(values), axis=-1)


def _largest_first(values: Floats) -> NDArray[np.int64]:
    return np.argsort(-np.abs(values), axis=-1, kind="stable")


def _live(q: Quadric, rank: int) -> Floats:
    """The eigenvalues that count, largest first."""
    return _spectrum(q)[..., :rank]


def _along(q: Quadric) -> tuple[Floats, Floats]:
    """Eigenvalues of S, largest first, and what t is along their axes."""
    values, axes = np.linalg.eigh(q.form)
    order = _largest_first(values)
    along = np.einsum("...ij,...i->...j", axes, q.t)
    return np.take_along_axis(values, order, axis=-1), np.take_along_axis(along, order, axis=-1)


def level_about_centre(q: Quadric, rank: int) -> Floats:
    """x . S x about the centre, in the directions that count."""
    values, along = _along(q)
    return np.asarray((along[..., :rank] ** 2 / values[..., :rank]).sum(axis=-1) / 4 - q.c)


def _slope_along(q: Quadric, rank: int) -> Floats:
    """Size of t in the directions that S leaves free."""
    return np.asarray(np.linalg.norm(_along(q)[1][..., rank:], axis=-1))


def _unevenness(q: Quadric, rank: int) -> Floats:
    lengths = 1 / np.sqrt(np.abs(_live(q, rank)))
    return np.asarray(np.ptp(lengths, axis=-1) / lengths.mean(axis=-1))


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
