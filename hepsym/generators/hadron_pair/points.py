"""Where does a uniform point of the unit cube lie in a collision, and what is the rate there?

    a -> tau = x1 x2 by its level, arctangent of a Breit-Wigner or tau^-1/2, between the bounds on s-hat:
         in steps of a table, which makes a tau as frequent as the rate has it
    b -> y = ln(x1 / x2) / 2, even between +- ln(1/tau) / 2
    c -> cosine: even, or for heavy quarks even in artanh(beta c), whose density is t-channel exchange's

    w = unit / flux |M|^2 sum_pairs x1 f(x1) x2 f(x2) / tau  dtau/da dy/db dPhi_2/dc,   flux = 2 s-hat

No exponential is needed for the PDFs, which take log x.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepsym._math import log, sincos2pi
from hepsym._numba import kernel
from hepsym.generators.hadron_pair.laws import Values

Integers = NDArray[np.int64]


class Region(NamedTuple):
    """Bounds and maps, as the kernels take them; GeV."""

    s: float
    """of the beams, squared"""
    log_s: float
    levels: Values
    """(steps + 1,): the level, an angle of the Breit-Wigner or tau^-1/2, at a = 0, 1 / steps ... 1"""
    mass_2: float
    mass_width: float
    """M Gamma; 0 for the power law"""
    m3: float
    m4: float
    least_pt: float
    heavy: bool
    """whether c follows exchange in the t channel"""
    unit: float
    """pb GeV^2"""


@kernel
def tau_of(r: Region, a: float) -> tuple[float, float]:
    """tau and dtau/da."""
    steps = r.levels.shape[0] - 1
    place = a * steps
    k = min(int(place), steps - 1)
    low = r.levels[k]
    span = r.levels[k + 1] - low
    level = low + (place - k) * span
    span = span * steps
    if r.mass_width > 0.0:
        sine, cosine = sincos2pi(level * (0.5 / math.pi))
        off = r.mass_width * sine / cosine
        tau = (r.mass_2 + off) / r.s
        slope = span * (off * off + r.mass_width * r.mass_width) / (r.mass_width * r.s)
    else:
        tau = 1.0 / (level * level)
        slope = -2.0 * span * tau / level
    return min(max(tau, 1e-300), 1.0), slope


@kernel
def momentum_of(r: Region, root: float) -> float:
    """|p| of the outgoing pair at rest at sqrt(s-hat) = root, 0 below threshold."""
    if r.m3 == r.m4:
        return 0.5 * math.sqrt(max((root - 2.0 * r.m3) * (root + 2.0 * r.m3), 0.0))
    product = (root - r.m3 - r.m4) * (root + r.m3 + r.m4) * (root - r.m3 + r.m4) * (root + r.m3 - r.m4)
    return 0.5 * math.sqrt(max(product, 0.0)) / root


@kernel
def cosine_of(r: Region, c: float, p: float, root: float) -> tuple[float, float]:
    """cos(theta) and its slope in c; slope 0 where no angle has the least transverse momentum."""
    most = 1.0
    if r.least_pt > 0.0:
        sine = r.least_pt / max(p, 1e-300)
        most = math.sqrt(max((1.0 - sine) * (1.0 + sine), 0.0))
    x = 2.0 * c - 1.0
    if not r.heavy:
        return most * x, 2.0 * most
    beta = min(2.0 * p / root, 1.0 - 1e-9)
    edge = 0.5 * math.log((1.0 + beta * most) / (1.0 - beta * most))
    grow = math.exp(2.0 * edge * x)
    tanh = (grow - 1.0) / (grow + 1.0)
    return tanh / beta, 2.0 * edge * (1.0 - tanh) * (1.0 + tanh) / beta


@kernel
def log_scale(choice: int, log_fixed: float, r: Region, log_s: float, pt_2: float) -> float:
    """log Q^2 of partons.scales' choices for a pair."""
    if choice == 0:
        return log_s
    if choice == 3:
        return log_fixed
    if choice == 1 or r.m3 == r.m4:
        m = max(r.m3, r.m4)
        return log(m * m + pt_2)
    half = 0.5 * (math.sqrt(r.m3 * r.m3 + pt_2) + math.sqrt(r.m4 * r.m4 + pt_2))
    return 2.0 * log(half)
