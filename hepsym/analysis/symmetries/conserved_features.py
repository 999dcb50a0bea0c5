"""Of which functions of the columns may a conserved quantity be made? Libraries, from simple to rich.

Polynomials know no units; 1/r is of pairs of columns about the table's origin, sines and cosines read columns
and their differences as radians. A library that does not fit costs power, never a false claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

__all__ = ["LARGEST", "Library", "libraries"]

Floats = NDArray[np.float64]

LARGEST = 400
"""Features of a library"""


@dataclass(frozen=True, slots=True)
class Library:
    """Monomials to a degree, alone, with 1/r, x/r, y/r of each pair, or times sines and cosines."""

    kind: str
    """polynomial, radial, trigonometric"""
    degree: int
    columns: int

    @property
    def powers(self) -> list[tuple[int, ...]]:
        """Each monomial as the columns that are multiplied; the constant is not among them."""
        return [
            c
            for d in range(1, self.degree + 1)
            for c in combinations_with_replacement(range(self.columns), d)
        ]

    @property
    def size(self) -> int:
        """Number of features."""
        k, pairs = len(self.powers), self.columns * (self.columns - 1) // 2
        if self.kind == "radial":
            return k + 3 * pairs
        return k + 2 * (self.columns + pairs) * (1 + k) if self.kind == "trigonometric" else k

    def features(self, x: Floats, centre: Floats, scale: Floats) -> Floats:
        """(n, size) of rows (n, D); monomials are of (x - centre) / scale, all else of x itself."""
        y = (x - centre) / scale
        monomials = np.column_stack([y[:, c].prod(axis=1) for c in self.powers])
        parts = [monomials]
        if self.kind == "radial":
            for i, j in combinations(range(self.columns), 2):
                r = np.hypot(x[:, i], x[:, j])
                r = np.maximum(r, 1e-6 * max(float(np.abs(x[:, [i, j]]).max()), 1e-300))
                parts.append(np.column_stack([1 / r, x[:, i] / r, x[:, j] / r]))
        if self.kind == "trigonometric":
            every = np.column_stack([np.ones(len(x)), monomials])
            for phase in self._phases(x):
                parts += [np.cos(phase)[:, None] * every, np.sin(phase)[:, None] * every]
        return np.concatenate(parts, axis=1)

    def _phases(self, x: Floats) -> list[Floats]:
        single = [x[:, i] for i in range(self.columns)]
        return single + [x[:, i] - x[:, j] for i, j in combinations(range(self.columns), 2)]

    def names(self, columns: Sequence[str], centre: Floats) -> list[str]:
        """What each feature is called, up to the scale of its monomial."""
        shown = [n if c == 0 else f"({n} - {c:.6g})" for n, c in zip(columns, centre, strict=True)]
        monomials = [_product([shown[i] for i in c]) for c in self.powers]
        out = list(monomials)
        pairs = list(combinations(columns, 2))
        if self.kind == "radial":
            for a, b in pairs:
                out += [f"{top}/sqrt({a}^2 + {b}^2)" for top in ("1", a, b)]
        if self.kind == "trigonometric":
            for phase in [*columns, *(f"{a} - {b}" for a, b in pairs)]:
                for f in ("cos", "sin"):
                    out += [f"{f}({phase})", *(f"{m} {f}({phase})" for m in monomials)]
        return out

    @property
    def degrees(self) -> NDArray[np.int64]:
        """Of each feature; 1/r counts as 1, a sine or cosine as 1 more than its monomial."""
        own = [len(c) for c in self.powers]
        tail = self.size - len(own)
        if self.kind == "trigonometric":
            block = [1, *(k + 1 for k in own)]
            return np.array([*own, *(block * (tail // len(block)))])
        return np.array([*own, *([1] * tail)])

    def weights(self, scale: Floats) -> Floats:
        """By which a coefficient of a feature is multiplied for its named form: 1 / scale of its columns."""
        monomials = [1 / scale[list(c)].prod() for c in self.powers]
        tail = self.size - len(monomials)
        if self.kind == "trigonometric":
            block = [1.0, *monomials]
            return np.array([*monomials, *(block * (tail // len(block)))])
        return np.array([*monomials, *([1.0] * tail)])


def _product(factors: Sequence[str]) -> str:
    unique = dict.fromkeys(factors)
    return " ".join(f if factors.count(f) == 1 else f"{f}^{factors.count(f)}" for f in unique)


def libraries(columns: int, rows: int) -> list[Library]:
    """From simple to rich, of those with fewer than LARGEST features and a fifth of the rows."""
    wanted = [("polynomial", 2), ("radial", 2), ("radial", 3), ("trigonometric", 0), ("trigonometric", 2),
              ("polynomial", 4), ("polynomial", 6), ("polynomial", 8)]  # fmt: skip
    made = [
        Library(kind, max(degree, 1), columns) for kind, degree in wanted if columns > 1 or kind != "radial"
    ]
    return [one for one in dict.fromkeys(made) if one.size <= min(LARGEST, rows // 5)]
