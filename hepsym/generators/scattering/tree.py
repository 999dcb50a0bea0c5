"""How are three and more particles drawn? As a binary tree: systems that break in two, and again in two.

    dPhi_n(M; ...) = dPhi_2(M; m_a, m_b)  ds_a / 2 pi  dPhi(m_a; ...)  ds_b / 2 pi  dPhi(m_b; ...)

A system's squared mass is drawn by a Breit-Wigner, as a power, or evenly; the first break may follow a
t channel. Byckling and Kajantie, Particle Kinematics (1973), ch. V.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import loop
from hepsym.generators.phasespace.mass_laws import BREIT_WIGNER, LOGARITHM, POWER, level, slope, square
from hepsym.generators.scattering.final import Final
from hepsym.generators.scattering.two_body import two_body, two_body_inverse
from hepsym.lorentz.kernels.boosts import boost_from_rest, boost_to_rest

__all__ = ["Leaf", "System", "Tree"]

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Leaf:
    """An outgoing particle."""

    leg: int
    """From 0 among the outgoing."""
    mass: float
    """GeV"""

    @property
    def least(self) -> float:
        """Least mass, GeV."""
        return self.mass

    @property
    def legs(self) -> tuple[int, ...]:
        """Outgoing legs inside."""
        return (self.leg,)


@dataclass(frozen=True, slots=True)
class System:
    """Two leaves or systems of a common mass; resonance = 0 draws s^-power, evenly for power = 0."""

    first: "Leaf | System"
    second: "Leaf | System"
    resonance: float = 0.0
    """GeV"""
    width: float = 0.0
    power: float = 0.0
    low: float = 0.0
    high: float = math.inf
    """GeV: bounds that cuts put on the mass, beside those of the particles inside."""

    @property
    def least(self) -> float:
        """Least mass, GeV."""
        return max(self.low, self.first.least + self.second.least)

    @property
    def legs(self) -> tuple[int, ...]:
        """Outgoing legs inside."""
        return self.first.legs + self.second.legs


@dataclass(frozen=True)
class Tree(Final):
    """The root's mass is the collision's; its break may follow a t channel and keep a least pt."""

    root: System
    least_pt: float = 0.0
    """GeV, of what the root breaks into."""
    most_cosine: float = 1.0
    """Largest |cos| of the root's break."""
    peak: int = 0
    """Power of 1 / (m^2 - t) that the root's break follows: 0 none, 1 of a fermion, 2 of a boson."""
    side: int = 0
    """1 where exchanges are between the root's first part and the first beam alone, -1 the second, 0 both."""
    exchanged: float = 0.0
    """m, GeV, of the lightest particle of that kind that is exchanged."""

    @property
    def axes(self) -> int:  # type: ignore[override]
        """Two a break, one a system below the root: 3 k - 4."""
        return 3 * len(self.root.legs) - 4

    def forward(self, u: Array, sqrt_s: Array, momenta: Array, jacobian: Array) -> None:
        """See Final.forward."""
        jacobian[:] = 1.0
        self._break(self.root, sqrt_s, None, u, 0, momenta, jacobian)

    def _break(
        self,
        system: System,
        mass: Array,
        momentum: Array | None,
        u: Array,
        taken: int,
        momenta: Array,
        jacobian: Array,
    ) -> int:
        """Draw what a system of this mass and momentum (None: at rest) ends in; returns uniforms taken."""
        parts = (system.first, system.second)
        masses: list[Array] = []
        for part, other in (parts, parts[::-1]):
            beside = masses[0] if masses else np.full(len(u), other.least)
            if isinstance(part, Leaf):
                masses.append(np.full(len(u), part.mass))
                continue
            most = np.minimum(mass - beside, part.high)
            drawn = np.empty(len(u))
            _draw_mass(u[:, taken], part.least, most, *_law(part), drawn, jacobian)
            masses.append(drawn)
            taken += 1
        pair = np.empty((2, len(u), 4))
        density = np.empty(len(u))
        angles = u[:, taken : taken + 2]
        two_body(angles, mass, masses[0], masses[1], *self._bounds(momentum), pair[0], pair[1], density)
        taken += 2
        jacobian *= density
        if momentum is not None:
            _to_frame(pair, momentum, mass, masses[0], masses[1])
        for part, own, p in zip(parts, masses, pair, strict=True):
            if isinstance(part, Leaf):
                momenta[:, part.leg] = p
            else:
                taken = self._break(part, own, p, u, taken, momenta, jacobian)
        return taken

    def _bounds(self, momentum: Array | None) -> tuple[float, float, int, int, float]:
        """Least pt, largest cosine, how, where and by what mass a t channel draws; nothing below the root."""
        if momentum is None:
            return self.least_pt, self.most_cosine, self.peak, self.side, self.exchanged
        return 0.0, 1.0, 0, 0, 0.0

    def inverse(self, momenta: Array, sqrt_s: Array, u: Array, jacobian: Array) -> None:
        """See Final.inverse. Error: 1e-10 of u, where no system's mass is lost in its energy."""
        jacobian[:] = 1.0
        self._join(self.root, sqrt_s, None, u, 0, momenta, jacobian)

    def _join(
        self,
        system: System,
        mass: Array,
        momentum: Array | None,
        u: Array,
        taken: int,
        momenta: Array,
        jacobian: Array,
    ) -> int:
        parts = (system.first, system.second)
        pair = np.stack([momenta[:, list(part.legs)].sum(axis=1) for part in parts])
        masses: list[Array] = []
        for number, (part, other) in enumerate((parts, parts[::-1])):
            if isinstance(part, Leaf):
                masses.append(np.full(len(u), part.mass))
                continue
            beside = masses[0] if masses else np.full(len(u), other.least)
            masses.append(_invariant_mass(pair[number]))
            most = np.minimum(mass - beside, part.high)
            column = np.empty(len(u))
            _find_mass(masses[number], part.least, most, *_law(part), column, jacobian)
            u[:, taken] = column
            taken += 1
        rest = pair.copy()
        if momentum is not None:
            _to_rest(rest, momentum, mass)
        angles, density = np.empty((len(u), 2)), np.empty(len(u))
        two_body_inverse(rest[0], mass, masses[0], masses[1], *self._bounds(momentum), angles, density)
        u[:, taken : taken + 2] = angles
        taken += 2
        jacobian *= density
        for part, own, p in zip(parts, masses, pair, strict=True):
            if isinstance(part, System):
                taken = self._join(part, own, p, u, taken, momenta, jacobian)
        return taken


def _invariant_mass(p: Array) -> Array:
    square = (p[:, 0] - p[:, 3]) * (p[:, 0] + p[:, 3]) - p[:, 1] ** 2 - p[:, 2] ** 2
    return np.asarray(np.sqrt(np.maximum(square, 0.0)))


def _law(system: System) -> tuple[int, float, float, float]:
    """Kind, m^2, m Gamma and power of a system's law, as in `phasespace.mass_laws`."""
    if system.width > 0.0:
        return BREIT_WIGNER, system.resonance**2, system.resonance * system.width, 0.0
    return (LOGARITHM if system.power == 1.0 else POWER), 0.0, 0.0, system.power


@loop
def _draw_mass(
    u: Array,
    low: float,
    high: Array,
    kind: int,
    m2: float,
    mg: float,
    nu: float,
    mass: Array,
    jacobian: Array,
) -> None:
    bottom = level(kind, low * low, m2, mg, nu)
    for i in range(u.shape[0]):
        if high[i] <= low:
            mass[i] = low
            jacobian[i] = 0.0
            continue
        span = level(kind, high[i] * high[i], m2, mg, nu) - bottom
        s = square(kind, bottom + span * u[i], m2, mg, nu)
        s = min(max(s, low * low), high[i] * high[i])
        mass[i] = math.sqrt(s)
        jacobian[i] *= span * slope(kind, s, m2, mg, nu) / (2.0 * math.pi)


@loop
def _find_mass(
    mass: Array,
    low: float,
    high: Array,
    kind: int,
    m2: float,
    mg: float,
    nu: float,
    u: Array,
    jacobian: Array,
) -> None:
    bottom = level(kind, low * low, m2, mg, nu)
    for i in range(u.shape[0]):
        if high[i] <= low or mass[i] < low * (1.0 - 1e-9) or mass[i] > high[i] * (1.0 + 1e-9):
            u[i] = 0.5
            jacobian[i] = 0.0
            continue
        s = mass[i] * mass[i]
        span = level(kind, high[i] * high[i], m2, mg, nu) - bottom
        u[i] = min(max((level(kind, s, m2, mg, nu) - bottom) / span, 0.0), 1.0)
        jacobian[i] *= span * slope(kind, s, m2, mg, nu) / (2.0 * math.pi)


@loop
def _to_frame(pair: Array, momentum: Array, mass: Array, m3: Array, m4: Array) -> None:
    """Boost both; energies are made from the masses anew, which a boost against the flight would lose."""
    for part in range(2):
        for i in range(pair.shape[1]):
            q = momentum[i]
            p = pair[part, i]
            m = m3[i] if part == 0 else m4[i]
            _, x, y, z = boost_from_rest((p[0], p[1], p[2], p[3]), (q[0], q[1], q[2], q[3]), mass[i])
            p[0], p[1], p[2], p[3] = math.sqrt(x * x + y * y + z * z + m * m), x, y, z


@loop
def _to_rest(pair: Array, momentum: Array, mass: Array) -> None:
    for part in range(2):
        for i in range(pair.shape[1]):
            q = momentum[i]
            p = pair[part, i]
            e, x, y, z = boost_to_rest((p[0], p[1], p[2], p[3]), (q[0], q[1], q[2], q[3]), mass[i])
            p[0], p[1], p[2], p[3] = e, x, y, z
