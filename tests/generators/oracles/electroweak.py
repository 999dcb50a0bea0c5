"""What the textbook says of e+e- -> f fbar, e+e-, gamma gamma, ZZ, ZH: |M|^2 as functions of s, t, u.

Averaged over initial spins, summed over final ones, 1/n! for identical final particles. Incoming
fermions are massless. Chiral couplings g_h = (e / s_W c_W) (T3_h - Q s_W^2); propagators
1/(q^2 - M^2 + i M Gamma) in every channel, as MadGraph has them, or with s Gamma / M where `running`.
Source: Renton, Electroweak Interactions, ch. 4 and 5; Brown and Mikaelian, PRD 19 (1979) 922 for ZZ;
Bjorken, SLAC-198 (1976) for ZH.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
ISOSPIN = {1: -0.5, 2: 0.5, 11: -0.5, 12: 0.5}
CHARGE = {1: -1 / 3, 2: 2 / 3, 11: -1.0, 12: 0.0}


def family(pdg: int) -> int:
    """The first-generation fermion with the same couplings."""
    return 11 + (abs(pdg) - 11) % 2 if abs(pdg) > 10 else 1 + (abs(pdg) - 1) % 2


@dataclass(frozen=True)
class Inputs:
    """The numbers of a tree-level electroweak theory; MadGraph's defaults. GeV."""

    alpha: float = 1 / 132.507
    sin2: float = 0.22224648578577766
    m_z: float = 91.188
    gamma_z: float = 2.441404
    gamma_w: float = 2.0476
    m_h: float = 125.0
    running: bool = False
    sin2_eff: float | None = None

    @property
    def m_w(self) -> float:
        return self.m_z * math.sqrt(1 - self.sin2)

    @property
    def e2(self) -> float:
        return 4 * math.pi * self.alpha

    @property
    def g2(self) -> float:
        return self.e2 / self.sin2

    @property
    def fermi(self) -> float:
        return self.g2 / (4 * math.sqrt(2) * self.m_w**2)

    def z(self, pdg: int) -> tuple[float, float]:
        """Left and right coupling of a fermion to the Z."""
        f = family(pdg)
        scale = math.sqrt(self.e2 / (self.sin2 * (1 - self.sin2)))
        sin2 = self.sin2 if self.sin2_eff is None else self.sin2_eff
        return scale * (ISOSPIN[f] - CHARGE[f] * sin2), -scale * CHARGE[f] * sin2

    def z_propagator(self, q2: Array) -> NDArray[np.complex128]:
        width = q2 * self.gamma_z / self.m_z if self.running else self.m_z * self.gamma_z
        return 1 / (q2 - self.m_z**2 + 1j * width)

    def exchange(self, f: int, F: int, q2: Array) -> dict[str, NDArray[np.complex128]]:
        """Photon plus Z between chiralities of f and F: LL, LR, RL, RR."""
        photon = self.e2 * CHARGE[family(f)] * CHARGE[family(F)] / q2
        z, one, two = self.z_propagator(q2), dict(zip("LR", self.z(f), strict=True)), self.z(F)
        other = dict(zip("LR", two, strict=True))
        return {a + b: photon + one[a] * other[b] * z for a in "LR" for b in "LR"}

    def with_(self, **changes: float) -> "Inputs":
        return replace(self, **changes)  # type: ignore[arg-type]


def colours(pdg: int) -> int:
    return 3 if abs(pdg) < 7 else 1


def pair(inputs: Inputs, f: int, F: int, m: float, s: Array, t: Array, u: Array) -> Array:
    """f fbar -> F Fbar, f massless, t between f and F; summed over colours of F, averaged over those of f."""
    g = inputs.exchange(f, F, s)
    total = sum(
        abs(g[a + b]) ** 2 * ((u if a == b else t) - m * m) ** 2 for a in "LR" for b in "LR"
    ) + 2 * m * m * s * sum((g[a + "L"] * np.conj(g[a + "R"])).real for a in "LR")
    return np.asarray(total * colours(F) / colours(f))


def bhabha(inputs: Inputs, s: Array, t: Array, u: Array) -> Array:
    """e- e+ -> e- e+, massless, t between the electrons."""
    a, b = inputs.exchange(11, 11, s), inputs.exchange(11, 11, t)
    same = u**2 * sum(abs(a[h] + b[h]) ** 2 for h in ("LL", "RR"))
    return np.asarray(same + 2 * t**2 * abs(a["LR"]) ** 2 + 2 * s**2 * abs(b["LR"]) ** 2)


def two_photons(inputs: Inputs, f: int, t: Array, u: Array) -> Array:
    """f fbar -> gamma gamma, massless."""
    return (inputs.e2 * CHARGE[family(f)] ** 2) ** 2 * (t / u + u / t) / colours(f)


def two_z(
    inputs: Inputs, f: int, s: Array, t: Array, u: Array, masses: tuple[float, float] | None = None
) -> Array:
    """f fbar -> Z Z, at the Z's mass or at two others."""
    left, right = inputs.z(f)
    one, two = (m * m for m in masses or (inputs.m_z, inputs.m_z))
    kinematic = t / u + u / t + 2 * (one + two) * s / (t * u) - one * two * (1 / t**2 + 1 / u**2)
    return 0.5 * (left**4 + right**4) * kinematic / colours(f)


def z_higgs(inputs: Inputs, f: int, s: Array, t: Array, u: Array, mass_squared: float | None = None) -> Array:
    """f fbar -> Z H with the H on shell, the Z at its mass or at another."""
    left, right = inputs.z(f)
    m2 = inputs.m_z**2 if mass_squared is None else mass_squared
    coupling = inputs.g2 * inputs.m_z**2 / (1 - inputs.sin2)
    kinematic = s + (m2 - t) * (m2 - u) / m2
    return 0.25 * (left**2 + right**2) * coupling * abs(inputs.z_propagator(s)) ** 2 * kinematic / colours(f)
