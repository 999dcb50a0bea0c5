"""What a card says of a decaying particle's mass: the table [decay.NAME], and what holds without it."""

import math

from hepsym.errors import InputError
from hepsym.generators.cards.tables import DecayShape
from hepsym.generators.phasespace.cascades.program import Law
from hepsym.generators.phasespace.cascades.s_channel import breit_wigner, fixed, flat

__all__ = ["NARROW", "WINDOW", "DecayShape", "law_of"]

NARROW = 1e-6
"""GeV. A state of a smaller width is sharp unless the card says otherwise: 1 keV lies between what
decays weakly or by photons (pi0 8 eV, D0 2 meV) and what decays strongly (D*+ 83 keV)."""
WINDOW = 15.0
"""Half-widths to either side of the mass that a Breit-Wigner is cut at: beyond, a constant width and a
constant coupling are no model of anything, and the tail grows with phase space."""


def law_of(name: str, mass: float, width: float | None, table: DecayShape | None) -> Law:
    """The law of a particle's mass, from its mass and width (None: not known) and its table on the card.

    Raises InputError for a Breit-Wigner without a width.
    """
    table = table or DecayShape()
    mass = mass if table.mass is None else table.mass
    width = width if table.width is None else table.width
    shape = table.shape or ("breit_wigner" if width is not None and width > NARROW else "fixed")
    if shape == "fixed":
        return fixed(mass)
    low, high = table.low, table.high
    if shape == "flat":
        return flat(low or 0.0, math.inf if high is None else high)
    if not width:
        raise InputError(
            f"decay.{name}: no width is known for a Breit-Wigner; set decay.{name}.width, in GeV"
        )
    return breit_wigner(
        mass,
        width,
        max(mass - WINDOW * width, 0.0) if low is None else low,
        mass + WINDOW * width if high is None else high,
    )
