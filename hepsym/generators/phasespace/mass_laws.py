"""How is the mass of an intermediate state drawn? Breit-Wigner, power law, flat; and back.

Each law has a level, a monotone function of s = M^2 in which points are drawn evenly between the
levels of the lowest and the highest mass that kinematics leaves. A sum of a Breit-Wigner and a power
has no closed form, and is inverted by bracketed Newton steps. Laws are numbers in kernels.
"""

import math

from hepsym._numba import kernel, loop

__all__ = [
    "BREIT_WIGNER",
    "FIXED",
    "FLAT",
    "LOGARITHM",
    "MIXTURE",
    "POWER",
    "Shape",
    "cumulative",
    "draw_square",
    "level",
    "slope",
    "square",
]

Shape = tuple[int, float, float, float, float]
"""Kind, m^2, m Gamma, power, and the Breit-Wigner's share of a mixture."""

FIXED = 0
FLAT = 1
BREIT_WIGNER = 2
POWER = 3
LOGARITHM = 4
MIXTURE = 5
_STEPS = 200


@kernel
def level(kind: int, s: float, m2: float, mg: float, nu: float) -> float:
    """Flat: M. Breit-Wigner: arctan((s - m^2) / m Gamma). Power |s - m^2|^-nu: its antiderivative.

    Power laws are of s - m^2 where s > m^2 on the whole range (m = 0 among them); nu = 1 is LOGARITHM.
    """
    if kind == BREIT_WIGNER:
        return math.atan2(s - m2, mg)
    if kind == POWER:
        return math.pow(s - m2, 1.0 - nu) / (1.0 - nu)
    if kind == LOGARITHM:
        return math.log(s - m2)
    return math.sqrt(s)


@kernel
def square(kind: int, at: float, m2: float, mg: float, nu: float) -> float:
    """s of a level."""
    if kind == BREIT_WIGNER:
        return m2 + mg * math.tan(at)
    if kind == POWER:
        return m2 + math.pow((1.0 - nu) * at, 1.0 / (1.0 - nu))
    if kind == LOGARITHM:
        return m2 + math.exp(at)
    return at * at


@kernel
def slope(kind: int, s: float, m2: float, mg: float, nu: float) -> float:
    """ds / d level."""
    if kind == BREIT_WIGNER:
        return ((s - m2) * (s - m2) + mg * mg) / mg
    if kind == POWER:
        return math.pow(s - m2, nu)
    if kind == LOGARITHM:
        return s - m2
    return 2.0 * math.sqrt(s)


@loop  # not inlined, and those below: nothing here vectorises, and four copies compile four times as long
def _one(shape: Shape, kind: int, s: float, low: float, high: float, m2: float) -> tuple[float, float]:
    """Distribution function and density of a law that is no mixture."""
    _, _, mg, nu, _ = shape
    bottom, top = level(kind, low, m2, mg, nu), level(kind, high, m2, mg, nu)
    span = top - bottom
    return (level(kind, s, m2, mg, nu) - bottom) / span, 1.0 / (span * slope(kind, s, m2, mg, nu))


@loop
def cumulative(shape: Shape, s: float, low: float, high: float) -> tuple[float, float]:
    """Distribution function and density of s on [low, high], GeV^2; a mixture's power law is of s itself."""
    kind, m2, _, nu, share = shape
    if kind != MIXTURE:
        return _one(shape, kind, s, low, high, m2)
    f, density = _one(shape, BREIT_WIGNER, s, low, high, m2)
    g, other = _one(shape, LOGARITHM if nu == 1.0 else POWER, s, low, high, 0.0)
    return share * f + (1.0 - share) * g, share * density + (1.0 - share) * other


@loop
def draw_square(shape: Shape, u: float, low: float, high: float) -> float:
    """s in [low, high] with distribution function u. Error: 1e-14 in the function."""
    kind, m2, mg, nu, _ = shape
    if kind != MIXTURE:
        bottom, top = level(kind, low, m2, mg, nu), level(kind, high, m2, mg, nu)
        return min(max(square(kind, bottom + (top - bottom) * u, m2, mg, nu), low), high)
    left, right = low, high
    s = m2 if low < m2 < high else 0.5 * (low + high)
    for _ in range(_STEPS):
        f, density = cumulative(shape, s, low, high)
        if f > u:
            right = s
        else:
            left = s
        new = s - (f - u) / density
        if not left < new < right:
            new = 0.5 * (left + right)
        if abs(new - s) <= 1e-15 * s:
            return new
        s = new
    return s
