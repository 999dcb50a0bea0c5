"""Which uniforms lead to these momenta? The steps of cascade.py, read backwards, event by event.

The excess of every system is built up from its parts, from the smallest to the whole, by invariants
that keep their digits (breakup.py); masses are not taken from E^2 - p^2 anywhere.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel, loop
from hepsym.generators.phasespace.breakup import (
    momentum_of_release,
    product_excess,
    release_of_excess,
    rest_direction,
)
from hepsym.generators.phasespace.cascades.cascade import CHAIN, MASS, SPLIT, Laid
from hepsym.generators.phasespace.cascades.chain import diet_cumulative, diet_density
from hepsym.generators.phasespace.mass_laws import cumulative

__all__ = ["inverse"]

Array = NDArray[np.float64]

CLOSE = 1e-7
"""Relative; a system whose mass is constant is not reached by masses further off than this."""
X, Y, Z, T, NOW = 0, 1, 2, 3, 4


@kernel
def _gather(parts: Array, laid: Laid) -> None:
    """Momentum and excess of every system, from those of the final particles; the last split first."""
    steps, base = laid[0], laid[3]
    for at in range(steps.shape[0] - 1, -1, -1):
        if steps[at, 0] != SPLIT:
            continue
        whole, a, b = parts[steps[at, 1]], parts[steps[at, 2]], parts[steps[at, 3]]
        mass_a, mass_b = base[steps[at, 2]] + a[T], base[steps[at, 3]] + b[T]
        excess = product_excess(a[X], a[Y], a[Z], mass_a, b[X], b[Y], b[Z], mass_b)
        for k in range(3):
            whole[k] = a[k] + b[k]
        whole[T] = a[T] + b[T] + release_of_excess(excess, mass_a, mass_b)


@kernel
def _angles(parts: Array, u: Array, laid: Laid, at: int) -> float:
    """The two uniforms of a split, and its factor of the weight."""
    step, base = laid[0][at], laid[3]
    whole, a, b = parts[step[1]], parts[step[2]], parts[step[3]]
    mass_a, mass_b = float(base[step[2]] + a[T]), float(base[step[3]] + b[T])
    q = max(float(whole[T] - a[T] - b[T]), 0.0)
    mass = mass_a + mass_b + q
    p = momentum_of_release(q, mass_a, mass_b)
    px, py, pz = (0.0, 0.0, 0.0) if step[5] else (whole[X], whole[Y], whole[Z])
    x, y, z = rest_direction(a[X], a[Y], a[Z], px, py, pz, mass, math.sqrt(p * p + mass_a * mass_a), p)
    across = x * x + y * y
    u[step[4]] = 0.5 * (1.0 + z) if z > 0.0 else 0.5 * across / (1.0 - z)
    turn = math.atan2(y, x) / (2.0 * math.pi)
    u[step[4] + 1] = turn if turn >= 0.0 else 1.0 + turn
    return p / ((4.0 * math.pi) * mass)


@kernel
def _mass(parts: Array, u: Array, laid: Laid, at: int) -> float:
    """The uniform of a mass, and its factor of the weight; 0 outside the law's range."""
    step, numbers, lists, base = laid[0][at], laid[1][at], laid[2], laid[3]
    slot = step[1]
    least, most = numbers[0], numbers[1]
    shape = (step[3], numbers[2], numbers[3], numbers[4], numbers[5])
    room = parts[step[4], NOW]
    for k in range(step[5], step[6]):
        room -= parts[lists[k], NOW]
    high = min(base[slot] + room, most)
    mass = base[slot] + parts[slot, T]
    parts[slot, NOW] = parts[slot, T]
    if not high > least or mass < least * (1.0 - CLOSE) or mass > high * (1.0 + CLOSE):
        return 0.0
    mass = min(max(mass, least), high)
    u[step[2]], density = cumulative(shape, mass * mass, least * least, high * high)
    return 1.0 / (density * 2.0 * math.pi)


@kernel
def _fractions(parts: Array, u: Array, laid: Laid, at: int) -> float:
    """The uniforms of a chain's fractions, in rising order for GENBOD, and its factor of the weight."""
    step, lists, base = laid[0][at], laid[2], laid[3]
    children, start = step[3], step[4]
    room = parts[step[1], T]
    for c in range(children):
        room -= parts[lists[start + c], T]
    factor, above = 1.0, 1.0
    for i in range(children - 3, -1, -1):
        system = lists[start + children + i]
        inside = parts[system, T]
        for c in range(i + 2):
            inside -= parts[lists[start + c], T]
        v = min(max(inside / room, 0.0), 1.0)
        factor *= room * (base[system] + parts[system, T]) / math.pi
        if step[0] == CHAIN:
            u[step[2] + i] = v
            factor /= i + 1
        else:
            root = v / above
            y = min(root * root, 1.0)
            u[step[2] + i] = diet_cumulative(i + 2, y)
            factor *= above / (2.0 * root * diet_density(i + 2, y))
            above = v
    return factor


@loop
def inverse(
    momenta: Array, sqrt_s: Array, laid: Laid, root: int, sharp: NDArray[np.bool_], u: Array, weights: Array
) -> None:
    """u (n, d) and weights (n,) of momenta (n, k, 4); laid is the form without SPLIT_SHARP.

    sharp (slots,) says which systems have the constant excess laid[4].
    """
    steps, base, excess = laid[0], laid[3], laid[4]
    finals = momenta.shape[1]
    parts = np.zeros((base.shape[0], 5))
    stride = 0 if sqrt_s.shape[0] == 1 else 1
    for i in range(momenta.shape[0]):
        for slot in range(base.shape[0]):
            parts[slot, NOW] = excess[slot]
            parts[slot, T] = excess[slot]
        for k in range(finals):
            for c in range(3):
                parts[k, c] = momenta[i, k, c + 1]
        _gather(parts, laid)
        parts[root, NOW] = parts[root, T]
        energy = sqrt_s[stride * i]
        weight = laid[5] if abs(base[root] + parts[root, T] - energy) <= CLOSE * energy else 0.0
        for slot in range(finals, base.shape[0]):
            if sharp[slot]:
                if abs(parts[slot, T] - excess[slot]) > CLOSE * (base[slot] + excess[slot]):
                    weight = 0.0
                parts[slot, T] = excess[slot]
        for at in range(steps.shape[0]):
            kind = steps[at, 0]
            if kind == SPLIT:
                weight *= _angles(parts, u[i], laid, at)
            elif kind == MASS:
                weight *= _mass(parts, u[i], laid, at)
            else:
                weight *= _fractions(parts, u[i], laid, at)
        if not weight > 0.0:
            weight = 0.0
            for k in range(u.shape[1]):
                u[i, k] = math.nan
        weights[i] = weight
