"""What do models learn from? A table: named columns of numbers, one row an event."""

import os
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events
from hepsym.events.files import is_event_file, iterate
from hepsym.events.legs import leg_names, outgoing_legs
from hepsym.events.observables.names import observable
from hepsym.events.tables import Pieces, Words, check_finite, plain_pieces
from hepsym.events.tables.columns import known

__all__ = ["Table", "events_table", "read_table", "table_pieces"]

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
        picked = [self.names.index(known(name, self.names, "the table")) for name in names]
        return Table(tuple(names), np.ascontiguousarray(self.values[:, picked]), self.source)


def read_table(
    paths: Paths, columns: Sequence[str] | None = None, *, words: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Table:  # fmt: skip
    """One table of all rows of these files, in the order given, in memory (twice, while it is put together).

    Event files (native, LHE, npz and Parquet written by hepsym, ...) give E, px, py, pz of the outgoing legs
    (`mu-.E`), or the `columns` asked for, which may be any observable (`m(mu- mu+)`). Plain tables
    (.csv with a header line, .npy (n, k) or structured, .npz of columns, .parquet, .h5 of columns) give all
    their columns, or those asked for.
    words: of a plain table, a column that may hold words or gaps. It comes as the place of each word in the
    sorted list source["words"], -1 for a gap; as it is, where all that is there are numbers.

    Raises InputError for no rows, NaN or infinity (which row and column), a column that is not of
    numbers or not there (did you mean), other columns in another file.
    """
    listed = [paths] if isinstance(paths, (str, os.PathLike)) else list(paths)
    if not listed:
        raise InputError("no file to read: name at least one")
    spoken = Words(words) if words else None
    names: tuple[str, ...] = ()
    source: dict[str, Any] = {}
    blocks: list[NDArray[np.float64]] = []
    numbered = False
    for i, path in enumerate(listed):
        found = table_pieces(Path(path), columns, spoken)
        if names and found.names != names:
            different = sorted(set(found.names) ^ set(names)) or ["their order"]
            raise InputError(
                f"{path} and {listed[0]} have different columns ({', '.join(different[:6])}): "
                "give --columns that both have"
            )
        if not names:
            names, source = found.names, dict(found.source)
            numbered = spoken is not None and words in names and source["kind"] == "table"
        rows = list(found.blocks)
        if not any(map(len, rows)):
            raise InputError(f"{path} is empty: it has no rows")
        blocks += rows
        if progress is not None:
            progress(i + 1, len(listed))
    values = blocks[0] if len(blocks) == 1 else np.concatenate(blocks)
    source |= {"files": [str(p) for p in listed], "rows": len(values)}
    if spoken is not None and numbered:
        column = names.index(words)
        values[:, column], said = spoken.meaning(values[:, column])
        source |= {"words": said} if said else {}
    return Table(names, values, source)


def table_pieces(path: Path, columns: Sequence[str] | None = None, words: Words | None = None) -> Pieces:
    """What `read_table` gives of one file, block by block: memory does not grow with the rows.

    words: numbers its column of words, whose `meaning` is there when all is read. Raises InputError as
    `read_table`, here or while the blocks are taken, but not for a table without rows.
    """
    found = _event_pieces(path, columns) if is_event_file(path) else plain_pieces(path, columns, words)

    def blocks() -> Generator[NDArray[np.float64]]:
        with closing(found.blocks):
            first = 0
            for block in found.blocks:
                check_finite(path, found.names, block, first)
                first += len(block)
                yield block

    return Pieces(found.names, blocks(), found.source)


def _event_pieces(path: Path, columns: Sequence[str] | None) -> Pieces:
    tables = (events_table(events, columns) for events in iterate(path))
    first = next(tables, None)
    if first is None:
        raise InputError(f"{path} is empty: it holds no events")

    def blocks() -> Generator[NDArray[np.float64]]:
        yield first.values
        for table in tables:
            if table.names != first.names:
                raise InputError(f"{path}: its events differ in their particles, so they make no table")
            yield table.values

    return Pieces(first.names, blocks(), first.source)


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
