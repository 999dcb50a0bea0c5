"""How are events written to a Les Houches file, fast and bit-exactly?"""

import os
import zlib
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.disk.atomic import atomic_file, new_path
from hepsym.events.disk.finite import check_finite
from hepsym.events.event import Events, Provenance
from hepsym.events.lhe.columns import EVENT_DEFAULTS, LIST, WEIGHT_PREFIX, carried, leg_column
from hepsym.events.lhe.extras import joined, opening_texts, tail_texts
from hepsym.events.lhe.header import file_end, file_start
from hepsym.events.lhe.weight_groups import quote
from hepsym.events.lhe.writing.text import NUMBER_WIDTH, render

__all__ = ["LheWriter"]

BLOCK_EVENTS = 2048
NOTHING = np.empty((0, 0, 0))
NO_INTEGERS = np.empty((0, 0, 0), dtype=np.int64)


class LheWriter:
    """Context manager: `write(events)` any number of times; the file appears, whole, at the end.

    Numbers have 17 digits, so that reading gives the same bits. `.gz` in the name compresses
    (zlib level `level`, 1 to 9). Columns named in `hepsym.events.lhe.columns` are written, others
    are not. Weights None are written as 1. After an exception nothing is left.

    Raises InputError for a path that is taken and for values that are not finite (with the event's
    number); RunError when the disk fails.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, provenance: Provenance | None = None, level: int = 1
    ) -> None:
        self.path = new_path(path)
        self._provenance = provenance
        self._level = level
        self._weighted: bool | None = None
        self._weight_names: list[str] = []
        self._deflate: Any = None
        self._crc = 0
        self.events = 0
        """How many were written."""

    def __enter__(self) -> Self:
        self._context: AbstractContextManager[BinaryIO] = atomic_file(self.path)
        self._file = self._context.__enter__()
        if self.path.suffix == ".gz":
            self._deflate = zlib.compressobj(self._level, zlib.DEFLATED, 31)
        self._buffer = np.empty(0, dtype=np.uint8)
        return self

    def write(self, events: Events) -> None:
        """Append these events. Raises InputError for values that are not finite or cannot be said in LHE."""
        if self._weighted is None:
            self._begin(events)
        self._check(events)
        for first in range(0, len(events), BLOCK_EVENTS):
            self._block(events.select(slice(first, first + BLOCK_EVENTS)))
        self.events += len(events)

    def _begin(self, events: Events | None) -> None:
        provenance = self._provenance
        if provenance is None:
            provenance = events.provenance if events is not None else Provenance()
        weights = events.weights if events is not None else None
        self._weighted = weights is not None
        names = list(events.columns) if events is not None else []
        self._weight_names = [n.removeprefix(WEIGHT_PREFIX) for n in names if n.startswith(WEIGHT_PREFIX)]
        start = file_start(
            provenance,
            weighted=self._weighted,
            weight_names=self._weight_names,
            columns=[n for n in names if carried(n)],
        )
        self._emit(start.encode())

    def _check(self, events: Events) -> None:
        columns = {n: ":" in n or n == LIST for n in events.columns if carried(n)}
        check_finite(events, columns, self.events, self.path)
        if events.weights is not None and not self._weighted:
            raise InputError(f"the first events written to {self.path} had no weights, these do")
        new = {n.removeprefix(WEIGHT_PREFIX) for n in events.columns if n.startswith(WEIGHT_PREFIX)}
        if unknown := new - set(self._weight_names):
            raise InputError(f"weight {min(unknown)!r} was not in the first events written to {self.path}")

    def _block(self, events: Events) -> None:
        integers, tails = _particles(events)
        pieces = self._text(integers, tails)
        text = np.frombuffer(b"".join(pieces), dtype=np.uint8)
        alike = len(integers) == 1
        filled = np.empty(0, dtype=np.int64)
        if events.status.ndim == 2:
            filled = np.count_nonzero(events.status, axis=1).astype(np.int64)
        opens, closes = opening_texts(events), tail_texts(events)
        size = self._size(events, len(text)) + sum(map(len, opens)) + sum(map(len, closes))
        if len(self._buffer) < size:
            self._buffer = np.empty(size, dtype=np.uint8)
        used = render(
            self._buffer,
            np.ascontiguousarray(events.momenta),
            filled,
            NO_INTEGERS if alike else integers,
            NOTHING if alike else tails,
            _processes(events),
            _heads(events),
            self._reweights(events),
            text,
            np.cumsum([len(p) for p in pieces]).astype(np.int64),
            *joined(opens),
            *joined(closes),
        )
        self._emit(self._buffer[:used].data)

    def _size(self, events: Events, text: int) -> int:
        legs = events.legs * (7 * NUMBER_WIDTH + 6 * 21)
        weights = len(self._weight_names) * (NUMBER_WIDTH + 8)
        return len(events) * (text + 42 + 4 * NUMBER_WIDTH + legs + weights) + 64

    def _text(self, integers: NDArray[np.int64], tails: NDArray[np.float64]) -> list[bytes]:
        pieces = [b"<event>\n", b"</event>\n", b"<rwgt>\n", b"</rwgt>\n"]
        pieces += [f"<wgt id={quote(name)}>".encode() for name in self._weight_names]
        pieces.append(b" </wgt>\n")
        for leg in range(integers.shape[1] if len(integers) == 1 else 0):
            pieces.append("".join(f" {i}" for i in integers[0, leg].tolist()).encode())
            pieces.append(("".join(f" {x:.16e}" for x in tails[0, leg].tolist()) + "\n").encode())
        return pieces

    def _reweights(self, events: Events) -> NDArray[np.float64]:
        values = np.full((len(events), len(self._weight_names)), np.nan)
        for i, name in enumerate(self._weight_names):
            if WEIGHT_PREFIX + name in events.columns:
                values[:, i] = events.columns[WEIGHT_PREFIX + name]
        return values

    def _emit(self, text: bytes | memoryview) -> None:
        self._crc = zlib.crc32(text, self._crc)
        self._file.write(text if self._deflate is None else self._deflate.compress(text))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            try:
                if self._weighted is None:
                    self._begin(None)
                self._emit(file_end(self._crc).encode())
                if self._deflate is not None:
                    self._file.write(self._deflate.flush())
            except BaseException as fault:
                self._context.__exit__(type(fault), fault, fault.__traceback__)
                raise
        self._context.__exit__(kind, error, trace)


def _processes(events: Events) -> NDArray[np.int64]:
    if "process_id" in events.columns:
        return events.columns["process_id"].astype(np.int64)
    return np.full(len(events), EVENT_DEFAULTS["process_id"], dtype=np.int64)


def _heads(events: Events) -> NDArray[np.float64]:
    heads = np.empty((len(events), 4))
    heads[:, 0] = 1.0 if events.weights is None else events.weights
    for i, name in enumerate(("scale", "aqed", "aqcd"), start=1):
        heads[:, i] = events.columns.get(name, EVENT_DEFAULTS[name])
    return heads


def _particles(events: Events) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """integers (n, legs, 6) and tails (n, legs, 3), with n = 1 where every event has the same."""
    whole: list[NDArray[Any]] = [
        events.pdg_ids,
        events.status,
        leg_column(events, "mothers"),
        leg_column(events, "colours"),
    ]
    real: list[NDArray[Any]] = [events.masses, leg_column(events, "lifetimes"), leg_column(events, "spins")]
    integers = [_alike(v, 2 if i > 1 else 1) for i, v in enumerate(whole)]
    tails = [_alike(v, 2 if i > 0 else 1) for i, v in enumerate(real)]
    count = max(len(v) for v in [*integers, *tails])

    def joined(pieces: list[NDArray[Any]], kind: type) -> NDArray[Any]:
        wide = [np.broadcast_to(p, (count, *p.shape[1:])) for p in pieces]
        return np.ascontiguousarray(np.concatenate(wide, axis=2), dtype=kind)

    return joined(integers, np.int64), joined(tails, np.float64)


def _alike(values: NDArray[Any], common_axes: int) -> NDArray[Any]:
    """(n, legs, k), with n = 1 where every event has the same, bit for bit."""
    if values.ndim == common_axes:
        values = values[None]
    bits = np.ascontiguousarray(values)
    bits = bits.view(np.uint64) if bits.dtype == np.float64 else bits
    if (bits == bits[:1]).all():
        values = values[:1]
    return values if values.ndim == 3 else values[:, :, None]
