"""What do models learn from? A table: named columns of numbers, one row an event."""

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events
from hepsym.events.files import is_event_file, iterate
from hepsym.events.legs import leg_names, outgoing_legs
from hepsym.events.observables import observable
from hepsym.events.tabular import read_columns

__all__ = ["Table", "events_table", "read_table"]

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """Rows of float64 numbers, all finite; treat the array as read-only."""

    names: tuple[str, ...]
    values: NDArray[np.float64]
    """(n, features)"""
    source: Mapping[str, Any] = field(default_factory=dict)
    """JSON values: `files`, `kind` ("events" or "table"), and for events their `provenance`."""

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.names):
            raise InputError(
                f"a table of {len(self.names)} named columns cannot have values of shape {self.values.shape}"
            )

    def __len__(self) -> int:
        return len(self.values)

    def constant_columns(self) -> dict[str, float]:
        """Columns that have one value in all rows, exactly, with that value."""
        if not len(self):
            return {}
        same = (self.values == self.values[0]).all(axis=0)
        return {n: float(self.values[0, i]) for i, n in enumerate(self.names) if same[i]}

    def select(self, names: Sequence[str]) -> "Table":
        """The same rows with these columns only. Raises InputError for one that is not there."""
        picked = [self.names.index(_known(name, self.names, "the table")) for name in names]
        return Table(tuple(names), np.ascontiguousarray(self.values[:, picked]), self.source)


def read_table(
    paths: Paths, columns: Sequence[str] | None = None, *, words: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Table:  # fmt: skip
    """One table of all rows of these files, in the order given.

    Event files (native, LHE, npz and Parquet written by hepsym) give E, px, py, pz of the outgoing legs
    (`mu-.E`), or the `columns` asked for, which may be any observable (`m(mu- mu+)`). Plain tables
    (.csv with a header line, .npy (n, k) or structured, .npz of columns, .parquet) give all their columns.
    words: of a plain table, a column that may hold words or gaps. It comes as the place of each word in the
    sorted list source["words"], -1 for a gap; as it is, where all that is there are numbers.

    Raises InputError for no rows, NaN or infinity (which row and column), a column that is not of
    numbers or not there (did you mean), other columns in another file.
    """
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    if not listed:
        raise InputError("no file to read: name at least one")
    tables, said = [], list[str]()
    for i, path in enumerate(listed):
        table, spoken = _read_one(Path(path), columns, words)
        tables.append(table)
        said += spoken
        if progress is not None:
            progress(i + 1, len(listed))
    first = tables[0]
    for path, table in zip(listed[1:], tables[1:], strict=True):
        if table.names != first.names:
            different = sorted(set(table.names) ^ set(first.names)) or ["their order"]
            raise InputError(
                f"{path} and {listed[0]} have different columns ({', '.join(different[:6])}): "
                "give --columns that both have"
            )
    values = first.values if len(tables) == 1 else np.concatenate([t.values for t in tables])
    source = dict(first.source) | {"files": [str(p) for p in listed], "rows": len(values)}
    if len(said) == len(values):
        values[:, first.names.index(words)], names = _numbered(said)
        source |= {"words": names} if names else {}
    return Table(first.names, values, source)


def _numbered(said: Sequence[str]) -> tuple[list[float], list[str]]:
    """Words as numbers, -1 for "", and the words in order of their numbers; none where all are numbers."""
    try:
        return [float(word) if word else -1.0 for word in said], []
    except ValueError:
        names = sorted(set(said) - {"", "-1"})
        place = {name: float(i) for i, name in enumerate(names)} | {"": -1.0, "-1": -1.0}
        return [place[word] for word in said], names


def _read_one(path: Path, columns: Sequence[str] | None, words: str) -> tuple[Table, list[str]]:
    """A file's table, and its column of words where there is one: 0 in the table."""
    said: list[str] = []
    if is_event_file(path):
        table = _read_events(path, columns)
    else:
        found = read_columns(path, words)
        if words in found and (columns is None or words in columns):
            said, found[words] = found[words].tolist(), np.zeros(len(found[words]))
        table = _plain(path, found, columns)
    if not len(table):
        raise InputError(f"{path} is empty: it has no rows")
    finite = np.isfinite(table.values)
    if not finite.all():
        row, column = (int(i) for i in np.argwhere(~finite)[0])
        raise InputError(
            f"{path}: column {table.names[column]!r} is {table.values[row, column]} in row {row} "
            f"({int((~finite).sum())} such values): drop those rows or that column"
        )
    return table, said


def _read_events(path: Path, columns: Sequence[str] | None) -> Table:
    names: tuple[str, ...] = ()
    rows: list[NDArray[np.float64]] = []
    provenance: dict[str, Any] = {}
    for events in iterate(path):
        table = events_table(events, columns)
        if rows and table.names != names:
            raise InputError(f"{path}: its events differ in their particles, so they make no table")
        names, provenance = table.names, events.provenance.to_json()
        rows.append(table.values)
    if not rows:
        raise InputError(f"{path} is empty: it holds no events")
    values = rows[0] if len(rows) == 1 else np.concatenate(rows)
    return Table(names, values, {"kind": "events", "provenance": provenance})


def events_table(events: Events, columns: Sequence[str] | None = None) -> Table:
    """The table of events in memory: E, px, py, pz of the outgoing legs, or the observables named.

    Raises InputError for events that are unlike, and for an unknown column.
    """
    if columns is None:
        names, legs = leg_names(events), outgoing_legs(events)
        columns = [f"{names[leg]}.{c}" for leg in legs for c in ("E", "px", "py", "pz")]
        values = np.ascontiguousarray(events.momenta[:, legs].reshape(len(events), -1))
    else:
        values = np.empty((len(events), len(columns)))
        for i, name in enumerate(columns):
            column = events.columns.get(name)
            own = column is not None and column.ndim == 1
            values[:, i] = column if own else observable(events, name).values
    source = {"kind": "events", "provenance": events.provenance.to_json()}
    return Table(tuple(columns), values, source)


def _plain(path: Path, found: Mapping[str, NDArray[np.float64]], columns: Sequence[str] | None) -> Table:
    wanted = list(found) if columns is None else [_known(c, list(found), str(path)) for c in columns]
    if not wanted:
        raise InputError(f"{path} is empty: it has no columns")
    values = np.empty((len(found[wanted[0]]), len(wanted)))
    for i, name in enumerate(wanted):
        values[:, i] = found[name]
    return Table(tuple(wanted), values, {"kind": "table"})


def _known(name: str, names: Sequence[str], where: str) -> str:
    if name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(list(names)[:12])}"
    raise InputError(f"{where} has no column {name!r}; {hint}")
