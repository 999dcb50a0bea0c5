"""How likely do two given partons meet: products of densities, summed over pairs, and a pair drawn.

    L_g = sum over (a, b) in group g of  x1 f_a(x1, Q^2)  x2 f_b(x2, Q^2)

A group is what shares one matrix element, all up-type quarks with their antiquarks for instance. Rows
of x f are `PDF.xf`'s, so L_g carries both x: the hadronic rate divides by x1 x2.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel, loop
from hepsym.errors import InputError
from hepsym.generators.partons.lhagrid import COLUMNS

Values = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class PartonPairs:
    """Groups of parton pairs, as columns of `PDF.xf`."""

    columns: Integers
    """(pairs, 2): columns of the parton in beam 1 and in beam 2, the groups one after another"""
    first: Integers
    """(groups + 1,): where each group starts, and the end"""

    @classmethod
    def of(cls, groups: Sequence[Sequence[tuple[int, int]]]) -> "PartonPairs":
        """Of PDG codes, [[(2, -2), (4, -4)], [(1, -1)]]. Raises InputError at what no proton holds."""
        pairs = [pair for group in groups for pair in group]
        for pair in pairs:
            for code in pair:
                if code not in COLUMNS or code == 0:
                    raise InputError(f"PDG {code} is no parton: give -6 to -1, 1 to 6, 21 or 22")
        columns = np.array([[COLUMNS[a], COLUMNS[b]] for a, b in pairs], dtype=np.int64).reshape(-1, 2)
        return cls(columns, np.cumsum([0] + [len(group) for group in groups]))


@kernel
def pair_sum(f1: Values, f2: Values, i: int, columns: Integers, start: int, end: int) -> float:
    """Sum of f1[i, a] f2[i, b] over pairs start .. end - 1."""
    total = 0.0
    for k in range(start, end):
        total += f1[i, columns[k, 0]] * f2[i, columns[k, 1]]
    return total


@kernel
def pick_pair(f1: Values, f2: Values, i: int, columns: Integers, start: int, end: int, u: float) -> int:
    """The pair k in start .. end - 1 with probability |f1[i, a] f2[i, b]| / their sum, by u in (0, 1)."""
    total = 0.0
    for k in range(start, end):
        total += abs(f1[i, columns[k, 0]] * f2[i, columns[k, 1]])
    rest = u * total
    for k in range(start, end):
        rest -= abs(f1[i, columns[k, 0]] * f2[i, columns[k, 1]])
        if rest < 0.0:
            return k
    return end - 1


@loop
def luminosities(f1: Values, f2: Values, columns: Integers, first: Integers, out: Values) -> None:
    """L of every group into out (n, groups), from rows f1, f2 (n, 14)."""
    for i in range(f1.shape[0]):
        for g in range(first.shape[0] - 1):
            out[i, g] = pair_sum(f1, f2, i, columns, first[g], first[g + 1])


@loop
def pick_pairs(
    f1: Values, f2: Values, columns: Integers, first: Integers, group: Integers, u: Values, out: Integers
) -> None:
    """A pair, as a row of `columns`, for each event of group[i] by u[i], into out (n,)."""
    for i in range(f1.shape[0]):
        out[i] = pick_pair(f1, f2, i, columns, first[group[i]], first[group[i] + 1], u[i])
