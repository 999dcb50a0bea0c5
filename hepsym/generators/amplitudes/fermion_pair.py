"""f fbar -> F Fbar through a photon and a Z, helicity by helicity, all masses kept.

M = sum over V of [vbar(2) gamma_mu (l P_L + r P_R) u(1)] D_V^{mu nu} [ubar(3) gamma_nu (L P_L + R P_R) v(4)]

with unit photon couplings Q e, Z couplings (e / sin cos)(T_3 P_L - Q sin^2), and propagators 1/s and
(-g + q q / M_Z^2) / (s - M_Z^2 + i M_Z Gamma_Z). F differs from f (no t channel), and Higgs exchange
is left out: relative to the photon it is m_f m_F / (e v)^2, 1e-8 in the amplitude for electrons and muons.
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym import constants
from hepsym._numba import kernel, loop
from hepsym.generators.amplitudes.spinors import Momentum, contract, current, u_spinor, v_spinor
from hepsym.generators.electroweak import Couplings

__all__ = ["FermionPair", "fermion_pair", "me2", "me2_point"]

Chiral = tuple[float, float, float, float, float, float, float, float]
"""Photon l, r, L, R, then Z l, r, L, R."""


@dataclass(frozen=True, slots=True)
class FermionPair:
    """What the kernel needs of a process f fbar -> F Fbar: plain numbers."""

    chiral: Chiral
    masses: tuple[float, float]
    """GeV, of f and of F."""
    m_z: float
    gamma_z: float
    running_width: bool
    polarization: tuple[float, float]
    """Degrees of longitudinal polarisation of f and fbar, +1 for helicity +1/2."""
    colors: float
    """Colour factor: summed over final and averaged over initial colours."""


def fermion_pair(
    incoming: int,
    outgoing: int,
    masses: tuple[float, float],
    couplings: Couplings,
    polarization: tuple[float, float] = (0.0, 0.0),
) -> FermionPair:
    """The numbers of incoming antiincoming -> outgoing antioutgoing, PDG ids of the fermions, GeV."""
    e = math.sqrt(4.0 * math.pi * couplings.alpha)
    g_z = e / math.sqrt(couplings.sin2_theta_w * (1.0 - couplings.sin2_theta_w))

    def photon(pdg: int) -> float:
        return e * constants.charge(pdg)

    def weak(pdg: int) -> tuple[float, float]:
        right = -g_z * constants.charge(pdg) * couplings.sin2_theta_eff
        return right + g_z * (0.5 if pdg % 2 == 0 else -0.5), right

    in_colors, out_colors = (3.0 if pdg <= 6 else 1.0 for pdg in (incoming, outgoing))
    return FermionPair(
        chiral=(
            photon(incoming),
            photon(incoming),
            photon(outgoing),
            photon(outgoing),
            *weak(incoming),
            *weak(outgoing),
        ),
        masses=masses,
        m_z=couplings.m_z,
        gamma_z=couplings.gamma_z,
        running_width=couplings.running_width,
        polarization=polarization,
        colors=out_colors / in_colors,
    )


@kernel
def me2_point(
    p1: Momentum,
    p2: Momentum,
    p3: Momentum,
    p4: Momentum,
    chiral: Chiral,
    m_in: float,
    m_out: float,
    m_z: float,
    gamma_z: float,
    running: bool,
    pol_1: float,
    pol_2: float,
) -> float:
    """Sum over final and polarised average over initial helicities of |M|^2, colour left out.

    p1, p2 are the incoming fermion and antifermion, p3, p4 the outgoing ones, in any frame.
    Natural units (dimensionless). Error: 1e-12 relative at E/m up to 1e8 in the centre-of-mass
    frame (tests/generators/amplitudes/test_fermion_pair.py, against mpmath and MadGraph5_aMC@NLO).
    """
    q = (p1[0] + p2[0], p1[1] + p2[1], p1[2] + p2[2], p1[3] + p2[3])
    s = q[0] * q[0] - q[1] * q[1] - q[2] * q[2] - q[3] * q[3]
    imaginary = s * gamma_z / m_z if running else m_z * gamma_z
    photon = 1.0 / s
    weak = 1.0 / complex(s - m_z * m_z, imaginary)
    long = 1.0 / (m_z * m_z)
    gl, gr, gfl, gfr, zl, zr, zfl, zfr = chiral
    total = 0.0
    for h1 in (-1, 1):
        u1 = u_spinor(p1, m_in, h1)
        for h2 in (-1, 1):
            share = 0.25 * (1.0 + h1 * pol_1) * (1.0 + h2 * pol_2)
            left, right = current(v_spinor(p2, m_in, h2), u1)
            for h3 in (-1, 1):
                u3 = u_spinor(p3, m_out, h3)
                for h4 in (-1, 1):
                    out_left, out_right = current(u3, v_spinor(p4, m_out, h4))
                    ll = contract(left, out_left)
                    lr = contract(left, out_right)
                    rl = contract(right, out_left)
                    rr = contract(right, out_right)
                    in_z = zl * contract(q, left) + zr * contract(q, right)
                    out_z = zfl * contract(q, out_left) + zfr * contract(q, out_right)
                    amplitude = photon * (gl * (gfl * ll + gfr * lr) + gr * (gfl * rl + gfr * rr)) + weak * (
                        zl * (zfl * ll + zfr * lr) + zr * (zfl * rl + zfr * rr) - in_z * out_z * long
                    )
                    total += share * (amplitude.real * amplitude.real + amplitude.imag * amplitude.imag)
    return total


@loop
def _me2(
    out: NDArray[np.float64],
    momenta: NDArray[np.float64],
    order: tuple[int, int, int, int],
    chiral: Chiral,
    m_in: float,
    m_out: float,
    m_z: float,
    gamma_z: float,
    running: bool,
    pol_1: float,
    pol_2: float,
    factor: float,
) -> None:
    a, b, c, d = order
    for i in range(out.shape[0]):
        p = momenta[i]
        out[i] = factor * me2_point(
            (p[a, 0], p[a, 1], p[a, 2], p[a, 3]),
            (p[b, 0], p[b, 1], p[b, 2], p[b, 3]),
            (p[c, 0], p[c, 1], p[c, 2], p[c, 3]),
            (p[d, 0], p[d, 1], p[d, 2], p[d, 3]),
            chiral, m_in, m_out, m_z, gamma_z, running, pol_1, pol_2,
        )  # fmt: skip


def me2(
    pair: FermionPair, momenta: NDArray[np.float64], order: tuple[int, int, int, int] = (0, 1, 2, 3)
) -> NDArray[np.float64]:
    """|M|^2 at momenta (n, 4, 4), summed over final and averaged over initial spins and colours, (n,).

    `order` tells which rows are f, fbar, F, Fbar. GeV in, dimensionless out, MadGraph's convention.
    """
    out = np.empty(len(momenta))
    _me2(
        out, np.ascontiguousarray(momenta), order, pair.chiral, *pair.masses, pair.m_z, pair.gamma_z,
        pair.running_width, *pair.polarization, pair.colors,
    )  # fmt: skip
    return out
