"""How is a Lie generator told in the columns of the table? A matrix, a shift, a name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.flows.lie import column_matrices
from hepsym.analysis.symmetries.flows.naming import name_field
from hepsym.analysis.symmetries.moments import moment_p_value
from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["Generator", "made", "unequal_units"]

Floats = NDArray[np.float64]

RIGID = 0.02
"""A rotation whose matrix is less antisymmetric than this, in column units, is no rigid rotation of them."""

MOST_RIGID = 6


@dataclass(frozen=True, slots=True, eq=False)
class Generator:
    """A vector field dx/dt = matrix (x - centre) + shift, in column units."""

    name: str
    matrix: Floats
    """(D, D)"""
    shift: Floats
    """(D,)"""
    score: float
    """Of a manifold: rms part of the field across the surface over the field, 0 is tangent. Of a density:
    upper bound of the largest effect, below DELTA. Of a broken one: its p-value."""

    def to_json(self) -> dict[str, Any]:
        """The fields under their own names."""
        return {"name": self.name, "matrix": self.matrix, "shift": self.shift, "score": self.score}


def made(
    fields: Floats, span: Frame, names: Sequence[str], scores: Floats, blur: float = 1e-6
) -> tuple[Generator, ...]:
    """Generators of white fields (k, r, r + 1)."""
    matrices, shifts = column_matrices(fields, span)
    return tuple(
        Generator(name_field(m, s, names, span.scale, blur), m, s, float(score))
        for m, s, score in zip(matrices, shifts, scores, strict=True)
    )


def unequal_units(
    generators: Sequence[Generator], span: Frame, names: Sequence[str], white: Floats, alpha: float
) -> list[dict[str, Any]]:
    """Rotations that are rigid only after the columns are scaled: the rigid one is broken (an ellipse).

    white (n, r): told where moments of the rows move under the rigid rotation, P(any false) <= alpha. Of
    more than MOST_RIGID the least rigid ones are told.
    """
    out: list[dict[str, Any]] = []
    for g in generators:
        size = max(float(np.linalg.norm(g.matrix)), 1e-300)
        uneven = float(np.linalg.norm(g.matrix + g.matrix.T)) / size / 2
        if not g.name.startswith("rotation") or uneven < RIGID:
            continue
        rigid = (g.matrix - g.matrix.T) / 2
        rigid /= max(float(np.linalg.norm(rigid)), 1e-300)
        turned = (span.from_white @ rigid.T @ span.to_white).T
        field = np.column_stack([turned, np.zeros(span.rank)])
        p = moment_p_value(field, white) * len(generators)
        if p >= alpha:
            continue
        name = name_field(rigid, np.zeros(len(names)), names, span.scale)
        out.append({
            "name": f"rigid {name.replace('spiral', 'rotation')}, in the columns' own units", "matrix": rigid,
            "shift": np.zeros(len(names)), "p_value": p, "of": "manifold", "unevenness": uneven,
            "shown_by": {"observable": "spreads of the columns", "effect": uneven},
        })  # fmt: skip
    return sorted(out, key=lambda b: -float(b["unevenness"]))[:MOST_RIGID]
