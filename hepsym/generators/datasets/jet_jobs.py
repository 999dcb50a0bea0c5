"""How is a long run of jets kept safe? Job by job in a directory beside the output, until all are there."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError, RunError
from hepsym.events.disk.atomic import atomic_file, disk_error, new_path, replace_text
from hepsym.events.disk.npy import NUMPY_FAULTS
from hepsym.generators.datasets.clustering import cluster
from hepsym.generators.datasets.collisions import Collisions, pythia_seed
from hepsym.generators.datasets.jet_card import jet_card_from_toml

__all__ = ["Job", "JobFolder", "Made", "make_jets"]

BATCH = 64
"""Most collisions between two looks at how many jets there are."""
JETS_PER_COLLISION = 1.6
"""About how many of the two leading jets are kept: what a last, smaller batch is measured by."""
MOST_WITHOUT = 500
"""Collisions in a row without a jet before the window is said to be empty."""

RUN = "run.json"
_DESCRIBED = ("card", "seed", "jets", "job_jets", "first", "last", "versions")


@dataclass(frozen=True, slots=True)
class Job:
    """Jets index * job_jets and following of a run: a part that one process makes alone."""

    card: str
    """TOML"""
    seed: int
    index: int
    jets: int


@dataclass(frozen=True, slots=True)
class Made:
    """What a job made."""

    particles: NDArray[np.float64]
    """(jets, particles, 4)"""
    jets: NDArray[np.float64]
    """(jets, 4)"""
    collisions: NDArray[np.float64]
    """(4,): cross section and its error in pb, hard processes tried, and accepted."""


def make_jets(job: Job) -> Made:
    """The jets of one job: a function of the job alone.

    Raises InputError where no jet at all falls into the card's window.
    """
    card = jet_card_from_toml(job.card)
    collisions = Collisions(card, pythia_seed(job.seed, f"jets {card.started_by}", job.index))
    particles: list[NDArray[np.float64]] = []
    jets: list[NDArray[np.float64]] = []
    found = without = 0
    while found < job.jets:
        wanted = 1 + int((job.jets - found) / JETS_PER_COLLISION)
        constituents, features = cluster(collisions.draw(min(BATCH, wanted)), card)
        particles.append(constituents)
        jets.append(features)
        found += len(features)
        without = 0 if len(features) else without + min(BATCH, wanted)
        if without >= MOST_WITHOUT:
            raise InputError(
                f"none of {without} collisions in a row has a jet with pT from {card.jet_pt.min:g} "
                f"to {card.jet_pt.max:g} GeV and eta from {card.jet_eta.min:g} to {card.jet_eta.max:g}: "
                "widen jet_pt or jet_eta, or move pt_hat"
            )
    rate = np.array(collisions.cross_section(), dtype=np.float64)
    return Made(np.concatenate(particles)[: job.jets], np.concatenate(jets)[: job.jets], rate)


class JobFolder:
    """OUT.jobs/: run.json says which run it is, and job-000012.npz holds what job 12 made.

    Raises InputError for a folder that is there already unless `resume`, and for one of another run.
    """

    def __init__(self, out: Path, run: dict[str, Any], *, resume: bool) -> None:
        self.path = out.with_name(out.name + ".jobs")
        self._run = {key: run[key] for key in _DESCRIBED}
        if self.path.exists() and not resume:
            raise InputError(
                f"{self.path} holds a run that was not finished: go on with --resume, or name another output"
            )
        if self.path.exists():
            self._refuse_another_run()
            for part in self.path.glob(".*.part"):
                part.unlink(missing_ok=True)
            return
        new_path(self.path)
        try:
            self.path.mkdir()
        except OSError as error:
            raise InputError(f"cannot create {self.path}: {error.strerror or error}") from None
        replace_text(self.path / RUN, json.dumps(self._run, indent=1) + "\n")

    def _refuse_another_run(self) -> None:
        try:
            old = json.loads((self.path / RUN).read_text(encoding="utf-8"))
            old = {key: old[key] for key in _DESCRIBED}
        except FileNotFoundError:  # killed between the folder and its first file
            replace_text(self.path / RUN, json.dumps(self._run, indent=1) + "\n")
            return
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise InputError(f"{self.path / RUN} cannot be read ({error}): name another output") from None
        for key in _DESCRIBED:
            if old[key] != self._run[key]:
                said = "another card" if key == "card" else f"{key} {old[key]!r}, not {self._run[key]!r}"
                raise InputError(f"cannot resume {self.path}: it was begun with {said}; name another output")

    def file(self, index: int) -> Path:
        """Where job `index` is, once it is done."""
        return self.path / f"job-{index:06d}.npz"

    def missing(self, jobs: Sequence[Job]) -> list[Job]:
        """The jobs still to be done: of a damaged file the job is done again."""
        return [job for job in jobs if self._read(job) is None]

    def put(self, job: Job, made: Made) -> None:
        """Write a job's jets, whole or not at all. Raises RunError when the disk refuses."""
        try:
            with atomic_file(self.file(job.index), overwrite=True) as file:
                np.savez(file, particles=made.particles, jets=made.jets, collisions=made.collisions)
        except RunError as error:
            raise RunError(
                str(error).replace("nothing was left behind", "done jobs are kept; go on with --resume")
            ) from None

    def get(self, job: Job) -> Made:
        """What a job that is done made. Raises RunError where its file went away meanwhile."""
        made = self._read(job)
        if made is None:
            raise RunError(f"{self.file(job.index)} is gone or damaged: make it anew with --resume")
        return made

    def _read(self, job: Job) -> Made | None:
        try:
            with np.load(self.file(job.index), allow_pickle=False) as arrays:
                made = Made(arrays["particles"], arrays["jets"], arrays["collisions"])
        except OSError:
            return None
        except NUMPY_FAULTS:
            return None
        return made if len(made.particles) == len(made.jets) == job.jets else None

    def remove(self) -> None:
        """Take the folder away, once its jets are in the output."""
        try:
            shutil.rmtree(self.path)
        except OSError as error:
            raise disk_error(self.path, error, "the output is complete; remove this folder") from None

    def remove_if_empty(self) -> None:
        """Take the folder away if no job is done."""
        if not any(self.path.glob("job-*.npz")):
            self.remove()
