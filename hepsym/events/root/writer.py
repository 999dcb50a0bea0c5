"""How are events written to a ROOT file? Lists of particles in each event, as a TTree or an RNTuple."""

import json
import os
from contextlib import ExitStack
from types import TracebackType
from typing import Any, Self

import numpy as np

from hepsym.events.concatenate import concatenate
from hepsym.events.disk.atomic import atomic_file, new_path
from hepsym.events.event import Events, Provenance
from hepsym.events.root.branches import EVENTS, KEY, Branches, branches_of, import_uproot, tables_of

__all__ = ["RootWriter"]

BASKET_EVENTS = 65_536
LAYOUT = 1
NO_EVENTS = Events(np.empty((0, 0, 4)), np.empty(0, np.int32), np.empty(0, np.int8), np.empty(0))


class RootWriter:
    """Context manager: `write(events)` any number of times; the file appears, whole, at the end.

    Tree `events`: `weight`, the columns of events, and `particle_E`, `_px`, `_py`, `_pz`, `_mass`,
    `_pdg_id`, `_status` and per-leg columns as lists of `nparticle` values. A TTree; an RNTuple where
    the name ends in `.rntuple.root`. Beside it `hepsym`, a TObjString of JSON: the provenance.

    Raises InputError for a path that is taken and for columns that only some events have; RunError
    when the disk fails. Then nothing is left.
    """

    def __init__(self, path: str | os.PathLike[str], *, provenance: Provenance | None = None) -> None:
        self.path = new_path(path)
        self._provenance = provenance
        self._ntuple = self.path.name.lower().endswith(".rntuple.root")
        self._waiting: list[Events] = []
        self._branches: Branches | None = None
        self._tree: Any = None

    def __enter__(self) -> Self:
        uproot, self._ak = import_uproot()
        self._stack = ExitStack()
        target = self._stack.enter_context(atomic_file(self.path))
        try:
            # uproot closes what it is given, and the file is still to be synced and named
            own = os.fdopen(os.dup(target.fileno()), "r+b")
            self._file = self._stack.enter_context(uproot.recreate(own, compression=uproot.ZLIB(1)))
        except BaseException as error:
            self._stack.__exit__(type(error), error, error.__traceback__)
            raise
        return self

    def write(self, events: Events) -> None:
        """Take these events; a basket is written when there are enough."""
        if len(events):
            self._waiting.append(events)
        if sum(len(e) for e in self._waiting) >= BASKET_EVENTS:
            self._flush()

    def _flush(self) -> None:
        events = concatenate(self._waiting) if self._waiting else NO_EVENTS
        self._waiting = []
        if self._branches is None:
            past = self._provenance if self._provenance is not None else events.provenance
            self._branches = branches_of(events)
            said = {"layout": LAYOUT, "provenance": past.to_json(), **self._branches.to_json()}
            self._file[KEY] = json.dumps(said)
        arrays = self._arrays(events, self._branches)
        if self._tree is not None:
            self._tree.extend(arrays)
        elif self._ntuple:
            self._tree = self._file.mkrntuple(EVENTS, arrays)
        else:
            self._tree = self._file.mktree(EVENTS, {n: self._type(a) for n, a in arrays.items()})
            self._tree.extend(arrays)

    def _arrays(self, events: Events, branches: Branches) -> dict[str, Any]:
        single, flat = tables_of(events, branches)
        counts = single.pop("nparticle")
        ak = self._ak
        made = {
            name: ak.unflatten(values[0], values[1]) if isinstance(values, tuple) else values
            for name, values in single.items()
        }
        lists = {
            name.removeprefix("particle_"): ak.unflatten(values, counts) for name, values in flat.items()
        }
        if self._ntuple:
            return made | {f"particle_{name}": values for name, values in lists.items()}
        return made | {"particle": ak.zip(lists)}

    def _type(self, values: Any) -> Any:
        return values.dtype if isinstance(values, np.ndarray) else values.type.content

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None and (self._waiting or self._branches is None):
                self._flush()
        except BaseException as fault:
            self._stack.__exit__(type(fault), fault, fault.__traceback__)
            raise
        self._stack.__exit__(kind, error, trace)
