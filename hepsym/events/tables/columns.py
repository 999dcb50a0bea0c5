"""Which columns has a table, which of them are wanted, and are they of numbers? One line where not."""

import difflib
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["Pieces", "check_finite", "check_kind", "known", "places", "rows_at_once"]

Floats = NDArray[np.float64]

BLOCK_NUMBERS = 2**21
"""About so many numbers at a time: 16 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """A table to be read in order, once."""

    names: tuple[str, ...]
    blocks: Generator[Floats]
    """(n, D) each; their rows are all rows of the file. Close it where not all are taken."""
    source: Mapping[str, Any] = field(default_factory=lambda: {"kind": "table"})
    """JSON values: `kind` ("events" or "table"), and for events their `provenance`."""


def rows_at_once(columns: int) -> int:
    """Rows of a block of so many columns."""
    return max(1, BLOCK_NUMBERS // max(columns, 1))


def places(path: Path, names: Sequence[str], columns: Sequence[str] | None) -> list[int]:
    """Where the wanted columns are, all of them for None.

    Raises InputError for a file without columns, for names that are missing or not unique, and for a
    column that is not there (did you mean).
    """
    if not names:
        raise InputError(f"{path} is empty: it has no columns")
    if len(set(names)) < len(names) or "" in names:
        raise InputError(
            f"{path}: column names must be there and differ, not {', '.join(map(repr, names[:12]))}"
        )
    return [names.index(known(c, names, str(path))) for c in (names if columns is None else columns)]


def known(name: str, names: Sequence[str], where: str) -> str:
    """The name, if it is one of these. Raises InputError with the nearest one."""
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(list(names)[:12])}"
    raise InputError(f"{where} has no column {name!r}; {hint}")


def check_kind(path: Path, name: str, kind: np.dtype[Any], *, words: bool = False) -> None:
    """Raise InputError for an array that is not of one number (or text, where `words` may be) a row."""
    if kind.shape or kind.kind not in ("iufbUS" if words else "iufb"):
        raise InputError(f"{path}: column {name!r} is not of numbers (its type is {kind})")


def check_finite(path: Path, names: Sequence[str], block: Floats, first: int) -> None:
    """Raise InputError for NaN or infinity in a block whose first row is row `first` of the file."""
    finite = np.isfinite(block)
    if not finite.all():
        row, column = (int(i) for i in np.argwhere(~finite)[0])
        many = int((~finite).sum())
        raise InputError(
            f"{path}: column {names[column]!r} is {block[row, column]} in row {first + row} "
            f"({many} such values in {len(block)} rows): drop those rows or that column"
        )
