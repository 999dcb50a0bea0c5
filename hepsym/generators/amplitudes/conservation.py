"""Why can a process not be? Which conserved number its legs break, in one line."""

import difflib
from collections.abc import Callable

from hepsym import constants
from hepsym.generators.amplitudes.model import anti, charge_thirds, colour_of, kind_of
from hepsym.generators.cards import card_names
from hepsym.generators.process_string import Subprocess

__all__ = ["reason_why_not"]


def _number(*ids: int) -> Callable[[int], int]:
    return lambda pdg: (pdg in ids) - (-pdg in ids)


def _triality(pdg: int) -> int:
    return {3: 1, -3: -1}.get(colour_of(pdg), 0)


_CONSERVED: tuple[tuple[str, Callable[[int], int]], ...] = (
    ("electron number", _number(11, 12)),
    ("muon number", _number(13, 14)),
    ("tau number", _number(15, 16)),
    ("baryon number", _triality),
)


def reason_why_not(process: Subprocess, other_orders: bool) -> str:
    """One line: the conservation law that fails, else that no tree diagram exists; and the nearest card."""
    incoming, outgoing = process.incoming, tuple(n.pdg for n in process.outgoing)
    near = difflib.get_close_matches(_card_like(process), card_names(), n=1, cutoff=0.3)
    hint = f"; the nearest card is {near[0]!r} (`hepsym processes` lists all)" if near else ""
    for pdg in (*incoming, *outgoing):
        if abs(pdg) == 2212:
            return f"{process}: a proton has no matrix element; name the partons, e.g. 'u u~ > ...'{hint}"
    charges = [sum(map(charge_thirds, side)) for side in (incoming, outgoing)]
    if charges[0] != charges[1]:
        before, after = (_thirds(c) for c in charges)
        return f"{process} violates electric charge: {before} before, {after} after{hint}"
    for name, number in _CONSERVED:
        before_, after_ = (sum(map(number, side)) for side in (incoming, outgoing))
        if before_ != after_:
            counts = f"{_count(name, before_)} before, {_count(name, after_)} after"
            return f"{process} violates {name}: {counts}{hint}"
    all_in = (*incoming, *map(anti, outgoing))
    if [abs(colour_of(pdg)) for pdg in all_in].count(8) == 1 and not any(map(_triality, all_in)):
        return f"{process} violates colour: a single gluon is no singlet{hint}"
    if sum(kind_of(pdg) in {"col", "row"} for pdg in all_in) % 2:
        return f"{process} violates angular momentum: an odd number of fermions{hint}"
    for f in (1, 2, 3, 4, 5, 6):
        change = sum(map(_number(f), outgoing)) - sum(map(_number(f), incoming))
        partner = f + 1 if f % 2 else f - 1
        turned = sum(map(_number(partner), outgoing)) - sum(map(_number(partner), incoming))
        if change and change + turned:
            name = constants.name_of(f)
            return f"{process} violates {name!r} number: the CKM matrix is taken as 1{hint}"
    if other_orders:
        return (
            f"{process} has no diagram within the given coupling orders; raise QED or QCD, or leave them out"
        )
    return f"{process} has no tree diagram in the Standard Model{hint}"


def _thirds(charge: int) -> str:
    return f"{charge // 3:+d}" if charge % 3 == 0 else f"{charge:+d}/3"


def _count(name: str, number: int) -> str:
    if name == "baryon number" and number % 3:
        return f"{number}/3"
    return str(number // 3 if name == "baryon number" else number)


def _card_like(process: Subprocess) -> str:
    """How a card of the process would be called."""
    plain = [
        constants.name_of(abs(p) if p else p)
        for p in (*process.incoming, *process.pdg_ids[len(process.incoming) :])
    ]
    names = [n.rstrip("+-~") for n in plain]
    return "".join(names[: len(process.incoming)]) + "2" + "".join(names[len(process.incoming) :])
