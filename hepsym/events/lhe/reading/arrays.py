"""How do the numbers of a Les Houches file become arrays, and which of them cannot be right?"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events, Provenance
from hepsym.events.lhe.columns import WEIGHT_PREFIX
from hepsym.events.lhe.reading.lines import Lines
from hepsym.events.lhe.reading.named import NamedTable, bounded, joined, named_table
from hepsym.events.lhe.reading.numbers import numbers
from hepsym.events.lhe.reading.scan import TOKENS_HEAD, TOKENS_PARTICLE
from hepsym.events.lhe.reading.single import SingleEvent

__all__ = ["Pending", "Piece"]

MOST_NUMBERS = 2**19
MOST_EVENTS = 2**16
WIDE = 2**12
"""Numbers of an event that is handed out at once, or what comes after would be padded to it."""
_WHOLE = {0: "PDG id", 1: "status", 2: "first mother", 3: "second mother", 4: "colour", 5: "anticolour"}


@dataclass(slots=True)
class Piece:
    """Some events in a row, as numbers."""

    heads: NDArray[np.float64]
    """(n, 6)"""
    rows: NDArray[np.float64]
    """(all particles, 13)"""
    counts: NDArray[np.int64]
    first_lines: NDArray[np.int64]
    weights: NamedTable
    """The <wgt> values."""
    attributes: NamedTable
    """Of <event> and <scales>."""
    lists: list[list[float]]
    """The <weights> of each event; empty where none has any."""


class Pending:
    """Events read and not yet handed out: blocks of numbers, and single events as text."""

    def __init__(self, lines: Lines, provenance: Provenance, kept: list[str] | None, alike: bool) -> None:
        self._lines, self._provenance, self._kept, self._alike = lines, provenance, kept, alike
        self.taken = 0
        """How many events have been handed out before these."""
        self._clear()

    def _clear(self) -> None:
        self._pieces: list[Piece] = []
        self._size = 0
        self._widest = 1
        self._names: dict[str, None] = {}
        self._forget_text()

    def _forget_text(self) -> None:
        self._heads: list[bytes] = []
        self._particles: list[bytes] = []
        self._counts: list[int] = []
        self._first_lines: list[int] = []
        self._reweights: list[dict[str, float]] = []
        self._attributes: list[dict[str, float]] = []
        self._lists: list[list[float]] = []

    def __len__(self) -> int:
        return self._size

    def add(self, event: SingleEvent) -> None:
        """Append one event, which is text still."""
        self._heads += event.head
        self._particles += event.particles
        self._counts.append(len(event.particles) // TOKENS_PARTICLE)
        self._first_lines.append(event.line)
        self._reweights.append(event.rwgt)
        if not self._names.keys() >= event.rwgt.keys():
            self._names |= dict.fromkeys(event.rwgt)
            bounded(len(self._names), self._size + 1)
        self._attributes.append(event.attributes)
        self._lists.append(event.weights)
        self._size += 1
        self._widest = max(self._widest, _width(event))

    def overflows(self, event: SingleEvent) -> bool:
        """Whether these events should be handed out before one that would widen them all."""
        return self._size > 0 and (self._size + 1) * max(self._widest, _width(event)) > MOST_NUMBERS

    def add_block(self, piece: Piece) -> None:
        """Append events that are numbers already."""
        self._numbers_of_text()
        self._pieces.append(piece)
        self._size += len(piece.counts)
        widest = int(piece.counts.max()) * TOKENS_PARTICLE
        self._widest = max(self._widest, widest, len(piece.weights[0]))

    @property
    def full(self) -> bool:
        """Whether it is time to hand out; padding counts, or one long event would fill the memory."""
        many = self._size >= MOST_EVENTS or self._size * self._widest > MOST_NUMBERS
        return many or (self._size > 0 and self._widest > WIDE)

    def _numbers_of_text(self) -> None:
        if not self._counts:
            return
        done = sum(len(p.counts) for p in self._pieces)
        heads = self._floats(self._heads, TOKENS_HEAD, done)
        rows = self._floats(self._particles, TOKENS_PARTICLE, done)
        piece = Piece(
            heads,
            rows,
            np.array(self._counts),
            np.array(self._first_lines),
            named_table(self._reweights),
            named_table(self._attributes),
            self._lists if any(self._lists) else [],
        )
        self._pieces.append(piece)
        self._forget_text()

    def take(self) -> Events:
        """The events so far, checked; nothing is pending after it. Raises InputError."""
        self._numbers_of_text()
        heads = np.concatenate([p.heads for p in self._pieces])
        rows = np.concatenate([p.rows for p in self._pieces])
        counts = np.concatenate([p.counts for p in self._pieces])
        self._first = np.concatenate([p.first_lines for p in self._pieces])
        owner = np.repeat(np.arange(len(counts)), counts)
        self._check_whole(heads[:, 1], np.arange(len(counts)), "process number")
        for i, name in _WHOLE.items():
            self._check_whole(rows[:, i], owner, name)
        self._refuse(np.asarray(rows[:, 0] == 0), owner, "PDG id is 0, which is no particle")
        bad = np.asarray((rows[:, 1] == 0) | (np.abs(rows[:, 1]) > 127))
        self._refuse(bad, owner, "status is out of range")
        mothers = rows[:, 2:4]
        wrong = (mothers < 0) | (mothers > counts[owner][:, None])
        self._refuse(np.asarray(wrong.any(axis=1)), owner, "a mother is not one of the event's particles")
        events = self._events(heads, rows, counts, owner)
        self.taken += len(counts)
        self._clear()
        return events

    def _floats(self, tokens: list[bytes], width: int, done: int) -> NDArray[np.float64]:
        values, bad = numbers(tokens)
        if bad is not None:
            event = int(np.searchsorted(np.cumsum(self._counts), bad // width, side="right"))
            event = bad // width if width == TOKENS_HEAD else event
            text = tokens[bad][:40].decode("ascii", "replace")
            what = f"{text!r} is not a finite number"
            raise _error(self._lines.path, self.taken + done + event, self._first_lines[event], what)
        return values.reshape(-1, width)

    def _refuse(self, bad: NDArray[np.bool_], owner: NDArray[np.int64], what: str) -> None:
        if bad.any():
            event = int(owner[int(bad.argmax())])
            raise _error(self._lines.path, self.taken + event, int(self._first[event]), what)

    def _check_whole(self, values: NDArray[np.float64], owner: NDArray[np.int64], name: str) -> None:
        bad = (values != np.rint(values)) | (np.abs(values) >= 2**31)
        self._refuse(bad, owner, f"{name} is not an integer of 32 bits")

    def _events(
        self,
        heads: NDArray[np.float64],
        rows: NDArray[np.float64],
        counts: NDArray[np.int64],
        owner: NDArray[np.int64],
    ) -> Events:
        place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
        table = np.zeros((len(counts), int(counts.max()), TOKENS_PARTICLE))
        table[owner, place] = rows
        ids, status, masses = table[..., 0].astype(np.int32), table[..., 1].astype(np.int8), table[..., 10]
        alike = bool((ids == ids[:1]).all() and (status == status[:1]).all())
        weights = np.ascontiguousarray(heads[:, 2])
        columns: dict[str, NDArray[Any]] = {
            "process_id": heads[:, 1].astype(np.int32),
            **{
                name: np.ascontiguousarray(heads[:, i])
                for i, name in ((3, "scale"), (4, "aqed"), (5, "aqcd"))
            },
            "mothers": table[..., 2:4].astype(np.int32),
            "colours": table[..., 4:6].astype(np.int32),
            "lifetimes": np.ascontiguousarray(table[..., 11:12]),
            "spins": np.ascontiguousarray(table[..., 12:13]),
        }
        if self._kept is not None:
            columns = {name: column for name, column in columns.items() if name in self._kept}
        bits = np.ascontiguousarray(masses).view(np.uint64)
        same_masses = alike and bool((bits == bits[:1]).all())
        return Events(
            momenta=np.ascontiguousarray(table[..., [9, 6, 7, 8]]),
            pdg_ids=ids[0].copy() if alike else ids,
            status=status[0].copy() if alike else status,
            masses=np.ascontiguousarray(masses[0] if same_masses else masses),
            weights=None if self._alike and (weights == 1.0).all() else weights,
            columns=columns | self._weight_columns(),
            provenance=self._provenance,
        )

    def _weight_columns(self) -> dict[str, NDArray[np.float64]]:
        sizes = [len(p.counts) for p in self._pieces]
        columns: dict[str, NDArray[np.float64]] = {}
        for prefix, tables in (
            (WEIGHT_PREFIX, [p.weights for p in self._pieces]),
            ("", [p.attributes for p in self._pieces]),
        ):
            names, values = joined(tables, sizes)
            columns |= {prefix + name: np.ascontiguousarray(values[:, i]) for i, name in enumerate(names)}
        lists = [
            weights
            for p, size in zip(self._pieces, sizes, strict=True)
            for weights in (p.lists or [[]] * size)
        ]
        width = max(len(weights) for weights in lists)
        if width:
            table = np.full((len(lists), width), np.nan)
            for row, weights in zip(table, lists, strict=True):
                row[: len(weights)] = weights
            columns["weights"] = table
        return columns


def _width(event: SingleEvent) -> int:
    return max(len(event.particles), len(event.rwgt), len(event.weights))


def _error(path: Path, event: int, line: int, what: str) -> InputError:
    return InputError(f"{path}, event {event} (line {line}): {what}")
