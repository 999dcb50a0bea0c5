"""Which leg of an event does a name mean?"""

import difflib
from collections.abc import Sequence

from hepsym.constants import latex_of, name_of, pdg_id
from hepsym.errors import InputError
from hepsym.events.event import INCOMING, INTERMEDIATE, OUTGOING, Events

__all__ = ["leg_latex", "leg_names", "outgoing_legs", "resolve_leg"]


def leg_names(events: Events) -> list[str]:
    """A name for every leg, all different: MadGraph's, with `#k` (leg k from 1) where that is not enough.

    A particle that leaves once keeps its plain name even where one of its kind also comes in, so the
    legs of e- e+ > e- e+ are e-#1, e+#2, e-, e+. Raises InputError for unlike events.
    """
    ids, status = _alike(events)
    plain = [name_of(i) for i in ids]
    outgoing = [n for n, s in zip(plain, status, strict=True) if s == OUTGOING]
    names = []
    for leg, (name, s) in enumerate(zip(plain, status, strict=True)):
        alone = outgoing.count(name) == 1 if s == OUTGOING else plain.count(name) == 1
        names.append(name if alone else f"{name}#{leg + 1}")
    return names


def leg_latex(events: Events, leg: int) -> str:
    r"""How the leg is written in a figure, without dollar signs: `\mu^{-}`, `g_{3}`."""
    ids, _ = _alike(events)
    latex = latex_of(ids[leg])
    name = leg_names(events)[leg]
    return f"{latex}_{{{leg + 1}}}" if "#" in name else latex


def outgoing_legs(events: Events) -> list[int]:
    """Numbers, from 0, of the legs that leave."""
    _, status = _alike(events)
    return [leg for leg, s in enumerate(status) if s == OUTGOING]


def resolve_leg(events: Events, name: str) -> int:
    """The leg, from 0, that `name` means: `mu-`, `tau-`, `g#3`, `#3`; outgoing ones come first.

    Raises InputError for a particle that is not in the events, or is there more than once.
    """
    ids, status = _alike(events)
    kind, mark, number = name.rpartition("#") if "#" in name else (name, "", "")
    if mark:
        return _numbered(ids, name, kind, number)
    wanted = pdg_id(kind)
    for preferred in (OUTGOING, INTERMEDIATE, INCOMING):
        found = [leg for leg, s in enumerate(status) if s == preferred and ids[leg] == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            choices = ", ".join(f"{name_of(wanted)}#{leg + 1}" for leg in found)
            raise InputError(f"{name!r} could be any of {choices}: say which")
    near = difflib.get_close_matches(name, leg_names(events), n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    raise InputError(f"no {name!r} in the events, whose legs are {' '.join(leg_names(events))}{hint}")


def _numbered(ids: Sequence[int], name: str, kind: str, number: str) -> int:
    if not number.isdecimal() or not 1 <= int(number) <= len(ids):
        raise InputError(f"{name!r} names no leg: after # belongs a number from 1 to {len(ids)}")
    leg = int(number) - 1
    if kind and pdg_id(kind) != ids[leg]:
        raise InputError(f"{name!r} names no leg: leg {number} is a {name_of(ids[leg])}")
    return leg


def _alike(events: Events) -> tuple[list[int], list[int]]:
    if not events.uniform:
        raise InputError("the events differ in their particles: legs have no names in such a sample")
    return events.pdg_ids.tolist(), events.status.tolist()
