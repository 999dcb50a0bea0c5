"""From a card to a file of jets: job by job, by any crew, resumable, the same bytes every time."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym._interruption import Interruption
from hepsym.errors import InputError
from hepsym.events.disk.atomic import new_path
from hepsym.events.event import Provenance
from hepsym.events.jets.jetnet import Jets, iterate_jetnet, write_jetnet
from hepsym.generators.datasets.jet_card import JetCard, to_toml
from hepsym.generators.datasets.jet_jobs import Job, JobFolder, make_jets
from hepsym.generators.extras import needs
from hepsym.generators.production.crew import Crew, on_processes
from hepsym.generators.production.generate import available_threads, versions
from hepsym.random import key

__all__ = ["JOB_JETS", "JetSummary", "generate_jets"]

JOB_JETS = 1000
"""Jets of one job: some five seconds, of which Pythia needs a third of a second to start."""

SUFFIXES = (".h5", ".hdf5")
PROTON = 2212


@dataclass(frozen=True, slots=True)
class JetSummary:
    """What was made, and how fast."""

    process: str
    started_by: str
    """The card's class."""
    events: int
    """Jets in the file."""
    file: str
    sqrt_s: float
    """GeV"""
    cross_section_pb: float
    """Of the hard process inside pt_hat, with the branching fractions of the decays that are open."""
    cross_section_error_pb: float
    unweighting_efficiency: float
    """Jets per hard process that was tried: the hard process' own rejection and the card's window."""
    mean_mass: float
    """GeV, of the jets with all their constituents."""
    seconds: float
    events_per_second: float
    """Of the jets made now; a resumed run made fewer than the file holds."""
    seed: int

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values, `started_by` as `class`."""
        names = {"started_by": "class"}
        return {names.get(name, name): getattr(self, name) for name in self.__slots__}


def generate_jets(
    card: JetCard,
    n: int,
    path: str | Path,
    *,
    seed: int = 1,
    crew: Crew | None = None,
    part: tuple[int, int, int] | None = None,
    resume: bool = False,
    job_jets: int = JOB_JETS,
    progress: Callable[[int, int], None] | None = None,
) -> JetSummary:
    """n jets of the card into a new HDF5 file in JetNet's layout.

    Job k makes jets k job_jets ... with a Pythia seeded by (seed, class, k): the file's bytes are a function
    of (card, n, seed, job_jets) and of the versions of Pythia and FastJet, whoever does the jobs (crew:
    processes on all cores by default). Done jobs wait in PATH.jobs/ until all are there; after Ctrl-C or a
    kill -9, `resume` makes those that are missing. `part` = (a, b, m) makes the jobs of parts a .. b - 1 of
    m alone. Raises InputError (nothing written) or RunError (done jobs are kept).
    """
    jobs = _jobs(card, n, path, seed, part, job_jets)
    crew = on_processes(available_threads()) if crew is None else crew
    path, begun = Path(path), time.perf_counter()
    first, last = jobs[0].index * job_jets, jobs[-1].index * job_jets + jobs[-1].jets
    run = {
        "card": to_toml(card), "seed": seed, "jets": n, "job_jets": job_jets, "first": first, "last": last,
        "versions": _versions(),
    }  # fmt: skip
    if resume and _is_made(path, _source(card, seed, run)):
        return _summary(card, path, seed, 0, time.perf_counter() - begun)
    new_path(path)
    folder = JobFolder(path, run, resume=resume)
    missing = folder.missing(jobs)
    wanted, made = sum(job.jets for job in missing), 0
    try:
        with Interruption() as interruption:
            for job, done in crew(make_jets, missing):
                folder.put(job, done)
                made += job.jets
                if progress:
                    progress(made, wanted)
                if interruption.asked:
                    raise KeyboardInterrupt
    except InputError:  # nothing can come of this card
        folder.remove_if_empty()
        raise
    source = replace(_source(card, seed, run), **_rate([folder.get(job).collisions for job in jobs]))
    write_jetnet(path, (Jets(m.particles, m.jets, source) for m in map(folder.get, jobs)))
    folder.remove()
    return _summary(card, path, seed, made, time.perf_counter() - begun)


def _summary(card: JetCard, path: Path, seed: int, made: int, seconds: float) -> JetSummary:
    """What the finished file says of itself."""
    count, masses = 0, 0.0
    for piece in iterate_jetnet(path):
        source = piece.source
        count += len(piece)
        masses += float(piece.jet_features[:, 2].sum())
    assert source.cross_section_pb is not None and source.cross_section_error_pb is not None
    return JetSummary(
        process="jets",
        started_by=card.started_by,
        events=count,
        file=str(path),
        sqrt_s=card.sqrt_s,
        cross_section_pb=source.cross_section_pb,
        cross_section_error_pb=source.cross_section_error_pb,
        unweighting_efficiency=count / (source.trials or count),
        mean_mass=masses / count,
        seconds=seconds,
        events_per_second=made / seconds,
        seed=seed,
    )


def _source(card: JetCard, seed: int, run: dict[str, Any]) -> Provenance:
    """Where the jets come from, but for what the collisions tell."""
    return Provenance(
        process="jets",
        card=run["card"],
        seed=seed,
        sqrt_s=card.sqrt_s,
        beams=(PROTON, PROTON),
        versions=run["versions"],
        history=(f"jets {run['first']} to {run['last'] - 1} of {run['jets']}, jobs of {run['job_jets']}",),
    )


def _is_made(path: Path, source: Provenance) -> bool:
    """Whether `path` is this very run, finished. Raises InputError for anything else there."""
    if not path.exists():
        return False
    found = next(iterate_jetnet(path)).source
    same = all(
        getattr(found, k) == getattr(source, k) for k in ("process", "card", "seed", "versions", "history")
    )
    if not same:
        raise InputError(f"{path} holds other jets than these: name another output")
    return True


def _jobs(
    card: JetCard, n: int, path: str | Path, seed: int, part: tuple[int, int, int] | None, job_jets: int
) -> list[Job]:
    """What is to be done, once all that was asked is checked."""
    if n < 1:
        raise InputError(f"n = {n} jets is not a positive number; give -n 1 or more")
    if job_jets < 1:
        raise InputError(f"job_jets = {job_jets} must be at least 1")
    if Path(path).suffix.lower() not in SUFFIXES:
        raise InputError(f"{path}: jets are written in JetNet's layout, HDF5: name it *.h5")
    key(seed)
    needs("a sample of jets", "jets,io", "pythia8mc", "fastjet", "awkward", "h5py")
    count = -(-n // job_jets)
    a, b, m = part if part is not None else (0, 1, 1)
    chosen = range(a * count // m, b * count // m)
    if not chosen:
        raise InputError(f"shards {a}:{b}/{m} of {n} jets hold no job of {job_jets} jets: divide by less")
    toml = to_toml(card)
    return [Job(toml, seed, k, min(job_jets, n - k * job_jets)) for k in chosen]


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {**versions(), **{name: version(name) for name in ("pythia8mc", "fastjet")}}


def _rate(collisions: Sequence[NDArray[np.float64]]) -> dict[str, Any]:
    """Cross section and error in pb, weighted by the jobs' collisions, and hard processes tried."""
    values = np.stack(collisions)
    share = values[:, 3] / values[:, 3].sum()
    error = float(np.sqrt(np.sum((share * values[:, 1]) ** 2)))
    value = float(np.sum(share * values[:, 0]))
    return {"cross_section_pb": value, "cross_section_error_pb": error, "trials": int(values[:, 2].sum())}
