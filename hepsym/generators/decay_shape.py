"""What a card says of a decaying particle's mass: the table [decay.NAME], and what holds without it."""

import math
from typing import Literal, Self

from pydantic import Field, model_validator

from hepsym import _toml
from hepsym.errors import InputError
from hepsym.generators.phasespace.program import Law
from hepsym.generators.phasespace.s_channel import breit_wigner, fixed, flat

__all__ = ["NARROW", "WINDOW", "DecayShape", "law_of"]

NARROW = 1e-6
"""GeV. A state of a smaller width is sharp unless the card says otherwise: 1 keV lies between what
decays weakly or by photons (pi0 8 eV, D0 2 meV) and what decays strongly (D*+ 83 keV)."""
WINDOW = 15.0
"""Half-widths to either side of the mass that a Breit-Wigner is cut at: beyond, a constant width and a
constant coupling are no model of anything, and the tail grows with phase space."""


class DecayShape(_toml.Table):
    """How the mass of an intermediate state is distributed; GeV. What is absent is the PDG's."""

    shape: Literal["fixed", "breit_wigner", "flat"] | None = None
    """"breit_wigner" where the width is above 1 keV, "fixed" else, unless given."""
    mass: float | None = Field(default=None, gt=0)
    width: float | None = Field(default=None, ge=0)
    low: float | None = Field(default=None, ge=0)
    """Range of the mass: mass -+ 15 widths for a Breit-Wigner, what kinematics leaves for "flat"."""
    high: float | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"low = {self.low:g} must be below high = {self.high:g}")
        if self.shape == "fixed" and (self.low is not None or self.high is not None):
            raise ValueError("shape 'fixed' has no low or high; use 'breit_wigner' or 'flat'")
        if self.shape == "breit_wigner" and self.width == 0.0:
            raise ValueError("shape 'breit_wigner' needs a width above 0")
        return self


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
