"""What collides in one event? Fixed beams, or partons with momentum fractions x1 and x2 of theirs.

Partons are drawn in tau = x1 x2 = s-hat / s and y = ln(x1 / x2) / 2, dx1 dx2 = dtau dy: tau by the
arctangent of a Breit-Wigner where a resonance decides the rate, as a power of tau else; y evenly.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel, loop
from hepsym.errors import InputError

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
        """Fill u (n, >= axes) and the same Jacobian from fractions; u leaves (0, 1) where unreachable."""


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
    def _constants(self) -> tuple[float, float, float, float, float, float]:
        s, s1, s2 = self.sqrt_s**2, self.low**2, self.high**2
        m2, mg = self.mass**2, self.mass * self.width
        if mg > 0.0:
            return s, math.atan2(s1 - m2, mg), math.atan2(s2 - m2, mg), m2, mg, 0.0
        k = 1.0 - self.power
        return s, (s1 / s) ** k, (s2 / s) ** k, 0.0, 0.0, k

    def forward(self, u: Array, fractions: Array, sqrt_s_hat: Array, jacobian: Array) -> None:
        """See Initial.forward."""
        _forward(u, fractions, sqrt_s_hat, jacobian, *self._constants)

    def inverse(self, fractions: Array, u: Array, jacobian: Array) -> None:
        """See Initial.inverse."""
        _inverse(fractions, u, jacobian, *self._constants)


@kernel
def tau_slope(tau: float, s: float, a: float, b: float, m2: float, mg: float, k: float) -> float:
    """dtau/du of either law."""
    if mg > 0.0:
        off = tau * s - m2
        return (b - a) * (off * off + mg * mg) / (mg * s)
    return (b - a) / k * math.pow(tau, 1.0 - k)


@loop
def _forward(
    u: Array, fractions: Array, sqrt_s_hat: Array, jacobian: Array,
    s: float, a: float, b: float, m2: float, mg: float, k: float,
) -> None:  # fmt: skip
    for i in range(u.shape[0]):
        level = a + (b - a) * u[i, 0]
        tau = (m2 + mg * math.tan(level)) / s if mg > 0.0 else level ** (1.0 / k)
        tau = min(max(tau, 1e-300), 1.0)
        log_tau = math.log(tau)
        y = -log_tau * (u[i, 1] - 0.5)
        root = math.sqrt(tau)
        ratio = math.exp(y)
        fractions[i, 0] = min(root * ratio, 1.0)
        fractions[i, 1] = min(root / ratio, 1.0)
        sqrt_s_hat[i] = math.sqrt(fractions[i, 0] * fractions[i, 1] * s)
        jacobian[i] = tau_slope(tau, s, a, b, m2, mg, k) * -log_tau


@loop
def _inverse(
    fractions: Array, u: Array, jacobian: Array,
    s: float, a: float, b: float, m2: float, mg: float, k: float,
) -> None:  # fmt: skip
    for i in range(u.shape[0]):
        tau = fractions[i, 0] * fractions[i, 1]
        level = math.atan2(tau * s - m2, mg) if mg > 0.0 else tau**k
        log_tau = math.log(tau)
        u[i, 0] = (level - a) / (b - a)
        u[i, 1] = 0.5 - 0.5 * math.log(fractions[i, 0] / fractions[i, 1]) / log_tau
        jacobian[i] = tau_slope(tau, s, a, b, m2, mg, k) * -log_tau
