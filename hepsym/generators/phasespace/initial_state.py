"""Which momentum fractions do the partons take? tau = x1 x2 by the resonance, rapidity evenly.

    dx1 dx2 = dtau dy,   tau = s-hat / s,   y = ln(x1 / x2) / 2,   |y| <= -ln(tau) / 2

tau is drawn by a law of s-hat: a Breit-Wigner, a power, or a sum of both whose distribution function
is inverted numerically, so that the map stays one to one.
"""

import math
from dataclasses import dataclass

from hepsym._numba import kernel, loop
from hepsym.errors import InputError
from hepsym.generators.phasespace.map import Array
from hepsym.generators.phasespace.mass_laws import (
    BREIT_WIGNER,
    LOGARITHM,
    MIXTURE,
    POWER,
    Shape,
    cumulative,
    draw_square,
)

__all__ = ["InitialState"]

Numbers = tuple[float, float, float, float]
"""s of the beams, bounds of s-hat, bound of |y|."""


@dataclass(frozen=True, slots=True)
class InitialState:
    """Partons with low <= sqrt(s-hat) <= high, GeV, of beams with sqrt_s.

    resonance_share of the points follow a Breit-Wigner (mass, width), the others s-hat^-power;
    rapidity bounds |y| of the pair, where it is given.
    """

    sqrt_s: float
    low: float
    high: float = math.inf
    mass: float = 0.0
    width: float = 0.0
    power: float = 1.5
    resonance_share: float = 0.0
    rapidity: float = math.inf
    dimensions = 2

    def __post_init__(self) -> None:
        if not 0.0 < self.low < min(self.high, self.sqrt_s):
            raise InputError(
                f"sqrt(s-hat) from {self.low:g} to {min(self.high, self.sqrt_s):g} GeV leaves no momentum "
                f"fractions in beams of sqrt_s = {self.sqrt_s:g} GeV; raise sqrt_s or widen the range"
            )
        if not 0.0 <= self.resonance_share <= 1.0:
            raise InputError(f"resonance_share = {self.resonance_share:g} is not between 0 and 1")
        if self.resonance_share > 0.0 and not (self.mass > 0.0 and self.width > 0.0):
            raise InputError("a resonance_share above 0 needs a mass and a width above 0, in GeV")
        if not self.rapidity > 0.0:
            raise InputError(f"rapidity = {self.rapidity:g} must be above 0; it bounds |y|")

    def forward(self, u: Array, fractions: Array, sqrt_s_hat: Array, weight: Array) -> None:
        """x1, x2 (n, 2), sqrt(s-hat) (n,) in GeV and dx1 dx2 / du (n,) from u (n, 2)."""
        _forward(u, fractions, sqrt_s_hat, weight, self._numbers(), self._shape())

    def inverse(self, fractions: Array, u: Array, weight: Array) -> None:
        """u (n, 2) and the same weight from x1, x2 (n, 2); weight 0 and u of nan outside the range."""
        _inverse(fractions, u, weight, self._numbers(), self._shape())

    def volume(self) -> float:
        """The integral of dx1 dx2 within the range."""
        high = min(self.high, self.sqrt_s)
        a, b = (self.low / self.sqrt_s) ** 2, (high / self.sqrt_s) ** 2
        edge = math.exp(-2.0 * self.rapidity)  # below this tau, |y| is bounded by rapidity
        middle = min(max(edge, a), b)
        inside = 2.0 * self.rapidity * (middle - a) if middle > a else 0.0
        return inside + (_log_integral(b) - _log_integral(middle))

    def _numbers(self) -> Numbers:
        high = min(self.high, self.sqrt_s)
        return self.sqrt_s**2, self.low**2, high * high, self.rapidity

    def _shape(self) -> Shape:
        if self.resonance_share == 0.0:
            return (LOGARITHM if self.power == 1.0 else POWER), 0.0, 0.0, self.power, 0.0
        kind = BREIT_WIGNER if self.resonance_share == 1.0 else MIXTURE
        return kind, self.mass**2, self.mass * self.width, self.power, self.resonance_share


def _log_integral(tau: float) -> float:
    """The antiderivative of -ln tau."""
    return tau * (1.0 - math.log(tau)) if tau > 0.0 else 0.0


@kernel
def half_range(tau: float, rapidity: float) -> float:
    """The bound of |y|."""
    return min(-0.5 * math.log(tau), rapidity)


@loop
def _forward(
    u: Array, fractions: Array, sqrt_s_hat: Array, weight: Array, numbers: Numbers, shape: Shape
) -> None:
    for i in range(u.shape[0]):
        s_hat = draw_square(shape, u[i, 0], numbers[1], numbers[2])
        tau = min(s_hat / numbers[0], 1.0)
        half = half_range(tau, numbers[3])
        y = half * (2.0 * u[i, 1] - 1.0)
        root, ratio = math.sqrt(tau), math.exp(y)
        fractions[i, 0] = min(root * ratio, 1.0)
        fractions[i, 1] = min(root / ratio, 1.0)
        sqrt_s_hat[i] = math.sqrt(s_hat)
        weight[i] = 2.0 * half / (cumulative(shape, s_hat, numbers[1], numbers[2])[1] * numbers[0])


@loop
def _inverse(fractions: Array, u: Array, weight: Array, numbers: Numbers, shape: Shape) -> None:
    for i in range(u.shape[0]):
        x1, x2 = fractions[i, 0], fractions[i, 1]
        s_hat = x1 * x2 * numbers[0]
        near = 1e-12 * s_hat
        y = 0.5 * math.log(x1 / x2)
        half = half_range(min(x1 * x2, 1.0), numbers[3])
        inside = numbers[1] - near <= s_hat <= numbers[2] + near and abs(y) <= half + 1e-12
        if not (inside and x1 <= 1.0 and x2 <= 1.0 and half > 0.0):
            u[i, 0], u[i, 1], weight[i] = math.nan, math.nan, 0.0
            continue
        f, density = cumulative(shape, min(max(s_hat, numbers[1]), numbers[2]), numbers[1], numbers[2])
        u[i, 0] = min(max(f, 0.0), 1.0)
        u[i, 1] = min(max(0.5 + 0.5 * y / half, 0.0), 1.0)
        weight[i] = 2.0 * half / (density * numbers[0])
