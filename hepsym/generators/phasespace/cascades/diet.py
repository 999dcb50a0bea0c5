"""RAMBO on diet: n particles flat in phase space from 3n - 4 uniforms, one to one.

Platzer, https://arxiv.org/abs/1308.2922. Massless particles get equal weights. With masses, the
excesses of the intermediate systems follow the massless law, and the weight varies.
"""

from collections.abc import Sequence

from hepsym.generators.phasespace.cascades.cascade import DIET
from hepsym.generators.phasespace.cascades.program import Cascade, Part
from hepsym.generators.phasespace.map import check_masses

__all__ = ["Diet"]


class Diet(Cascade):
    """The map is a bijection: `inverse` after `forward` gives the uniforms back.

    Uniforms: n - 2 masses, the lightest system's first, then cosine and azimuth of each decay.
    """

    def __init__(self, masses: Sequence[float]) -> None:
        """Masses in GeV, two or more. Raises InputError."""
        legs = tuple(Part(mass) for mass in check_masses(tuple(masses)))
        super().__init__(Part(parts=legs), chain=DIET)
