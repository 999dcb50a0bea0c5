"""Where did a sample come from? What is needed to make it again, and to normalise it."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

__all__ = ["Provenance"]

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a sample came from: enough to make it again, and to normalise it.

    Every field is a JSON value. It travels in every format that can carry it.
    """

    process: str = ""
    """Card name or process string, such as "ee2mumu"."""
    card: str = ""
    """The whole card, as TOML, defaults written out."""
    seed: int | None = None
    sqrt_s: float | None = None
    """GeV"""
    beams: tuple[int, int] | None = None
    """PDG ids of the beam particles, +z first."""
    cross_section_pb: float | None = None
    cross_section_error_pb: float | None = None
    weighted: bool = False
    """True where the weights (pb) average to the cross section and may differ widely; False where all
    are equal, but for the few overweights that an unweighting may keep (weights in pb then too)."""
    trials: int | None = None
    """How many points were drawn for these events; equal to their number without rejection."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of hepsym, numpy, numba, python."""
    history: tuple[str, ...] = ()
    """What was done to the sample since, a line each (conversions, selections)."""
    subprocesses: tuple[Json, ...] = ()
    """{id, cross_section_pb, error_pb, maximum} of every process, `id` as in the column process_id."""
    weight_groups: tuple[Json, ...] = ()
    """What the further weights of events mean: {attributes: {name: text}, weights: [{id, attributes,
    text}]} a group; `id` names the column `weight:ID`. With `listed`: true, the entries of the column
    `weights`, in order."""
    tools: tuple[Json, ...] = ()
    """{name, version, description} of other programs that took part."""
    init: Json = field(default_factory=dict)
    """What an <init> says besides: beam_energies [GeV], pdf_groups, pdf_sets, weighting (IDWTUP; the
    weights are kept as the file has them: pb for 1, 2 and 4, the same unit for all events for 3)."""
    header: str = ""
    """The header of another program's Les Houches file (run card, parameters), as it stands there."""

    def to_json(self) -> dict[str, Any]:
        """The fields as a dict of JSON values; what came with later versions only where it is set."""
        values = asdict(self)
        return {k: v for k, v in values.items() if v or k not in _LATER}

    @classmethod
    def from_json(cls, values: Json) -> Self:
        """Inverse of `to_json`; keys that this version does not know are ignored.

        Raises ValueError for fields of another type: the file was damaged or edited.
        """
        known = {f.name for f in fields(cls)}
        kept: dict[str, Any] = {
            k: tuple(v) if isinstance(v, list) else v for k, v in values.items() if k in known
        }
        made = cls(**kept)
        for name, right in _FIELDS.items():
            if not right(getattr(made, name)):
                raise ValueError(f"its provenance has an impossible {name!r}")
        return made


_LATER = {"subprocesses", "weight_groups", "tools", "init", "header"}


def _text(value: Any) -> bool:
    return isinstance(value, str)


def _number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def _whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _texts(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_text(v) for v in value.values())


def _all_of(values: Any, right: Any) -> bool:
    return isinstance(values, (tuple, list)) and all(right(v) for v in values)


def _maybe(right: Any) -> Any:
    return lambda value: value is None or right(value)


def _subprocess(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and _whole(value.get("id"))
        and all(_number(value.get(k)) for k in ("cross_section_pb", "error_pb", "maximum"))
    )


def _group(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and _texts(value.get("attributes"))
        and isinstance(value.get("listed", False), bool)
        and _all_of(value.get("weights"), _weight)
    )


def _weight(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and _text(value.get("id"))
        and _text(value.get("text"))
        and _texts(value.get("attributes"))
    )


def _tool(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_text(value.get(k)) for k in ("name", "version", "description"))


def _init(value: Any) -> bool:
    return (
        isinstance(value, Mapping)
        and all(
            k not in value
            or (_all_of(value[k], _number if k == "beam_energies" else _whole) and len(value[k]) == 2)
            for k in ("beam_energies", "pdf_groups", "pdf_sets")
        )
        and ("weighting" not in value or _whole(value["weighting"]))
    )


_FIELDS: dict[str, Any] = {
    "process": _text,
    "card": _text,
    "seed": _maybe(_whole),
    "sqrt_s": _maybe(_number),
    "beams": _maybe(lambda v: _all_of(v, _whole) and len(v) == 2),
    "cross_section_pb": _maybe(_number),
    "cross_section_error_pb": _maybe(_number),
    "weighted": lambda v: isinstance(v, bool),
    "trials": _maybe(_whole),
    "versions": _texts,
    "history": lambda v: _all_of(v, _text),
    "subprocesses": lambda v: _all_of(v, _subprocess),
    "weight_groups": lambda v: _all_of(v, _group),
    "tools": lambda v: _all_of(v, _tool),
    "init": _init,
    "header": _text,
}
