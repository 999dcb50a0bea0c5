"""How are events kept in an HDF5 file? The arrays of Events as datasets that grow, the rest as JSON."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.columnar.hdf5_file import (
    Disk,
    attributes_of,
    describe,
    new_hdf5,
    opened_hdf5,
    plain_array,
    rows,
    store,
)
from hepsym.events.disk.atomic import atomic_file, new_path
from hepsym.events.event import Events, Provenance

__all__ = ["Hdf5Reader", "Hdf5Writer", "is_hdf5_events"]

MOMENTA, IDS, STATUS, MASSES, WEIGHTS, COLUMNS = (
    "momenta",
    "pdg_ids",
    "status",
    "masses",
    "weights",
    "columns",
)
CHUNK_BYTES = 2**19
BLOCK_NUMBERS = 2**21
LAYOUT = 1


class Hdf5Writer:
    """Context manager: `write(events)` any number of times; the file appears, whole, at the end.

    Datasets `momenta` (n, legs, 4), `pdg_ids`, `status`, `masses` (n, legs), `weights` (n,), and
    `columns/0`, ... with the column's name in the attribute `name`. Events of fewer legs have empty
    slots (status 0). Chunks are packed and have checksums. The provenance is JSON in the attribute
    `hepsym`. Raises InputError for a path that is taken; RunError when the disk fails; then nothing is
    left.
    """

    def __init__(self, path: str | os.PathLike[str], *, provenance: Provenance | None = None) -> None:
        self.path = new_path(path)
        self._provenance = provenance
        self._file: Any = None
        self._count = 0

    def __enter__(self) -> Self:
        self._stack = ExitStack()
        target = self._stack.enter_context(atomic_file(self.path))
        try:
            self._disk = Disk(target)
            self._file = self._stack.enter_context(new_hdf5(self._disk))
        except BaseException as error:
            self._stack.__exit__(type(error), error, error.__traceback__)
            raise
        self._names: list[str] = []
        return self

    def write(self, events: Events) -> None:
        """Take these events. Raises InputError for columns or weights that only some events have."""
        if not len(events):
            return
        if not self._count:
            self._begin(events)
            for name, values in self._arrays(events).items():
                self._store(name, values)
        else:
            self._append(self._arrays(events))
        self._count += len(events)
        self._disk.check()

    def _begin(self, events: Events | None) -> None:
        past = self._provenance
        if past is None:
            past = events.provenance if events is not None else Provenance()
        self._names = [] if events is None else list(events.columns)
        said = {"layout": LAYOUT, "columns": self._names, "provenance": past.to_json()}
        describe(self._file, said)

    def _arrays(self, events: Events) -> dict[str, NDArray[Any]]:
        shape = (len(events), events.legs)
        arrays: dict[str, NDArray[Any]] = {
            MOMENTA: events.momenta,
            IDS: np.broadcast_to(events.pdg_ids, shape),
            STATUS: np.broadcast_to(events.status, shape),
            MASSES: np.broadcast_to(events.masses, shape),
        }
        if events.weights is not None:
            arrays[WEIGHTS] = events.weights
        if odd := sorted(set(self._names) ^ set(events.columns)):
            raise InputError(f"column {odd[0]!r} is not in all events: convert to the native format first")
        place = {name: i for i, name in enumerate(self._names)}
        for name, column in events.columns.items():
            if column.dtype.kind not in "iufb":
                raise InputError(f"column {name!r} is of {column.dtype}, not of numbers: drop it")
            arrays[f"{COLUMNS}/{place[name]}"] = np.asarray(column)
        return arrays

    def _store(self, name: str, values: NDArray[Any]) -> None:
        row = max(1, int(np.prod(values.shape[1:])) * values.dtype.itemsize)
        chunk_rows = max(1, min(65536, CHUNK_BYTES // row))
        listed = values.ndim == 2 and values.dtype.kind == "f" and name.startswith(COLUMNS)
        made = store(self._file, name, values, chunk_rows=chunk_rows, fill=np.nan if listed else 0)
        if name.startswith(COLUMNS):
            made.attrs["name"] = self._names[int(name.rpartition("/")[2])]

    def _append(self, arrays: dict[str, NDArray[Any]]) -> None:
        if (WEIGHTS in arrays) != (WEIGHTS in self._file):
            raise InputError(
                "some events have weights and some have none: convert to the native format first"
            )
        for name, values in arrays.items():
            held = self._file[name]
            if held.ndim != values.ndim or held.shape[2:] != values.shape[2:] or held.dtype != values.dtype:
                raise InputError(
                    f"{name} of later events has another form: convert to the native format first"
                )
            last = self._count + len(values)
            if values.ndim == 1:
                held.resize((last,))
                held[self._count :] = values
            else:
                held.resize((last, max(held.shape[1], values.shape[1]), *held.shape[2:]))
                held[self._count :, : values.shape[1]] = values

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and not self._count:
                self._begin(None)
        except BaseException as fault:
            self._stack.__exit__(type(fault), fault, fault.__traceback__)
            raise
        self._stack.__exit__(kind, error, trace)


def is_hdf5_events(path: Path) -> bool:
    """Whether hepsym wrote events into this HDF5 file. Raises InputError for one that cannot be opened."""
    with opened_hdf5(path) as file:
        return "layout" in attributes_of(file)


class Hdf5Reader:
    """Iterate over a .h5 file that hepsym wrote, as Events, some ten thousand at a time.

    Raises InputError for a file that is damaged, or is of another layout.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        with opened_hdf5(self.path) as file:
            said = attributes_of(file)
            if said.get("layout") != LAYOUT:
                raise InputError(
                    f"{self.path} holds no events of hepsym's layout {LAYOUT} (and no jets of JetNet's)"
                )
            self.provenance = Provenance.from_json(said["provenance"])
            self._names = [str(name) for name in said["columns"]]

    def __iter__(self) -> Iterator[Events]:
        with opened_hdf5(self.path) as file:
            if MOMENTA not in file:
                return
            held = {n: plain_array(file, n, self.path) for n in (MOMENTA, IDS, STATUS, MASSES)}
            if WEIGHTS in file:
                held[WEIGHTS] = plain_array(file, WEIGHTS, self.path)
            for i in range(len(self._names)):
                held[f"{COLUMNS}/{i}"] = plain_array(file, f"{COLUMNS}/{i}", self.path)
            count = len(held[MOMENTA])
            if any(len(a) != count for a in held.values()):
                raise InputError(f"{self.path} is damaged: its arrays differ in length")
            widest = max(int(np.prod(a.shape[1:])) for a in held.values())
            block = max(1, min(65536, BLOCK_NUMBERS // max(1, widest)))
            for first in range(0, count, block):
                made = self._events({n: rows(a, first, first + block) for n, a in held.items()})
                yield made

    def _events(self, arrays: dict[str, NDArray[Any]]) -> Events:
        ids, status, masses = arrays[IDS], arrays[STATUS], arrays[MASSES]
        if ids.dtype.kind not in "iu" or status.dtype.kind not in "iu" or masses.shape != ids.shape:
            raise InputError(
                f"{self.path} is damaged: codes and masses of particles are not as they should be"
            )
        alike = bool((ids == ids[:1]).all() and (status == status[:1]).all())
        bits = np.ascontiguousarray(masses, dtype=np.float64).view(np.uint64)
        same_masses = alike and bool((bits == bits[:1]).all())
        ids, status = ids.astype(np.int32), status.astype(np.int8)
        return Events(
            momenta=np.ascontiguousarray(arrays[MOMENTA]),
            pdg_ids=ids[0].copy() if alike else ids,
            status=status[0].copy() if alike else status,
            masses=(masses[0].copy() if same_masses else masses).astype(np.float64),
            weights=arrays[WEIGHTS].astype(np.float64) if WEIGHTS in arrays else None,
            columns={name: arrays[f"{COLUMNS}/{i}"] for i, name in enumerate(self._names)},
            provenance=self.provenance,
        )
