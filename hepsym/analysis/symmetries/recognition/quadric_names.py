"""What is a quadric called, and how is it written? Circle, cone, product, angular momentum, as a formula."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.features import pairs
from hepsym.analysis.symmetries.recognition.quadric_shapes import (
    SMALL,
    Quadric,
    Shape,
    jackknife,
    level_about_centre,
    shape,
)
from hepsym.analysis.symmetries.recognition.writing import number, term

__all__ = ["name_quadric", "written"]

Floats = NDArray[np.float64]
Values = dict[str, tuple[float, float]]

LEVEL_SURE = 4.0
"""Errors, with all else held, by which a level may be moved to 0 for the reader"""


def name_quadric(
    main: Quadric,
    replicas: Quadric | None,
    shown: Quadric,
    names: Sequence[str],
    unit: Floats,
    origin: Floats,
    *,
    simple: bool = True,
    dust: float = SMALL,
) -> tuple[str, str, Values, Quadric]:
    """Formula, kind, what it fixes (semi-axes, radius, L) with errors, and the quadric as it is written.

    `shown` is `main` with coefficients rounded for the reader. unit (k,) are the spreads of the columns,
    which are taken from `origin` (k,). Where columns are `simple` coordinates of the surface, a level that
    is 0 within its error is written as such.
    Errors are 0 without replicas.
    """
    active = np.flatnonzero((np.abs(main.form).max(axis=1) > 0) | (np.abs(main.t) > 0))
    own, parts = main.among(active), None if replicas is None else replicas.among(active)
    called = [names[i] for i in active.tolist()]
    if not len(active):
        return "0 = 0", "too few digits", {}, shown
    made = _bilinear(own, parts, unit[active]) or shape(own, parts, unit[active], dust)
    if made.level_is_zero and simple:
        size, part = unit[active], shown.among(active)
        scaled = Quadric(np.zeros(()), part.t, part.form).scaled(size)
        level = float(level_about_centre(scaled, made.rank or int(np.linalg.matrix_rank(scaled.form))))
        if abs(level - float(part.c)) <= LEVEL_SURE * _constant_error(parts):
            shown = Quadric(np.asarray(level), shown.t, shown.form)
    told_to = dust if replicas is None else None
    formula = written(shown.among(active), called, unit[active], told_to=told_to, origin=origin[active])
    return formula, made.kind, made.values, shown


def _constant_error(replicas: Quadric | None) -> float:
    """Standard error of the constant where all other coefficients are held; 0 if replicas are too few.

    Infinite without replicas, where all is exact.
    """
    if replicas is None:
        return np.inf
    i, j = pairs(replicas.t.shape[1])
    others = np.concatenate([replicas.t, replicas.form[:, i, j]], axis=1)
    constants = replicas.c
    moving = np.ptp(others, axis=0) > 1e-12 * np.abs(others).max()
    left, count = others[:, moving] - others[:, moving].mean(axis=0), len(others)
    constants = constants - constants.mean()
    if count < 4 * left.shape[1]:
        return 0.0
    if left.shape[1]:
        constants = constants - left @ np.linalg.lstsq(left, constants, rcond=1e-8)[0]
    return float(np.sqrt((constants**2).sum() * (count - 1) / (count - left.shape[1])))


def _bilinear(q: Quadric, replicas: Quadric | None, unit: Floats) -> Shape | None:
    """Products alone: x1 p2 - x2 p1 = L, equal ratios where L is 0, or one product and one more column."""
    if not len(q.t) or q.form.diagonal().any():
        return None
    i, j = np.nonzero(np.triu(q.form))
    products = len(i)
    others = np.flatnonzero((np.abs(q.form).max(axis=1) == 0) & (q.t != 0))
    if products == 1 and len(others) == 1 and np.count_nonzero(q.t) == 1:
        factor, error = jackknife(lambda p: -2 * p.form[..., i[0], j[0]] / p.t[..., others[0]], q, replicas)
        return Shape("product", {"factor": (float(factor), float(error))})
    if products != 2 or len(q.t) != 4 or q.t.any():
        return None
    ratio, blur = jackknife(lambda p: p.form[..., i[0], j[0]] / p.form[..., i[1], j[1]], q, replicas)
    if abs(ratio + 1) > max(1e-6, 4 * float(blur)):
        return Shape("bilinear", {})
    momentum, error = jackknife(lambda p: np.abs(p.c / (2 * p.form[..., i[0], j[0]])), q, replicas)
    if momentum <= max(1e-7 * float(np.prod(unit) ** 0.5), 4 * float(error)):
        return Shape("equal ratios", {}, level_is_zero=True)
    return Shape("angular momentum", {"L": (float(momentum), float(error))})


def written(
    q: Quadric, names: Sequence[str], unit: Floats, *, told_to: float | None, origin: Floats | None = None
) -> str:
    """Squares completed where no product of two columns stands in the way.

    Columns are taken from `origin` (k,), which is written out where it is not 0. Ten digits where the
    equation is exact, six do not hold it, and its coefficients are told to 10^-7, else six. told_to: rounding
    of the coefficients of an exact equation, in spreads; None where there is noise.
    """
    origin = np.zeros(len(names)) if origin is None else origin
    fine = told_to is not None and told_to <= SMALL
    digits, within = 10 if fine else 6, 1e-4 if told_to is None else told_to
    whole = 2e-8 if fine or told_to is None else told_to
    diagonal = q.form.diagonal()
    mixed = q.form - np.diag(diagonal)

    def about(k: int, centre: float) -> str:
        """The column less a number, which is known to a part of its spread."""
        if abs(centre) < 1e-6 * unit[k]:
            return names[k]
        size = number(abs(centre), digits=digits, whole=whole, within=within * unit[k])
        return f"({names[k]} {'-' if centre > 0 else '+'} {size})"

    def part(value: float, what: str, k: int) -> str:
        return term(value, what, first=k == 0, digits=digits, whole=whole)

    if not mixed.any() and (diagonal != 0).all():
        centre = -q.t / (2 * diagonal)
        level = float(diagonal @ centre**2 - q.c)
        weight = diagonal * unit**2
        lead = diagonal[0] if level == 0 else diagonal[np.abs(weight).argmax()]
        squares = [
            part(float(diagonal[k] / lead), f"{about(k, float(centre[k] + origin[k]))}^2", k)
            for k in range(len(names))
        ]
        return f"{' '.join(squares)} = {number(float(level / lead), digits=digits, whole=whole)}"
    called = [about(k, float(origin[k])) for k in range(len(names))]
    terms: list[tuple[float, float, str]] = []
    for i in range(len(names)):
        if q.form[i, i] != 0:
            terms.append((float(q.form[i, i]), unit[i] ** 2, f"{called[i]}^2"))
        for j in range(i + 1, len(names)):
            if q.form[i, j] != 0:
                terms.append((2 * float(q.form[i, j]), unit[i] * unit[j], f"{called[i]} {called[j]}"))
    terms += [(float(v), unit[k], called[k]) for k, v in enumerate(q.t) if v != 0]
    weights = [abs(value * size) for value, size, _ in terms]
    # The first of the heavy terms leads, with coefficient one.
    lead = terms[int(np.argmax(np.array(weights) > 0.5 * max(weights)))][0]
    body = " ".join(part(value / lead, what, k) for k, (value, _, what) in enumerate(terms))
    return f"{body} = {number(float(-q.c / lead), digits=digits, whole=whole)}"
