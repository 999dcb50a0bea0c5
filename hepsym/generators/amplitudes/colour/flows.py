"""How do colour structures become colour flows, and flows a sum over colours?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.amplitudes.colour import strings as colour
from hepsym.generators.amplitudes.machine import execute as machine
from hepsym.generators.amplitudes.machine.tape import Tape, Term

__all__ = ["ColourSum", "colour_sum"]


@dataclass(frozen=True, slots=True, eq=False)
class ColourSum:
    """Flow k has the amplitude sum over structures of rows[row[k]] times factor[k].

    Flows whose amplitudes differ by a factor share a row, and so are evaluated once.
    """

    structures: tuple[colour.Tensor, ...]
    rows: NDArray[np.float64]
    """(distinct, structures)"""
    row: NDArray[np.int64]
    factor_squared: NDArray[np.float64]
    gram: NDArray[np.float64]
    """(distinct, distinct): |M|^2 summed over colours is the quadratic form of the distinct amplitudes."""
    tags: NDArray[np.int64]
    """(flows, legs, 2)"""

    def amplitudes(self, tape: Tape, structures: dict[colour.Tensor, dict[int, int]]) -> list[dict[int, int]]:
        """By distinct row and helicity, the value on the tape."""
        made: list[dict[int, int]] = []
        for weights in self.rows.tolist():
            terms: dict[int, list[Term]] = {}
            for w, tensor in zip(weights, self.structures, strict=True):
                if w:
                    for helicity, value in structures[tensor].items():
                        terms.setdefault(helicity, []).append(Term(machine.COPY, ((value, 0),), w, length=1))
            made.append({h: _plain(tape, t) for h, t in terms.items()})
        return made


def _plain(tape: Tape, terms: list[Term]) -> int:
    if len(terms) == 1 and terms[0].g == 1.0:
        return terms[0].operands[0][0]
    return tape.value(2, terms)


def colour_sum(structures: Sequence[colour.Tensor], legs: int, incoming: int) -> ColourSum:
    """Decompose colour tensors on products of strings of generators, and form their Gram matrix exactly."""
    flows = colour.merged(list(structures))
    table = [dict(tensor) for tensor in structures]
    rows: dict[tuple[object, ...], int] = {}
    row, factors = [], []
    for flow in flows:
        weights = [t.get(flow, 0) for t in table]
        first = next(w for w in weights if w)
        row.append(rows.setdefault(tuple(w / first for w in weights), len(rows)))
        factors.append(first)
    gram = np.zeros((len(rows), len(rows)))
    for i, one in enumerate(flows):
        for j, two in enumerate(flows):
            gram[row[i], row[j]] += float(factors[i] * factors[j] * colour.gram(one, two))
    beams = frozenset(range(incoming))
    return ColourSum(
        tuple(structures),
        np.array([[float(w) for w in weights] for weights in rows]).reshape(len(rows), -1),  # type: ignore[arg-type]
        np.array(row, dtype=np.int64),
        np.array([float(f) ** 2 for f in factors]),
        gram,
        np.array([colour.colour_flow(flow, legs, beams) for flow in flows], dtype=np.int64),
    )
