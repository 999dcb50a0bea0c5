"""From a card to a file: shard by shard, resumable, with memory bounded by the shard and not by n."""

import shutil
import time
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym import events as files
from hepsym._interruption import Interruption
from hepsym.errors import InputError
from hepsym.events.event import Provenance
from hepsym.events.native import SHARD_EVENTS, DatasetWriter, Manifest, mean_weight
from hepsym.generators.cards.card import Card
from hepsym.generators.process import Generator
from hepsym.generators.production.crew import Crew
from hepsym.generators.production.distribute import by_crew, by_threads
from hepsym.generators.production.generate import (
    CHUNK,
    WEIGHTS,
    Array,
    Filler,
    Progress,
    assemble,
    check_count,
    generator_for,
    provenance_of,
    template_of,
)

__all__ = ["Summary", "generate_to", "ready"]

LEAST_BYTES = 4
"""That a particle takes in a file: less than any format has been seen to, packed ones too."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What was made, and how fast."""

    process: str
    events: int
    """In the file."""
    file: str
    sqrt_s: float
    """GeV"""
    cross_section_pb: float | None
    """None for the decay of one particle, whose width is among the figures."""
    cross_section_error_pb: float | None
    unweighting_efficiency: float
    """Events kept per point drawn: 1 for exact inversion. Weighted: (sum w)^2 / (n sum w^2)."""
    seconds: float
    events_per_second: float
    """Of those made now; a resumed run made fewer than the file holds."""
    seed: int
    threads: int
    weighted: bool
    figures: dict[str, float]
    """Further exact numbers of the process."""

    def to_json(self) -> dict[str, Any]:
        """The fields, the process' figures among them, as JSON values."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "figures"}
        return {**values, **self.figures}


def generate_to(
    card: Card,
    n: int,
    path: str | Path,
    *,
    seed: int = 1,
    weighted: bool = False,
    threads: int | None = None,
    chunk: int = CHUNK,
    shard_events: int = SHARD_EVENTS,
    part: tuple[int, int, int] | None = None,
    resume: bool = False,
    crew: Crew | None = None,
    progress: Progress | None = None,
    device: str = "cpu",
) -> Summary:
    """n events of the card's process into a file whose suffix names the format, or a native dataset.

    Without a suffix, `path` becomes a dataset directory of shards, each complete or absent; Ctrl-C
    finishes the shards in hand and raises KeyboardInterrupt, and `resume` makes the missing ones.
    `part` = (a, b, n) makes shards a .. b - 1 of n of the same run. With a `crew` (processes, a Dask
    cluster) its workers make the shards, to the same bytes; they need the same file system. Other
    formats appear whole at the end or not at all. device: "cpu", or "cuda", whose events are the
    CPU's to 4 ulp. Raises InputError (nothing written) or RunError (complete shards kept).
    """
    filler = ready(
        card, n, path, seed=seed, weighted=weighted, threads=threads, chunk=chunk, part=part, resume=resume,
        crew=crew, device=device,
    )  # fmt: skip
    generator = filler.generator
    start = time.perf_counter()
    if files.format_of(path) == "native":
        manifest, made = _to_dataset(card, filler, n, path, shard_events, part, resume, seed, crew, progress)
        held, source = manifest.events, manifest.provenance
        efficiency = generator.efficiency()
        if weighted:
            efficiency = _efficiency(held, manifest.sum_weights, manifest.sum_weights_squared)
    else:
        source, efficiency = _to_file(filler, n, path, seed, progress)
        held = made = n
    seconds = time.perf_counter() - start
    return Summary(
        process=source.process,
        events=held,
        file=str(path),
        sqrt_s=card.sqrt_s,
        cross_section_pb=source.cross_section_pb,
        cross_section_error_pb=source.cross_section_error_pb,
        unweighting_efficiency=efficiency,
        seconds=seconds,
        events_per_second=made / seconds,
        seed=seed,
        threads=filler.threads,
        weighted=weighted,
        figures=dict(generator.figures()),
    )


def ready(
    card: Card,
    n: int,
    path: str | Path,
    *,
    seed: int = 1,
    weighted: bool = False,
    threads: int | None = None,
    chunk: int = CHUNK,
    part: tuple[int, int, int] | None = None,
    resume: bool = False,
    crew: Crew | None = None,
    device: str = "cpu",
) -> Filler:
    """All that `generate_to` refuses before it looks at the path itself; what fills buffers otherwise.

    Raises InputError for a count, seed, format, number of threads or device that cannot be, and for more
    events than the disk has room for.
    """
    check_count(n)
    if files.format_of(path) != "native":
        if crew is not None:
            raise InputError(
                f"{path}: workers write native datasets; leave the suffix out, then `hepsym convert`"
            )
        if part is not None:
            raise InputError(
                f"{path}: --shards makes parts of a native dataset; leave the suffix out, then `hepsym merge`"
            )
    generator = generator_for(card)
    filler = _filler(generator, seed, device, threads if crew is None else 1, weighted, chunk, crew)
    if not resume:  # then some of the events are there already
        share = 1.0 if part is None else (part[1] - part[0]) / part[2]
        _check_room(n * share, generator.legs, Path(path))
    return filler


def _check_room(n: float, legs: int, path: Path) -> None:
    """InputError where n events cannot be held: a few bytes a particle is less than any format needs."""
    try:
        free = shutil.disk_usage(path.absolute().parent).free
    except OSError:
        return  # what is wrong with the path is said by who opens it
    if (least := n * legs * LEAST_BYTES) > free:
        raise InputError(
            f"n = {n:.6g} events need {least / 1e9:,.0f} GB or more, and {path.absolute().parent} has "
            f"{free / 1e9:,.0f} GB free: give fewer, or divide them with --shards"
        )


def _filler(
    generator: Generator, seed: int, device: str, threads: int | None, weighted: bool, chunk: int,
    crew: Crew | None,
) -> Filler:  # fmt: skip
    if device == "cpu":
        return Filler(generator, seed, threads=threads, weighted=weighted, chunk=chunk)
    if device != "cuda":
        raise InputError(f"device = {device!r} is not one of cpu, cuda")
    if crew is not None or threads is not None:
        raise InputError("device = 'cuda' makes events by itself: leave --threads, --workers and --dask out")
    from hepsym.generators.cuda import CudaFiller

    return CudaFiller(generator, seed, weighted=weighted)


def _efficiency(n: int, sum_weights: float, sum_squares: float) -> float:
    return sum_weights**2 / (n * sum_squares) if sum_squares > 0.0 else 0.0


def _to_dataset(
    card: Card,
    filler: Filler,
    n: int,
    path: str | Path,
    shard_events: int,
    part: tuple[int, int, int] | None,
    resume: bool,
    seed: int,
    crew: Crew | None,
    progress: Progress | None,
) -> tuple[Manifest, int]:
    source = provenance_of(filler.generator, n, seed)
    made = 0
    with (
        DatasetWriter(
            path,
            template=template_of(filler.generator),
            provenance=replace(source, weighted=filler.weighted),
            total=n,
            shard_events=shard_events,
            part=part,
            resume=resume,
        ) as dataset,
        Interruption() as interruption,
    ):
        wanted = sum(last - first for first, last in map(dataset.span, dataset.missing))
        shards = by_threads(filler, dataset) if crew is None else by_crew(crew, card, filler, seed, dataset)
        for count in shards:
            made += count
            if progress:
                progress(made, wanted)
            if interruption.asked:
                raise KeyboardInterrupt
        manifest = dataset.close(provenance=partial(_final, source, filler))
    return manifest, made


def _final(source: Provenance, filler: Filler, manifest: Manifest) -> Provenance:
    """The provenance at the end: a weighted sample's own cross section, from its shards' sums."""
    if not filler.weighted:
        return source
    total, squares = manifest.sum_weights, manifest.sum_weights_squared
    return _weighted(source, filler.generator, manifest.events, total, squares)


def _weighted(source: Provenance, generator: Generator, n: int, total: float, squares: float) -> Provenance:
    """With the mean of n weights as cross section and its standard error, the mean itself for n = 1."""
    if generator.cross_section().unit != "pb":
        return replace(source, weighted=True)
    mean, error = mean_weight(n, total, squares)
    return replace(source, weighted=True, cross_section_pb=mean, cross_section_error_pb=error)


def _to_file(
    filler: Filler, n: int, path: str | Path, seed: int, progress: Progress | None
) -> tuple[Provenance, float]:
    files.check_output(path)
    generator = filler.generator
    source, efficiency = provenance_of(generator, n, seed), generator.efficiency()
    block = np.empty((min(n, SHARD_EVENTS), generator.legs, 4))
    room = filler.columns(len(block))
    if filler.weighted:  # the header comes before the events, and says what their weights average to
        total, squares = _sums(filler, n, block, room)
        source, efficiency = _weighted(source, generator, n, total, squares), _efficiency(n, total, squares)
    template = template_of(generator, fixed=False)
    with files.open_writer(path, provenance=source) as writer, filler.running() as fill:
        for first in range(0, n, len(block)):
            count = min(len(block), n - first)
            fill(block[:count], {name: column[:count] for name, column in room.items()}, first)
            kept = {name: column[:count].copy() for name, column in room.items()}
            writer.write(assemble(template, block[:count].copy(), kept, source))
            if progress:
                progress(first + count, n)
    return source, efficiency


def _sums(filler: Filler, n: int, block: Array, room: dict[str, NDArray[Any]]) -> tuple[float, float]:
    """Sums of the n events' weights and of their squares, by a first pass over the same events."""
    total = squares = 0.0
    with filler.running() as fill:
        for first in range(0, n, len(block)):
            count = min(len(block), n - first)
            fill(block[:count], {name: column[:count] for name, column in room.items()}, first)
            share = room[WEIGHTS][:count]
            total += float(share.sum())
            squares += float((share * share).sum())
    return total, squares
