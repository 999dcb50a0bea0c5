"""How are events of any kind, coming in pieces, written as a native dataset?"""

import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.concatenate import concatenate
from hepsym.events.disk.atomic import disk_error, new_path, sync_directory
from hepsym.events.event import Events, Provenance
from hepsym.events.native.manifest import Manifest, Shard, write_manifest
from hepsym.events.native.shards import write_shard
from hepsym.events.native.writer import SHARD_EVENTS
from hepsym.events.template import Template

__all__ = ["StreamWriter"]


class StreamWriter:
    """Context manager: `write(events)` any number of times; the dataset appears, whole, at the end.

    After an exception nothing is left. Like events share a template and fixed momenta are stored
    once; shards of unlike events carry their own particles, status codes and masses.
    Raises InputError for a path that is taken, RunError when the disk fails.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        provenance: Provenance | None = None,
        shard_events: int = SHARD_EVENTS,
    ) -> None:
        self.path = new_path(path)
        self._provenance = provenance
        self._shard_events = shard_events
        self._waiting: list[Events] = []
        self._template: Template | None = None
        self._shards: list[Shard] = []

    def __enter__(self) -> Self:
        try:
            name = tempfile.mkdtemp(prefix=f".{self.path.name[:100]}.", suffix=".part", dir=self.path.parent)
        except OSError as error:
            raise InputError(f"cannot create {self.path}: {error.strerror or error}") from None
        self._temporary = Path(name)
        return self

    def write(self, events: Events) -> None:
        """Take these events; they go to the disk a shard at a time."""
        if not len(events):
            return
        self._waiting.append(events)
        while sum(len(e) for e in self._waiting) >= self._shard_events:
            whole = concatenate(self._waiting)
            self._flush(whole.select(slice(self._shard_events)))
            rest = whole.select(slice(self._shard_events, None))
            self._waiting = [rest] if len(rest) else []

    def _flush(self, events: Events) -> None:
        if self._provenance is None:
            self._provenance = events.provenance
        if not self._shards:
            self._template = Template.of(events)
        first = sum(s.events for s in self._shards)
        arrays = self._arrays(events)
        try:
            shard = write_shard(
                self._temporary, len(self._shards), first, arrays, events.weights, events.columns
            )
        except OSError as error:
            raise disk_error(self.path, error) from None
        self._shards.append(shard)

    def _arrays(self, events: Events) -> dict[str, NDArray[Any]]:
        template = self._template
        if template is not None and template.fits(events):
            momenta = events.momenta[:, list(template.varying)] if template.fixed else events.momenta
            arrays: dict[str, NDArray[Any]] = {"momenta": momenta}
            if events.masses.ndim == 2:
                arrays["masses"] = events.masses
        else:
            shape = (len(events), events.legs)
            arrays = {
                "momenta": events.momenta,
                "pdg_ids": np.broadcast_to(events.pdg_ids, shape),
                "status": np.broadcast_to(events.status, shape),
                "masses": np.broadcast_to(events.masses, shape),
            }
        return arrays

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._finish()
        finally:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def _finish(self) -> None:
        if self._waiting:
            self._flush(concatenate(self._waiting))
        total = sum(s.events for s in self._shards)
        provenance = self._provenance if self._provenance is not None else Provenance()
        manifest = Manifest(
            self._template, provenance, total, len(self._shards), None, True, tuple(self._shards)
        )
        write_manifest(self._temporary, manifest)
        new_path(self.path)
        try:
            self._temporary.chmod(0o755)
            self._temporary.rename(self.path)
        except OSError as error:
            raise disk_error(self.path, error) from None
        sync_directory(self.path.parent)
