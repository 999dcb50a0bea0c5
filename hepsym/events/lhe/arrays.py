"""How do the numbers of a Les Houches file become arrays, and which of them cannot be right?"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events, Provenance
from hepsym.events.lhe.columns import WEIGHT_PREFIX
from hepsym.events.lhe.lines import Lines
from hepsym.events.lhe.numbers import numbers

__all__ = ["TOKENS_HEAD", "TOKENS_PARTICLE", "Pending"]

TOKENS_HEAD, TOKENS_PARTICLE = 6, 13
MOST_NUMBERS = 2**20
MOST_EVENTS = 2**16
_WHOLE = {0: "PDG id", 1: "status", 2: "first mother", 3: "second mother", 4: "colour", 5: "anticolour"}


class Pending:
    """Events read as text and not yet handed out."""

    def __init__(self, lines: Lines, provenance: Provenance, kept: list[str] | None, alike: bool) -> None:
        self._lines, self._provenance, self._kept, self._alike = lines, provenance, kept, alike
        self.taken = 0
        """How many events have been handed out before these."""
        self._clear()

    def _clear(self) -> None:
        self.heads: list[bytes] = []
        self.particles: list[bytes] = []
        self.counts: list[int] = []
        self.first_lines: list[int] = []
        self.reweights: list[dict[str, float]] = []
        self.weight_lists: list[list[float]] = []
        self._widest = 1

    def __len__(self) -> int:
        return len(self.counts)

    def add(
        self,
        head: list[bytes],
        particles: list[bytes],
        line: int,
        rwgt: dict[str, float],
        weights: list[float],
    ) -> None:
        """Append one event; `line` is that of its first number."""
        self.heads += head
        self.particles += particles
        self.counts.append(len(particles) // TOKENS_PARTICLE)
        self.first_lines.append(line)
        self.reweights.append(rwgt)
        self.weight_lists.append(weights)
        width = max(len(particles), len(rwgt), len(weights))
        self._widest = max(self._widest, width)

    @property
    def full(self) -> bool:
        """Whether it is time to hand out; padding counts, or one long event would fill the memory."""
        return len(self.counts) >= MOST_EVENTS or len(self.counts) * self._widest > MOST_NUMBERS

    def take(self) -> Events:
        """The events so far, checked; nothing is pending after it. Raises InputError."""
        heads = self._floats(self.heads, TOKENS_HEAD)
        rows = self._floats(self.particles, TOKENS_PARTICLE)
        counts = np.array(self.counts)
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

    def _floats(self, tokens: list[bytes], width: int) -> NDArray[np.float64]:
        values, bad = numbers(tokens)
        if bad is not None:
            event = int(np.searchsorted(np.cumsum(self.counts), bad // width, side="right"))
            event = bad // width if width == TOKENS_HEAD else event
            text = tokens[bad][:40].decode("ascii", "replace")
            raise self._error(event, f"{text!r} is not a finite number")
        return values.reshape(-1, width)

    def _error(self, event: int, what: str) -> InputError:
        line = self.first_lines[event]
        return InputError(f"{self._lines.path}, event {self.taken + event} (line {line}): {what}")

    def _refuse(self, bad: NDArray[np.bool_], owner: NDArray[np.int64], what: str) -> None:
        if bad.any():
            raise self._error(int(owner[int(bad.argmax())]), what)

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
        names = dict.fromkeys(name for weights in self.reweights for name in weights)
        if len(names) * len(self) > 64 * MOST_NUMBERS:
            raise self._error(0, f"{len(names)} different weight names among {len(self)} events")
        columns = {
            WEIGHT_PREFIX + name: np.array([weights.get(name, np.nan) for weights in self.reweights])
            for name in names
        }
        width = max(len(weights) for weights in self.weight_lists)
        if width:
            table = np.full((len(self), width), np.nan)
            for row, weights in zip(table, self.weight_lists, strict=True):
                row[: len(weights)] = weights
            columns["weights"] = table
        return columns
