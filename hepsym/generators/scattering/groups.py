"""Which subprocesses share one matrix element, and which of them is an event of?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Group", "choose"]

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Group:
    """Subprocesses of one |M|^2, apart from the names of their flavours."""

    element: Any
    """hepsym.generators.amplitudes.matrix_element.MatrixElement"""
    members: tuple[tuple[int, ...], ...]
    """PDG ids of all legs, a tuple a subprocess."""

    @property
    def partons(self) -> list[tuple[int, int]]:
        """The incoming pair of each member."""
        return [(m[0], m[1]) for m in self.members]


def choose(chances: Array, u: Array) -> Integers:
    """Index of each row's choice, (n,), with chances (n, k) >= 0 of any norm, by u (n,) in (0, 1)."""
    cumulative = np.cumsum(chances, axis=1)
    chosen: Integers = (cumulative < (u * cumulative[:, -1])[:, None]).sum(axis=1)
    return chosen.clip(max=chances.shape[1] - 1)


def member_offsets(groups: Sequence[Group]) -> Integers:
    """(groups + 1,): number of the first member of each group, and the end."""
    return np.cumsum([0, *(len(g.members) for g in groups)])
