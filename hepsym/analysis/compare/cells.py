"""What of a sample does a comparison need? Sums of weights and of their squares in cells."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

__all__ = ["Sums", "cell_of", "merged_groups"]

Floats = NDArray[np.float64]
Cells = NDArray[np.int64]


def cell_of(values: Floats, edges: Floats) -> Cells:
    """The cell, 0 .. len(edges), of each value: cell k is edges[k-1] <= x < edges[k].

    Cell 0 lies below the first edge and the last one above the last edge, +inf and NaN with it, so that
    every event has its cell and the contents of all cells are one multinomial draw. edges increase.
    """
    return np.searchsorted(edges, values, side="right").astype(np.int64, copy=False)


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """A filled histogram: sums of weights, of squared weights, and entries, (cells,) each."""

    weights: Floats
    squares: Floats
    entries: Floats

    @classmethod
    def empty(cls, cells: int) -> Self:
        """Nothing filled yet."""
        return cls(np.zeros(cells), np.zeros(cells), np.zeros(cells))

    @classmethod
    def of(cls, cell: Cells, cells: int, weights: Floats | None = None) -> Self:
        """Events in their cells (see `cell_of`); weights default to 1."""
        entries = np.bincount(cell, minlength=cells).astype(np.float64)
        if weights is None:
            return cls(entries, entries.copy(), entries.copy())
        sums, squares = (
            np.bincount(cell, w, minlength=cells).astype(np.float64) for w in (weights, weights * weights)
        )
        return cls(sums, squares, entries)

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(self.weights + other.weights, self.squares + other.squares, self.entries + other.entries)

    @property
    def total(self) -> float:
        """Sum of all weights."""
        return float(self.weights.sum())

    @property
    def effective(self) -> float:
        """Effective number of events, (sum w)^2 / sum w^2; their number where all weights are equal."""
        squares = float(self.squares.sum())
        return self.total**2 / squares if squares > 0.0 else 0.0

    def grouped(self, starts: Cells) -> "Sums":
        """Neighbouring cells put together; `starts` holds the first cell of each group."""
        return Sums(*(np.add.reduceat(a, starts) for a in (self.weights, self.squares, self.entries)))


def merged_groups(contents: Floats, enough: float) -> Cells:
    """First cell of each group of neighbours whose contents reach `enough`; a poor last joins the one before.

    contents (cells,) >= 0, effective entries as a rule. At least one group comes out.
    """
    starts, held = [0], 0.0
    for k, content in enumerate(contents.tolist()):
        if held >= enough:
            starts.append(k)
            held = 0.0
        held += content
    if held < enough and len(starts) > 1:
        starts.pop()
    return np.array(starts, dtype=np.int64)
