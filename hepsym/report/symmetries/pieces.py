"""How is a large table read piece by piece? Names, then blocks of rows; memory does not grow with rows."""

import zipfile
from collections.abc import Generator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.npy import NUMPY_FAULTS
from hepsym.events.tabular import load_npz

__all__ = ["Pieces", "pieces_of"]

Floats = NDArray[np.float64]

Pieces = tuple[tuple[str, ...], Generator[Floats]]
"""Names of the D columns, and blocks (n, D) of all rows in order."""

BLOCK_NUMBERS = 2**21
"""About so many numbers at a time: 16 MB."""


def pieces_of(path: Path, columns: Sequence[str] | None) -> Pieces:
    """The columns (all, or those named) of a table or event file; hdf5 tables too.

    Raises InputError here or while the blocks are taken: a file that is missing, damaged, empty or of
    another kind, a column that is not there or not of numbers.
    """
    from hepsym.events import is_event_file

    suffix = path.suffix.lower()
    if not path.exists():
        raise InputError(f"{path} does not exist")
    if suffix in {".h5", ".hdf5"} and path.is_file():
        from hepsym.report.symmetries.hdf5_table import hdf5_pieces, is_hdf5_table

        if is_hdf5_table(path):
            return hdf5_pieces(path, columns, BLOCK_NUMBERS)
    if is_event_file(path):
        return _of_events(path, columns)
    readers = {".npy": _npy, ".npz": _npz, ".csv": _csv, ".parquet": _parquet}
    if not path.is_file():
        raise InputError(f"{path} is a directory, not a file")
    try:
        names, blocks = readers[suffix](path)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    if not names:
        raise InputError(f"{path} is empty: it has no columns")
    if columns is None:
        return names, _guarded(path, blocks)
    from hepsym.events.table import Table

    picked = [names.index(n) for n in _chosen(Table(names, np.empty((0, len(names)))), columns, path)]
    return tuple(columns), _guarded(path, blocks, picked)


def _chosen(empty: Any, columns: Sequence[str], path: Path) -> Sequence[str]:
    try:
        empty.select(columns)
    except InputError as error:
        raise InputError(str(error).replace("the table", str(path), 1)) from None
    return columns


def _guarded(path: Path, blocks: Generator[Floats], picked: list[int] | None = None) -> Generator[Floats]:
    try:
        with closing(blocks):  # the file under it too, when the reader stops early
            for block in blocks:
                yield block if picked is None else np.ascontiguousarray(block[:, picked])
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


def _of_events(path: Path, columns: Sequence[str] | None) -> Pieces:
    from hepsym.events import iterate
    from hepsym.events.table import events_table

    tables = (events_table(events, columns) for events in iterate(path))
    first = next(tables, None)
    if first is None:
        raise InputError(f"{path} is empty: it holds no events")

    def blocks() -> Generator[Floats]:
        yield first.values
        for table in tables:
            if table.names != first.names:
                raise InputError(f"{path}: its events differ in their particles, so they make no table")
            yield table.values

    return first.names, blocks()


def _npy(path: Path) -> Pieces:
    try:
        array = np.load(path, mmap_mode="r", allow_pickle=False)
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged, or is not an .npy file of numbers") from None
    if not isinstance(array, np.ndarray):
        array.close()
        raise InputError(f"{path} is an .npz file under the name of an .npy file: rename it")
    return _array(path, array)


def _array(path: Path, array: NDArray[Any]) -> Pieces:
    """Blocks of an array that is there as a whole, or mapped: (n, D), or structured (n,)."""
    if array.dtype.names:
        names = tuple(array.dtype.names)
        for name in names:
            _check_numbers(path, name, array.dtype[name])
        return names, (
            np.column_stack([np.asarray(part[n], dtype=np.float64) for n in names])
            for part in _slices(array, len(names))
        )
    if array.ndim != 2:
        raise InputError(f"{path} has shape {array.shape}: a table is (rows, columns)")
    _check_numbers(path, "x0", array.dtype)
    names = tuple(f"x{i}" for i in range(array.shape[1]))
    return names, (np.array(part, dtype=np.float64) for part in _slices(array, len(names)))


def _slices(array: NDArray[Any], columns: int) -> Generator[NDArray[Any]]:
    step = max(1, BLOCK_NUMBERS // max(columns, 1))
    return (array[first : first + step] for first in range(0, len(array), step))


def _check_numbers(path: Path, name: str, kind: np.dtype[Any]) -> None:
    if kind.kind not in "iufb" or kind.shape:
        raise InputError(f"{path}: column {name!r} is not of numbers (its type is {kind})")


def _npz(path: Path) -> Pieces:
    """One (n, D) array, or one array (n,) a column, unpacked side by side as they are read."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [_Member(path, archive, name) for name in archive.namelist()]
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged, or is not an .npz file of numbers") from None
    if len(members) == 1 and len(members[0].shape) == 2:
        if members[0].fortran:  # by columns: no row is there before the last column is
            return _array(path, next(iter(load_npz(path).values())))
        width = members[0].shape[1]
        names = tuple(f"x{i}" for i in range(width))
        return names, _unpacked(path, members, width)
    for member in members:
        if len(member.shape) != 1:
            raise InputError(
                f"{path}: column {member.name!r} has shape {member.shape}, a column has one number a row"
            )
    if len({m.shape[0] for m in members}) > 1:
        lengths = ", ".join(f"{m.name}: {m.shape[0]}" for m in members)
        raise InputError(f"{path}: columns have different lengths ({lengths[:200]})")
    return tuple(m.name for m in members), _unpacked(path, members, len(members))


class _Member:
    """One array of an .npz file, read in order without being there as a whole."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, name: str) -> None:
        self.member, self.name = name, name.removesuffix(".npy")
        with archive.open(name) as file:
            self._read_header(path, file)

    def _read_header(self, path: Path, file: IO[bytes]) -> None:
        version = np.lib.format.read_magic(file)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        self.shape, self.fortran, self.dtype = read(file)
        _check_numbers(path, self.name, self.dtype)

    def open(self, path: Path, archive: zipfile.ZipFile) -> IO[bytes]:
        """The member, at its first number."""
        file = archive.open(self.member)
        self._read_header(path, file)
        return file

    def rows(self, file: IO[bytes], count: int, width: int) -> Floats:
        """The next `count` rows of so many numbers. Raises EOFError where the file is cut off."""
        wanted = count * width * self.dtype.itemsize
        raw = file.read(wanted)
        if len(raw) < wanted:
            raise EOFError
        return np.frombuffer(raw, dtype=self.dtype).astype(np.float64).reshape(count, width)


def _unpacked(path: Path, members: Sequence[_Member], columns: int) -> Generator[Floats]:
    n = members[0].shape[0]
    step = max(1, BLOCK_NUMBERS // max(columns, 1))
    each = columns // len(members)
    try:
        with ExitStack() as opened:
            archive = opened.enter_context(zipfile.ZipFile(path))
            files = [opened.enter_context(member.open(path, archive)) for member in members]
            for first in range(0, n, step):
                count = min(step, n - first)
                parts = [m.rows(file, count, each) for m, file in zip(members, files, strict=True)]
                yield parts[0] if len(parts) == 1 else np.concatenate(parts, axis=1)
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged, or is not an .npz file of numbers") from None


def _parquet(path: Path) -> Pieces:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, ValueError):
        raise InputError(f"{path} is damaged, or is not a Parquet file") from None
    for field in file.schema_arrow:
        kind = field.type
        if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
            raise InputError(f"{path}: column {field.name!r} is not of numbers (its type is {kind})")
    names = tuple(file.schema_arrow.names)

    def blocks() -> Generator[Floats]:
        try:
            for batch in file.iter_batches(max(1, BLOCK_NUMBERS // max(len(names), 1))):
                yield np.column_stack(
                    [c.cast(pa.float64()).to_numpy(zero_copy_only=False) for c in batch.columns]
                )
        except (pa.ArrowException, ValueError):
            raise InputError(f"{path} is damaged, or is not a Parquet file") from None

    return names, blocks()


def _csv(path: Path) -> Pieces:
    from hepsym.report.symmetries.csv_table import csv_pieces

    return csv_pieces(path, BLOCK_NUMBERS)
