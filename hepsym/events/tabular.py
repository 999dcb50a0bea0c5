"""How is a plain table read: .csv, .npy, .npz, .parquet? Named columns of numbers, or one clear line."""

import csv
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.npy import NUMPY_FAULTS

__all__ = ["TABLE_SUFFIXES", "load_npy", "load_npz", "read_columns"]

Columns = dict[str, NDArray[Any]]


def read_columns(path: Path, words: str = "") -> Columns:
    """All columns of a table file, in order, (n,) float64 each. Raises InputError.

    words: the name of a column that comes as text, "" where a cell is empty, null or NaN.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise InputError(f"{path}: a table has one of the suffixes {', '.join(_READERS)}")
    if not path.is_file():
        raise InputError(f"{path} {'is a directory, not a file' if path.is_dir() else 'does not exist'}")
    try:
        columns = reader(path, words)
    except OSError as error:
        why = " ".join((error.strerror or str(error)).split())[:200]
        raise InputError(f"cannot read {path}: {why}") from None
    if len({len(c) for c in columns.values()}) > 1:
        lengths = ", ".join(f"{n}: {len(c)}" for n, c in columns.items())
        raise InputError(f"{path}: columns have different lengths ({lengths[:200]})")
    return columns


def _column(path: Path, name: str, values: NDArray[Any], words: str) -> NDArray[Any]:
    if name != words or values.ndim != 1:
        return _numeric(path, name, values)
    return _spoken(values.tolist())


def _spoken(values: list[Any]) -> NDArray[np.str_]:
    absent = [value is None or (isinstance(value, float) and math.isnan(value)) for value in values]
    return np.array(["" if gap else str(v) for v, gap in zip(values, absent, strict=True)], dtype=np.str_)


def _numeric(path: Path, name: str, values: NDArray[Any]) -> NDArray[np.float64]:
    if values.dtype.kind not in "iufb":
        raise InputError(f"{path}: column {name!r} is not of numbers (its type is {values.dtype})")
    if values.ndim != 1:
        raise InputError(f"{path}: column {name!r} has shape {values.shape}, a column has one number a row")
    return values.astype(np.float64)


def _read_csv(path: Path, words: str) -> Columns:
    with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
        try:
            rows = list(csv.reader(file))
        except csv.Error as error:
            raise InputError(f"{path} is not a CSV file: {error}") from None
    numbered = [(i + 1, row) for i, row in enumerate(rows) if row]
    if not numbered:
        raise InputError(f"{path} is empty")
    names = [name.strip() for name in numbered[0][1]]
    if all(_is_number(name) for name in names):
        raise InputError(f"{path}: the first line must hold the columns' names, not numbers")
    if len(set(names)) < len(names) or "" in names:
        raise InputError(
            f"{path}: column names must be there and differ, not {', '.join(map(repr, names[:12]))}"
        )
    table, spoken = np.empty((len(numbered) - 1, len(names))), names.index(words) if words in names else None
    said = []
    for i, (line, row) in enumerate(numbered[1:]):
        if len(row) != len(names):
            raise InputError(f"{path}, line {line}: {len(row)} values for {len(names)} columns")
        if spoken is not None:
            text = row[spoken].strip()
            said.append("" if text.lower() == "nan" else text)
            row[spoken] = "0"
        try:
            table[i] = [float(v) for v in row]
        except ValueError:
            column, text = next((n, v) for n, v in zip(names, row, strict=True) if not _is_number(v))
            shown = text[:40].encode("unicode_escape").decode()
            raise InputError(f"{path}, line {line}: column {column!r} is {shown!r}, not a number") from None
    found: Columns = {name: table[:, i] for i, name in enumerate(names)}
    return found if spoken is None else found | {words: np.array(said, dtype=np.str_)}


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def load_npy(path: Path) -> NDArray[Any]:
    """An .npy file, never unpickled. Raises InputError."""
    try:
        with path.open("rb") as opened:
            array = np.load(opened, allow_pickle=False)
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged, or is not an .npy file of numbers") from None
    if not isinstance(array, np.ndarray):
        array.close()
        raise InputError(f"{path} is an .npz file under the name of an .npy file: rename it")
    return array


def _read_npy(path: Path, words: str) -> Columns:
    array = load_npy(path)
    if array.dtype.names:
        return {name: _column(path, name, array[name], words) for name in array.dtype.names}
    if array.ndim != 2:
        raise InputError(f"{path} has shape {array.shape}: a table is (rows, columns)")
    return {f"x{i}": _column(path, f"x{i}", array[:, i], words) for i in range(array.shape[1])}


def load_npz(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of an .npz file, never unpickled. Raises InputError."""
    try:
        # numpy leaves a file that it opened itself open when the archive is bad
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            if not hasattr(file, "files"):
                raise ValueError
            return {name: file[name] for name in file.files}
    except NUMPY_FAULTS:
        raise InputError(f"{path} is damaged, or is not an .npz file of numbers") from None


def _read_npz(path: Path, words: str) -> Columns:
    arrays = load_npz(path)
    if len(arrays) == 1 and next(iter(arrays.values())).ndim == 2:
        table = next(iter(arrays.values()))
        return {f"x{i}": _column(path, f"x{i}", table[:, i], words) for i in range(table.shape[1])}
    return {name: _column(path, name, values, words) for name, values in arrays.items()}


def _read_parquet(path: Path, words: str) -> Columns:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (pa.ArrowException, ValueError):
        raise InputError(f"{path} is damaged, or is not a Parquet file") from None
    columns: Columns = {}
    for name in table.column_names:
        column = table.column(name)
        if name == words:
            columns[name] = _spoken(column.to_pylist())
            continue
        kind = column.type
        if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
            raise InputError(f"{path}: column {name!r} is not of numbers (its type is {kind})")
        if pa.types.is_boolean(kind):
            column = column.cast(pa.int8())
        columns[name] = _numeric(path, name, column.to_numpy())
    return columns


_READERS: dict[str, Callable[[Path, str], Columns]] = {
    ".csv": _read_csv,
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".parquet": _read_parquet,
}
TABLE_SUFFIXES = tuple(_READERS)
