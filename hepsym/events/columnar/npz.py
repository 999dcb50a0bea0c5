"""How are events kept in an .npz file? The arrays of Events under their own names, and one of JSON text."""

import contextlib
import json
import os
import zipfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.concatenate import concatenate
from hepsym.events.disk.atomic import atomic_file, new_path
from hepsym.events.disk.npy import NUMPY_FAULTS, load_npz
from hepsym.events.event import Events, Provenance

__all__ = ["NpzWriter", "is_npz_events", "read_npz"]

PROVENANCE, COLUMN = "provenance", "column:"
ARRAYS = ("momenta", "pdg_ids", "status", "masses")
EMPTY = Events(np.empty((0, 0, 4)), np.empty(0, np.int32), np.empty(0, np.int8), np.empty(0))


class NpzWriter:
    """Context manager: `write(events)` any number of times; the file appears, whole, at the end.

    The events are held in memory until then: an .npz file cannot grow. Raises InputError for a path
    that is taken, RunError when the disk fails; then nothing is left.
    """

    def __init__(self, path: str | os.PathLike[str], *, provenance: Provenance | None = None) -> None:
        self.path = new_path(path)
        self._provenance = provenance
        self._pieces: list[Events] = []

    def __enter__(self) -> Self:
        return self

    def write(self, events: Events) -> None:
        """Take these events."""
        if len(events):
            self._pieces.append(events)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            return
        events = concatenate(self._pieces) if self._pieces else EMPTY
        provenance = self._provenance if self._provenance is not None else events.provenance
        arrays: dict[str, NDArray[Any]] = {name: getattr(events, name) for name in ARRAYS}
        if events.weights is not None:
            arrays["weights"] = events.weights
        arrays |= {COLUMN + name: column for name, column in events.columns.items()}
        arrays[PROVENANCE] = np.array(json.dumps(provenance.to_json()))
        with atomic_file(self.path) as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]


def is_npz_events(path: Path) -> bool:
    """Whether this .npz file holds events, as against a plain table."""
    with contextlib.suppress(OSError, *NUMPY_FAULTS), zipfile.ZipFile(path) as file:
        return {f"{name}.npy" for name in ARRAYS} <= set(file.namelist())
    return False


def read_npz(path: Path) -> Events:
    """The events of an .npz file. Raises InputError for anything else."""
    try:
        arrays = load_npz(path)
    except OSError as error:
        why = " ".join((error.strerror or str(error)).split())[:200]
        raise InputError(f"cannot read {path}: {why}") from None
    for name in ARRAYS:
        if name not in arrays:
            raise InputError(f"{path} holds no events: it has no array {name!r}")
    try:
        said = json.loads(str(arrays[PROVENANCE])) if PROVENANCE in arrays else {}
        return Events(
            momenta=arrays["momenta"],
            pdg_ids=_integers(arrays["pdg_ids"], np.int32),
            status=_integers(arrays["status"], np.int8),
            masses=arrays["masses"].astype(np.float64),
            weights=arrays.get("weights"),
            columns={n.removeprefix(COLUMN): a for n, a in arrays.items() if n.startswith(COLUMN)},
            provenance=Provenance.from_json(said),
        )
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise InputError(f"{path} is damaged: {error}") from None


def _integers(values: NDArray[Any], kind: type) -> NDArray[Any]:
    if values.dtype.kind not in "iu":
        raise InputError(f"particle codes must be integers, not {values.dtype}")
    return values.astype(kind)
