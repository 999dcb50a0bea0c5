"""Which rows of a file are looked at? All, or a random million: memory does not grow with the file."""

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.table import table_pieces
from hepsym.random import uniforms

__all__ = ["MOST", "Rows", "read_rows"]

Floats = NDArray[np.float64]

MOST = 1_000_000
"""Rows kept at most: of 64 columns 512 MB, and twice that while they are gathered."""

STREAM = 7


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of a table, in the order of the file."""

    names: tuple[str, ...]
    values: Floats
    """(n, D), finite"""
    total: int
    """Rows of the file, n of which were kept, each equally likely."""


def read_rows(
    paths: Sequence[Path],
    columns: Sequence[str] | None = None,
    *,
    seed: int = 1,
    most: int = MOST,
    first: int | None = None,
) -> Rows:
    """Rows of table or event files, at most `most`: those with the smallest of the numbers that
    (seed, row number) give, so that the choice depends neither on the blocks nor on the format.

    `first`: only the files' first so many rows. Every row is read and checked. Raises InputError for no
    rows, NaN or infinity (which row, which column, how many in its block), columns that are not of numbers
    or not there, files whose columns differ.
    """
    names: tuple[str, ...] = ()
    kept: list[Floats] = []
    numbers: list[Floats] = []
    total = 0
    for path in paths:
        found = table_pieces(path, columns)
        here, blocks = found.names, found.blocks
        if names and here != names:
            raise InputError(f"{path} and {paths[0]} have different columns: give --columns that both have")
        names, before = here, total
        with closing(blocks):
            for whole in blocks:
                block = whole if first is None else whole[: first - total]
                kept.append(block)
                numbers.append(uniforms(seed, len(block), stream=STREAM, first=total))
                total += len(block)
                if sum(map(len, numbers)) > most + most // 4:
                    kept, numbers = _fewest(kept, numbers, most)
                if total == first:
                    break
        if total == before and total != first:
            raise InputError(f"{path} is empty: it has no rows")
    if not kept:
        raise InputError("no file to read: name at least one")
    (values,), _ = _fewest(kept, numbers, most)
    return Rows(names, values, total)


def _fewest(kept: list[Floats], numbers: list[Floats], most: int) -> tuple[list[Floats], list[Floats]]:
    """The `most` rows of smallest number, in their order."""
    drawn = np.concatenate(numbers)
    if len(drawn) <= most:
        return [np.concatenate(kept)], [drawn]
    chosen = drawn <= np.partition(drawn, most - 1)[most - 1]
    out = np.empty((int(chosen.sum()), kept[-1].shape[1]))
    first = at = 0
    while kept:  # let go of each block once its rows are copied
        block = kept.pop(0)
        picked = block[chosen[first : first + len(block)]]
        out[at : at + len(picked)] = picked
        first, at = first + len(block), at + len(picked)
    return [out], [drawn[chosen]]
