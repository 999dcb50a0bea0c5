"""From a card to Events: any number of threads, in memory, into a caller's buffer, or to a file."""

import os
import platform
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

import hepsym
from hepsym.errors import InputError
from hepsym.events.event import Events, Provenance
from hepsym.events.template import Template
from hepsym.generators.cards.card import Card, card_from_toml, to_toml
from hepsym.generators.cards.process_string import ProcessPattern, read_process, single_process
from hepsym.generators.pair_production import PairProduction
from hepsym.generators.process import Columns, Distribution, Generator
from hepsym.random import key

__all__ = [
    "CHUNK",
    "WEIGHTS",
    "Filler",
    "assemble",
    "exact_distributions",
    "generate",
    "generator_for",
    "provenance_of",
    "template_of",
]

CHUNK = 1 << 17
"""Events that a thread draws between two looks at the clock and the keyboard."""

WEIGHTS = "weights"
"""The column that holds them while events are made."""
PARTICLE_COLUMNS = ("pdg_ids", "status", "masses")
"""Columns that stand for the template's where they differ from event to event."""

Progress = Callable[[int, int], None]
Array = NDArray[np.float64]

_CHARGED_LEPTONS = {11, 13, 15}


def generator_for(card: Card) -> Generator:
    """The generator of the card's process. Raises InputError for a process that hepsym cannot make.

    Two different charged lepton pairs have one of their own, exact and without rejection; decay chains with
    hadrons are flat in phase space; two partons to two particles take a shorter way where |M|^2 is known
    in closed form; the rest is what the amplitudes make of it.
    """
    process = read_process(card.process)
    if card.beams.pdf is not None and not process.hadronic:
        raise InputError(
            f"beams.pdf = {card.beams.pdf!r}, but {card.process!r} has no proton: leave beams.pdf out"
        )
    if card.resonance.mass == 0.0 and (pair := _lepton_pairs(process)) is not None:
        return PairProduction(card, *pair)
    if len(process.incoming) == 1:
        from hepsym.generators.decay_chain import DecayChain, is_decay_chain

        if is_decay_chain(single_process(card.process)):
            return DecayChain(card)
    if process.hadronic:
        from hepsym.generators.hadron_pair.generator import hadron_generator

        return hadron_generator(card)
    from hepsym.generators.scattering.generator import Scattering

    return Scattering(card)


def _lepton_pairs(process: ProcessPattern) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Both sides of f fbar -> F Fbar with two kinds of charged leptons."""
    legs = (*process.incoming, *process.outgoing)
    definite = all(len(leg) == 1 for leg in legs) and not process.decays and not process.orders.given
    if len(process.incoming) == len(process.outgoing) == 2 and definite:
        a, b, c, d = (leg[0] for leg in legs)
        if a == -b and c == -d and {abs(a), abs(c)} <= _CHARGED_LEPTONS and abs(a) != abs(c):
            return (a, b), (c, d)
    return None


class Filler:
    """Threads that fill buffers with events; what comes out does not depend on their number or on chunk."""

    def __init__(
        self,
        generator: Generator,
        seed: int,
        *,
        threads: int | None = None,
        weighted: bool = False,
        chunk: int = CHUNK,
    ) -> None:
        if threads is not None and threads < 1:
            raise InputError(f"threads = {threads} must be at least 1")
        if chunk < 1:
            raise InputError(f"chunk = {chunk} events must be at least 1")
        self.generator = generator
        self.key = key(seed, stream_name(generator))
        self.threads = threads or available_threads()
        self.weighted = weighted
        self.chunk = chunk

    def columns(self, n: int) -> dict[str, NDArray[Any]]:
        """Room for what the generator says of n events besides momenta; `weights` among it where weighted."""
        room = {name: column.empty(n) for name, column in self.generator.columns.items()}
        if self.weighted or self.generator.overweights:
            room[WEIGHTS] = np.empty(n)
        return room

    @contextmanager
    def running(self) -> Iterator[Callable[..., None]]:
        """A function fill(out, columns, first, done=None) whose threads live as long as the block."""
        if self.threads == 1:
            yield lambda out, columns, first, done=None: self._serial(out, columns, first, done)
            return
        with ThreadPoolExecutor(self.threads) as pool:
            yield lambda out, columns, first, done=None: self._parallel(pool, out, columns, first, done)

    def _serial(self, out: Array, columns: Columns, first: int, done: Callable[[int], None] | None) -> None:
        for start in range(0, len(out), self.chunk):
            self._fill(out, columns, first, start)
            if done:
                done(min(start + self.chunk, len(out)))

    def _parallel(
        self,
        pool: ThreadPoolExecutor,
        out: Array,
        columns: Columns,
        first: int,
        done: Callable[[int], None] | None,
    ) -> None:
        starts = range(0, len(out), self.chunk)
        jobs = [pool.submit(self._fill, out, columns, first, start) for start in starts]
        try:
            for start, job in zip(starts, jobs, strict=True):
                job.result()
                if done:
                    done(min(start + self.chunk, len(out)))
        except BaseException:
            for job in jobs:
                job.cancel()
            raise

    def _fill(self, out: Array, columns: Columns, first: int, start: int) -> None:
        part = slice(start, min(start + self.chunk, len(out)))
        share = {name: column[part] for name, column in columns.items()}
        if self.weighted:
            weights = share.pop(WEIGHTS)
            self.generator.fill_weighted(out[part], weights, first + start, self.key, share)
        else:
            self.generator.fill(out[part], first + start, self.key, share)


def available_threads() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def stream_name(generator: Generator) -> str:
    """What keeps the random numbers of two processes apart under one seed: the legs' PDG ids."""
    return " ".join(str(pdg) for pdg in generator.pdg_ids)


def generate(
    card: Card,
    n: int,
    *,
    seed: int = 1,
    first: int = 0,
    weighted: bool = False,
    threads: int | None = None,
    chunk: int = CHUNK,
    out: Array | None = None,
    progress: Progress | None = None,
) -> Events:
    """Events first .. first + n - 1 of the process on the card; momenta (n, legs, 4) in GeV.

    Event i is a function of (card, seed, i) alone. out, a C-contiguous float64 array of that shape,
    is filled and returned inside the Events, which spares the price of fresh memory. weighted
    draws flat phase space, with weights in pb whose mean is the cross section. Raises InputError.
    """
    check_count(n)
    generator = generator_for(card)
    shape = (n, generator.legs, 4)
    if out is None:
        out = np.empty(shape)
    elif out.shape != shape or out.dtype != np.float64 or not out.flags.c_contiguous:
        raise InputError(
            f"out must be C-contiguous float64 of shape {shape}, not {out.dtype} of shape {out.shape}"
        )
    filler = Filler(generator, seed, threads=threads, weighted=weighted, chunk=chunk)
    columns = filler.columns(n)
    with filler.running() as fill:
        fill(out, columns, first, (lambda done: progress(done, n)) if progress else None)
    weights = columns.get(WEIGHTS)
    if not weighted and weights is not None and (weights == weights[0]).all():
        weights = None
        del columns[WEIGHTS]
    template = template_of(generator, fixed=False)
    return assemble(template, out, columns, provenance_of(generator, n, seed, weights if weighted else None))


def assemble(template: Template, momenta: Array, columns: Columns, provenance: Provenance) -> Events:
    """Events of all legs' momenta and of the columns that a Filler made beside them."""
    special = (*PARTICLE_COLUMNS, WEIGHTS)
    return template.expand(
        momenta,
        pdg_ids=columns.get("pdg_ids"),
        status=columns.get("status"),
        masses=columns.get("masses"),
        weights=columns.get(WEIGHTS),
        columns={name: column for name, column in columns.items() if name not in special},
        provenance=provenance,
    )


def template_of(generator: Generator, *, fixed: bool = True) -> Template:
    """What all events of this generator have in common: legs, masses, and the beams' momenta if `fixed`."""
    beams = generator.beams.tolist() if fixed else []
    return Template(
        pdg_ids=generator.pdg_ids,
        status=generator.status,
        masses=generator.masses,
        fixed={leg: (p[0], p[1], p[2], p[3]) for leg, p in enumerate(beams)},
    )


def check_count(n: int) -> None:
    """InputError unless n is a positive number of events."""
    if n < 1:
        raise InputError(f"n = {n} events is not a positive number; give -n 1 or more")


def provenance_of(generator: Generator, n: int, seed: int, weights: Array | None = None) -> Provenance:
    """What a sample of n events of this generator carries with it."""
    exact = generator.cross_section()
    value, error = exact.value_pb, exact.error_pb
    if weights is not None:
        value = float(weights.mean())
        error = float(weights.std(ddof=1) / np.sqrt(n)) if n > 1 else value
    return Provenance(
        process=generator.card.name or generator.card.process,
        card=to_toml(generator.resolved()),
        seed=seed,
        sqrt_s=generator.card.sqrt_s,
        beams=generator.beam_ids,
        cross_section_pb=value if exact.unit == "pb" else None,
        cross_section_error_pb=error if exact.unit == "pb" else None,
        weighted=weights is not None,
        trials=n,
        versions=versions(),
    )


def versions() -> dict[str, str]:
    """The versions that decide what comes out."""
    return {
        "hepsym": hepsym.__version__,
        "numpy": np.__version__,
        "numba": numba.__version__,
        "python": platform.python_version(),
        "particle": _particle_version(),
    }


def _particle_version() -> str:
    from importlib.metadata import version

    return version("particle")


def exact_distributions(card_text: str) -> dict[str, Distribution]:
    """Exact laws of an unweighted sample, by observable name, from the card in its provenance."""
    return dict(generator_for(card_from_toml(card_text)).distributions())
