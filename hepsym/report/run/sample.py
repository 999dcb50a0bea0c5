"""What do the data files of a run hold? Provenance, number of events, and control plots."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.report.run.control import Control, Filling, compared, edges_for

if TYPE_CHECKING:
    from hepsym.events import Events, Observable
    from hepsym.generators import Distribution

__all__ = ["Sample", "provenance_of", "read_sample"]

Array = NDArray[np.float64]

_BINS = 50
_PLOTS = 6
_ROWS = 5_000_000
"""Enough for control plots at two in a thousand; more would only cost time."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The files behind a run, as far as they can still be read."""

    provenance: Mapping[str, Any]
    """Fields of `hepsym.events.Provenance`; empty for a plain table."""
    events: int
    """How many rows or events went into the plots."""
    controls: tuple[Control, ...]
    missing: tuple[str, ...] = ()
    complete: bool = True
    """Whether every event of the files is in the plots."""


def read_sample(files: Sequence[str | Path]) -> Sample:
    """Read event files or tables and fill their control plots.

    Exact laws come from `hepsym.generators.exact_distributions` for the card that the file carries.
    A file that is gone or damaged does not stop the report: `missing` says so.
    """
    if not files:
        return Sample(
            {}, 0, (), missing=("The run does not name its data files, so there are no control plots.",)
        )
    from hepsym import events

    try:
        return _of_events(files) if events.is_event_file(files[0]) else _of_table(files)
    except (InputError, OSError) as error:
        return Sample({}, 0, (), missing=(f"There are no control plots: {error}",))


def provenance_of(files: Sequence[str | Path]) -> Mapping[str, Any]:
    """Where the first file's events came from; empty for a table or a file that is gone."""
    from hepsym import events

    try:
        if files and events.is_event_file(files[0]):
            return events.provenance_of(files[0]).to_json()
    except (InputError, OSError):
        pass
    return {}


def _of_events(files: Sequence[str | Path]) -> Sample:
    from hepsym import events

    chunks: Iterator[Events] = chain.from_iterable(events.iterate(path) for path in files)
    first = next(chunks, None)
    if first is None or not len(first):
        return Sample({}, 0, (), missing=("The data files hold no events.",))
    provenance = first.provenance.to_json()
    laws = _laws(str(provenance.get("card") or ""))
    chosen = _chosen(first, laws)
    fillings = {o.name: Filling(_edges(o, laws.get(o.name))) for o in chosen}
    n = 0
    for chunk in chain([first], chunks):
        for name, filling in fillings.items():
            filling.fill(np.asarray(events.observable(chunk, name).values), chunk.weights)
        n += len(chunk)
        if n >= _ROWS:
            break
    complete = next(chunks, None) is None
    weighted = first.weights is not None
    controls = tuple(
        compared(
            o.name, fillings[o.name], _cdf(laws.get(o.name)), label=o.latex, unit=o.unit, weighted=weighted
        )
        for o in chosen
    )
    return Sample(provenance, n, controls, complete=complete)


def _laws(card: str) -> "Mapping[str, Distribution]":
    """Exact laws by observable; empty where hepsym's generators know none for this card."""
    if not card:
        return {}
    from hepsym import generators

    try:
        return generators.exact_distributions(card)
    except InputError:  # a card of another program, or of a process that is not made here
        return {}


def _cdf(law: "Distribution | None") -> Callable[[Array], Array] | None:
    return None if law is None else law.cumulative


def _edges(observable: "Observable", law: "Distribution | None") -> Array:
    if law is not None and np.isfinite([law.low, law.high]).all():
        return np.linspace(law.low, law.high, _BINS + 1)
    return edges_for(observable.values, name=observable.name, period=observable.period, bins=_BINS)


def _chosen(first: "Events", laws: "Mapping[str, Distribution]") -> "list[Observable]":
    """Observables to plot: those with a law, then the rest in the order of default_observables."""
    from hepsym import events

    known = {o.name: o for o in events.default_observables(first)}
    for name in laws:
        if name not in known:
            known[name] = events.observable(first, name)
    ranked = sorted(known.values(), key=lambda o: o.name not in laws)
    return [o for o in ranked if not o.constant][:_PLOTS]


def _of_table(files: Sequence[str | Path]) -> Sample:
    from hepsym import events

    table = events.read_table([Path(path) for path in files])
    controls = []
    for i, name in enumerate(table.names[:_PLOTS]):
        values = np.ascontiguousarray(table.values[:, i])
        if np.ptp(values) > 0:
            filling = Filling(edges_for(values, name="", period=None))
            filling.fill(values)
            controls.append(compared(name, filling, None))
    missing = ("The data are a plain table without provenance: how they were made is not known here.",)
    return Sample({}, len(table.values), tuple(controls), missing=missing)
