"""GENBOD: n particles of any masses, one after another, with intermediate masses from sorted uniforms.

Raubold and Lynch; James, CERN 68-15 (1968). Takes 3n - 4 uniforms: n - 2 masses first, then cosine and
azimuth of each decay, the heaviest system first. Its weight varies, mildly at threshold and for few
particles; `Diet` is better for many light ones.
"""

from collections.abc import Sequence

from hepsym.generators.phasespace.cascades.cascade import CHAIN
from hepsym.generators.phasespace.cascades.program import Cascade, Part
from hepsym.generators.phasespace.map import check_masses

__all__ = ["Genbod"]


class Genbod(Cascade):
    """dPhi_n / du = T^(n-2) / (n-2)! prod_k M_k / pi prod_k |p_k*| / (4 pi M_k), T the kinetic energy.

    `inverse` gives the masses' uniforms in rising order, one of (n-2)! preimages. Momenta come back
    to 1e-10 sqrt(s) (tests/generators/phasespace/test_maps.py).
    """

    def __init__(self, masses: Sequence[float]) -> None:
        """Masses in GeV, two or more. Raises InputError."""
        legs = tuple(Part(mass) for mass in check_masses(tuple(masses)))
        super().__init__(Part(parts=legs), chain=CHAIN)
