"""Which Arrow columns stand for which arrays of Events?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.events.event import Events, Provenance
from hepsym.events.legs import leg_names
from hepsym.events.template import Template

__all__ = ["Layout", "from_record", "layout_of", "to_record"]

COMPONENTS = ("E", "px", "py", "pz")
WEIGHT = "weight"


@dataclass(frozen=True, slots=True)
class Layout:
    """How the columns are laid out; decided by the first events, the same for all of a file."""

    template: Template | None
    """None: events are unlike, and every event has lists."""
    legs: tuple[str, ...]
    own_masses: bool
    """Whether each event has its own masses, in columns `mu-.m`."""
    weighted: bool
    columns: Mapping[str, tuple[int, ...]]
    """Further columns, with the shape that one event has."""

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        return {
            "template": None if self.template is None else self.template.to_json(),
            "legs": list(self.legs),
            "own_masses": self.own_masses,
            "weighted": self.weighted,
            "columns": {name: list(shape) for name, shape in self.columns.items()},
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`."""
        return cls(
            template=None if values["template"] is None else Template.from_json(values["template"]),
            legs=tuple(str(n) for n in values["legs"]),
            own_masses=bool(values["own_masses"]),
            weighted=bool(values["weighted"]),
            columns={str(n): tuple(int(i) for i in s) for n, s in values["columns"].items()},
        )


def layout_of(events: Events) -> Layout:
    """The layout that fits these events."""
    template = None
    if events.uniform:
        masses = events.masses if events.masses.ndim == 1 else np.zeros(events.legs)
        template = Template(
            tuple(events.pdg_ids.tolist()), tuple(events.status.tolist()), tuple(masses.tolist())
        )
    return Layout(
        template=template,
        legs=tuple(leg_names(events)) if events.uniform else (),
        own_masses=events.masses.ndim == 2,
        weighted=events.weights is not None,
        columns={name: column.shape[1:] for name, column in events.columns.items()},
    )


def to_record(events: Events, layout: Layout) -> Any:
    """A pyarrow.RecordBatch. Raises InputError for events that the layout does not fit."""
    import pyarrow as pa

    arrays: dict[str, Any] = {}
    if layout.template is not None:
        if not layout.template.fits(events) or (events.masses.ndim == 2) != layout.own_masses:
            raise InputError(
                "later events have other particles or masses: convert to the native format first"
            )
        for leg, name in enumerate(layout.legs):
            for i, component in enumerate(COMPONENTS):
                arrays[f"{name}.{component}"] = pa.array(np.ascontiguousarray(events.momenta[:, leg, i]))
            if layout.own_masses:
                arrays[f"{name}.m"] = pa.array(np.ascontiguousarray(events.masses[:, leg]))
    else:
        arrays |= _lists(events)
    if layout.weighted != (events.weights is not None):
        raise InputError("some events have weights and some have none: convert to the native format first")
    if events.weights is not None:
        arrays[WEIGHT] = pa.array(np.ascontiguousarray(events.weights))
    for name, shape in layout.columns.items():
        if (
            name in arrays
            or name not in events.columns
            or (layout.template and events.columns[name].shape[1:] != shape)
        ):
            raise InputError(f"column {name!r} is not the same in all events, or its name is taken: drop it")
        arrays[name] = _column(events.columns[name])
    return pa.record_batch(arrays)


def _lists(events: Events) -> dict[str, Any]:
    import pyarrow as pa

    shape = (len(events), events.legs)
    status = np.broadcast_to(events.status, shape)
    filled = status != 0
    offsets = pa.array(np.concatenate([[0], np.cumsum(filled.sum(axis=1))]).astype(np.int32))
    values: dict[str, NDArray[Any]] = {
        "pdg_id": np.broadcast_to(events.pdg_ids, shape),
        "status": status,
        "mass": np.broadcast_to(events.masses, shape),
        **{component: events.momenta[..., i] for i, component in enumerate(COMPONENTS)},
    }
    return {n: pa.ListArray.from_arrays(offsets, pa.array(v[filled])) for n, v in values.items()}


def _column(column: NDArray[Any]) -> Any:
    """Numbers as they are, (n, ...) as lists: their width may differ from piece to piece."""
    import pyarrow as pa

    if column.ndim == 1:
        return pa.array(np.ascontiguousarray(column))
    width = int(np.prod(column.shape[1:]))
    offsets = pa.array(np.arange(len(column) + 1, dtype=np.int64) * width)
    return pa.LargeListArray.from_arrays(offsets, pa.array(np.ascontiguousarray(column).reshape(-1)))


def from_record(record: Any, layout: Layout, provenance: Provenance) -> Events:
    """Events of a pyarrow.RecordBatch. Raises KeyError or ValueError for one that the layout does not fit."""

    def numbers(name: str) -> NDArray[Any]:
        return np.asarray(record.column(name).to_numpy(zero_copy_only=False))

    weights = numbers(WEIGHT).astype(np.float64) if layout.weighted else None
    template = layout.template
    if template is None:
        momenta, ids, status, masses = _from_lists(record)
    else:
        momenta = np.empty((record.num_rows, template.legs, 4))
        for leg, name in enumerate(layout.legs):
            for i, component in enumerate(COMPONENTS):
                momenta[:, leg, i] = numbers(f"{name}.{component}")
        ids = np.array(template.pdg_ids, dtype=np.int32)
        status = np.array(template.status, dtype=np.int8)
        masses = np.array(template.masses, dtype=np.float64)
        if layout.own_masses:
            masses = np.stack([numbers(f"{name}.m") for name in layout.legs], axis=1)
    columns = {}
    for name, shape in layout.columns.items():
        columns[name] = _from_column(record, name, shape, momenta.shape[1])
    return Events(momenta, ids, status, masses, weights, columns, provenance)


def _from_column(record: Any, name: str, shape: tuple[int, ...], legs: int) -> NDArray[Any]:
    array = record.column(name)
    if not shape:
        return np.asarray(array.to_numpy(zero_copy_only=False))
    flat = np.asarray(array.flatten().to_numpy(zero_copy_only=False))
    lengths = np.diff(array.offsets.to_numpy())
    each = int(np.prod(shape[1:]))
    width = legs if len(shape) > 1 else int(lengths.max(initial=0))
    # Row groups of unlike events differ in how many legs they were padded to.
    longest = max(width, int(lengths.max(initial=0)) // max(each, 1))
    empty = np.nan if len(shape) == 1 and flat.dtype.kind == "f" else 0
    out: NDArray[Any] = np.full((len(array), longest * each), empty, dtype=flat.dtype)
    place = np.arange(len(flat)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    out[np.repeat(np.arange(len(array)), lengths), place] = flat
    return np.ascontiguousarray(out.reshape(len(array), longest, *shape[1:])[:, :width])


def _from_lists(record: Any) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    lengths = np.diff(record.column("E").offsets.to_numpy())
    legs = int(lengths.max()) if len(lengths) else 0
    rows = np.repeat(np.arange(len(lengths)), lengths)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)

    def table(name: str, kind: type) -> NDArray[Any]:
        array = record.column(name)
        if (np.diff(array.offsets.to_numpy()) != lengths).any():
            raise ValueError(f"column {name!r} has other numbers of particles")
        out: NDArray[Any] = np.zeros((len(lengths), legs), dtype=kind)
        out[rows, place] = array.flatten().to_numpy(zero_copy_only=False)
        return out

    momenta = np.stack([table(c, np.float64) for c in COMPONENTS], axis=2)
    return momenta, table("pdg_id", np.int32), table("status", np.int8), table("mass", np.float64)
