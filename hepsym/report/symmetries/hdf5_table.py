"""How is a plain table read from HDF5? One (n, D) array, or arrays (n,) as columns, at the file's top."""

from collections.abc import Generator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.columnar import is_hdf5_events
from hepsym.events.columnar.hdf5_file import opened_hdf5, plain_array, rows
from hepsym.events.jetnet import is_jetnet

__all__ = ["hdf5_pieces", "is_hdf5_table"]

Floats = NDArray[np.float64]


def is_hdf5_table(path: Path) -> bool:
    """Whether an HDF5 file holds neither hepsym's events nor JetNet's jets. Raises InputError: no HDF5."""
    return not is_hdf5_events(path) and not is_jetnet(path)


def hdf5_pieces(
    path: Path, columns: Sequence[str] | None, numbers: int
) -> tuple[tuple[str, ...], Generator[Floats]]:
    """Names and blocks of rows of about so many numbers. Names of an (n, D) array are its attribute
    `columns`, a list of texts, else x0, x1, ... Raises InputError.
    """
    with opened_hdf5(path) as file:
        arrays = {name: plain_array(file, name, path).shape for name in file}
        if not arrays:
            raise InputError(f"{path} is empty: it has no columns")
        matrix = next(iter(arrays)) if len(arrays) == 1 and len(next(iter(arrays.values()))) == 2 else None
        if matrix is not None:
            said = [
                s.decode() if isinstance(s, bytes) else str(s) for s in file[matrix].attrs.get("columns", ())
            ]
            width = arrays[matrix][1]
            names = tuple(said) if len(set(said)) == width else tuple(f"x{i}" for i in range(width))
        else:
            names = tuple(arrays)
            if len(set(arrays.values())) > 1 or len(next(iter(arrays.values()))) != 1:
                told = ", ".join(f"{name} {shape}" for name, shape in list(arrays.items())[:6])
                raise InputError(
                    f"{path} is no table: give one array (rows, columns) or columns of one length, not {told}"
                )
        n = next(iter(arrays.values()))[0]
    chosen = names if columns is None else tuple(columns)
    unknown = next((name for name in chosen if name not in names), None)
    if unknown is not None:
        raise InputError(f"{path} has no column {unknown!r}; there are {', '.join(names[:12])}")
    return chosen, _blocks(path, matrix, names, chosen, n, max(1, numbers // max(len(names), 1)))


def _blocks(
    path: Path, matrix: str | None, names: Sequence[str], chosen: Sequence[str], n: int, step: int
) -> Generator[Floats]:
    picked = [names.index(name) for name in chosen]
    with opened_hdf5(path) as file:
        for first in range(0, n, step):
            if matrix is not None:
                block = rows(file[matrix], first, first + step).astype(np.float64)[:, picked]
            else:
                block = np.column_stack(
                    [rows(file[name], first, first + step).astype(np.float64) for name in chosen]
                )
            yield np.ascontiguousarray(block)
