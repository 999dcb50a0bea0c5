"""Two bodies at rest together: every direction alike, weight |p*| / (4 pi sqrt(s)), which is the volume."""

from collections.abc import Sequence

from hepsym.errors import InputError
from hepsym.generators.phasespace.cascades.program import Cascade, Part
from hepsym.generators.phasespace.map import check_masses

__all__ = ["TwoBody"]


class TwoBody(Cascade):
    """Uniforms: u_0 = (1 + cos theta) / 2 and u_1 = phi / 2 pi of the first particle. A bijection."""

    def __init__(self, masses: Sequence[float]) -> None:
        """Two masses in GeV. Raises InputError."""
        legs = tuple(Part(mass) for mass in check_masses(tuple(masses)))
        if len(legs) != 2:
            raise InputError(
                f"masses = {list(masses)} are {len(legs)}; two bodies need 2, Genbod takes any number"
            )
        super().__init__(Part(parts=legs))
