"""How does an intermediate state's mass follow its propagator? Laws of M for the systems of a tree.

The density of s = M^2 is drawn between the bounds given here and what kinematics leaves; the weight
is divided by it, so that amplitude squared times weight is even where the law fits the propagator.
"""

import math

from hepsym.errors import InputError
from hepsym.generators.phasespace import mass_laws
from hepsym.generators.phasespace.cascades.program import Law

__all__ = ["breit_wigner", "fixed", "flat", "power", "resonance"]


def fixed(mass: float) -> Law:
    """A sharp mass in GeV: no uniform is taken."""
    _check("mass", mass)
    return Law(mass_laws.FIXED, mass, mass)


def flat(low: float = 0.0, high: float = math.inf) -> Law:
    """Evenly in M between low and high (GeV) and what kinematics leaves."""
    return Law(mass_laws.FLAT, *_range(low, high))


def breit_wigner(mass: float, width: float, low: float = 0.0, high: float = math.inf) -> Law:
    """ds / ((s - m^2)^2 + m^2 Gamma^2) between low and high (GeV) and what kinematics leaves."""
    _check("mass", mass)
    _check("width", width)
    return Law(mass_laws.BREIT_WIGNER, *_range(low, high), m2=mass * mass, mg=mass * width)


def power(nu: float, low: float = 0.0, high: float = math.inf) -> Law:
    """ds / s^nu, nu = 1 and above for a photon's propagator and its square.

    low, or the masses of the parts, must be above 0 where nu >= 1; `Tree` says so.
    """
    if not math.isfinite(nu):
        raise InputError(f"power nu = {nu!r} is not a number")
    kind = mass_laws.LOGARITHM if nu == 1.0 else mass_laws.POWER
    return Law(kind, *_range(low, high), power=nu)


def resonance(
    mass: float, width: float, nu: float, share: float = 0.5, low: float = 0.0, high: float = math.inf
) -> Law:
    """A sum: `share` of the points follow the Breit-Wigner, the others ds / s^nu. Still one to one.

    For a resonance beside a photon, such as gamma*/Z: s^-2 below the peak and the peak.
    """
    sharp, tail = breit_wigner(mass, width, low, high), power(nu, low, high)
    if not 0.0 < share < 1.0:
        raise InputError(f"share = {share:g} must be between 0 and 1; breit_wigner and power are its ends")
    return Law(mass_laws.MIXTURE, low, high, m2=sharp.m2, mg=sharp.mg, power=tail.power, share=share)


def _range(low: float, high: float) -> tuple[float, float]:
    if not 0.0 <= low < high:
        raise InputError(f"masses from {low:g} to {high:g} GeV are no range; low must be below high")
    return low, high


def _check(what: str, value: float) -> None:
    if not 0.0 < value < math.inf:
        raise InputError(f"{what} = {value!r} GeV must be above 0")
