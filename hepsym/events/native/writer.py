"""How do events get to the disk beside the threads that make them?"""

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError, RunError
from hepsym.events.disk.atomic import disk_error, new_path
from hepsym.events.event import Provenance
from hepsym.events.native.manifest import Manifest, Shard, read_manifest, write_manifest
from hepsym.events.native.resumption import is_present, refuse_another_run, was_just_begun
from hepsym.events.native.shards import NO_COLUMNS, Columns, Weights, write_shard
from hepsym.events.template import Template

__all__ = ["SHARD_EVENTS", "DatasetWriter", "parse_part"]

SHARD_EVENTS = 1_048_576
BUFFERS = 4
"""Alive at once: two being filled, two being written."""
WRITERS = 2


def parse_part(text: str) -> tuple[int, int, int]:
    """ "a:b/n" as (a, b, n): parts a to b - 1 of a run divided into n. Raises InputError."""
    numbers = text.replace("/", ":").split(":")
    if text.count(":") != 1 or text.count("/") != 1 or not all(x.strip().isdecimal() for x in numbers):
        raise InputError(f"shards = {text!r} cannot be read: write a:b/n, such as 0:2/8")
    a, b, n = (int(x) for x in numbers)
    if not 0 <= a < b <= n:
        raise InputError(f"shards = {text!r} is out of range: a:b/n needs 0 <= a < b <= n")
    return a, b, n


class DatasetWriter:
    """A native dataset in the making, filled by any number of threads, shard by shard in any order.

        with DatasetWriter(path, template=t, provenance=p, total=n) as dataset:
            for index in dataset.missing:
                first, last = dataset.span(index)
                momenta = dataset.buffer(index)  # (last - first, varying legs, 4), to be filled
                dataset.put(index, momenta, weights=None)

    Hashes and writes run in threads of their own. Each shard appears whole (temporary name, fsync,
    rename) and only then in the manifest, so that a kill -9 loses at most the shards in flight;
    `resume=True` takes up what is there. Memory: 4 buffers of a shard's momenta, whatever `total`.

    The same (template, provenance, total, shard_events) give the same files, byte for byte.

    Raises InputError for a path that is taken (unless `resume`), a directory not writable, total < 1,
    or a resumed dataset of another run; RunError when the disk fails (complete shards are kept).
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        template: Template,
        provenance: Provenance,
        total: int,
        shard_events: int = SHARD_EVENTS,
        part: tuple[int, int, int] | None = None,
        resume: bool = False,
    ) -> None:
        if total < 1:
            raise InputError(f"a dataset of {total} events cannot be written: give at least 1")
        if shard_events < 1:
            raise InputError(f"shard_events = {shard_events} must be at least 1")
        self.path = Path(path)
        a, b, n = part if part is not None else (0, 1, 1)
        each = -(-total // (n * shard_events))  # shards in one of the n parts
        fresh = Manifest(
            template=template,
            provenance=provenance,
            total=total,
            splits=n * each,
            wanted=(a * each, b * each),
            complete=False,
        )
        self._manifest = self._open(fresh, resume)
        self._varying = len(template.varying)
        self._lock = threading.Lock()
        self._saving = threading.Lock()
        self._saved: Manifest | None = None
        self._failure: BaseException | None = None
        self._free: queue.SimpleQueue[NDArray[np.float64] | None] = queue.SimpleQueue()
        for _ in range(BUFFERS):
            self._free.put(None)
        self._lent: dict[int, NDArray[np.float64] | None] = {}
        self._pool = ThreadPoolExecutor(WRITERS, thread_name_prefix="hepsym-write")
        self._handed_in: set[int] = set()

    def _open(self, fresh: Manifest, resume: bool) -> Manifest:
        if resume and was_just_begun(self.path):
            write_manifest(self.path, fresh)
            return fresh
        if resume and self.path.exists():
            old = read_manifest(self.path)
            refuse_another_run(self.path, old, fresh)
            for part in self.path.glob(".*.part"):  # what a killed writer left
                part.unlink(missing_ok=True)
            kept = [s for s in old.shards if is_present(self.path, s)]
            return replace(old, complete=False).with_shards(kept)
        new_path(self.path)
        try:
            self.path.mkdir()
        except OSError as error:
            raise InputError(f"cannot create {self.path}: {error.strerror or error}") from None
        write_manifest(self.path, fresh)
        return fresh

    @property
    def manifest(self) -> Manifest:
        """As it stands."""
        return self._manifest

    @property
    def missing(self) -> tuple[int, ...]:
        """Indices of the shards still to be put, in order."""
        return self._manifest.missing

    def span(self, index: int) -> tuple[int, int]:
        """Number of a shard's first event in the whole run, and of the one after its last."""
        total, splits = self._manifest.total or 0, self._manifest.splits or 1
        return index * total // splits, (index + 1) * total // splits

    def buffer(self, index: int) -> NDArray[np.float64]:
        """An array for shard `index` to fill, (events, varying legs, 4); waits until one is free.

        Hand it to `put`; it is used again after that.
        """
        first, last = self.span(index)
        self._raise_failure()
        block = self._free.get()
        if block is None:
            most = -(-(self._manifest.total or 0) // (self._manifest.splits or 1))
            block = np.empty((most, self._varying, 4))
        with self._lock:
            self._lent[index] = block
        return block[: last - first]

    def put(
        self,
        index: int,
        momenta: NDArray[np.float64],
        weights: Weights = None,
        columns: Columns = NO_COLUMNS,
    ) -> None:
        """Hand in shard `index`; returns at once. The arrays must not be touched any more.

        An array that is not from `buffer` is taken too; then this waits while four are in flight.

        momenta (events, varying legs, 4) float64; weights (events,), one number for all, or None;
        columns (events, ...) by name, of which pdg_ids, status and masses stand for the template's.
        Raises InputError for wrong shapes; RunError if an earlier shard could not be written.
        """
        first, last = self.span(index)
        self._raise_failure()
        if index not in self._manifest.missing or index in self._handed_in:
            raise InputError(f"shard {index} of {self.path} is not one that is missing")
        if momenta.shape != (last - first, self._varying, 4) or momenta.dtype != np.float64:
            raise InputError(
                f"shard {index} must be float64 of shape ({last - first}, {self._varying}, 4), "
                f"not {momenta.dtype} of shape {momenta.shape}"
            )
        if isinstance(weights, np.ndarray) and weights.shape != (last - first,):
            raise InputError(
                f"weights of shard {index} must have shape ({last - first},), not {weights.shape}"
            )
        for name, column in columns.items():
            if len(column) != last - first:
                raise InputError(
                    f"column {name!r} of shard {index} has {len(column)} rows, not {last - first}"
                )
        if (
            index not in self._lent
        ):  # an array of the caller's own takes a buffer's place, so memory stays bounded
            self._lent[index] = self._free.get()
        self._handed_in.add(index)
        self._pool.submit(self._write, index, momenta, weights, columns)

    def adopt(self, shard: Shard) -> None:
        """Enter a shard that another process has put into this directory with `write_shard`.

        Raises InputError for one that is not missing, or not of this run's events.
        """
        self._raise_failure()
        span = (shard.first, shard.first + shard.events)
        if shard.index not in self._manifest.missing or span != self.span(shard.index):
            raise InputError(f"shard {shard.index} of {self.path} is not one that is missing")
        with self._lock:
            self._manifest = self._manifest.with_shards([*self._manifest.shards, shard])
        self._save()

    def _write(
        self,
        index: int,
        momenta: NDArray[np.float64],
        weights: Weights,
        columns: Columns,
    ) -> None:
        try:
            if self._failure is None:
                first, _ = self.span(index)
                shard = write_shard(self.path, index, first, {"momenta": momenta}, weights, columns)
                with self._lock:
                    self._manifest = self._manifest.with_shards([*self._manifest.shards, shard])
                self._save()
        except BaseException as error:
            self._failure = self._failure or error
        finally:
            with self._lock:
                place = self._lent.pop(index)
            self._free.put(place)

    def _save(self) -> None:
        """Bring the manifest on the disk up to date; where another thread is at it, that one does it."""
        while self._saved is not self._manifest and self._saving.acquire(blocking=False):
            try:
                latest = self._manifest
                write_manifest(self.path, latest)
                self._saved = latest
            finally:
                self._saving.release()

    def _raise_failure(self) -> None:
        if isinstance(self._failure, OSError):
            raise disk_error(self.path, self._failure, self._kept())
        if isinstance(self._failure, RunError):
            raise RunError(str(self._failure).replace("nothing was left behind", self._kept()))
        if self._failure is not None:
            raise self._failure

    def _kept(self) -> str:
        done, wanted = len(self._manifest.shards), len(self._manifest.shards) + len(self.missing)
        return f"{done} of {wanted} shards are complete and kept; go on with --resume"

    def close(self, *, provenance: Callable[[Manifest], Provenance] | None = None) -> Manifest:
        """Wait for what is in flight and write the manifest; complete if no shard is missing.

        `provenance` makes the last word of the finished shards, for what is known at the end only (the
        mean weight); without it the one given at the start stays.
        """
        self._pool.shutdown(wait=True)
        self._raise_failure()
        last = self._manifest.provenance if provenance is None else provenance(self._manifest)
        self._manifest = replace(self._manifest, complete=not self._manifest.missing, provenance=last)
        write_manifest(self.path, self._manifest)
        return self._manifest

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            if not self._manifest.complete:
                self.close()
        else:
            self._pool.shutdown(wait=True)  # shards handed in are finished; the manifest stays incomplete
