"""How are equations told that have no name of their own? As quadrics with few terms, by elimination."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.quadratic_forms import Ideal, in_columns, to_white
from hepsym.analysis.symmetries.quadric_names import name_quadric
from hepsym.analysis.symmetries.whitening import Frame, echelon

__all__ = ["unnamed"]

Floats = NDArray[np.float64]
Told = tuple[Floats, str, str, dict[str, tuple[float, float]]]


def unnamed(ideal: Ideal, named: Floats, names: Sequence[str]) -> list[Told]:
    """What the ideal holds beside the named elements (k, monomials): element, formula, kind, values.

    Written in columns that fill the span, those that a linear relation is solved for left out.
    """
    rest, span = ideal.without(named), ideal.span
    if not len(rest):
        return []
    kept = np.array([i for i in range(len(names)) if i not in span.dependent], dtype=np.int64)
    zero = 1e-9 if ideal.tolerance < 1e-4 else 0.1 * ideal.tolerance
    vectors = _scaled(rest, span, kept)
    if len(named):
        told, pivots = echelon(_scaled(named, span, kept), zero)
        vectors = vectors - vectors[:, pivots] @ told
    reduced, _ = echelon(vectors, zero)  # the last monomials, which are quadratic, lead
    return [_told(row, kept, names, span) for row in reduced]


def _scaled(quadrics: Floats, span: Frame, kept: NDArray[np.int64]) -> Floats:
    """Coefficients of 1, x_i and x_i x_j (i <= j) of the kept columns over their spreads."""
    unit = span.scale[kept]
    upper = np.triu_indices(len(kept))
    rows = []
    for q in quadrics:
        c, t, form = in_columns(q, span, kept)
        doubled = form * np.outer(unit, unit) * (2 - np.eye(len(kept)))
        row = np.concatenate([[c], t * unit, doubled[upper]])
        rows.append(row / np.linalg.norm(row))
    return np.array(rows)


def _told(row: Floats, kept: NDArray[np.int64], names: Sequence[str], span: Frame) -> Told:
    unit, size, columns = span.scale[kept], len(kept), len(names)
    full = np.zeros((size, size))
    full[np.triu_indices(size)] = row[1 + size :]
    form = (full + full.T) / 2 / np.outer(unit, unit)
    t = row[1 : 1 + size] / unit
    every_t, every_form = np.zeros(columns), np.zeros((columns, columns))
    every_t[kept], every_form[np.ix_(kept, kept)] = t, form
    element = to_white(float(row[0]), every_t, every_form, span)
    formula, kind, values = name_quadric(float(row[0]), t, form, [names[i] for i in kept], unit)
    return element / np.linalg.norm(element), formula, kind, values
