"""How are equations told that have no name of their own? As quadrics with few terms, by elimination.

The space of quadrics, written in columns that fill the span, has one reduced echelon form for given
pivots, whatever its basis: so replicas of the space give replicas of each reduced equation, and what is
0 within its error is left out. Pivots are chosen from the last, quadratic, monomials that stand clear of
their noise. Where linear relations are not simple (a turned table), columns are no coordinates of the
surface, and its axes are those in the span itself, in the metric of the columns' units.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.equations.rounding import EVERY, SOME, jackknife_error, restricted, settled
from hepsym.analysis.symmetries.features import in_coordinates, pairs, symmetric
from hepsym.analysis.symmetries.recognition.quadratic_forms import Ideal, to_white
from hepsym.analysis.symmetries.recognition.quadric_names import name_quadric
from hepsym.analysis.symmetries.recognition.quadric_shapes import Quadric, shape
from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["pivots_of", "unnamed"]

Floats = NDArray[np.float64]
Values = dict[str, tuple[float, float]]
Told = tuple[Floats, str, str, Values]

SURE = 4.0
LARGEST_PIVOT_LOSS = 0.3
FAR = 10.0
"""Spreads from 0 beyond which a column is written less a number"""


def unnamed(ideal: Ideal, named: Floats, names: Sequence[str], tilted: Floats | None = None) -> list[Told]:
    """What the ideal holds beside the named elements (k, monomials): element, formula, kind, values.

    tilted (blocks, rank, D) are `from_white` of the ideal's replicas: None where equations are exact.
    """
    quadrics = ideal.quadrics
    if len(named) >= len(quadrics):
        return []
    # Far from its spread, a column's own powers would cancel one another.
    origin = _origin(ideal.span)
    span = replace(ideal.span, centre=ideal.span.centre - origin)
    kept = np.array([i for i in range(len(names)) if i not in span.dependent], dtype=np.int64)
    into_spreads = _into_spreads(span, kept)
    scaled, told = _of_norm_one(quadrics @ into_spreads), _of_norm_one(named @ into_spreads)
    pivots = pivots_of(scaled, told, 1e-7)
    reduced: Floats = np.asarray(np.linalg.solve(scaled[:, pivots], scaled), np.float64)[len(told) :]
    others: Floats = np.empty((0, *reduced.shape))
    if tilted is not None:
        every = _of_norm_one(ideal.replicas @ into_spreads)
        others = np.asarray(np.linalg.solve(every[:, :, pivots], every), np.float64)[:, len(told) :]
    simple = _simple(span)
    tidy, copies = _cleaned(reduced, others, EVERY if simple else SOME, ideal.dust)
    told_as = []
    for k in range(len(reduced)):
        formula, kind, values, element = _told(tidy[k], copies[:, k], kept, names, span, origin, ideal.dust)
        if not simple:
            # What is measured in the span itself is measured without the zeros that only writing asks for.
            back = np.linalg.inv(into_spreads)
            free = _in_span(reduced[k] @ back, span.from_white)
            turned = None if tilted is None else _in_span(others[:, k] @ back, tilted)
            made = shape(free, turned, _spreads(span), ideal.dust)
            kind, values = made.kind, made.values
        told_as.append((element, formula, kind, values))
    return told_as


def pivots_of(scaled: Floats, told: Floats, dust: float) -> list[int]:
    """Columns in which the named elements, then the rest, are eliminated; the last that stand clear first."""
    pivots: list[int] = []
    for count, basis in ((len(told), told), (len(scaled) - len(told), scaled)):
        left = basis
        for column in pivots:  # a named element's pivot is gone from the rest
            left = _without(left, column)
        for _ in range(count):
            size = np.abs(left).max(axis=0)
            size[size < dust] = 0.0
            pivots.append(int(np.flatnonzero(size > LARGEST_PIVOT_LOSS * size.max())[-1]))
            left = _without(left, pivots[-1])
    return pivots


def _without(rows: Floats, column: int) -> Floats:
    """The rows with this column eliminated by the one that has most of it."""
    where = int(np.abs(rows[:, column]).argmax())
    return rows - np.outer(rows[:, column] / rows[where, column], rows[where])


def _cleaned(reduced: Floats, others: Floats, level: float, dust: float) -> tuple[Floats, Floats]:
    """With the coefficients at 0 that are 0 within rounding, or by a joint test at this level."""
    size = np.abs(reduced).max(axis=1, keepdims=True)
    if not len(others):
        return np.where(np.abs(reduced) > dust * size, reduced, 0.0), others
    reduced, others = reduced.copy(), others.copy()
    aim = np.zeros(reduced.shape[1])
    for k in range(len(reduced)):
        none = np.abs(reduced[k]) <= SURE * jackknife_error(others[:, k])
        none &= np.abs(reduced[k]) <= 0.1 * size[k]
        reduced[k], others[:, k] = settled(reduced[k], others[:, k], aim, none, level)[:2]
    return reduced, others


def _whole(row: Floats, others: Floats, unit: Floats) -> tuple[Floats, Floats]:
    """With coefficients at integers, relative to the leading one, where these are within SURE - 1 errors."""
    if not len(others):
        return row, others
    upper = pairs(len(unit))
    units = np.concatenate([[1.0], unit, unit[upper[0]] * unit[upper[1]]])
    varying = np.abs(row[1:])
    lead = 1 + int(np.argmax(varying > 0.5 * varying.max()))
    ratio = row / row[lead] * units[lead] / units
    ratios = others / others[:, [lead]] * units[lead] / units
    error, whole = jackknife_error(ratios), np.round(ratio)
    fixed = (whole != 0) & (np.abs(ratio - whole) < (SURE - 1) * error) & (error < 0.02)
    fixed[0], fixed[lead] = False, True
    main, copies = restricted(ratio, ratios, fixed, whole[fixed])
    return main * units / units[lead], copies * units / units[lead]


def _into_spreads(span: Frame, kept: NDArray[np.int64]) -> Floats:
    """M with q @ M the coefficients of 1, x_i and x_i x_j of the kept columns over their spreads."""
    into = np.linalg.inv(span.from_white[:, kept])
    made: Floats = in_coordinates(span.scale[kept][:, None] * into, -(span.centre[kept] @ into)).T
    return made


def _of_norm_one(rows: Floats) -> Floats:
    made: Floats = rows / np.linalg.norm(rows, axis=-1, keepdims=True)
    return made


def _quadric(row: Floats, unit: Floats) -> Quadric:
    """Of coefficients (..., monomials) in columns over their spreads `unit` (k,)."""
    return Quadric(*symmetric(row, len(unit))).scaled(1 / unit)


def _told(
    row: Floats,
    replicas: Floats,
    kept: NDArray[np.int64],
    names: Sequence[str],
    span: Frame,
    origin: Floats,
    dust: float,
) -> tuple[str, str, Values, Floats]:
    """Formula, kind and values in the kept columns, and the element that is written."""
    unit = span.scale[kept]
    # Integers are for the reader; what is measured is taken without them, or its errors would be too small.
    main, others = _quadric(row, unit), _quadric(replicas, unit) if len(replicas) else None
    shown = _quadric(_whole(row, replicas, unit)[0], unit)
    called = [names[i] for i in kept]
    formula, kind, values, main = name_quadric(
        main, others, shown, called, unit, origin[kept], simple=_simple(span), dust=dust
    )
    element = _white(main, kept, len(names), span)
    return formula, kind, values, element / np.linalg.norm(element)


def _origin(span: Frame) -> Floats:
    """0 for columns about it, else a number of few digits near to the middle of the column."""
    far = np.abs(span.centre) > FAR * span.scale
    near = [
        next(m for k in range(1, 18) if abs((m := float(f"{c:.{k}g}")) - c) <= s) if yes else 0.0
        for c, s, yes in zip(span.centre.tolist(), span.scale.tolist(), far.tolist(), strict=True)
    ]
    return np.array(near)


def _white(q: Quadric, kept: NDArray[np.int64], columns: int, span: Frame) -> Floats:
    """The monomial vector in white coordinates of a quadric in the kept columns."""
    t, form = np.zeros(columns), np.zeros((columns, columns))
    t[kept], form[np.ix_(kept, kept)] = q.t, q.form
    return to_white(float(q.c), t, form, span)


def _simple(span: Frame) -> bool:
    """Whether linear relations are sums and differences of columns: kept columns are then coordinates."""
    coefficients = span.relations[:, :-1]
    return bool((np.abs(coefficients - np.round(coefficients)) < 1e-6).all())


def _orthonormal(from_white: Floats) -> Floats:
    """L with from_white = L Q and orthonormal rows Q: w = y L are lengths in the columns' units."""
    triangle: Floats = np.asarray(np.linalg.qr(np.swapaxes(from_white, -1, -2))[1], np.float64)
    return np.swapaxes(triangle, -1, -2)


def _in_span(white: Floats, from_white: Floats) -> Quadric:
    """White quadrics (..., monomials) in w, of spans (..., rank, D) of their own."""
    c, b, form = symmetric(white, from_white.shape[-2])
    into = np.linalg.inv(_orthonormal(from_white))
    return Quadric(c, np.einsum("...ij,...j->...i", into, b), into @ form @ np.swapaxes(into, -1, -2))


def _spreads(span: Frame) -> Floats:
    """Spreads of w: that of y is one."""
    spreads: Floats = np.linalg.norm(_orthonormal(span.from_white), axis=0)
    return spreads
