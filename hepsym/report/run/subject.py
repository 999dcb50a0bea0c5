"""What is a run asked about? Its test rows, the observables of the same events, and a way back.

The way back turns decoded features into events again, so that a walk through latent space can be shown
as physics.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from hepsym import analysis
from hepsym.errors import InputError

if TYPE_CHECKING:
    from hepsym.events import Events
    from hepsym.models import Trained

__all__ = ["Described", "Subject", "leg_components", "read_subject"]

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Slot = tuple[int, int]

COMPONENTS = ("E", "px", "py", "pz")
COMPONENT = re.compile(r"(?P<of>.+)\.(?P<c>E|px|py|pz)|(?P<k>E|px|py|pz)\((?P<in>[^ ,]+)\)")

TOTAL_MASS = "m()"
"""Shown for decoded events even where it is constant in the data: whether it stays so says much."""

LEAST_TEST = 100
"""Fewer test rows than this say nothing about a latent."""


@dataclass(frozen=True, slots=True)
class Described:
    """How an observable is written."""

    name: str
    latex: str
    unit: str
    period: float | None

    def to_json(self) -> dict[str, str | float | None]:
        """The fields under their own names."""
        return {"name": self.name, "latex": self.latex, "unit": self.unit, "period": self.period}


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """Test rows of a run with their observables, and the rows that a sweep may train on."""

    names: tuple[str, ...]
    """Columns of the table."""
    test: Floats
    """(n, D), in random order fixed by the run's seed"""
    values: Floats
    """(N, D), all rows in the order of the files, as the split counts them"""
    test_total: int
    """Test rows of the run; `test` holds at most the cap of them."""
    observables: tuple[analysis.Observable, ...]
    """Those that vary, with their values on `test`."""
    described: tuple[Described, ...]
    left_out: tuple[str, ...]
    """A note for each observable that does not vary or is not finite."""
    events: "Events | None"
    """The events of `test`; None for a plain table."""
    slots: tuple[Slot | None, ...]
    """For each column its (leg, component) in the events; None where it is no component."""

    def decoded_observables(self, values: Floats) -> dict[str, Floats]:
        """Observables of decoded rows (m, D), by name; nan where one is not defined.

        Of events they are computed on the decoded momenta, which must hold all four components of every
        outgoing leg (else the result is empty); of a plain table they are its columns.
        """
        if self.events is None:
            return {name: values[:, j] for j, name in enumerate(self.names)}
        decoded = self._events_of(values)
        if decoded is None:
            return {}
        from hepsym import events

        names = dict.fromkeys([*(o.name for o in self.described), TOTAL_MASS])
        return {name: np.asarray(events.observable(decoded, name).values) for name in names}

    def _events_of(self, values: Floats) -> "Events | None":
        from hepsym.events import Events
        from hepsym.events.event import OUTGOING

        assert self.events is not None
        wanted = {(leg, c) for leg in np.flatnonzero(self.events.status == OUTGOING) for c in range(4)}
        if wanted - {slot for slot in self.slots if slot is not None}:
            return None
        momenta = np.repeat(self.events.momenta[:1], len(values), axis=0)
        for j, slot in enumerate(self.slots):
            if slot is not None:
                momenta[:, slot[0], slot[1]] = values[:, j]
        squared = momenta[..., 0] ** 2 - (momenta[..., 1:] ** 2).sum(axis=-1)
        return Events(
            momenta=momenta,
            pdg_ids=self.events.pdg_ids,
            status=self.events.status,
            masses=np.sqrt(np.maximum(squared, 0.0)),
            provenance=self.events.provenance,
        )


def read_subject(run: Path, trained: "Trained", cap: int) -> Subject:
    """Read the data that RUN/config.json names, and take the test rows (at most cap, drawn by the seed).

    Raises InputError where a file is gone or holds other rows than at training (by their SHA-256), and
    where the run has fewer than 100 test rows.
    """
    values, files, kind = _read_rows(run, trained)
    _, _, test = trained.split(len(values))
    if len(test) < LEAST_TEST:
        raise InputError(
            f"{run} has {len(test)} test rows, fewer than the {LEAST_TEST} needed: fit more rows, or with "
            "a larger share of test rows"
        )
    rng = np.random.default_rng([trained.settings.seed, len(test)])
    rows = rng.permutation(test)[:cap]
    names = trained.names
    if kind == "online":
        found: Events | None = _kept_events(run, len(values)).select(rows)
    else:
        found = _read_events(files, rows) if kind == "events" else None
    notes: list[str] = []
    if found is None:
        seen = [analysis.Observable(name, values[rows, j]) for j, name in enumerate(names)]
        described = tuple(Described(name, "", "", None) for name in names)
        slots: tuple[Slot | None, ...] = (None,) * len(names)
    else:
        seen, described, notes = _observables(found)
        slots = leg_components(names, found)
    kept, constant = analysis.usable(seen)
    return Subject(
        names=names,
        test=values[rows],
        values=values,
        test_total=len(test),
        observables=tuple(kept),
        described=described,
        left_out=(*notes, *(f"{name} is left out: it is the same in every row" for name in constant)),
        events=found,
        slots=slots,
    )


def _read_rows(run: Path, trained: "Trained") -> tuple[Floats, list[Path], str]:
    """All rows that the fit read, the files they are in, and whether these hold "events" or a "table"."""
    from hepsym import events
    from hepsym.models.rows.digest import data_digest
    from hepsym.models.runs.rundir import read_config

    config = read_config(run)
    source = config.get("source") or {}
    files = [Path(name) for name in source.get("files") or []]
    if source.get("kind") == "online":
        kept = events.events_table(_kept_events(run, int(config["rows"])), source.get("columns"))
        if data_digest(kept.values, trained.names) != trained.digest:
            raise InputError(
                f"the events kept aside for {run} come out otherwise here than at training (their SHA-256 "
                "differs; another machine or version?): fit again"
            )
        return kept.values, [], "online"
    if not files:
        raise InputError(f"{run}/config.json names no data files: fit with `hepsym fit FILE -o RUN`")
    gone = next((path for path in files if not path.exists()), None)
    if gone is not None:
        raise InputError(f"the data of {run} are not at {gone} any more: put them back there, or fit again")
    values = events.read_table(files, trained.names).values[: config.get("rows")]
    if data_digest(values, trained.names) != trained.digest:
        raise InputError(
            f"the data in {', '.join(map(str, files))} are not those that {run} was fitted to (their SHA-256 "
            "differs): restore them, or fit again"
        )
    return values, files, str(source.get("kind", "table"))


def _kept_events(run: Path, n: int) -> "Events":
    """The events that an online training kept aside, made again."""
    from hepsym.generators.production.stream import EventStream
    from hepsym.models.runs.rundir import read_config

    return EventStream.from_json(read_config(run)["source"]).kept(n)


def _observables(found: "Events") -> tuple[list[analysis.Observable], tuple[Described, ...], list[str]]:
    from hepsym import events

    notes: list[str] = []
    listed = events.default_observables(found, notes)
    seen = [analysis.Observable(o.name, np.asarray(o.values, dtype=np.float64), o.period) for o in listed]
    return seen, tuple(Described(o.name, o.latex, o.unit, o.period) for o in listed), notes


def leg_components(names: Sequence[str], found: "Events") -> tuple[Slot | None, ...]:
    """For columns named as `mu-.px` or `px(mu-)` their (leg, component); None for any other."""
    from hepsym.events.legs import resolve_leg

    slots: list[Slot | None] = []
    for name in names:
        match = COMPONENT.fullmatch(name)
        if match is None:
            slots.append(None)
            continue
        particle, component = match["of"] or match["in"], match["c"] or match["k"]
        slots.append((resolve_leg(found, particle), COMPONENTS.index(component)))
    return tuple(slots)


def _read_events(files: Sequence[Path], rows: Rows) -> "Events":
    """The events of these row numbers, in their order, read file by file in bounded memory."""
    from hepsym import events
    from hepsym.events.concatenate import concatenate

    order = np.argsort(rows)
    wanted = rows[order]
    pieces, first = [], 0
    for path in files:
        for chunk in events.iterate(path):
            inside = wanted[(wanted >= first) & (wanted < first + len(chunk))] - first
            if len(inside):
                pieces.append(chunk.select(inside))
            first += len(chunk)
    found = concatenate(pieces)
    if len(found) != len(rows):
        raise InputError(
            f"the data have {first} events, fewer than at training: restore the file or fit again"
        )
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return found.select(back)
