"""Why can a process not be? Which conserved number its legs break, in one line."""

import difflib

from hepsym import constants
from hepsym.generators.amplitudes.diagrams.model import anti, colour_of, kind_of
from hepsym.generators.cards.card import card_names
from hepsym.generators.cards.conserved import broken
from hepsym.generators.cards.process_string import Subprocess

__all__ = ["reason_why_not"]

_SPINS = {9900025: 0, 32: 1, 39: 2}


def reason_why_not(process: Subprocess, other_orders: bool) -> str:
    """One line: the conservation law that fails, else that no tree diagram exists; and the nearest card.

    `other_orders` says that diagrams exist, of other orders in the couplings than were asked for.
    """
    incoming, outgoing = process.incoming, tuple(n.pdg for n in process.outgoing)
    near = difflib.get_close_matches(_card_like(process), card_names(), n=1, cutoff=0.3)
    hint = f"; the nearest card is {near[0]!r} (`hepsym processes` lists all)" if near else ""
    if any(abs(pdg) == 2212 for pdg in (*incoming, *outgoing)):
        return f"{process}: a proton has no matrix element; name the partons, e.g. 'u u~ > ...'{hint}"
    fault = broken(incoming, outgoing)
    if fault:
        name, before, after = fault
        return f"{process} violates {name}: {before} before, {after} after{hint}"
    legs = (*incoming, *map(anti, outgoing))
    colours = [abs(colour_of(pdg)) for pdg in legs]
    if colours.count(8) == 1 and 3 not in colours:
        return f"{process} violates colour: a single gluon is no singlet{hint}"
    if sum(kind_of(pdg) in {"col", "row"} for pdg in legs) % 2:
        return f"{process} violates angular momentum: an odd number of fermions{hint}"
    spins = [_SPINS[pdg] for pdg in (*incoming, *outgoing) if pdg in _SPINS]
    if spins:
        return (
            f"{process} has no diagram with the card's [resonance]; it needs spin = {spins[0]}, a mass and "
            "the couplings (quark, lepton, gluon) of what it is made of and decays to"
        )
    if other_orders:
        return (
            f"{process} has no diagram within the given coupling orders; raise QED or QCD, or leave them out"
        )
    return f"{process} has no tree diagram in the Standard Model{hint}"


def _card_like(process: Subprocess) -> str:
    """How a card of the process would be called."""
    names = [constants.name_of(pdg).rstrip("+-~") for pdg in process.pdg_ids]
    cut = len(process.incoming)
    return "".join(names[:cut]) + "2" + "".join(names[cut:])
