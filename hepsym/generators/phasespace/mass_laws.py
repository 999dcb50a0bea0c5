"""How is the mass of an intermediate state drawn? Breit-Wigner, power law, flat; and back.

Each law has a level, a monotone function of s = M^2 in which points are drawn evenly between the
levels of the lowest and the highest mass that kinematics leaves. Laws are numbers in kernels:
(kind, m^2, m Gamma, power).
"""

import math

from hepsym._numba import kernel

__all__ = ["BREIT_WIGNER", "FIXED", "FLAT", "LOGARITHM", "POWER", "level", "slope", "square"]

FIXED = 0
FLAT = 1
BREIT_WIGNER = 2
POWER = 3
LOGARITHM = 4


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
