"""How are events written as HepMC3? Particles, vertices of their mothers, named weights, cross section."""

import gzip
import json
import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from types import TracebackType
from typing import Any, BinaryIO, Self, cast

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.disk.atomic import atomic_file, new_path
from hepsym.events.disk.finite import check_finite
from hepsym.events.event import Events, Provenance
from hepsym.events.hepmc.record import (
    ATTRIBUTES,
    DEFAULT_WEIGHT,
    KEY,
    LIST,
    LONGEST_LINE,
    PARTICLE_COLUMNS,
    STATUS,
    Graph,
    carried,
    graph_of,
    import_pyhepmc,
)
from hepsym.events.lhe.columns import LEG_DEFAULTS, WEIGHT_PREFIX, leg_column

__all__ = ["HepMCWriter"]

PRECISION = 16
"""Digits after the point: 17 in all, so that reading gives the same bits."""


def _without_header(past: Provenance) -> Provenance:
    lost = f"another program's header of {len(past.header)} characters left out: too long for HepMC"
    return replace(past, header="", history=(*past.history, lost)) if past.header else past


class HepMCWriter:
    """Context manager: `write(events)` any number of times; the file appears, whole, at the end.

    HepMC3's ASCII format; `.gz` in the name compresses. Incoming legs are beams (status 4), vertices
    follow the column `mothers`. Weights: `Default`, then one for each column `weight:ID`. Attributes:
    event_scale, alphaQED, alphaQCD, signal_process_id; flow1, flow2, spin, lifetime of particles;
    further columns by their names. Provenance and cross section go into the run and each event.

    Raises InputError for a path that is taken and for values that are not finite; RunError when the
    disk fails. Then nothing is left.
    """

    def __init__(self, path: str | os.PathLike[str], *, provenance: Provenance | None = None) -> None:
        self.path = new_path(path)
        self._provenance = provenance
        self._run: Any = None
        self._graphs: dict[bytes, Graph] = {}
        self.events = 0
        """How many were written."""

    def __enter__(self) -> Self:
        self._hep = import_pyhepmc()
        self._stack = ExitStack()
        file: Any = self._stack.enter_context(atomic_file(self.path))
        if self.path.suffix == ".gz":
            packed = gzip.GzipFile(filename="", mode="wb", compresslevel=1, fileobj=file, mtime=0)
            file = self._stack.enter_context(packed)
        self._file = cast(BinaryIO, file)
        self._out = self._hep.open(self._file, "w", precision=PRECISION)
        return self

    def write(self, events: Events) -> None:
        """Append these events."""
        if self._run is None:
            self._begin(events)
        elif (events.weights is not None) != self._weighted:
            raise InputError(f"of the events written to {self.path} some have weights and some have none")
        names = {n for n in events.columns if n.startswith(WEIGHT_PREFIX)}
        if unknown := names - {WEIGHT_PREFIX + n for n in self._weights}:
            raise InputError(f"weight {min(unknown)!r} was not in the first events written to {self.path}")
        kept = {n: ":" in n or n == LIST for n, c in events.columns.items() if carried(n, c)}
        check_finite(events, kept, self.events, self.path)
        columns = _columns(events)
        shape = events.momenta.shape[:2]
        ids, status = np.broadcast_to(events.pdg_ids, shape), np.broadcast_to(events.status, shape)
        masses, momenta = np.broadcast_to(events.masses, shape), events.momenta
        weights = self._weight_table(events)
        for n in range(len(events)):
            filled = np.flatnonzero(status[n])
            event = self._event(
                momenta[n, filled],
                masses[n, filled],
                ids[n, filled],
                status[n, filled],
                columns.mothers(n, filled),
            )
            event.event_number = self.events
            columns.describe(event, n, filled)
            row = weights[n]
            if np.isnan(row).any():  # HepMC has no word for it
                absent = [name for name, w in zip(self._weights, row[1:], strict=True) if np.isnan(w)]
                event.attributes["absent_weights"] = json.dumps(absent)
            event.weights = np.nan_to_num(row).tolist()
            self._out.write(event)
            self.events += 1

    def _begin(self, events: Events | None) -> None:
        past = self._provenance
        if past is None:
            past = events.provenance if events is not None else Provenance()
        columns = {} if events is None else events.columns
        self._weighted = events is not None and events.weights is not None
        self._weights = [n.removeprefix(WEIGHT_PREFIX) for n in columns if n.startswith(WEIGHT_PREFIX)]
        kept = {n: c.dtype.str for n, c in columns.items() if carried(n, c)}
        run = self._hep.GenRunInfo()
        run.weight_names = [DEFAULT_WEIGHT, *self._weights]
        run.attributes[KEY] = self._described(past, kept)
        own = [(n, v, "") for n, v in past.versions.items() if n == "hepsym"]
        run.tools = own + [(t["name"], t["version"], t["description"]) for t in past.tools]
        self._run = run
        self._cross_section = past.cross_section_pb, past.cross_section_error_pb or 0.0

    def _described(self, past: Provenance, kept: Mapping[str, str]) -> str:
        """Provenance and columns as JSON, without the header where a line of HepMC cannot hold it.

        Raises InputError where the rest does not fit into a line either, and for too many weights.
        """
        names = sum(len(name.encode()) + 2 for name in self._weights)
        if max(names, 28 * len(self._weights)) > LONGEST_LINE:
            raise InputError(
                f"{len(self._weights)} weights an event do not fit into a line of HepMC ({LONGEST_LINE} "
                "bytes): drop some, or write .lhe or a native dataset"
            )
        for kind in (past, _without_header(past)):
            said = {"provenance": kind.to_json(), "columns": dict(kept), "weighted": self._weighted}
            text = json.dumps(said)
            if len(text) + text.count("\\") < LONGEST_LINE:  # HepMC doubles each
                return text
        raise InputError(
            f"what is known of the origin of these events takes {len(text)} bytes, more than a line of HepMC "
            f"holds ({LONGEST_LINE}): write .lhe or a native dataset"
        )

    def _event(
        self,
        momenta: NDArray[np.float64],
        masses: NDArray[np.float64],
        ids: NDArray[np.int32],
        status: NDArray[np.int8],
        mothers: NDArray[np.int64],
    ) -> Any:
        hep = self._hep
        event = hep.GenEvent(hep.Units.GEV, hep.Units.MM)
        event.run_info = self._run
        particles = []
        for p, m, pdg, code in zip(
            momenta.tolist(), masses.tolist(), ids.tolist(), status.tolist(), strict=True
        ):
            particle = hep.GenParticle((p[1], p[2], p[3], p[0]), pdg, STATUS.get(code, 20 + abs(code)))
            particle.generated_mass = m
            particles.append(particle)
            event.add_particle(particle)
        key = mothers.tobytes()
        if key not in self._graphs:
            if len(self._graphs) > 4096:
                self._graphs.clear()
            self._graphs[key] = graph_of(mothers.tolist())
        graph = self._graphs[key]
        for ins, outs in graph.vertices:
            vertex = hep.GenVertex()
            for i in ins:
                vertex.add_particle_in(particles[i])
            for i in outs:
                vertex.add_particle_out(particles[i])
            event.add_vertex(vertex)
        if not graph.exact:
            event.attributes["lhe_mothers"] = " ".join(map(str, mothers.ravel().tolist()))
        if not set(status.tolist()) <= set(STATUS):
            event.attributes["lhe_status"] = " ".join(map(str, status.tolist()))
        value, error = self._cross_section
        if value is not None:
            section = hep.GenCrossSection()
            section.set_cross_section(value, error, self.events + 1, self.events + 1)
            event.cross_section = section
        return event

    def _weight_table(self, events: Events) -> NDArray[np.float64]:
        table = np.full((len(events), 1 + len(self._weights)), np.nan)
        table[:, 0] = 1.0 if events.weights is None else events.weights
        for i, name in enumerate(self._weights, start=1):
            if WEIGHT_PREFIX + name in events.columns:
                table[:, i] = events.columns[WEIGHT_PREFIX + name]
        return table

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and self._run is None:
                self._begin(None)
                self._write_nothing()
            self._out.close()
        except BaseException as fault:
            self._stack.__exit__(type(fault), fault, fault.__traceback__)
            raise
        self._stack.__exit__(kind, error, trace)

    def _write_nothing(self) -> None:
        """A file without events: pyhepmc would write no byte."""
        run = self._run
        said = run.attributes[KEY]
        text = str(said).replace("\\", "\\\\")
        self._file.write(b"HepMC::Version 3.02.05\nHepMC::Asciiv3-START_EVENT_LISTING\n")
        self._file.write(f"W {DEFAULT_WEIGHT}\nA {KEY} {text}\n".encode())
        self._file.write(b"HepMC::Asciiv3-END_EVENT_LISTING\n\n")


class _columns:  # noqa: N801 - a private record
    """What the columns say of each event, ready to be attached."""

    def __init__(self, events: Events) -> None:
        self.events = events
        self._mothers = leg_column(events, "mothers")
        particle = {n: leg_column(events, n) for n in events.columns if n in PARTICLE_COLUMNS - {"mothers"}}
        self._particle = particle
        self._event = {
            n: c
            for n, c in events.columns.items()
            if carried(n, c) and n not in PARTICLE_COLUMNS and not n.startswith(WEIGHT_PREFIX)
        }

    def mothers(self, n: int, filled: NDArray[Any]) -> NDArray[np.int64]:
        of_all = self._mothers if self._mothers.ndim == 2 else self._mothers[n]
        return np.ascontiguousarray(of_all[filled], dtype=np.int64)

    def describe(self, event: Any, n: int, filled: NDArray[Any]) -> None:
        for name, column in self._event.items():
            value = column[n]
            if name == LIST:
                event.attributes[name] = " ".join(repr(float(x)) for x in value if not np.isnan(x))
            elif not (column.dtype.kind == "f" and np.isnan(value)):
                event.attributes[ATTRIBUTES.get(name, name)] = repr(value.item())
        if not self._particle:
            return
        particles = event.particles
        for i, leg in enumerate(filled.tolist()):
            for name, column in self._particle.items():
                values = column[n, leg].tolist()
                if name == "colours":
                    for k, line in enumerate(values, start=1):
                        if line:
                            particles[i].attributes[f"flow{k}"] = str(int(line))
                elif values[0] != LEG_DEFAULTS[name]:
                    particles[i].attributes[name.removesuffix("s")] = repr(values[0])
