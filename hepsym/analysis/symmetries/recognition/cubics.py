"""How is a cubic equation written in columns? With few terms, less what the quadrics imply."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.features import (
    count,
    evaluate,
    monomial_table,
    monomials,
    raised,
    times_coordinate,
)
from hepsym.analysis.symmetries.recognition.unnamed import pivots_of
from hepsym.analysis.symmetries.recognition.writing import number, term
from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["told_cubics"]

Floats = NDArray[np.float64]

DIGITS = 10
ROUNDING = 1e-8
"""Coefficients that are smaller, relative to the largest, in spreads, are left out"""


def told_cubics(
    span: Frame, quadrics: Floats, cubics: Floats, names: Sequence[str]
) -> list[tuple[Floats, str]]:
    """Each of the cubics (l, monomials) as the element of the ideal that is written, and its formula."""
    if not len(cubics):
        return []
    r = span.rank
    implied = np.concatenate([raised(quadrics, r, 3), times_coordinate(quadrics, r)])
    if len(implied):
        _, values, right = np.linalg.svd(implied, full_matrices=False)
        implied = right[values > 1e-9 * values[0]]
    kept = np.array([i for i in range(len(names)) if i not in span.dependent], dtype=np.int64)
    every = np.concatenate([implied, cubics])
    scaled = _in_spreads(every, span, kept)
    pivots = pivots_of(scaled, scaled[: len(implied)], 1e-7)
    weights = np.linalg.inv(scaled[:, pivots])[len(implied) :]
    called = [names[i] for i in kept.tolist()]
    out = []
    for weight, row in zip(weights, weights @ scaled, strict=True):
        element = weight @ every
        out.append((element / np.linalg.norm(element), _written(row, called, span.scale[kept])))
    return out


def _in_spreads(polynomials: Floats, span: Frame, kept: NDArray[np.int64]) -> Floats:
    """Coefficients of the monomials of kept columns over their spreads, of norm 1, by interpolation."""
    k = len(kept)
    z = np.random.default_rng(1).uniform(-1.5, 1.5, (3 * count(k, 3), k))
    y = (z * span.scale[kept] - span.centre[kept]) @ np.linalg.inv(span.from_white[:, kept])
    values = evaluate(y, polynomials)
    found = np.linalg.lstsq(monomials(z, 3), values, rcond=None)[0].T
    made: Floats = found / np.linalg.norm(found, axis=1, keepdims=True)
    return made


def _written(row: Floats, names: Sequence[str], unit: Floats) -> str:
    terms = []
    for indices, k in monomial_table(len(names), 3).items():
        if indices and abs(row[k]) > ROUNDING * np.abs(row[1:]).max():
            terms.append(
                (float(row[k] / np.prod(unit[list(indices)])), abs(row[k]), _product(indices, names))
            )
    heaviest = max(weight for _, weight, _ in terms)
    lead = next(value for value, weight, _ in terms if weight > 0.5 * heaviest)
    constant = -row[0] if abs(row[0]) > ROUNDING * heaviest else 0.0
    body = " ".join(
        term(value / lead, what, first=k == 0, digits=DIGITS, whole=ROUNDING)
        for k, (value, _, what) in enumerate(terms[::-1])
    )
    return f"{body} = {number(constant / lead, digits=DIGITS, whole=ROUNDING)}"


def _product(indices: tuple[int, ...], names: Sequence[str]) -> str:
    powers = [(names[i], indices.count(i)) for i in sorted(set(indices))]
    return " ".join(name if power == 1 else f"{name}^{power}" for name, power in powers)
