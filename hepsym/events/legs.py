"""Which leg of an event does a name mean?

Legs have names in samples whose legs have one status each. A leg that is a different particle from
event to event is `p#1` where partons of protons come in, `j#3` where quarks and gluons leave, `x#3` else.
"""

import difflib
from collections.abc import Sequence

import numpy as np

from hepsym.constants import latex_of, name_of, pdg_id
from hepsym.errors import InputError
from hepsym.events.event import INCOMING, INTERMEDIATE, OUTGOING, Events

__all__ = ["have_names", "leg_latex", "leg_names", "outgoing_legs", "resolve_leg"]

_SEVERAL = 0
"""In place of the PDG id of a leg that is a different particle from event to event."""
_QUARKS, _GLUON = 6, 21


def have_names(events: Events) -> bool:
    """Whether legs have names here: as many in every event, each with one status."""
    return events.uniform or (len(events) > 0 and bool((events.status == events.status[0]).all()))


def leg_names(events: Events) -> list[str]:
    """A name for every leg, all different: MadGraph's, with `#k` (leg k from 1) where that is not enough.

    A particle that leaves once keeps its plain name even where one of its kind also comes in, so the
    legs of e- e+ > e- e+ are e-#1, e+#2, e-, e+; those of p p > mu- mu+ are p#1, p#2, mu-, mu+.
    Raises InputError for events whose legs differ in number or status.
    """
    ids, plain, status = _alike(events)
    outgoing = [n for n, s in zip(plain, status, strict=True) if s == OUTGOING]
    names = []
    for leg, (name, s) in enumerate(zip(plain, status, strict=True)):
        alone = outgoing.count(name) == 1 if s == OUTGOING else plain.count(name) == 1
        names.append(name if alone and ids[leg] != _SEVERAL else f"{name}#{leg + 1}")
    return names


def leg_latex(events: Events, leg: int) -> str:
    r"""How the leg is written in a figure, without dollar signs: `\mu^{-}`, `g_{3}`."""
    ids, plain, _ = _alike(events)
    latex = plain[leg] if ids[leg] == _SEVERAL else latex_of(ids[leg])
    return f"{latex}_{{{leg + 1}}}" if "#" in leg_names(events)[leg] else latex


def outgoing_legs(events: Events) -> list[int]:
    """Numbers, from 0, of the legs that leave."""
    return [leg for leg, s in enumerate(_alike(events)[2]) if s == OUTGOING]


def resolve_leg(events: Events, name: str) -> int:
    """The leg, from 0, that `name` means: `mu-`, `tau-`, `g#3`, `#3`; outgoing ones come first.

    Raises InputError for a particle that is not in the events, or is there more than once.
    """
    _, plain, status = _alike(events)
    kind, mark, number = name.rpartition("#") if "#" in name else (name, "", "")
    if mark:
        return _numbered(plain, name, kind, number)
    wanted = _canonical(kind, plain)
    for preferred in (OUTGOING, INTERMEDIATE, INCOMING):
        found = [leg for leg, s in enumerate(status) if s == preferred and plain[leg] == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            choices = ", ".join(f"{wanted}#{leg + 1}" for leg in found)
            raise InputError(f"{name!r} could be any of {choices}: say which")
    near = difflib.get_close_matches(name, leg_names(events), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(f"no {name!r} in the events, whose legs are {' '.join(leg_names(events))}{hint}")


def _numbered(plain: Sequence[str], name: str, kind: str, number: str) -> int:
    if not number.isdecimal() or not 1 <= int(number) <= len(plain):
        raise InputError(f"{name!r} names no leg: after # belongs a number from 1 to {len(plain)}")
    leg = int(number) - 1
    if kind and _canonical(kind, plain) != plain[leg]:
        raise InputError(f"{name!r} names no leg: leg {number} is a {plain[leg]}")
    return leg


def _canonical(kind: str, plain: Sequence[str]) -> str:
    """The one name of a particle that has several, such as `tau-` and `ta-`."""
    return kind if kind in plain else name_of(pdg_id(kind))


def _alike(events: Events) -> tuple[list[int], list[str], list[int]]:
    """PDG id, plain name and status of each leg."""
    if events.uniform:
        ids, status = events.pdg_ids.tolist(), events.status.tolist()
        return ids, [name_of(i) for i in ids], status
    if not have_names(events):
        raise InputError(
            "the events differ in their particles, in number or status: legs have no names in such a sample"
        )
    same = (events.pdg_ids == events.pdg_ids[0]).all(axis=0)
    ids = np.where(same, events.pdg_ids[0], _SEVERAL).tolist()
    status = events.status[0].tolist()
    plain = [name_of(i) if i != _SEVERAL else _shared_name(events, leg) for leg, i in enumerate(ids)]
    return ids, plain, status


def _shared_name(events: Events, leg: int) -> str:
    kind = np.abs(events.pdg_ids[:, leg])
    if not (((kind >= 1) & (kind <= _QUARKS)) | (events.pdg_ids[:, leg] == _GLUON)).all():
        return "x"
    return "p" if events.status[0, leg] == INCOMING else "j"
