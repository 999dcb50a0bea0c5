"""How is a plain table read from HDF5? One (n, D) array, or arrays (n,) as columns, at the file's top."""

from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.columnar.hdf5_file import opened_hdf5, plain_array, rows
from hepsym.events.tables.columns import Pieces, places, rows_at_once
from hepsym.events.tables.words import Words

__all__ = ["pieces"]

Floats = NDArray[np.float64]


def pieces(path: Path, columns: Sequence[str] | None, words: Words | None) -> Pieces:
    """Names of the arrays; of an (n, D) array its attribute `columns`, a list of texts, else x0, x1, ...

    Raises InputError.
    """
    with opened_hdf5(path) as file:
        arrays = {name: plain_array(file, name, path).shape for name in file}
        if not arrays:
            raise InputError(f"{path} is empty: it has no columns")
        first = next(iter(arrays))
        matrix = first if len(arrays) == 1 and len(arrays[first]) == 2 else None
        names = tuple(arrays)
        if matrix is not None:
            said = [
                s.decode() if isinstance(s, bytes) else str(s) for s in file[matrix].attrs.get("columns", ())
            ]
            width = arrays[matrix][1]
            names = tuple(said) if len(set(said)) == width else tuple(f"x{i}" for i in range(width))
        elif len(set(arrays.values())) > 1 or len(arrays[first]) != 1:
            told = ", ".join(f"{name} {shape}" for name, shape in list(arrays.items())[:6])
            raise InputError(
                f"{path} is no table: give one array (rows, columns) or columns of one length, not {told}"
            )
        n = arrays[first][0]
    picked = places(path, names, columns)
    return Pieces(tuple(names[i] for i in picked), _blocks(path, matrix, names, picked, n, words))


def _blocks(
    path: Path, matrix: str | None, names: Sequence[str], picked: list[int], n: int, words: Words | None
) -> Generator[Floats]:
    step = rows_at_once(len(names))
    with opened_hdf5(path) as file:
        for first in range(0, n, step):
            if matrix is not None:
                parts = list(rows(file[matrix], first, first + step).T[picked])
            else:
                parts = [rows(file[names[i]], first, first + step) for i in picked]
            spoken = [words is not None and names[i] == words.column for i in picked]
            yield np.column_stack(
                [
                    words.number(part) if words is not None and said else part.astype(np.float64)
                    for part, said in zip(parts, spoken, strict=True)
                ]
            )
