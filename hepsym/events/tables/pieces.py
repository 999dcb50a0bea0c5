"""Which format has a table, and what are its columns and rows? Each format's reader behind one door."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.tables.columns import Pieces
from hepsym.events.tables.words import Words

__all__ = ["TABLE_SUFFIXES", "is_table", "plain_pieces"]

Floats = NDArray[np.float64]

_READERS = {
    ".csv": "csv_file", ".npy": "npy_file", ".npz": "npz_file", ".parquet": "parquet_file",
    ".h5": "hdf5_file", ".hdf5": "hdf5_file",
}  # fmt: skip
"""Which file of this folder reads a suffix: by `pieces(path, columns, words)`."""

TABLE_SUFFIXES = tuple(_READERS)


def is_table(path: Path) -> bool:
    """Whether a file of one of TABLE_SUFFIXES holds no events of hepsym's (nor JetNet's jets).

    Raises InputError for an HDF5 file that is none.
    """
    suffix = path.suffix.lower()
    if suffix == ".npz":
        from hepsym.events.columnar import is_npz_events

        return not is_npz_events(path)
    if suffix == ".parquet":
        from hepsym.events.columnar import is_parquet_events

        return not is_parquet_events(path)
    if suffix in {".h5", ".hdf5"}:
        from hepsym.events.columnar import is_hdf5_events
        from hepsym.events.jets.jetnet import is_jetnet

        return not is_hdf5_events(path) and not is_jetnet(path)
    return suffix in TABLE_SUFFIXES


def plain_pieces(path: Path, columns: Sequence[str] | None = None, words: Words | None = None) -> Pieces:
    """The columns of a table (all, or those named), and blocks of its rows.

    words: numbers the texts of its column. Raises InputError here or while the blocks are taken: a file
    that is missing, damaged, empty or of another kind, a column that is not there or not of numbers.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path}: a table has one of the suffixes {', '.join(_READERS)}")
    if not path.is_file():
        raise InputError(f"{path} {'is a directory, not a file' if path.is_dir() else 'does not exist'}")
    read: Callable[[Path, Sequence[str] | None, Words | None], Pieces]
    read = import_module(f"hepsym.events.tables.{reader}").pieces
    try:
        found = read(path, columns, words)
    except OSError as error:
        raise InputError(f"cannot read {path}: {_why(error)}") from None
    return replace(found, blocks=_guarded(path, found.blocks))


def _guarded(path: Path, blocks: Generator[Floats]) -> Generator[Floats]:
    try:
        with closing(blocks):  # the file under it too, when the reader stops early
            yield from blocks
    except OSError as error:
        raise InputError(f"cannot read {path}: {_why(error)}") from None


def _why(error: OSError) -> str:
    return " ".join((error.strerror or str(error)).split())[:200]
