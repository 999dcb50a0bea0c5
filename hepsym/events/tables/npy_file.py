"""How is a table read from an .npy file? Mapped, never unpickled: (rows, columns), or structured rows."""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.disk.npy import NUMPY_FAULTS
from hepsym.events.tables.columns import Pieces, check_kind, places, rows_at_once
from hepsym.events.tables.words import Words

__all__ = ["of_array", "pieces"]

Floats = NDArray[np.float64]


def pieces(path: Path, columns: Sequence[str] | None, words: Words | None) -> Pieces:
    """Names of a structured array's fields, else x0, x1, ... Raises InputError."""
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged, or is not an .npy file of numbers") from None
    if not isinstance(array, np.ndarray):
        array.close()
        raise InputError(f"{path} is an .npz file under the name of an .npy file: rename it")
    return of_array(path, array, columns, words)


def of_array(path: Path, array: NDArray[Any], columns: Sequence[str] | None, words: Words | None) -> Pieces:
    """Columns and blocks of an array that is there as a whole, or mapped. Raises InputError."""
    fields = array.dtype.names
    if not fields and array.ndim != 2:
        raise InputError(f"{path} has shape {array.shape}: a table is (rows, columns)")
    if fields and array.ndim != 1:
        raise InputError(f"{path} has shape {array.shape}: a table of named columns is (rows,)")
    names = fields or tuple(f"x{i}" for i in range(array.shape[1]))
    picked = places(path, names, columns)
    spoken = words.column if words is not None else None
    for i in picked:
        kind = array.dtype[i] if fields else array.dtype
        check_kind(path, names[i], kind, words=names[i] == spoken)
    return Pieces(tuple(names[i] for i in picked), _blocks(array, names, picked, words))


def _blocks(
    array: NDArray[Any], names: Sequence[str], picked: list[int], words: Words | None
) -> Generator[Floats]:
    step = rows_at_once(len(names))
    for first in range(0, len(array), step):
        part = array[first : first + step]
        block = np.empty((len(part), len(picked)))
        for i, column in enumerate(picked):
            values = part[names[column]] if array.dtype.names else part[:, column]
            block[:, i] = (
                words.number(values) if words is not None and names[column] == words.column else values
            )
        yield block
