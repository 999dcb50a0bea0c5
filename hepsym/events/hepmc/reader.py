"""How are HepMC3 events of unknown origin read? Checked as text first, then by pyhepmc."""

import io
import json
import math
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events, Provenance
from hepsym.events.hepmc.checking import END, event_texts, read_opening
from hepsym.events.hepmc.record import ATTRIBUTES, KEY, LIST, import_pyhepmc
from hepsym.events.hepmc.unpacking import Unpacked, unpack
from hepsym.events.lhe.columns import WEIGHT_PREFIX
from hepsym.events.lhe.reading.lines import Lines

__all__ = ["HepMCReader"]

PIECE_EVENTS = 2000
MOST_SLOTS = 2**18
"""Events times particles of the longest: what padding may take."""
_SECTION = re.compile(rb"^A 0 GenCrossSection (\S+) (\S+)", re.MULTILINE)


class HepMCReader:
    """Iterate over a .hepmc or .hepmc.gz file (HepMC3's ASCII format) as Events, a piece at a time.

    Status 4 is incoming, 1 outgoing, everything else intermediate. Columns: `mothers` (first and last
    of those that went into the production vertex), `weight:NAME` for every weight but the first,
    `colours`, `spins`, `lifetimes` where particles say them, `scale`, `aqed`, `aqcd`, `process_id`.
    Positions of vertices and attributes of other programs are not kept.

    Raises InputError for a damaged file: counts that do not agree, particles and vertices that are not
    there, values not finite, an end that is missing. Memory stays bounded by some thousand events.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if self.path.is_dir() or not self.path.exists():
            what = "is a directory, not a file" if self.path.is_dir() else "does not exist"
            raise InputError(f"{self.path} {what}")
        self._hep = import_pyhepmc()
        with Lines(self.path) as lines:
            header, _, _ = read_opening(lines)
        self._said: dict[str, Any] = {}
        try:
            self._run(header)
        except UnicodeDecodeError:
            raise InputError(f"{self.path} is damaged: its names are not UTF-8") from None

    def _run(self, header: bytes) -> None:
        """What the run says: its own attribute if hepsym wrote it, tools, names of weights."""
        event = b"E 0 0 1\nU GEV MM\nP 1 0 11 0 0 0 1 1 1\n"
        names = next((line[2:] for line in header.split(b"\n") if line.startswith(b"W ")), b"")
        count = names.count(b"\\|") + 1 if names else 0
        weights = b"W " + b" ".join([b"1"] * max(count, 1)) + b"\n"
        text = header + event.replace(b"U GEV MM\n", b"U GEV MM\n" + weights) + END + b"\n\n"
        found = self._read(text)
        if not found:
            raise InputError(f"{self.path} is damaged: what comes before its first event cannot be read")
        run = found[0].run_info
        self._names = list(run.weight_names)
        own = None
        if KEY in run.attributes:
            try:
                own = json.loads(str(run.attributes[KEY]))
                self._provenance = Provenance.from_json(own["provenance"])
                kinds = {str(name): str(kind) for name, kind in dict(own["columns"]).items()}
                if any(np.dtype(kind).kind not in "iufb" for kind in kinds.values()):
                    raise ValueError("a column that is not of numbers")
                self._said = {"columns": kinds, "weighted": bool(own["weighted"])}
            except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
                raise InputError(f"{self.path} is damaged: what hepsym wrote of the run: {error}") from None
            return
        tools = tuple({"name": t.name, "version": t.version, "description": t.description} for t in run.tools)
        value, spread = self._cross_section()
        self._provenance = Provenance(
            tools=tools, weighted=True, cross_section_pb=value, cross_section_error_pb=spread
        )

    @property
    def provenance(self) -> Provenance:
        """Where the events came from."""
        return self._provenance

    def _cross_section(self) -> tuple[float | None, float | None]:
        """The last that is told: a running estimate gets better."""
        value, spread = math.nan, math.nan
        with Lines(self.path) as lines:
            while lines.more():
                for match in _SECTION.finditer(lines.buffer, lines.at):
                    try:
                        value, spread = float(match[1]), float(match[2])
                    except ValueError:
                        continue
                lines.at = max(lines.at, len(lines.buffer) - 4096)
        return (value, spread) if math.isfinite(value) and math.isfinite(spread) else (None, None)

    def _read(self, text: bytes) -> list[Any]:
        try:
            with self._hep.open(io.BytesIO(text), format="hepmc3") as file:
                return list(file)
        except (RuntimeError, ValueError, OSError) as error:
            raise InputError(f"{self.path} is damaged: {' '.join(str(error).split())[:200]}") from None

    def __iter__(self) -> Iterator[Events]:
        with Lines(self.path) as lines:
            header, weights, first = read_opening(lines)
            waiting: list[bytes] = []
            widest, done = 1, 0
            for text in event_texts(lines, weights, first):
                particles = text.count(b"\nP ")
                wide = max(widest, particles) * (len(waiting) + 1) > MOST_SLOTS
                if waiting and (wide or len(waiting) == PIECE_EVENTS):
                    yield self._piece(header, waiting, done)
                    done += len(waiting)
                    waiting, widest = [], 1
                waiting.append(text)
                widest = max(widest, particles)
            if waiting:
                yield self._piece(header, waiting, done)

    def _piece(self, header: bytes, texts: list[bytes], done: int) -> Events:
        read = self._read(header + b"".join(texts) + END + b"\n\n")
        if len(read) != len(texts):
            raise InputError(f"{self.path} is damaged: event {done + len(read)} cannot be read")
        try:
            found = [unpack(event, self._hep) for event in read]
            for i, one in enumerate(found):
                if (one.ids == 0).any():
                    raise InputError(f"{self.path}, event {done + i}: PDG id is 0, which is no particle")
            return self._events(found)
        except InputError:
            raise
        except (ValueError, TypeError, IndexError, KeyError, OverflowError) as error:
            raise InputError(f"{self.path} is damaged, at event {done} or later: {error}") from None

    def _events(self, found: list[Unpacked]) -> Events:
        legs = max(len(one.ids) for one in found)

        def table(values: list[NDArray[Any]]) -> NDArray[Any]:
            first = np.asarray(values[0])
            out: NDArray[Any] = np.zeros((len(values), legs, *first.shape[1:]), dtype=first.dtype)
            for row, value in zip(out, values, strict=True):
                row[: len(value)] = value
            return out

        ids, status = table([one.ids for one in found]), table([one.status for one in found])
        masses = table([one.masses for one in found])
        alike = bool((ids == ids[:1]).all() and (status == status[:1]).all())
        bits = np.ascontiguousarray(masses).view(np.uint64)
        same_masses = alike and bool((bits == bits[:1]).all())
        values = np.array([one.weights for one in found])
        kept = self._said.get("columns")
        columns: dict[str, NDArray[Any]] = {}
        for i, name in enumerate(self._names[1:], start=1):
            lacking = np.array([name in one.absent for one in found])
            columns[WEIGHT_PREFIX + name] = np.where(lacking, np.nan, values[:, i])
        if kept is None or "mothers" in kept:
            columns["mothers"] = table([one.mothers for one in found])
        for name in ("colours", "lifetimes", "spins"):
            there = any(name in one.of_particles for one in found)
            if (kept is not None and name in kept) or (kept is None and there):
                columns[name] = table([one.column(name) for one in found])
        columns |= _event_columns(found, kept)
        if kept is not None:
            columns = {name: columns[name] for name in kept if name in columns}
        weighted = self._said.get("weighted", True)
        return Events(
            momenta=table([one.momenta for one in found]),
            pdg_ids=ids[0].copy() if alike else ids,
            status=status[0].copy() if alike else status,
            masses=masses[0].copy() if same_masses else masses,
            weights=np.ascontiguousarray(values[:, 0]) if weighted else None,
            columns=columns,
            provenance=self.provenance,
        )


def _event_columns(found: list[Unpacked], kept: dict[str, str] | None) -> dict[str, NDArray[Any]]:
    columns: dict[str, NDArray[Any]] = {}
    theirs = {ours: (name, "<i4" if ours == "process_id" else "<f8") for ours, name in ATTRIBUTES.items()}
    wanted = theirs
    if kept is not None:
        wanted = {n: (ATTRIBUTES.get(n, n), kind) for n, kind in kept.items() if not n.startswith("weight:")}
    for name, (attribute, kind) in wanted.items():
        if name in {"mothers", "colours", "lifetimes", "spins"}:
            continue
        texts = [one.of_event.get(attribute) for one in found]
        if kept is None and any(t is None for t in texts):
            continue
        if name == LIST:
            lists = [[float(x) for x in (t or "").split()] for t in texts]
            table = np.full((len(lists), max(map(len, lists))), np.nan)
            for row, values in zip(table, lists, strict=True):
                row[: len(values)] = values
            columns[name] = table
        elif np.dtype(kind).kind == "f":
            columns[name] = np.array([np.nan if t is None else float(t) for t in texts]).astype(kind)
        else:
            columns[name] = np.array([int(float(t or 0)) for t in texts]).astype(kind)
    return columns
