"""Which parton pairs make a final state, and at what rate: the sums that hadrons.cross_section integrates."""

from collections.abc import Callable

import numpy as np

from tests.generators.oracles import electroweak as ew
from tests.generators.oracles import qcd
from tests.generators.oracles.hadrons import PICOBARN, Array, Luminosity, Rate, either, two_body


def drell_yan(inputs: ew.Inputs, flavours: int, lepton: int = 13) -> Rate:
    """q qbar -> gamma*/Z -> l- l+, massless, all angles: s / (48 pi) sum |G|^2 / 3."""

    def rate(s: float, f: Luminosity) -> Array:
        def sigma(q: int) -> float:
            couplings = inputs.exchange(q, lepton, np.array(s)).values()
            return PICOBARN * s / (48 * np.pi) * float(sum(abs(g) ** 2 for g in couplings)) / 3

        return sum(sigma(q) * either(f, q, -q) for q in range(1, flavours + 1))  # type: ignore[return-value]

    return rate


def w_to_lepton(inputs: ew.Inputs, sign: int) -> Rate:
    """u dbar, c sbar -> W+ -> l+ nu (sign 1) or conjugate, unit CKM: s / (48 pi) (g^2/2)^2 |D|^2 / 3."""

    def rate(s: float, f: Luminosity) -> Array:
        width = s * inputs.gamma_w / inputs.m_w if inputs.running else inputs.m_w * inputs.gamma_w
        propagator = 1 / ((s - inputs.m_w**2) ** 2 + width**2)
        sigma = PICOBARN * s / (48 * np.pi) * (inputs.g2 / 2) ** 2 * propagator / 3
        return sigma * (either(f, 2 * sign, -1 * sign) + either(f, 4 * sign, -3 * sign))

    return rate


def top_pair(m: float, alpha_s: float, flavours: int = 5) -> Rate:
    """g g, q qbar -> t tbar."""

    def rate(s: float, f: Luminosity) -> Array:
        glue = two_body(lambda *stu: qcd.gluons_to_heavy(m, *stu), s, (m, m))
        quark = two_body(lambda *stu: qcd.quarks_to_heavy(m, *stu), s, (m, m))
        quarks = sum(either(f, q, -q) for q in range(1, flavours + 1))
        return (4 * np.pi * alpha_s) ** 2 * (glue * f(0, 0) + quark * quarks)

    return rate


def jets(alpha_s: float, pt_min: float, flavours: int) -> Rate:
    """Every massless two-parton final state."""

    def rate(s: float, f: Luminosity) -> Array:
        def sigma(me2: Callable[[Array, Array, Array], Array]) -> float:
            return (4 * np.pi * alpha_s) ** 2 * two_body(me2, s, (0.0, 0.0), pt_min)

        quarks = [q for q in range(-flavours, flavours + 1) if q]
        others = (flavours - 1) * sigma(qcd.annihilate_to_others)
        annihilation = others + sigma(qcd.annihilate_to_same) + sigma(qcd.annihilate_to_gluons)
        total = f(0, 0) * (sigma(qcd.gluons) + flavours * sigma(qcd.gluons_to_quarks))
        total += sigma(qcd.quark_gluon) * sum(either(f, q, 0) for q in quarks)
        same, different = sigma(qcd.quarks_equal), sigma(qcd.quarks_differ)
        for a in quarks:
            for b in quarks:
                total += f(a, b) * (same if a == b else annihilation if a == -b else different)
        return total

    return rate


def photon_pair(inputs: ew.Inputs, pt_min: float, flavours: int) -> Rate:
    """q qbar -> gamma gamma."""

    def rate(s: float, f: Luminosity) -> Array:
        sigma = {
            q: two_body(lambda _, t, u: ew.two_photons(inputs, q, t, u), s, (0.0, 0.0), pt_min)  # noqa: B023
            for q in (1, 2)
        }
        return sum(sigma[ew.family(q)] * either(f, q, -q) for q in range(1, flavours + 1))  # type: ignore[return-value]

    return rate


def photon_jet(inputs: ew.Inputs, alpha_s: float, pt_min: float, flavours: int) -> Rate:
    """q qbar -> gamma g, q g -> gamma q."""

    def rate(s: float, f: Luminosity) -> Array:
        total = 0.0
        for kind in (1, 2):
            pair, compton = (
                4 * np.pi * alpha_s * inputs.e2 * two_body(me2, s, (0.0, 0.0), pt_min)
                for me2 in (
                    lambda _, t, u: qcd.annihilate_to_photon_gluon(kind, t, u),  # noqa: B023
                    lambda s_, _, u: qcd.compton(kind, s_, u),  # noqa: B023
                )
            )
            for q in range(kind, flavours + 1, 2):
                total = total + pair * either(f, q, -q) + compton * (either(f, q, 0) + either(f, -q, 0))
        return np.asarray(total)

    return rate


def z_jet(inputs: ew.Inputs, alpha_s: float, pt_min: float, flavours: int) -> Rate:
    """q qbar -> Z g, q g -> Z q with the Z on shell, at the mass that inputs say."""

    def rate(s: float, f: Luminosity) -> Array:
        total = 0.0
        for kind in (1, 2):
            pair, compton = (
                4 * np.pi * alpha_s * two_body(me2, s, (0.0, inputs.m_z), pt_min)
                for me2 in (
                    lambda s_, t, u: qcd.annihilate_to_z_gluon(inputs, kind, s_, t, u),  # noqa: B023
                    lambda s_, t, u: qcd.z_compton(inputs, kind, s_, t, u),  # noqa: B023
                )
            )
            for q in range(kind, flavours + 1, 2):
                total = total + pair * either(f, q, -q) + compton * (either(f, q, 0) + either(f, -q, 0))
        return np.asarray(total)

    return rate
