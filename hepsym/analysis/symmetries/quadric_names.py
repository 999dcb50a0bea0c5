"""Which quadric is c + t . x + x . S x = 0? Ellipsoid, hyperboloid, cone, paraboloid, angular momentum."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.writing import number, term

__all__ = ["name_quadric"]

Floats = NDArray[np.float64]
Values = dict[str, tuple[float, float]]

SMALL = 1e-7


def name_quadric(
    c: float, t: Floats, form: Floats, names: Sequence[str], scale: Floats
) -> tuple[str, str, Values]:
    """Formula, kind and what it fixes (semi-axes, value) of a quadric in columns of these spreads.

    Errors are not known here and stand as 0.
    """
    active = np.flatnonzero((np.abs(form).max(axis=1) > 0) | (np.abs(t) > 0))
    t, form, own = t[active], form[np.ix_(active, active)], [names[i] for i in active.tolist()]
    formula = _formula(c, t, form, own)
    values, axes = np.linalg.eigh(form)
    live = np.abs(values) > SMALL * np.abs(values).max()
    if not live.all():
        flat = axes[:, ~live].T @ t
        kind = "paraboloid" if np.abs(flat).max() > SMALL * np.abs(t).max(initial=1e-300) else "cylinder"
        return formula, kind, {}
    centre = -np.linalg.solve(form, t) / 2
    level = -(c + float(t @ centre) / 2)
    if not form.diagonal().any() and len(own) == 4 and np.count_nonzero(np.triu(form)) == 2:
        product = np.triu(form)[np.triu(form) != 0]
        opposite = abs(product.sum()) < 1e-6 * np.abs(product).max()
        if opposite and abs(level) > 1e-9 * float(scale[active] @ np.abs(form) @ scale[active]):
            return formula, "angular momentum", {"L": (abs(level / (2 * float(product[0]))), 0.0)}
        return formula, "bilinear", {}
    if abs(level) < 1e-9 * float(scale[active] @ np.abs(form) @ scale[active]):
        return formula, "cone", {}
    squared = level / values
    if (squared > 0).all():
        lengths = np.sqrt(np.sort(squared)[::-1])
        round_ = np.ptp(lengths) < 1e-6 * lengths[0]
        kind = {2: "circle" if round_ else "ellipse"}.get(len(own), "sphere" if round_ else "ellipsoid")
        if round_:
            return formula, kind, {"radius": (float(lengths[0]), 0.0)}
        return formula, kind, {f"axis {k + 1}": (float(a), 0.0) for k, a in enumerate(lengths)}
    plus, minus = int((squared > 0).sum()), int((squared < 0).sum())
    return formula, f"hyperboloid ({plus}, {minus})", {}


def _formula(c: float, t: Floats, form: Floats, names: Sequence[str]) -> str:
    """Squares completed where no product of two columns stands in the way."""
    diagonal = form.diagonal()
    mixed = form - np.diag(diagonal)
    if not mixed.any() and (diagonal != 0).all():
        centre = -t / (2 * diagonal)
        level = float(diagonal @ centre**2) - c
        lead = diagonal[0] if level == 0 else diagonal[np.abs(diagonal).argmax()]
        parts = []
        for k, name in enumerate(names):
            tiny = abs(centre[k]) < 1e-6 * np.sqrt(abs(level / diagonal[k]) + 1e-300)
            inner = name if tiny else f"({name} {'-' if centre[k] > 0 else '+'} {number(abs(centre[k]))})"
            parts.append(term(float(diagonal[k] / lead), f"{inner}^2", first=k == 0))
        return f"{' '.join(parts)} = {number(float(level / lead))}"
    terms: list[tuple[float, str]] = []
    for i in range(len(names)):
        if form[i, i] != 0:
            terms.append((float(form[i, i]), f"{names[i]}^2"))
        for j in range(i + 1, len(names)):
            if form[i, j] != 0:
                terms.append((2 * float(form[i, j]), f"{names[i]} {names[j]}"))
    terms += [(float(v), names[i]) for i, v in enumerate(t) if v != 0]
    lead = (
        max((v for v, _ in terms), key=abs)
        if abs(terms[0][0]) < 1e-3 * max(abs(v) for v, _ in terms)
        else terms[0][0]
    )
    body = " ".join(term(v / lead, what, first=k == 0) for k, (v, what) in enumerate(terms))
    return f"{body} = {number(-c / lead)}"
