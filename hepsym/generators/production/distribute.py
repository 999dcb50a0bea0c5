"""Who fills the shards of a dataset? Threads here, processes, or a cluster's workers: the same bytes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import RunError
from hepsym.events.native import DatasetWriter, Shard, write_shard
from hepsym.generators.cards.card import Card, card_from_toml, to_toml
from hepsym.generators.process import Generator
from hepsym.generators.production.crew import Crew
from hepsym.generators.production.generate import CHUNK, WEIGHTS, Array, Filler, generator_for, template_of

__all__ = ["ShardJob", "by_crew", "by_threads", "make_shard"]


def by_threads(filler: Filler, dataset: DatasetWriter) -> Iterator[int]:
    """Fill the missing shards with the filler's threads; yields the number of events of each."""
    with filler.running() as fill:
        for index in dataset.missing:
            first, last = dataset.span(index)
            momenta = dataset.buffer(index)
            columns = _fill_shard(filler, fill, momenta, first)
            dataset.put(index, momenta, columns.pop(WEIGHTS, None), columns)
            yield last - first


@dataclass(frozen=True, slots=True)
class ShardJob:
    """One shard, in plain values: what a worker anywhere needs to make it."""

    card: str
    """TOML"""
    name: str
    """Of the card."""
    seed: int
    weighted: bool
    directory: str
    """Of the dataset; worker and client see the same file system."""
    index: int
    first: int
    """Number of the shard's first event."""
    last: int
    """And of the one after its last."""
    cross_section: float
    """As the client integrated it: a worker whose number differs in a bit would draw other events."""


def by_crew(crew: Crew, card: Card, filler: Filler, seed: int, dataset: DatasetWriter) -> Iterator[int]:
    """Have the missing shards made and written by a crew's workers; yields the number of events of each.

    A shard is whole under its name or not there, and is entered here, in the one manifest, when its
    worker says so: who dies loses the shards in hand, which are then made again. Raises RunError where a
    worker's software or processor integrates another cross section.
    """
    directory, toml = str(dataset.path.absolute()), to_toml(card)
    exact = filler.generator.cross_section().value_pb
    jobs = [
        ShardJob(toml, card.name, seed, filler.weighted, directory, i, *dataset.span(i), exact)
        for i in dataset.missing
    ]
    try:
        for job, made in crew(make_shard, jobs):
            dataset.adopt(Shard.from_json(made))
            yield job.last - job.first
    except RunError as error:
        kept = "complete shards are kept; go on with --resume"
        raise RunError(str(error).replace("nothing was left behind", kept)) from None
    for part in dataset.path.glob(".events-*.part"):  # what a killed worker left
        part.unlink(missing_ok=True)


def make_shard(job: ShardJob) -> dict[str, Any]:
    """Make one shard and write its files; its entry in the manifest, as JSON values."""
    generator = _generator(job.card, job.name)
    exact = generator.cross_section().value_pb
    if exact != job.cross_section:
        raise RunError(
            f"a worker integrates {exact!r} pb where the client has {job.cross_section!r}: its processor or "
            "its versions of hepsym, numpy and numba are others; use like workers"
        )
    filler = Filler(generator, job.seed, threads=1, weighted=job.weighted)
    momenta = np.empty((job.last - job.first, len(template_of(generator).varying), 4))
    with filler.running() as fill:
        columns = _fill_shard(filler, fill, momenta, job.first)
    weights = columns.pop(WEIGHTS, None)
    shard = write_shard(Path(job.directory), job.index, job.first, {"momenta": momenta}, weights, columns)
    return shard.to_json()


@lru_cache(maxsize=4)
def _generator(card: str, name: str) -> Generator:
    """Kept by a worker from shard to shard: integrating may take seconds."""
    return generator_for(card_from_toml(card, name))


def _fill_shard(filler: Filler, fill: Any, momenta: Array, first: int) -> dict[str, NDArray[Any]]:
    columns = filler.columns(len(momenta))
    beams = len(filler.generator.beams)
    if not (filler.weighted and beams):
        fill(momenta, columns, first)
        return columns
    whole = np.empty((min(len(momenta), 4 * CHUNK), filler.generator.legs, 4))  # weights need the beams
    for start in range(0, len(momenta), len(whole)):
        rows = slice(start, min(start + len(whole), len(momenta)))
        block = whole[: rows.stop - start]
        fill(block, {name: column[rows] for name, column in columns.items()}, first + start)
        momenta[rows] = block[:, beams:]
    return columns
