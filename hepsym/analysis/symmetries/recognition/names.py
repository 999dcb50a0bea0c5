"""What do physicists call these equations? Momentum conservation, mass shells, resonances, quadrics.

Terms are recognised by structure: four columns of which E^2 - x^2 - y^2 - z^2 is fixed are a leg, and
(p_a + p_b)^2 that is fixed is a resonance. Names of columns break ties between equal structures and
are used to write formulae, for nothing else.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.equations.constraints import Constraint, Constraints, relative_distance
from hepsym.analysis.symmetries.equations.replicas import tilted_spans
from hepsym.analysis.symmetries.equations.rounding import jackknife_error
from hepsym.analysis.symmetries.errors import thin_p_value
from hepsym.analysis.symmetries.recognition.cubics import told_cubics
from hepsym.analysis.symmetries.recognition.masses import mass_of
from hepsym.analysis.symmetries.recognition.quadratic_forms import NEAR, Ideal, to_white
from hepsym.analysis.symmetries.recognition.unnamed import unnamed
from hepsym.analysis.symmetries.recognition.writing import linear_formula, number
from hepsym.analysis.symmetries.whitening import EXACT

__all__ = ["LEGS", "recognise"]

Floats = NDArray[np.float64]
Leg = tuple[int, int, int, int]

LEGS = 24
"""Tables of more columns are not searched for legs: too many sets of four."""


def recognise(
    found: Constraints, rows: Floats, names: Sequence[str], every: Floats | None = None
) -> list[Constraint]:
    """The equations of `found`, each once, with residuals on rows (m, D) that took no part in the fit.

    Masses are measured on `every` row there is; absent, on those.
    """
    every = rows if every is None else every
    told = [_linear(found, i, names) for i in range(len(found.linear_p_values))]
    replicas = found.replicas.quadrics if found.replicas is not None else np.empty((0, 0, 0))
    tolerance = max(1e-5, 30 * found.exactness) if found.noise == 0 else 1e-3
    # A table of few digits has its null vectors to a part of them.
    dust = max(1e-7, found.exactness / 3 if found.exactness > EXACT else 0.0)
    ideal = Ideal(found.frame, found.quadrics, tolerance, replicas, dust)
    legs = find_legs(ideal, rows, names) if rows.shape[1] <= LEGS else []
    legs = aligned(legs, found.frame.relations[:, :-1])
    told = [_conservation(c, found, i, legs) for i, c in enumerate(told)]
    told += _cubics(found, rows, names)
    if not len(ideal.quadrics):
        return told
    elements: list[Floats] = []
    threshold = 10 * found.exactness if found.noise == 0 else 4 * found.noise
    white = found.frame.white(rows)

    def tested(
        formula: str, kind: str, element: Floats, values: dict[str, tuple[float, float]]
    ) -> Constraint:
        distance = relative_distance(white, element[None, :])[:, 0]
        rms = float(np.sqrt((distance**2).mean()))
        p_value = thin_p_value(distance, threshold)
        return Constraint(formula, kind, 2, rms, p_value, values, exact=found.noise == 0)

    for legs_of, kind in [*(((leg,), "mass shell") for leg in legs), *_groups(legs)]:
        form = _invariant(legs_of, rows.shape[1])
        polynomial = to_white(0.0, np.zeros(rows.shape[1]), form, found.frame)
        if len(elements) == len(ideal.quadrics) or not ideal.holds(polynomial[None, :])[0]:
            continue
        element = ideal.within(polynomial)
        if not _independent(element, elements):
            continue
        values = mass_of(found, every, form)
        mass = values["m"][0]
        formula = f"{_written(legs_of, names)} = {number(mass)}{'^2' if mass else ''}"
        told.append(tested(formula, kind, element, values))
        elements.append(element)
    named = np.array(elements).reshape(-1, ideal.quadrics.shape[1])
    tilted = tilted_spans(found.frame, found.replicas.linear) if found.replicas is not None else None
    for element, formula, kind, values in unnamed(ideal, named, names, tilted):
        told.append(tested(formula, kind, element, values))
    return told


def _linear(found: Constraints, i: int, names: Sequence[str]) -> Constraint:
    relation, p_value = found.frame.relations[i], float(found.linear_p_values[i])
    residual = float(found.linear_residuals[i])
    replicas = np.empty((0, 0, 0)) if found.replicas is None else found.replicas.linear
    noisy = i - (len(found.linear_p_values) - replicas.shape[1])
    if not len(replicas) or noisy < 0:
        dust = max(1e-6, 3 * found.exactness)
        formula, kind = linear_formula(
            relation[:-1], float(relation[-1]), names, found.frame.centre, found.frame.scale, dust
        )
        values = {"value": (float(relation[-1]), _rounding_bound(found, i))}
        return Constraint(formula, kind, 1, residual, p_value, values, exact=True)
    # Noisy coefficients were settled where they were fitted: what is printed is what was found.
    errors = jackknife_error(replicas[:, noisy])
    offset = float(relation[-1]) if abs(relation[-1]) > 3 * errors[-1] else 0.0
    formula, kind = linear_formula(relation[:-1], offset, names, found.frame.centre, found.frame.scale, 1e-9)
    values = {"value": (float(relation[-1]), float(errors[-1]))}
    free = np.flatnonzero((errors[:-1] > 1e-12) & (relation[:-1] != 0))
    values |= {f"of {names[j]}": (float(relation[j]), float(errors[j])) for j in free.tolist()}
    return Constraint(formula, kind, 1, residual, p_value, values, exact=False)


def _rounding_bound(found: Constraints, i: int) -> float:
    """How far off the constant of an exact relation may be, by rounding of the rows and of the arithmetic.

    Coefficients are as uncertain as the residual over a spread, which the distance of 0 from the rows, in
    spreads, carries to the constant.
    """
    normal, centre, scale = found.frame.relations[i, :-1], found.frame.centre, found.frame.scale
    far = float(np.abs(centre / scale)[normal != 0].sum())
    of_rows = float(found.linear_residuals[i] * np.linalg.norm(normal * scale))
    of_digits = float(np.finfo(float).eps * np.abs(normal * centre).sum())
    return 3 * (of_rows + of_digits) * (1 + far)


def _cubics(found: Constraints, rows: Floats, names: Sequence[str]) -> list[Constraint]:
    """Cubics beside what the quadrics imply; they hold exactly or are not told."""
    out = []
    for element, formula in told_cubics(found.frame, found.quadrics, found.cubics, names):
        distance = relative_distance(found.frame.white(rows), element[None, :])[:, 0]
        rms = float(np.sqrt((distance**2).mean()))
        p_value = thin_p_value(distance, 10 * found.exactness)
        out.append(Constraint(formula, "cubic", 3, rms, p_value, {}, exact=True))
    return out


def _independent(element: Floats, elements: list[Floats]) -> bool:
    values = np.linalg.svd(np.array([*elements, element]), compute_uv=False)
    return bool(values[-1] > 1e-4)


def _conservation(told: Constraint, found: Constraints, i: int, legs: Sequence[Leg]) -> Constraint:
    """The same, called conservation where it sums one component over all legs."""
    normal = found.frame.relations[i, :-1]
    columns = np.flatnonzero(normal)
    component = [k for k in range(4) if sorted(leg[k] for leg in legs) == columns.tolist()]
    if told.kind != "sum rule" or not component or len(legs) < 2:
        return told
    return replace(told, kind="energy conservation" if component[0] == 0 else "momentum conservation")


def find_legs(ideal: Ideal, rows: Floats, names: Sequence[str]) -> list[Leg]:
    """Disjoint sets (E, x, y, z) of columns of which E^2 - x^2 - y^2 - z^2 is fixed and not negative."""
    columns = rows.shape[1]
    squares = []
    for i in range(columns):
        form = np.zeros((columns, columns))
        form[i, i] = 1.0
        squares.append(to_white(0.0, np.zeros(columns), form, ideal.span))
    if not len(ideal.quadrics):
        return []
    left = ideal.outside(np.array(squares))
    size = np.linalg.norm(np.array(squares)[:, 1:], axis=1)
    if size.max() == 0:
        return []
    moving = [i for i in range(columns) if size[i] > 1e-9 * size.max()]
    second = (rows**2).mean(axis=0)
    near: list[Leg] = []
    for space in combinations(moving, 3):
        total = left[list(space)].sum(axis=0)
        for energy in range(columns):
            if energy in space or second[energy] < second[list(space)].sum() * (1 - 1e-9 - ideal.tolerance):
                continue
            if np.linalg.norm(left[energy] - total) < NEAR * size[list(space)].max():
                near.append((energy, *space))
    if not near:
        return []
    forms = np.array([squares[e] - squares[x] - squares[y] - squares[z] for e, x, y, z in near])
    held = ideal.holds(forms)
    scored = [(_untidiness(leg, names), leg) for leg, yes in zip(near, held, strict=True) if yes]
    legs: list[Leg] = []
    for _, leg in sorted(scored):
        if not any(set(leg) & set(other) for other in legs):
            legs.append(leg)
    return sorted(legs)


def aligned(legs: list[Leg], relations: Floats) -> list[Leg]:
    """The legs with their space components in one order, told by relations that sum one of each leg."""
    if len(legs) < 2:
        return legs
    groups = []
    for row in relations:
        columns = set(np.flatnonzero(row).tolist())
        of_leg = [columns & set(leg[1:]) for leg in legs]
        if len(columns) == len(legs) and all(len(own) == 1 for own in of_leg):
            groups.append([own.pop() for own in of_leg])
    groups.sort(key=lambda group: legs[0].index(group[0]))
    out = []
    for k, leg in enumerate(legs):
        own = [group[k] for group in groups]
        rest = [c for c in leg[1:] if c not in own]
        if len(rest) == 1:  # kept where the first leg has it
            where = next(i for i, c in enumerate(legs[0][1:]) if c not in [g[0] for g in groups])
            own.insert(where, rest[0])
        else:
            own += rest
        out.append((leg[0], own[0], own[1], own[2]))
    return out


def _untidiness(leg: Leg, names: Sequence[str]) -> float:
    """Breaks ties: columns whose names start alike, then columns that stand together, come first."""
    prefixes = {names[i].rsplit(".", 1)[0] if "." in names[i] else names[i].strip("Epxyz_") for i in leg}
    return 1000.0 * (len(prefixes) - 1) + (max(leg) - min(leg)) + (0.5 if leg[0] != min(leg) else 0.0)


def _groups(legs: Sequence[Leg]) -> list[tuple[tuple[Leg, ...], str]]:
    if len(legs) > 8:
        return []
    return [(group, "resonance") for size in range(2, len(legs) + 1) for group in combinations(legs, size)]


def _invariant(legs: Sequence[Leg], columns: int) -> Floats:
    """The form of (sum of p)^2."""
    form = np.zeros((columns, columns))
    for component, sign in enumerate((1.0, -1.0, -1.0, -1.0)):
        chosen = np.zeros(columns)
        chosen[[leg[component] for leg in legs]] = 1.0
        form += sign * np.outer(chosen, chosen)
    return form


def _written(legs: Sequence[Leg], names: Sequence[str]) -> str:
    parts = []
    for component, sign in enumerate(("", " - ", " - ", " - ")):
        inner = " + ".join(names[leg[component]] for leg in legs)
        parts.append(f"{sign}({inner})^2" if len(legs) > 1 else f"{sign}{inner}^2")
    return "".join(parts)
