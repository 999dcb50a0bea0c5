"""What collides in one event? Fixed beams, or partons with momentum fractions x1 and x2 of theirs.

Partons are drawn in tau = x1 x2 = s-hat / s and y = ln(x1 / x2) / 2 by `phasespace.InitialState`: tau by
a Breit-Wigner where a resonance decides the rate, as a power else; y evenly.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.generators.phasespace.initial_state import InitialState

__all__ = ["Fixed", "Initial", "Partons"]

Array = NDArray[np.float64]


class Initial(ABC):
    """How the energy of the collision is drawn."""

    axes: int
    """Uniforms taken."""

    @abstractmethod
    def forward(self, u: Array, fractions: Array, sqrt_s_hat: Array, jacobian: Array) -> None:
        """Fill fractions (n, 2), sqrt(s-hat) (n,) in GeV and dx1 dx2 / du (n,) from u (n, >= axes)."""

    @abstractmethod
    def inverse(self, fractions: Array, u: Array, jacobian: Array) -> None:
        """Fill u (n, >= axes) and the same Jacobian from fractions; where unreachable, 1/2 and 0."""


@dataclass(frozen=True, slots=True)
class Fixed(Initial):
    """Beams without structure, or one particle at rest that decays."""

    sqrt_s: float
    axes = 0

    def forward(self, u: Array, fractions: Array, sqrt_s_hat: Array, jacobian: Array) -> None:  # noqa: ARG002
        """See Initial.forward."""
        fractions[:] = 1.0
        sqrt_s_hat[:] = self.sqrt_s
        jacobian[:] = 1.0

    def inverse(self, fractions: Array, u: Array, jacobian: Array) -> None:  # noqa: ARG002
        """See Initial.inverse."""
        jacobian[:] = 1.0


@dataclass(frozen=True)
class Partons(Initial):
    """Partons with low <= sqrt(s-hat) <= high GeV in beams of sqrt(s); mass = 0 draws tau^-power."""

    sqrt_s: float
    low: float
    high: float
    mass: float = 0.0
    width: float = 0.0
    power: float = 1.5
    axes = 2

    def __post_init__(self) -> None:
        if not 0.0 < self.low < self.high <= self.sqrt_s:
            raise InputError(
                f"the partons' energy would have to lie between {self.low:g} and "
                f"{min(self.high, self.sqrt_s):g} GeV: sqrt_s = {self.sqrt_s:g} GeV and the cuts leave no "
                "phase space; raise sqrt_s or widen the cuts"
            )

    @property
    def _map(self) -> InitialState:
        resonant = float(self.mass > 0.0 and self.width > 0.0)
        return InitialState(
            self.sqrt_s, self.low, self.high, self.mass, self.width, self.power, resonance_share=resonant
        )

    def forward(self, u: Array, fractions: Array, sqrt_s_hat: Array, jacobian: Array) -> None:
        """See Initial.forward."""
        self._map.forward(u, fractions, sqrt_s_hat, jacobian)

    def inverse(self, fractions: Array, u: Array, jacobian: Array) -> None:
        """See Initial.inverse."""
        self._map.inverse(fractions, u, jacobian)
        u[jacobian == 0.0, :2] = 0.5
