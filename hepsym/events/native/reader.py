"""How is a native dataset read? Shard by shard, as memory maps, each checked against its checksum."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.concatenate import concatenate
from hepsym.events.event import Events, Provenance
from hepsym.events.native.manifest import Manifest, Shard, read_manifest
from hepsym.events.native.parts import check_part, open_part
from hepsym.events.template import Template

__all__ = ["Dataset"]


class Dataset:
    """A native dataset on the disk; events are read when they are asked for.

    `check` compares a shard's SHA-256 when it is first read (about 1.3 GB/s); `partial` accepts a
    dataset that is not complete. Raises InputError for a directory that is no dataset, a manifest
    that is damaged, foreign or of a newer format, a dataset that is incomplete, and, when they are
    read, for shards missing, truncated or with a flipped bit.
    """

    def __init__(self, path: str | os.PathLike[str], *, check: bool = True, partial: bool = False) -> None:
        self.path = Path(path)
        self.manifest: Manifest = read_manifest(self.path)
        if not self.manifest.complete and not partial:
            here, missing = len(self.manifest.shards), len(self.manifest.missing)
            raise InputError(
                f"{self.path} is incomplete: {here} of {here + missing} shards are there; "
                "finish it with `hepsym generate ... --resume`"
            )
        self._unchecked = {s.index for s in self.manifest.shards} if check else set()

    def __len__(self) -> int:
        return self.manifest.events

    @property
    def provenance(self) -> Provenance:
        """Where the events came from."""
        return self.manifest.provenance

    @property
    def template(self) -> Template | None:
        """What all events have in common; None for unlike events."""
        return self.manifest.template

    def __iter__(self) -> Iterator[Events]:
        """The shards in order, as Events."""
        return (self.shard(i) for i in range(len(self.manifest.shards)))

    def shard(self, position: int) -> Events:
        """The shard at this place in the manifest, as Events that map the file where legs allow it."""
        shard = self.manifest.shards[position]
        if shard.index in self._unchecked:
            for part in shard.parts.values():
                if fault := check_part(self.path, part):
                    raise InputError(f"{fault}; copy it anew or generate it again")
            self._unchecked.discard(shard.index)
        try:
            return self._events(shard)
        except (KeyError, ValueError, TypeError, IndexError) as error:
            if isinstance(error, InputError):
                raise InputError(f"{self.path}, shard {shard.index}: {error}") from None
            raise InputError(
                f"{self.path} is damaged: shard {shard.index} does not fit the manifest ({error})"
            ) from None

    def _events(self, shard: Shard) -> Events:
        arrays = {name: open_part(self.path, part, shard.events) for name, part in shard.parts.items()}
        weights = arrays.get("weights")
        if weights is None and shard.weight is not None:
            weights = np.full(shard.events, shard.weight)
        columns = {name: arrays[f"column-{i}"] for i, name in enumerate(shard.columns)}
        if _whole(arrays):
            return Events(
                momenta=arrays["momenta"],
                pdg_ids=arrays["pdg_ids"],
                status=arrays["status"],
                masses=arrays["masses"],
                weights=weights,
                columns=columns,
                provenance=self.provenance,
            )
        if self.template is None:
            raise InputError("a shard without particles, and no template in the manifest")
        return self.template.expand(
            arrays["momenta"],
            pdg_ids=arrays.get("pdg_ids"),
            status=arrays.get("status"),
            masses=arrays.get("masses"),
            weights=weights,
            columns=columns,
            provenance=self.provenance,
        )

    def read(self) -> Events:
        """All events in memory; unlike events are padded to the most legs."""
        if not self.manifest.shards:
            raise InputError(f"{self.path} holds no events")
        return concatenate(list(self))

    def verify(self) -> list[str]:
        """Compare every file with its checksum; one line per fault, none when all is well."""
        faults = [] if self.manifest.complete else [f"{self.path} is incomplete"]
        for shard in self.manifest.shards:
            found = [check_part(self.path, part) for part in shard.parts.values()]
            faults += [fault for fault in found if fault]
        return faults


def _whole(arrays: Mapping[str, NDArray[Any]]) -> bool:
    """Whether a shard tells all of its particles itself, those of a template's fixed legs included."""
    own = {"pdg_ids", "status", "masses"} <= arrays.keys()
    return own and arrays["pdg_ids"].shape[1] == arrays["momenta"].shape[1]
