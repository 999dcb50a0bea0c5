"""Which branches stand for which arrays of Events?"""

import re
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events

__all__ = ["EVENTS", "KEY", "OF_PARTICLES", "WEIGHT", "Branches", "branches_of", "import_uproot", "tables_of"]

KEY, EVENTS = "hepsym", "events"
"""Names in the file: a TObjString of JSON, and the tree."""
OF_PARTICLES = ("E", "px", "py", "pz", "mass", "pdg_id", "status")
WEIGHT = "weight"


def import_uproot() -> tuple[Any, Any]:
    """uproot and awkward, late. Raises InputError where they are not installed."""
    try:
        import awkward
        import uproot
    except ModuleNotFoundError as error:
        raise InputError(
            f"ROOT files need {error.name}, which is not installed: pip install 'hepsym[io]'"
        ) from None
    return uproot, awkward


@dataclass(frozen=True, slots=True)
class Branches:
    """The columns' branches: name of the column, its kind, and the branch (one for each number of a leg)."""

    columns: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Kind: "event" (n,), "list" (n, k), "particle" (n, legs, k)."""
    weighted: bool

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {"columns": [[n, k, list(b)] for n, k, b in self.columns], "weighted": self.weighted}

    @classmethod
    def from_json(cls, values: Any) -> Self:
        """Inverse of `to_json`. Raises KeyError, TypeError or ValueError for anything else."""
        columns = tuple((str(n), str(k), tuple(str(x) for x in b)) for n, k, b in values["columns"])
        if any(kind not in {"event", "list", "particle"} or not b for _, kind, b in columns):
            raise ValueError("columns of an unknown kind")
        return cls(columns, bool(values["weighted"]))


def branches_of(events: Events) -> Branches:
    """Branches for these events, under names that ROOT's interpreter takes."""
    taken = {WEIGHT, "nparticle", *(f"particle_{n}" for n in OF_PARTICLES)}

    def free(wanted: str) -> str:
        plain = re.sub(r"\W", "_", wanted, flags=re.ASCII)
        plain = plain if plain[:1].isalpha() else f"column_{plain}"
        name, i = plain, 2
        while name in taken or f"n{name}" in taken:
            name, i = f"{plain}_{i}", i + 1
        taken.update({name, f"n{name}"})
        return name

    columns: list[tuple[str, str, tuple[str, ...]]] = []
    for name, column in events.columns.items():
        if column.dtype.kind not in "iufb" or column.ndim > 3:
            raise InputError(
                f"column {name!r} of {column.dtype} and shape {column.shape} has no place in ROOT: drop it"
            )
        if column.ndim < 3:
            columns.append((name, "event" if column.ndim == 1 else "list", (free(name),)))
        else:
            width = column.shape[2]
            parts = [f"particle_{name}" + (f"_{i + 1}" if width > 1 else "") for i in range(width)]
            columns.append((name, "particle", tuple(free(p) for p in parts)))
    return Branches(tuple(columns), events.weights is not None)


def tables_of(events: Events, branches: Branches) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """Arrays by branch: (n,) or (values, counts) lists, and those of the particles, all legs in a row.

    Raises InputError for events that have other columns.
    """
    shape = (len(events), events.legs)
    status = np.broadcast_to(events.status, shape)
    filled = status != 0
    flat: dict[str, NDArray[Any]] = {
        n: events.momenta[..., i][filled] for i, n in enumerate(OF_PARTICLES[:4])
    }
    flat["mass"] = np.broadcast_to(events.masses, shape)[filled]
    flat["pdg_id"] = np.broadcast_to(events.pdg_ids, shape)[filled]
    flat["status"] = status[filled].astype(np.int32)  # int8 is a character in ROOT
    flat = {f"particle_{n}": v for n, v in flat.items()}
    single: dict[str, Any] = {}
    if branches.weighted != (events.weights is not None):
        raise InputError("some events have weights and some have none: convert to the native format first")
    if events.weights is not None:
        single[WEIGHT] = np.ascontiguousarray(events.weights)
    if odd := sorted({n for n, _, _ in branches.columns} ^ set(events.columns)):
        raise InputError(f"column {odd[0]!r} is not in all events: convert to the native format first")
    for name, kind, names in branches.columns:
        column = np.asarray(events.columns[name])
        if {"event": 1, "list": 2, "particle": 3}[kind] != column.ndim:
            raise InputError(
                f"column {name!r} of later events has another form: convert to the native format first"
            )
        if kind == "event":
            single[names[0]] = np.ascontiguousarray(column)
        elif kind == "list":
            there = ~np.isnan(column) if column.dtype.kind == "f" else np.ones(column.shape, dtype=bool)
            single[names[0]] = (column[there], there.sum(axis=1))
        else:
            flat |= {branch: column[..., i][filled] for i, branch in enumerate(names)}
    single["nparticle"] = filled.sum(axis=1)
    return single, flat
