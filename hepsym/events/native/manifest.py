"""What is in a native dataset? The manifest: a JSON file that says it for every shard."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Self

from hepsym.errors import InputError
from hepsym.events.disk.atomic import replace_text
from hepsym.events.disk.sealed import broken, sealed
from hepsym.events.event import Provenance
from hepsym.events.template import Template

__all__ = ["MANIFEST", "Manifest", "Part", "Shard", "mean_weight", "read_manifest", "write_manifest"]

MANIFEST = "manifest.json"
FORMAT = "hepsym-events"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a shard."""

    file: str
    bytes: int
    sha256: str
    """Of the whole file, as `sha256sum` prints it."""


@dataclass(frozen=True, slots=True)
class Shard:
    """A run of events, complete on the disk."""

    index: int
    first: int
    """Number of the shard's first event in the whole run."""
    events: int
    parts: Mapping[str, Part]
    """By what they hold: momenta, and where they vary weights, pdg_ids, status, masses, columns."""
    weight: float | None = None
    """The weight of each event where all are equal; None and no part: weights were never given."""
    sum_weights: float = 0.0
    sum_weights_squared: float = 0.0
    columns: Sequence[str] = ()
    """Names of the parts column-0, column-1, ..."""

    def to_json(self) -> dict[str, Any]:
        """As the manifest has it."""
        return _shard_to_json(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Shard":
        """Inverse of `to_json`."""
        return _shard_from_json(values)


@dataclass(frozen=True, slots=True)
class Manifest:
    """The dataset: what all events have in common, and its shards in index order."""

    template: Template | None
    provenance: Provenance
    total: int | None
    """Events of the whole run, those of other machines' shards included; None where not known yet."""
    splits: int | None
    """Into how many shards the whole run is divided; shard i starts at event i * total // splits."""
    wanted: tuple[int, int] | None
    """First shard that belongs in this dataset, and the one after the last; None: all."""
    complete: bool
    shards: tuple[Shard, ...] = ()

    @property
    def events(self) -> int:
        """How many events are here."""
        return sum(s.events for s in self.shards)

    @property
    def sum_weights(self) -> float:
        """Over the shards in index order, so that it does not depend on who finished first."""
        return float(sum(s.sum_weights for s in self.shards))

    @property
    def sum_weights_squared(self) -> float:
        """As `sum_weights`."""
        return float(sum(s.sum_weights_squared for s in self.shards))

    @property
    def missing(self) -> tuple[int, ...]:
        """Indices of the shards that belong here and are not yet complete."""
        first, last = self.wanted if self.wanted is not None else (0, self.splits or 0)
        have = {s.index for s in self.shards}
        return tuple(i for i in range(first, last) if i not in have)

    def with_shards(self, shards: Sequence[Shard]) -> "Manifest":
        """The same with other shards, sorted by index."""
        return replace(self, shards=tuple(sorted(shards, key=lambda s: s.index)))

    def to_json(self) -> dict[str, Any]:
        """The JSON document."""
        return {
            "format": FORMAT,
            "format_version": VERSION,
            "complete": self.complete,
            "events": self.events,
            "total": self.total,
            "splits": self.splits,
            "wanted": self.wanted,
            "sum_weights": self.sum_weights,
            "sum_weights_squared": self.sum_weights_squared,
            "template": None if self.template is None else self.template.to_json(),
            "provenance": self.provenance.to_json(),
            "shards": [_shard_to_json(s) for s in self.shards],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`. Raises KeyError, TypeError, ValueError or AttributeError for other things."""
        wanted = values["wanted"]
        return cls(
            template=None if values["template"] is None else Template.from_json(values["template"]),
            provenance=Provenance.from_json(values["provenance"]),
            total=_optional_int(values["total"]),
            splits=_optional_int(values["splits"]),
            wanted=None if wanted is None else (int(wanted[0]), int(wanted[1])),
            complete=bool(values["complete"]),
            shards=tuple(_shard_from_json(s) for s in values["shards"]),
        )


def _optional_int(value: Any) -> int | None:
    return None if value is None else int(value)


def _shard_to_json(shard: Shard) -> dict[str, Any]:
    return {
        "index": shard.index,
        "first": shard.first,
        "events": shard.events,
        "weight": shard.weight,
        "sum_weights": shard.sum_weights,
        "sum_weights_squared": shard.sum_weights_squared,
        "columns": list(shard.columns),
        "parts": {k: {"file": p.file, "bytes": p.bytes, "sha256": p.sha256} for k, p in shard.parts.items()},
    }


def _shard_from_json(values: Mapping[str, Any]) -> Shard:
    parts = {
        str(k): Part(file=_plain_name(p["file"]), bytes=int(p["bytes"]), sha256=str(p["sha256"]))
        for k, p in values["parts"].items()
    }
    if int(values["events"]) < 0 or "momenta" not in parts:
        raise ValueError("a shard without momenta")
    return Shard(
        index=int(values["index"]),
        first=int(values["first"]),
        events=int(values["events"]),
        parts=parts,
        weight=None if values["weight"] is None else float(values["weight"]),
        sum_weights=float(values["sum_weights"]),
        sum_weights_squared=float(values["sum_weights_squared"]),
        columns=tuple(str(c) for c in values["columns"]),
    )


def _plain_name(name: Any) -> str:
    """A file beside the manifest; a manifest from elsewhere must not make us read /etc."""
    if not isinstance(name, str) or not name.endswith(".npy") or Path(name).name != name or "\\" in name:
        raise ValueError(f"file name {name!r}")
    return name


def mean_weight(n: int, total: float, squares: float) -> tuple[float, float]:
    """Mean of n weights and its standard error, from the sums of them and their squares; n = 1: the mean."""
    mean = total / n
    return mean, (max(squares / n - mean**2, 0.0) / (n - 1)) ** 0.5 if n > 1 else mean


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a dataset. Raises InputError where there is none or it cannot be understood."""
    path = directory / MANIFEST
    try:
        document = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{directory} is not a hepsym dataset: it has no {MANIFEST}") from None
    except NotADirectoryError:
        raise InputError(f"{directory} is not a hepsym dataset: that is a directory, this is none") from None
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, RecursionError):
        raise InputError(f"{path} is damaged: it is not JSON; get a fresh copy of it") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(f"{path} is not the manifest of a hepsym dataset (no format = {FORMAT!r})")
    version = document.get("format_version")
    if not isinstance(version, int) or version > VERSION:
        raise InputError(
            f"{path} has format version {version!r}, this hepsym reads up to {VERSION}: update hepsym"
        )
    if broken(document):
        raise InputError(f"{path} is damaged: its own checksum does not fit; get a fresh copy of it")
    try:
        return Manifest.from_json(document)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        raise InputError(f"{path} is damaged ({error}): get a fresh copy of it") from None


def write_manifest(directory: Path, manifest: Manifest) -> None:
    """Write or replace the manifest, whole."""
    text = json.dumps(sealed(manifest.to_json()), indent=1, allow_nan=False)
    replace_text(directory / MANIFEST, text + "\n")
