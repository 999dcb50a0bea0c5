"""How are events of a ROOT file read? From the tree that hepsym wrote, TTree or RNTuple, in blocks."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events, Provenance
from hepsym.events.root.branches import EVENTS, KEY, OF_PARTICLES, WEIGHT, Branches, import_uproot

__all__ = ["RootReader"]

BLOCK_EVENTS = 65_536
MOST_SLOTS = 2**22
"""Events of a block times particles of the longest: what padding may take."""


class RootReader:
    """Iterate over a .root file that hepsym wrote, as Events, up to 65536 at a time.

    Raises InputError for a file that is damaged, or has no such tree.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if not self.path.is_file():
            what = "is a directory, not a file" if self.path.is_dir() else "does not exist"
            raise InputError(f"{self.path} {what}")
        self._uproot, self._ak = import_uproot()
        try:
            with self.path.open("rb"):  # the system's own words for a file that may not be read
                pass
        except OSError as error:
            raise InputError(f"cannot read {self.path}: {error.strerror or error}") from None
        try:
            with self._open() as file:
                names = set(file.keys(cycle=False))
                said = json.loads(str(file[KEY])) if KEY in names else None
            if said is not None:
                self.provenance = Provenance.from_json(said["provenance"])
                self._branches = Branches.from_json(said)
        except Exception as error:  # uproot's readers raise whatever the bytes make them stumble over
            raise self._damaged(error) from None
        if said is None or EVENTS not in names:
            raise InputError(
                f"{self.path} holds no events of hepsym's layout (a tree {EVENTS!r}, a text {KEY!r})"
            )

    def _open(self) -> Any:
        return self._uproot.open(self.path, handler=self._uproot.source.file.MemmapSource)

    def _damaged(self, error: Exception) -> InputError:
        why = " ".join(str(error).split())[:160] or type(error).__name__
        return InputError(f"{self.path} is damaged, or is not a ROOT file: {why}")

    def __iter__(self) -> Iterator[Events]:
        try:
            with self._open() as file:
                tree = file[EVENTS]
                count, first = int(tree.num_entries), 0
                while first < count:
                    made, last = self._block(tree, first, min(first + BLOCK_EVENTS, count))
                    if len(made):
                        yield made
                    first = last
        except InputError:
            raise
        except Exception as error:  # see above
            raise self._damaged(error) from None

    def _block(self, tree: Any, first: int, last: int) -> tuple[Events, int]:
        """The events of [first, last), or fewer where padding would be too wide; where they end."""
        names = [f"particle_{n}" for n in OF_PARTICLES] + [WEIGHT] * self._branches.weighted
        names += [b for _, _, branches in self._branches.columns for b in branches]
        arrays = tree.arrays(names, entry_start=first, entry_stop=last)
        counts = self._ak.to_numpy(self._ak.num(arrays["particle_E"], axis=1))
        if len(counts) != last - first:
            raise ValueError(f"entries {first} to {last} are not all there")
        widest = np.maximum.accumulate(np.maximum(counts, 1)) * np.arange(1, len(counts) + 1)
        fit = max(1, int(np.searchsorted(widest, MOST_SLOTS, side="right")))
        return self._events(arrays[:fit], counts[:fit]), first + fit

    def _events(self, arrays: Any, counts: NDArray[np.int64]) -> Events:
        legs = int(counts.max(initial=0))
        owner = np.repeat(np.arange(len(counts)), counts)
        place = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)

        def table(branch: str) -> NDArray[Any]:
            values = self._ak.to_numpy(self._ak.flatten(arrays[branch], axis=1))
            if not np.array_equal(self._ak.to_numpy(self._ak.num(arrays[branch], axis=1)), counts):
                raise ValueError(f"branch {branch!r} has other numbers of particles")
            out: NDArray[Any] = np.zeros((len(counts), legs), dtype=values.dtype)
            out[owner, place] = values
            return out

        parts = {name: table(f"particle_{name}") for name in OF_PARTICLES}
        ids, status = parts["pdg_id"].astype(np.int32), parts["status"].astype(np.int8)
        masses = parts["mass"].astype(np.float64)
        alike = bool((ids == ids[:1]).all() and (status == status[:1]).all())
        bits = masses.view(np.uint64)
        same_masses = alike and bool((bits == bits[:1]).all())
        columns: dict[str, NDArray[Any]] = {}
        for name, kind, branches in self._branches.columns:
            if kind == "event":
                columns[name] = self._ak.to_numpy(arrays[branches[0]])
            elif kind == "list":
                columns[name] = self._list(arrays[branches[0]])
            else:
                columns[name] = np.stack([table(b) for b in branches], axis=2)
        weights = self._ak.to_numpy(arrays[WEIGHT]).astype(np.float64) if self._branches.weighted else None
        return Events(
            momenta=np.stack([parts[n].astype(np.float64) for n in OF_PARTICLES[:4]], axis=2),
            pdg_ids=ids[0].copy() if alike else ids,
            status=status[0].copy() if alike else status,
            masses=masses[0].copy() if same_masses else masses,
            weights=weights,
            columns=columns,
            provenance=self.provenance,
        )

    def _list(self, values: Any) -> NDArray[Any]:
        lengths = self._ak.to_numpy(self._ak.num(values, axis=1))
        flat = self._ak.to_numpy(self._ak.flatten(values, axis=1))
        width = int(lengths.max(initial=0))
        out: NDArray[Any] = np.full(
            (len(lengths), width), np.nan if flat.dtype.kind == "f" else 0, dtype=flat.dtype
        )
        out[
            np.repeat(np.arange(len(lengths)), lengths),
            np.arange(len(flat)) - np.repeat(np.cumsum(lengths) - lengths, lengths),
        ] = flat
        return out
