"""Which format has a file, and how are events read from and written to any of them?"""

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from hepsym.errors import InputError
from hepsym.events.concatenate import concatenate
from hepsym.events.disk.atomic import new_path
from hepsym.events.event import Events, Provenance
from hepsym.events.native.manifest import MANIFEST
from hepsym.events.openers import READERS, WRITERS
from hepsym.events.tables import TABLE_SUFFIXES, is_table

__all__ = [
    "FORMATS",
    "EventWriter",
    "check_output",
    "dropped",
    "format_of",
    "is_event_file",
    "iterate",
    "open_writer",
    "provenance_of",
    "read",
    "write",
]

Path_ = str | os.PathLike[str]

FORMATS: dict[str, str] = {
    ".lhe": "lhe",
    ".lhe.gz": "lhe",
    ".hepmc": "hepmc",
    ".hepmc.gz": "hepmc",
    ".jetnet.h5": "jetnet",
    ".h5": "hdf5",
    ".hdf5": "hdf5",
    ".root": "root",
    ".npz": "npz",
    ".parquet": "parquet",
}
"""By suffix; without one it is the native dataset, a directory."""


class EventWriter(Protocol):
    """What every format's writer does."""

    def write(self, events: Events) -> None:
        """Append events."""


def format_of(path: Path_) -> str:
    """The format that a name means: "native", "lhe", "hepmc", "root", "hdf5", "jetnet", "npz", "parquet".

    A directory with a manifest is native whatever its name, and an HDF5 file of JetNet's layout is
    that. Raises InputError for no known suffix.
    """
    path = Path(path)
    if path.suffix.lower() in {".h5", ".hdf5"} and path.is_file():
        from hepsym.events.jets.jetnet import is_jetnet

        return "jetnet" if is_jetnet(path) else "hdf5"
    if (path / MANIFEST).is_file():
        return "native"
    name = path.name.lower()
    for suffix in sorted(FORMATS, key=len, reverse=True):
        if name.endswith(suffix) and name != suffix:
            return FORMATS[suffix]
    if path.suffix:
        raise InputError(
            f"{path}: unknown suffix {path.suffix!r}; use one of {', '.join(FORMATS)}, "
            "or none for a native dataset (a directory)"
        )
    return "native"


def check_output(path: Path_) -> Path:
    """The path, if events can be written there; to be called before any work is done.

    Raises InputError for an unknown suffix, a path that exists (nothing is ever overwritten), a
    directory that does not exist or is not writable.
    """
    path = Path(path)
    if not path.exists():
        format_of(path)
    return new_path(path)


def is_event_file(path: Path_) -> bool:
    """Whether `iterate` takes this file; False for a plain table. Raises InputError for neither."""
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path} does not exist")
    suffix = path.suffix.lower()
    if suffix in TABLE_SUFFIXES and not (path / MANIFEST).is_file():
        if path.is_dir():
            raise InputError(f"{path} is a directory, not a file")
        return not is_table(path)
    try:
        format_of(path)
    except InputError:
        known = ", ".join([*FORMATS, *(s for s in TABLE_SUFFIXES if s not in FORMATS)])
        raise InputError(
            f"{path}: unknown suffix {suffix!r}; what can be read are {known}, and datasets"
        ) from None
    return True


def iterate(path: Path_) -> Iterator[Events]:
    """The events of a file, a piece at a time, in order; memory stays bounded (but for .npz).

    Raises InputError for a file that is not there, not of its format, or damaged, at the latest when
    the damaged piece is reached.
    """
    return iter(_open(path))


def read(path: Path_) -> Events:
    """All events of a file, in memory. Raises InputError as `iterate`, and for a file without events."""
    pieces = list(iterate(path))
    if not pieces:
        raise InputError(f"{path} holds no events")
    return concatenate(pieces)


def provenance_of(path: Path_) -> Provenance:
    """Where the events of a file came from, without reading them (but for .npz)."""
    source = _open(path)
    if isinstance(source, list):
        return source[0].provenance if source else Provenance()
    found: Provenance = source.provenance
    return found


def _open(path: Path_) -> Any:
    """Something to iterate over, with its provenance."""
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path} does not exist")
    return READERS[format_of(path)](path)


def open_writer(path: Path_, *, provenance: Provenance | None = None) -> AbstractContextManager[EventWriter]:
    """A context manager whose `write(events)` appends; the file appears whole when it ends, or not at all.

    `provenance` defaults to that of the first events. Raises InputError as `check_output`.
    """
    path = check_output(path)
    writer: AbstractContextManager[EventWriter] = WRITERS[format_of(path)](path, provenance)
    return writer


def write(path: Path_, events: Events | Iterable[Events], *, provenance: Provenance | None = None) -> None:
    """Write events, or pieces of events, to a new file of the format that its name means.

    Raises InputError as `check_output`, and for values that the format cannot hold; RunError when
    the disk fails. Then nothing is left.
    """
    with open_writer(path, provenance=provenance) as writer:
        for piece in [events] if isinstance(events, Events) else events:
            writer.write(piece)


def dropped(path: Path_, events: Events) -> list[str]:
    """What of these events a file of this name cannot hold, in words."""
    kind = format_of(path)
    if kind == "lhe":
        from hepsym.events.lhe import carried

        return [f"column {name!r}" for name in events.columns if not carried(name)]
    if kind == "hepmc":
        from hepsym.events.hepmc import carried as attached

        return [f"column {name!r}" for name, column in events.columns.items() if not attached(name, column)]
    if kind == "jetnet":
        from hepsym.events.jets.as_events import lost_as_jets

        return lost_as_jets(events)
    return []
