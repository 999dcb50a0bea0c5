"""From hard events to what a detector sees: how is an event file showered and hadronised by Pythia?"""

import gzip
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym import events as files
from hepsym.errors import InputError
from hepsym.events.disk.atomic import atomic_file, new_path
from hepsym.events.event import INCOMING, OUTGOING, Events, Provenance
from hepsym.generators.extras import needs
from hepsym.generators.showers.beam_energies import beams_of
from hepsym.generators.showers.hard_events import HardEvents, PythiaShower
from hepsym.generators.showers.hepmc_record import Record, final_rows, gen_event
from hepsym.random import key

__all__ = ["ShowerSummary", "shower"]

BLOCK = 64
"""Events in hand at once: a proton collision's record takes some 0.4 MB."""
HEPMC = (".hepmc", ".hepmc3", ".hepmc.gz", ".hepmc3.gz")
WEIGHT = "weight:"


@dataclass(frozen=True, slots=True)
class ShowerSummary:
    """What was made, and how fast."""

    source: str
    file: str
    events: int
    """In the output."""
    given_up: int
    """Events that Pythia could not bring to an end in ten tries; they are not in the output."""
    particles: float
    """Final particles per event, on average."""
    weights: int
    """How many an event has, the nominal one among them."""
    cross_section_pb: float | None
    """The source's."""
    cross_section_error_pb: float | None
    seconds: float
    events_per_second: float
    seed: int

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {name: getattr(self, name) for name in self.__slots__}


def shower(
    source: str | Path,
    out: str | Path,
    *,
    n: int | None = None,
    seed: int = 1,
    hadrons: bool = True,
    settings: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> ShowerSummary:
    """Shower the first n events of a file (all by default), hadronise them if `hadrons`, write them to `out`.

    The source may have any format that hepsym reads; quarks and gluons need a colour flow, so in practice
    it is LHE. `.hepmc` and `.hepmc.gz` hold Pythia's whole record as a HepMC3 graph, any other format the
    beams and the final particles. Weights, named ones too, and the cross section are the source's.

    What becomes of event i is a function of (event i, seed, i, settings) alone. `settings` are lines for
    Pythia ("Tune:pp=14"). Masses: Pythia gives massless leptons and heavy quarks its own.

    Raises InputError (nothing is written) for damage, no colour flow, beams that Pythia does not take, and
    RunError where the disk fails.
    """
    if n is not None and n < 1:
        raise InputError(f"n = {n} events is not a positive number; give -n 1 or more")
    key(seed)
    out, begun = Path(out), time.perf_counter()
    hepmc = out.name.lower().endswith(HEPMC)
    needs("a shower", "jets,io", "pythia8mc", "awkward", *(["pyhepmc"] if hepmc else []))
    _ = new_path(out) if hepmc else files.check_output(out)
    blocks = _blocks(source, n)
    first = next(blocks, None)
    if first is None:
        raise InputError(f"{source} holds no events")
    origin = first.events.provenance
    beams, energies = beams_of(source, first.events)
    pythia = PythiaShower(
        beams,
        energies,
        seed=seed,
        hadrons=hadrons,
        leptons_radiate=not _full_energy(first.events, energies),
        settings=settings,
    )
    what = "showered and hadronised" if hadrons else "showered"
    line = f"{what} by Pythia {_version()}, seed {seed}" + "".join(f", {s}" for s in settings)
    origin = replace(origin, history=(*origin.history, line))
    names = _weight_names(first.events)
    made = lost = particles = 0
    with _writer(out, hepmc, origin, names) as write:
        for block in _again(first, blocks):
            rows = pythia.batch(block)
            kept = [i for i, record in enumerate(rows) if record is not None]
            records = [record for record in rows if record is not None]
            if records:
                write(records, _weights(block.events, names)[kept], [block.first + i for i in kept])
            made, lost = made + len(kept), lost + len(rows) - len(kept)
            particles += sum(len(final_rows(r)) - 2 for r in records)
            if progress:
                progress(made + lost, n or 0)
        if not made:
            raise InputError(f"Pythia could bring none of the {lost} events of {source} to an end")
    seconds = time.perf_counter() - begun
    return ShowerSummary(
        source=str(source),
        file=str(out),
        events=made,
        given_up=lost,
        particles=particles / made,
        weights=1 + len(names),
        cross_section_pb=origin.cross_section_pb,
        cross_section_error_pb=origin.cross_section_error_pb,
        seconds=seconds,
        events_per_second=made / seconds,
        seed=seed,
    )


def _blocks(source: str | Path, n: int | None) -> Iterator[HardEvents]:
    done = 0
    for piece in files.iterate(source):
        for start in range(0, len(piece), BLOCK):
            count = min(BLOCK, len(piece) - start, (n - done) if n is not None else BLOCK)
            if count <= 0:
                return
            block = HardEvents(piece.select(slice(start, start + count)), done)
            block.refuse_without_colours()
            yield block
            done += count


def _again(first: HardEvents, rest: Iterator[HardEvents]) -> Iterator[HardEvents]:
    yield first
    yield from rest


def _version() -> str:
    from importlib.metadata import version

    return version("pythia8mc")


def _full_energy(events: Events, energies: tuple[float, float]) -> bool:
    """Whether what comes in has the beams' own energy: then no part of it was radiated before."""
    status = np.broadcast_to(events.status, events.momenta.shape[:2])
    incoming = events.momenta[status == INCOMING][:2, 0]
    return bool(np.allclose(incoming, energies[: len(incoming)], rtol=1e-6))


def _weight_names(events: Events) -> list[str]:
    return [name for name in events.columns if name.startswith(WEIGHT)]


def _weights(events: Events, names: Sequence[str]) -> NDArray[np.float64]:
    """(n, 1 + names): the nominal weight, 1 where there is none, and the named ones."""
    nominal = np.ones(len(events)) if events.weights is None else events.weights
    return np.stack([nominal, *(events.columns.get(name, nominal) for name in names)], axis=1)


Write = Callable[[list[Record], NDArray[np.float64], list[int]], None]


def _writer(out: Path, hepmc: bool, source: Provenance, names: list[str]) -> AbstractContextManager[Write]:
    return _hepmc(out, source, names) if hepmc else _final_particles(out, source, names)


@contextmanager
def _hepmc(out: Path, source: Provenance, names: list[str]) -> Iterator[Write]:
    import pyhepmc

    run = pyhepmc.GenRunInfo()
    run.tools = [("hepsym", source.versions.get("hepsym", ""), ""), ("Pythia", _version(), "shower")]
    run.weight_names = ["Default", *(name.removeprefix(WEIGHT) for name in names)]
    rate = (source.cross_section_pb, source.cross_section_error_pb)

    with atomic_file(out) as target:
        # No name and no time in gzip's header: the same events give the same bytes.
        packed = gzip.GzipFile("", "wb", fileobj=target, mtime=0) if out.suffix == ".gz" else None
        with pyhepmc.open(packed or target, "w") as file:

            def write(records: list[Record], weights: NDArray[np.float64], numbers: list[int]) -> None:
                for record, values, number in zip(records, weights.tolist(), numbers, strict=True):
                    event = gen_event(pyhepmc, record, number, values, run)
                    if rate[0] is not None:
                        event.cross_section = pyhepmc.GenCrossSection()
                        event.cross_section.set_cross_section(rate[0], rate[1] or 0.0, -1, -1)
                    file.write(event)

            yield write
        if packed is not None:
            packed.close()


@contextmanager
def _final_particles(out: Path, source: Provenance, names: list[str]) -> Iterator[Write]:
    with files.open_writer(out, provenance=source) as file:

        def write(records: list[Record], weights: NDArray[np.float64], numbers: list[int]) -> None:
            rows = [final_rows(record) for record in records]
            shape = (len(rows), max(len(r) for r in rows))
            momenta, masses = np.zeros((*shape, 4)), np.zeros(shape)
            ids, status = np.zeros(shape, dtype=np.int32), np.zeros(shape, dtype=np.int8)
            for i, (record, r) in enumerate(zip(records, rows, strict=True)):
                momenta[i, : len(r)], masses[i, : len(r)] = record["p"][r], record["m"][r]
                ids[i, : len(r)] = record["id"][r]
                status[i, : len(r)] = np.where(np.arange(len(r)) < 2, INCOMING, OUTGOING)
            columns: dict[str, NDArray[Any]] = {"event": np.array(numbers)}
            columns |= {name: weights[:, 1 + k] for k, name in enumerate(names)}
            file.write(
                Events(
                    momenta, ids, status, masses, weights=weights[:, 0], columns=columns, provenance=source
                )
            )

        yield write
