"""What can be compared? Event files, datasets, plain tables, and the data of a run, read block by block."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.report.compare import asked
from hepsym.report.run.record import load_record

__all__ = ["Block", "Source", "open_source"]

Floats = NDArray[np.float64]

BLOCK = 65_536
"""Events at a time: their observables then stay in the cache of a core."""


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Some events of a sample: Events, or the columns of a table."""

    content: Any
    weights: Floats | None

    def __len__(self) -> int:
        if isinstance(self.content, Mapping):
            return len(next(iter(self.content.values())))
        return len(self.content)

    def ask(self, name: str) -> asked.Answer:
        """The observable or column of this name. Raises InputError where there is none."""
        return asked.answer(self.content, name)

    def usual(self) -> list[str]:
        """Names of what one looks at first."""
        return asked.usual(self.content)


@dataclass(frozen=True, slots=True)
class Source:
    """One of the samples to be compared."""

    path: Path
    files: tuple[Path, ...]
    table: bool
    provenance: Mapping[str, Any]

    def blocks(self) -> Iterator[Block]:
        """All events in order. Raises InputError for a damaged file when the damage is reached."""
        return (block for file in self.files for block in _blocks(file, self.table))

    def beginning(self, events: int) -> list[Block]:
        """The first blocks, of at most so many events. Raises InputError for a sample without events."""
        found = list(islice(self.blocks(), max(1, events // BLOCK)))
        if not found:
            raise InputError(f"{self.path} holds no events, so there is nothing to compare")
        return found


def open_source(path: Path) -> Source:
    """The sample behind a path; a RUN directory (`hepsym fit -o`) stands for the files it was trained on.

    Raises InputError for what is not there or cannot be read.
    """
    from hepsym import events

    files: Sequence[Path] = [path]
    if (path / "config.json").is_file():
        files = load_record(path).files
        if not files:
            raise InputError(f"the run {path} does not name its data files: give those files themselves")
    table = [not events.is_event_file(file) for file in files]
    if len(set(table)) > 1:
        raise InputError(f"the run {path} was trained on events and tables: give the files one by one")
    provenance = {} if table[0] else events.provenance_of(files[0]).to_json()
    return Source(path, tuple(files), table[0], provenance)


def _blocks(file: Path, table: bool) -> Iterator[Block]:
    from hepsym import events
    from hepsym.events.table import table_pieces

    if table:
        found = table_pieces(file)
        for values in found.blocks:
            for first in range(0, len(values), BLOCK):
                rows = values[first : first + BLOCK]
                yield Block({name: rows[:, i] for i, name in enumerate(found.names)}, None)
        return
    for piece in events.iterate(file):
        for first in range(0, len(piece), BLOCK):
            part = piece.select(slice(first, first + BLOCK))
            yield Block(part, part.weights)
