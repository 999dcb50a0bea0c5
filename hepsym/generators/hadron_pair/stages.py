"""What happens to one point on its way to an event: numbers, place, rate, momenta, partons.

A lane is a column of the arrays `u` (5, lanes) and `at` (8, lanes); the loops work on many side by side.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepsym._math import log, sincos2pi
from hepsym._numba import kernel
from hepsym.generators.hadron_pair.laws import Pair, me2, pair_at
from hepsym.generators.hadron_pair.points import Region, cosine_of, log_scale, momentum_of, tau_of
from hepsym.generators.partons.alpha_s import alpha_s_at
from hepsym.generators.partons.grid import Grid
from hepsym.generators.partons.interpolation import q_weights, xf_at_q
from hepsym.random import uniform, words

Values = NDArray[np.float64]
Integers = NDArray[np.int64]

ROOM = 2.0**-32


class Physics(NamedTuple):
    """What the rate is made of."""

    law: Values
    """(groups, laws.NUMBERS)"""
    power: int
    """of alpha_s in every |M|^2"""
    columns: Integers
    """(pairs, 2) of `PDF.xf`, the groups one after another"""
    start: Integers
    """(groups + 1,)"""
    helicities: Values
    """(groups, most, 4): +1 or -1 of the legs"""
    states: Integers
    """(groups,): how many of those there are"""
    codes: Integers
    """(groups, 8): which of those the bits of `laws.exchange_weights` are; 0 for other laws"""
    mass_2: float
    """of the boson exchanged, GeV^2"""
    width: float
    """M Gamma, GeV^2, or Gamma / M where it runs"""
    running: bool
    pieces: Values
    """of alpha_s"""
    renormalization: int
    log_renormalization: float
    factorization: int
    log_factorization: float


@kernel
def draw(
    u: Values, event: Integers, trial: Integers, active: int, stream: np.uint64, k0: np.uint64, k1: np.uint64,
) -> None:  # fmt: skip
    """Five uniforms of each lane's trial: cell, place along a, b and c, acceptance."""
    for lane in range(active):
        i, t = np.uint64(event[lane]), np.uint64(3 * trial[lane])
        w0, w1, w2, w3 = words(i, t, stream, k0, k1)
        w4, w5, w6, w7 = words(i, t + np.uint64(1), stream, k0, k1)
        u[0, lane] = uniform(w0, w1)
        u[1, lane] = uniform(w2, w3)
        u[2, lane] = (np.float64(w6) + 0.5) * ROOM
        u[3, lane] = uniform(w4, w5)
        u[4, lane] = (np.float64(w7) + 0.5) * ROOM


@kernel
def place(physics: Physics, r: Region, a: float, b: float, c: float, at: Values, lane: int) -> None:
    """A point of the unit cube as log x1, log x2, sqrt(s-hat), p, Jacobian, cosine, log Q^2 twice."""
    tau, slope = tau_of(r, a)
    log_tau = log(tau)
    y = (0.5 - b) * log_tau
    s_hat = tau * r.s
    root = math.sqrt(s_hat)
    p = momentum_of(r, root)
    cosine, turn = cosine_of(r, c, p, root)
    at[0, lane] = 0.5 * log_tau + y
    at[1, lane] = 0.5 * log_tau - y
    at[2, lane] = root
    at[3, lane] = p
    # dtau dy dc |p| / (8 pi sqrt(s-hat)) / (2 s-hat) / tau
    at[4, lane] = r.unit * slope * -log_tau * turn * p / (16.0 * math.pi * s_hat * root * tau)
    at[5, lane] = cosine
    pt_2 = p * p * (1.0 - cosine) * (1.0 + cosine)
    log_s = log_tau + r.log_s
    at[6, lane] = log_scale(physics.renormalization, physics.log_renormalization, r, log_s, pt_2)
    at[7, lane] = log_scale(physics.factorization, physics.log_factorization, r, log_s, pt_2)


@kernel
def value(
    physics: Physics, r: Region, grid: Grid, at: Values, lane: int, rows: Values, parts: Values
) -> tuple[float, Pair]:
    """Rate in pb at a lane's point, and what |M|^2 was made of.

    rows (2, 16) are the partons there, parts (groups,) the rates of the groups.
    """
    pair = pair_at(
        at[2, lane], at[3, lane], r.m3, r.m4, at[5, lane], physics.mass_2, physics.width, physics.running
    )
    jacobian = at[4, lane]
    if not jacobian > 0.0:
        return 0.0, pair
    q, v = q_weights(grid, at[7, lane])
    xf_at_q(grid, at[0, lane], q, v, rows[0])
    xf_at_q(grid, at[1, lane], q, v, rows[1])
    for _ in range(physics.power):
        jacobian *= alpha_s_at(physics.pieces, at[6, lane])
    total = 0.0
    for g in range(physics.law.shape[0]):
        luminosity = 0.0
        for k in range(physics.start[g], physics.start[g + 1]):
            luminosity += _both(physics, rows, k)
        parts[g] = max(jacobian * luminosity * me2(physics.law, g, pair, r.m3, r.m4), 0.0)
        total += parts[g]
    return total, pair


@kernel
def _both(physics: Physics, rows: Values, k: int) -> float:
    """x1 f(x1) x2 f(x2) of a pair of partons."""
    return float(rows[0, np.uint64(physics.columns[k, 0])] * rows[1, np.uint64(physics.columns[k, 1])])


@kernel
def store(r: Region, at: Values, lane: int, turn: float, momenta: Values, i: int) -> None:
    """The event of a lane's point, all four legs in the laboratory."""
    half = 0.5 * math.sqrt(r.s)
    grow = math.exp(0.5 * (at[0, lane] - at[1, lane]))
    shrink = 1.0 / grow
    root_tau = at[2, lane] / (2.0 * half)
    x1, x2 = root_tau * grow, root_tau * shrink
    e1, e2 = min(x1, 1.0) * half, min(x2, 1.0) * half
    momenta[i, 0, 0], momenta[i, 0, 1], momenta[i, 0, 2], momenta[i, 0, 3] = e1, 0.0, 0.0, e1
    momenta[i, 1, 0], momenta[i, 1, 1], momenta[i, 1, 2], momenta[i, 1, 3] = e2, 0.0, 0.0, -e2
    p, cosine = at[3, lane], at[5, lane]
    sine = p * math.sqrt((1.0 - cosine) * (1.0 + cosine))
    up, along = sincos2pi(turn)
    px, py, pz = sine * along, sine * up, p * cosine
    for leg in range(2, 4):
        m = r.m3 if leg == 2 else r.m4
        sign = 1.0 if leg == 2 else -1.0
        energy = math.sqrt(p * p + m * m)
        # E + z and E - z scale by sqrt(x1 / x2) and its inverse; their small one from m_T^2 / large
        large = energy + abs(pz)
        small = (m * m + px * px + py * py) / large
        plus, minus = (large, small) if sign * pz > 0.0 else (small, large)
        plus, minus = plus * grow, minus * shrink
        momenta[i, leg, 0] = 0.5 * (plus + minus)
        momenta[i, leg, 1] = sign * px
        momenta[i, leg, 2] = sign * py
        momenta[i, leg, 3] = 0.5 * (plus - minus)


@kernel
def partons(physics: Physics, rows: Values, parts: Values, u: float) -> tuple[int, int]:
    """The pair of partons and its group that u chooses at a point, from what `value` left of it.

    Sums and comparisons instead of branches, which no processor would foresee.
    """
    groups = parts.shape[0]
    total = 0.0
    for g in range(groups):
        total += parts[g]
    rest, group, reached, below = u * total, 0, 0.0, 0.0
    for g in range(groups - 1):
        reached += parts[g]
        taken = rest >= reached
        group += 1 if taken else 0
        below = reached if taken else below
    first, end = physics.start[group], physics.start[group + 1]
    luminosity = 0.0
    for k in range(first, end):
        luminosity += _both(physics, rows, k)
    rest = (rest - below) * luminosity / max(parts[group], 1e-300)
    pair, reached = first, 0.0
    for k in range(first, end - 1):
        reached += _both(physics, rows, k)
        pair += 1 if rest >= reached else 0
    return pair, group
