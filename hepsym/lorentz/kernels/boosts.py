"""What does a boost make of a four-momentum? Active boosts: the momentum moves, not the observer."""

import math

import numpy as np

from hepsym._numba import kernel
from hepsym.lorentz.kernels.exact import dot_four, fma
from hepsym.lorentz.kernels.products import Momentum, mass

__all__ = ["boost", "boost_from_rest", "boost_to_rest", "boost_z", "scale_light_cone"]


@kernel
def boost_from_rest(p: Momentum, q: Momentum, m: float) -> Momentum:
    """Carry p from the rest frame of q, of mass m > 0, to the frame in which q is given.

        E' = (q0 E + q.p) / m          p' = p + q (E + E') / (q0 + m)

    No velocity appears: (gamma - 1)/beta^2 is 0/0 at rest, and 1 - beta^2 loses gamma^2 eps.
    Error: see `hepsym.lorentz.boost_from_rest`.
    """
    e = dot_four(p, (q[0], -q[1], -q[2], -q[3])) / m
    f = (p[0] + e) / (q[0] + m)
    return e, fma(f, q[1], p[1]), fma(f, q[2], p[2]), fma(f, q[3], p[3])


@kernel
def boost_to_rest(p: Momentum, q: Momentum, m: float) -> Momentum:
    """Carry p to the rest frame of q, of mass m > 0: the inverse of `boost_from_rest`."""
    e = dot_four(p, q) / m
    f = -(p[0] + e) / (q[0] + m)
    return e, fma(f, q[1], p[1]), fma(f, q[2], p[2]), fma(f, q[3], p[3])


@kernel
def boost(p: Momentum, vx: float, vy: float, vz: float) -> Momentum:
    """Give p the velocity v, |v| < 1: what was at rest then moves with v."""
    q = (1.0, vx, vy, vz)
    return boost_from_rest(p, q, mass(q))


@kernel
def scale_light_cone(p: Momentum, factor: float) -> Momentum:
    """E + z times a factor > 0 and E - z divided by it: a boost along z of rapidity log(factor)."""
    plus = 0.5 * ((p[0] + p[3]) * factor)
    minus = 0.5 * ((p[0] - p[3]) / factor)
    return plus + minus, p[1], p[2], plus - minus


@kernel
def boost_z(p: Momentum, rapidity: float) -> Momentum:
    """Add a rapidity along z. Error: see `hepsym.lorentz.boost_z`."""
    return scale_light_cone(p, np.float64(math.exp(rapidity)))
