"""How do particles leave along the beams? Angles drawn by the momentum transfer of the exchange.

    a b -> 1 (2 3 ... n), then the exchanged line and b -> 2 (3 ... n), ...

Each emission is a two-body decay dPhi_2 = dt dphi / (16 pi M k*) / (2 pi), with k* the exchanged
line's momentum at rest of the system; t is drawn as (m^2 - t)^-nu, the azimuth evenly. The excess of
each system left follows RAMBO on diet's law. With n = 2 this is the 2 -> 2 map. Byckling and
Kajantie, Phys. Rev. 187 (1969) 2008.
"""

import math
from collections.abc import Sequence

import numpy as np

from hepsym._math import sincos2pi
from hepsym._numba import loop
from hepsym.errors import InputError
from hepsym.generators.phasespace.breakup import (
    momentum_of_release,
    product_excess,
    release_of_excess,
    rest_direction,
)
from hepsym.generators.phasespace.cascades.chain import diet_cumulative, diet_density, diet_root
from hepsym.generators.phasespace.exchanges.exchange import across, axis_of, bounds, emission, put, transfer
from hepsym.generators.phasespace.map import Array, PhaseSpace, check_masses, check_shapes, energies
from hepsym.generators.phasespace.mass_laws import level, slope, square
from hepsym.generators.phasespace.volume import volume

__all__ = ["TChannel"]

Beams = tuple[float, float]
CLOSE = 1e-7


class TChannel(PhaseSpace):
    """2 -> n at rest, the first beam along +z; particle 1 is emitted by it, the others in turn.

    Uniforms: n - 2 masses, the lightest system's first, then t and azimuth of each emission. A
    bijection; momenta come back to 1e-10 sqrt(s) (tests/generators/phasespace/test_maps.py).
    """

    def __init__(
        self,
        masses: Sequence[float],
        beams: Beams = (0.0, 0.0),
        exchanged: Sequence[tuple[float, float]] = ((0.0, 0.0),),
        least_transfer: float = 0.0,
    ) -> None:
        """exchanged has (m in GeV, nu) of each of the n - 1 lines, or of all of them.

        |t| >= least_transfer, GeV^2, at the first emission: needed where m = 0 and nu >= 1 for
        massless beams, whose integral diverges; the volume is then that of this region. Raises InputError.
        """
        self.masses = check_masses(tuple(masses))
        self.beams = check_masses(beams)
        n = len(self.masses)
        lines = tuple(exchanged) * (n - 1 if len(exchanged) == 1 else 1)
        if len(lines) != n - 1:
            raise InputError(f"exchanged has {len(lines)} lines for {n} particles; give 1 or {n - 1}")
        for m, nu in lines:
            if m == 0.0 and nu >= 1.0 and not least_transfer > 0.0:
                raise InputError(
                    f"(0 - t)^-{nu:g} may diverge forward; give the exchanged line a mass, or least_transfer"
                )
        if least_transfer > 0.0 and n != 2:
            raise InputError("least_transfer is for two particles; for more, give the exchanged lines a mass")
        self.least_transfer = float(least_transfer)
        self.dimensions = 3 * n - 4
        self._masses = np.array(self.masses)
        self._lines = np.array(lines, dtype=np.float64)

    def forward(self, u: Array, sqrt_s: float | Array, momenta: Array, weight: Array) -> None:
        """See PhaseSpace.forward."""
        check_shapes(self, u, momenta, weight)
        energy = energies(sqrt_s, len(weight))
        _forward(u, energy, self._masses, self._beams(), self._lines, self.least_transfer, momenta, weight)

    def inverse(self, momenta: Array, sqrt_s: float | Array, u: Array, weight: Array) -> None:
        """See PhaseSpace.inverse."""
        check_shapes(self, u, momenta, weight)
        energy = energies(sqrt_s, len(weight))
        _inverse(momenta, energy, self._masses, self._beams(), self._lines, self.least_transfer, u, weight)

    def volume(self, sqrt_s: float) -> float:
        """See PhaseSpace.volume; less what least_transfer cuts away."""
        whole = volume(self.masses, sqrt_s)
        if self.least_transfer == 0.0 or whole == 0.0:
            return whole
        p = momentum_of_release(sqrt_s - sum(self.masses), *self.masses)
        k = momentum_of_release(sqrt_s - sum(self.beams), *self.beams)
        start = transfer(sqrt_s, self.beams[0] ** 2, self.beams[1], k, self.masses[0], p, 0.0)
        lost = min(max((self.least_transfer + start) / (4.0 * k * p), 0.0), 1.0)
        return whole * (1.0 - lost)

    def _beams(self) -> Beams:
        return self.beams[0], self.beams[1]


@loop
def _forward(
    u: Array, sqrt_s: Array, masses: Array, beams: Beams, lines: Array, least: float, momenta: Array,
    weights: Array,
) -> None:  # fmt: skip
    n = masses.shape[0]
    stride = 0 if sqrt_s.shape[0] == 1 else 1
    excess, sums = np.empty(n + 1), np.zeros(n + 1)
    for back_to in range(n - 1, -1, -1):
        sums[n - back_to] = sums[n - back_to - 1] + masses[back_to]
    for i in range(u.shape[0]):
        mass = sqrt_s[stride * i]
        excess[n], excess[1] = mass - sums[n], 0.0
        if not (excess[n] > 0.0 and mass > beams[0] + beams[1]):
            weights[i] = 0.0
            momenta[i] = math.nan
            continue
        weight = 1.0
        for size in range(n - 1, 1, -1):
            y = diet_root(size, u[i, size - 2])
            root = math.sqrt(y)
            excess[size] = excess[size + 1] * root
            weight *= excess[size + 1] / (2.0 * root * diet_density(size, y))
            weight *= (sums[size] + excess[size]) / math.pi
        beam = momentum_of_release(mass - beams[0] - beams[1], beams[0], beams[1])
        t = beams[0] * beams[0]
        q = (0.0, 0.0, 0.0)
        for step in range(n - 1):
            left = n - 1 - step
            m_1, m_2 = masses[step], sums[left] + excess[left]
            mass = sums[left + 1] + excess[left + 1]
            k, p, start, stop, kind = emission(
                mass, t, beams[1], m_1, m_2, lines[step, 0], lines[step, 1], least
            )
            if not stop > start:
                weight = math.nan
                break
            low, high = bounds(kind, start, stop, lines[step, 1])
            x = square(kind, low + (high - low) * u[i, n - 2 + 2 * step], 0.0, 0.0, lines[step, 1])
            x = min(max(x, start), stop)
            t_next = lines[step, 0] * lines[step, 0] - x
            back = (transfer(mass, t, beams[1], k, m_1, p, 0.0) - t_next) / (2.0 * k * p)
            back = min(max(back, 0.0), 2.0)
            weight *= (high - low) * slope(kind, x, 0.0, 0.0, lines[step, 1]) / (16.0 * math.pi * mass * k)
            sine, cosine = sincos2pi(u[i, n - 1 + 2 * step])
            across_p, along = p * math.sqrt(back * (2.0 - back)), p * (1.0 - back)
            axis = axis_of(q, mass, k, beams[1], beam) if step > 0 else (0.0, 0.0, 1.0)
            e1, e2 = across(axis)
            ax, ay = across_p * cosine, across_p * sine
            x1 = ax * e1[0] + ay * e2[0] + along * axis[0]
            y1 = ax * e1[1] + ay * e2[1] + along * axis[1]
            z1 = ax * e1[2] + ay * e2[2] + along * axis[2]
            energy = math.sqrt(q[0] * q[0] + q[1] * q[1] + q[2] * q[2] + mass * mass)
            f = math.sqrt(p * p + m_1 * m_1) / mass
            f += (q[0] * x1 + q[1] * y1 + q[2] * z1) / (mass * (energy + mass))
            x1, y1, z1 = x1 + f * q[0], y1 + f * q[1], z1 + f * q[2]
            put(momenta[i, step], x1, y1, z1, m_1)
            q = (q[0] - x1, q[1] - y1, q[2] - z1)
            t = t_next
        put(momenta[i, n - 1], q[0], q[1], q[2], masses[n - 1])
        weights[i] = 0.0 if math.isnan(weight) else weight


@loop
def _inverse(
    momenta: Array, sqrt_s: Array, masses: Array, beams: Beams, lines: Array, least: float, u: Array,
    weights: Array,
) -> None:  # fmt: skip
    n = masses.shape[0]
    stride = 0 if sqrt_s.shape[0] == 1 else 1
    excess, sums, systems = np.empty(n + 1), np.zeros(n + 1), np.empty((n + 1, 3))
    for back_to in range(n - 1, -1, -1):
        sums[n - back_to] = sums[n - back_to - 1] + masses[back_to]
    for i in range(momenta.shape[0]):
        excess[1] = 0.0
        systems[1] = momenta[i, n - 1, 1:]
        for size in range(2, n + 1):
            leg, r, m_1, m_2 = (
                momenta[i, n - size],
                systems[size - 1],
                masses[n - size],
                sums[size - 1] + excess[size - 1],
            )
            product = product_excess(leg[1], leg[2], leg[3], m_1, r[0], r[1], r[2], m_2)
            excess[size] = excess[size - 1] + release_of_excess(product, m_1, m_2)
            for axis_number in range(3):
                systems[size, axis_number] = r[axis_number] + leg[axis_number + 1]
        mass = float(sums[n] + excess[n])
        root_s = sqrt_s[stride * i]
        weight = 1.0 if abs(mass - root_s) <= CLOSE * root_s and mass > beams[0] + beams[1] else 0.0
        for size in range(n - 1, 1, -1):
            root = min(excess[size] / excess[size + 1], 1.0)
            y = root * root
            u[i, size - 2] = diet_cumulative(size, y)
            weight *= excess[size + 1] / (2.0 * root * diet_density(size, y))
            weight *= (sums[size] + excess[size]) / math.pi
        if weight > 0.0:
            beam = momentum_of_release(mass - beams[0] - beams[1], beams[0], beams[1])
            t = beams[0] * beams[0]
            for step in range(n - 1):
                left = n - 1 - step
                m_1, m_2 = masses[step], sums[left] + excess[left]
                mass = float(sums[left + 1] + excess[left + 1])
                k, p, start, stop, kind = emission(
                    mass, t, beams[1], m_1, m_2, lines[step, 0], lines[step, 1], least
                )
                q = (systems[left + 1, 0], systems[left + 1, 1], systems[left + 1, 2])
                if step == 0:
                    q = (0.0, 0.0, 0.0)
                axis = axis_of(q, mass, k, beams[1], beam) if step > 0 else (0.0, 0.0, 1.0)
                leg = momenta[i, step]
                d = rest_direction(
                    leg[1], leg[2], leg[3], q[0], q[1], q[2], mass, math.sqrt(p * p + m_1 * m_1), p
                )
                e1, e2 = across(axis)
                c = d[0] * axis[0] + d[1] * axis[1] + d[2] * axis[2]
                ax = d[0] * e1[0] + d[1] * e1[1] + d[2] * e1[2]
                ay = d[0] * e2[0] + d[1] * e2[1] + d[2] * e2[2]
                back = (ax * ax + ay * ay) / (1.0 + c) if c > 0.0 else 1.0 - c
                t_next = transfer(mass, t, beams[1], k, m_1, p, back)
                x = lines[step, 0] * lines[step, 0] - t_next
                if not (stop > start and start * (1.0 - CLOSE) <= x <= stop * (1.0 + CLOSE)):
                    weight = 0.0
                    break
                x = min(max(x, start), stop)
                low, high = bounds(kind, start, stop, lines[step, 1])
                u[i, n - 2 + 2 * step] = (level(kind, x, 0.0, 0.0, lines[step, 1]) - low) / (high - low)
                turn = math.atan2(ay, ax) / (2.0 * math.pi)
                u[i, n - 1 + 2 * step] = turn if turn >= 0.0 else 1.0 + turn
                weight *= (high - low) * slope(kind, x, 0.0, 0.0, lines[step, 1])
                weight /= 16.0 * math.pi * mass * k
                t = t_next
        if not weight > 0.0:
            weight = 0.0
            u[i] = math.nan
        weights[i] = weight
