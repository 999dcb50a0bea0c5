"""How is each kind of observable computed? By hepsym.lorentz, with the masses that events carry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

import hepsym.lorentz as lz

__all__ = ["KINDS", "Kind"]

Array = NDArray[np.floating[Any]]
Compute = Callable[[Sequence[Array], Sequence[Array | float]], Array]
"""From momenta, (n, 4) in GeV each, and the masses carried with them, (n,) or one number each: (n,)."""

TWO_PI = 2.0 * np.pi
AT_REST = 1e-9
"""Below this |p|/E a pair is taken to be at rest: its direction is rounding noise, the z axis stands in."""


@dataclass(frozen=True, slots=True)
class Kind:
    """How an observable is computed of the sum of some particles, or of a pair."""

    latex: str
    unit: str
    """"GeV", "rad" or nothing."""
    compute: Compute
    pair: bool = False
    period: float | None = None
    """2 pi for an azimuth, None for what does not come round."""


def _of_sum(function: Callable[[Array], Array]) -> Compute:
    return lambda p, _: function(_sum(p))


def _of_pair(function: Callable[[Array, Array], Array]) -> Compute:
    return lambda p, _: function(p[0], p[1])


def _sum(momenta: Sequence[Array]) -> Array:
    total = momenta[0]
    for p in momenta[1:]:
        total = total + p
    return np.asarray(total)


def _mass(p: Sequence[Array], m: Sequence[Array | float]) -> Array:
    return lz.invariant_mass(*p, masses=m)


def _rapidity(p: Sequence[Array], m: Sequence[Array | float]) -> Array:
    return lz.rapidity(_sum(p), _mass(p, m))


def _delta_y(p: Sequence[Array], m: Sequence[Array | float]) -> Array:
    return np.asarray(lz.rapidity(p[0], m[0]) - lz.rapidity(p[1], m[1]))


def _polar_angle(p: Array) -> Array:
    return lz.opening_angle(p, np.array([1.0, 0.0, 0.0, 1.0]))


def _cos_theta_star(p: Sequence[Array], m: Sequence[Array | float]) -> Array:
    total = _sum(p)
    resting = lz.momentum(total) < AT_REST * total[:, 0]
    flight = np.where(resting[:, None], total * np.array([1.0, 0.0, 0.0, 0.0]), total)
    return lz.cos_theta_star(p[0], flight, _mass(p, m))


KINDS: dict[str, Kind] = {
    "E": Kind("E", "GeV", _of_sum(lambda p: p[:, 0])),
    "px": Kind("p_x", "GeV", _of_sum(lambda p: p[:, 1])),
    "py": Kind("p_y", "GeV", _of_sum(lambda p: p[:, 2])),
    "pz": Kind("p_z", "GeV", _of_sum(lambda p: p[:, 3])),
    "p": Kind("|p|", "GeV", _of_sum(lz.momentum)),
    "pt": Kind("p_T", "GeV", _of_sum(lz.pt)),
    "eta": Kind(r"\eta", "", _of_sum(lz.pseudorapidity)),
    "y": Kind("y", "", _rapidity),
    "phi": Kind(r"\phi", "rad", _of_sum(lz.phi), period=TWO_PI),
    "theta": Kind(r"\theta", "rad", _of_sum(_polar_angle)),
    "cos_theta": Kind(r"\cos\theta", "", _of_sum(lz.cos_theta)),
    "m": Kind("m", "GeV", _mass),
    "delta_r": Kind(r"\Delta R", "", _of_pair(lz.delta_r), pair=True),
    "delta_phi": Kind(r"\Delta\phi", "rad", _of_pair(lz.delta_phi), pair=True, period=TWO_PI),
    "delta_eta": Kind(r"\Delta\eta", "", _of_pair(lz.delta_eta), pair=True),
    "delta_y": Kind(r"\Delta y", "", _delta_y, pair=True),
    "opening_angle": Kind(r"\angle", "rad", _of_pair(lz.opening_angle), pair=True),
    "cos_theta_star": Kind(r"\cos\theta^{*}", "", _cos_theta_star, pair=True),
    "cos_theta_cs": Kind(r"\cos\theta_{CS}", "", _of_pair(lambda p, q: lz.collins_soper(p, q)[0]), pair=True),
}
