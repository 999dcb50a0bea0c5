"""How are events of the common form taken from the text in blocks, and the others left to be looked at?"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import JIT_DISABLED
from hepsym.events.lhe.reading.arrays import Pending, Piece
from hepsym.events.lhe.reading.lines import Lines
from hepsym.events.lhe.reading.named import named_table
from hepsym.events.lhe.reading.scan import TOKENS_HEAD, TOKENS_PARTICLE, scan
from hepsym.events.lhe.reading.single import SingleEvent, read_tag_numbers

__all__ = ["Blocks"]

MOST_EVENTS, MOST_ROWS, MOST_WEIGHTS = 4096, 2**16, 2**19
FARTHEST = 4 * 2**20
"""An event longer than this is read line by line."""


class Blocks:
    """Takes events from the reader's buffer by the loop `scan`, and knows the weights it should expect."""

    def __init__(self) -> None:
        self._names: tuple[str, ...] = ()
        self._expect([])

    def expect(self, event: SingleEvent) -> None:
        """The next events will probably have weights like this one's."""
        if event.openings != self._tags:
            names = tuple(event.rwgt)
            same = len(names) == len(event.openings)
            self._names = names if same else ()
            self._expect(event.openings if same else [])

    def _expect(self, tags: list[bytes]) -> None:
        self._tags = tags
        events = max(1, min(MOST_EVENTS, MOST_WEIGHTS // max(1, len(tags))))
        self._heads = np.empty((events, TOKENS_HEAD))
        self._rows = np.empty((MOST_ROWS, TOKENS_PARTICLE))
        self._counts, self._places = np.empty(events, np.int64), np.empty(events, np.int64)
        self._marks = np.empty((events, 4), dtype=np.int64)
        self._weights = np.empty((events, len(tags)))
        self._openings = np.frombuffer(b"".join(tags) or b" ", dtype=np.uint8)
        self._ends = np.cumsum([len(t) for t in tags], dtype=np.int64)
        self._found = np.zeros(4, dtype=np.int64)

    def take(self, lines: Lines, pending: Pending) -> bool:
        """Add events to `pending`; False where the next thing must be looked at line by line."""
        if JIT_DISABLED:  # the loop as plain Python is slower than the look at every line
            return False
        while True:
            text = np.frombuffer(lines.buffer or b" ", dtype=np.uint8)
            short = scan(
                text, lines.at, len(lines.buffer), self._heads, self._rows, self._counts, self._places,
                self._marks, self._weights, self._openings, self._ends, self._found,
            )  # fmt: skip
            events, rows, at, passed = self._found.tolist()
            if events:
                pending.add_block(self._piece(lines, events, rows))
            lines.skip(at, passed)
            if events:
                return True
            if not short or len(lines.buffer) - lines.at > FARTHEST or not lines.more():
                return False

    def _piece(self, lines: Lines, events: int, rows: int) -> Piece:
        weights: tuple[tuple[str, ...], NDArray[np.float64]]
        weights = self._names, self._weights[:events].copy()
        return Piece(
            heads=self._heads[:events].copy(),
            rows=self._rows[:rows].copy(),
            counts=self._counts[:events].copy(),
            first_lines=self._places[:events] + lines.number + 1,
            weights=weights,
            attributes=named_table(self._attributes(lines.buffer, self._marks[:events])),
            lists=[],
        )

    def _attributes(self, text: bytes, marks: NDArray[np.int64]) -> list[dict[str, float]]:
        if not marks.any():
            return [{}] * len(marks)
        known: dict[bytes, dict[str, float]] = {}
        found = []
        for a, b, c, d in marks.tolist():
            values: dict[str, Any] = {}
            for tag, prefix in ((text[a:b], "attribute"), (text[c:d], "scales")):
                if tag:
                    if tag not in known:
                        known[tag] = read_tag_numbers(tag, prefix)
                    values |= known[tag]
            found.append(values)
        return found
