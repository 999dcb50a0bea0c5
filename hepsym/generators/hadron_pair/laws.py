r"""What is |M|^2 of two partons going to two particles, in closed form?

Laws of massless partons, s-hat = s and the cosine c of the angle between the first parton and the
first outgoing particle, averaged over initial and summed over final spins and colours:

EXCHANGE, a photon, Z, W or Z' made of a quark and an antiquark, with chiral strengths G_ab,

    |M|^2 = N [ S s (E3 + p c)(E4 + p c) + X s (E3 - p c)(E4 - p c) + 2 m3 m4 s I ],
    S = |G_LL|^2 + |G_RR|^2,  X = |G_LR|^2 + |G_RL|^2,  I = Re(G_LL G_LR^* + G_RR G_RL^*),
    G_ab = Q / s + g_a g_b / (s - M^2 + i M Gamma) with c from the quark to the outgoing fermion;

GLUONS and QUARKS to heavy quarks, with a = (1 - beta c) / 2, b = (1 + beta c) / 2, rho = 4 m^2 / s,

    |M|^2 / g^4 = (1 / 6ab - 3/8)(a^2 + b^2 + rho - rho^2 / 4ab),     4/9 (a^2 + b^2 + rho / 2).

Sources: Renton, Electroweak Interactions (1990), ch. 4; Nason, Dawson and Ellis, Nucl. Phys. B303
(1988) 607. Tested against the amplitude engine (tests/generators/hadron_pair).
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel

Values = NDArray[np.float64]

EXCHANGE, GLUONS, QUARKS = range(3)

LAW, NORM, TURN, ORDER, PHOTON, LL, LR, RL, RR = range(9)
"""Numbers of a law: which; N with all constants; whether c counts from the quark to the fermion (1) or
its antiparticle (-1); whether leg 0 is the quark (1) or leg 1 (-1); Q; g_a g_b."""
NUMBERS = 9


class Pair(NamedTuple):
    """What all laws of a process share at one point."""

    s: float
    """s-hat, GeV^2"""
    e3: float
    e4: float
    p: float
    c: float
    between: float
    """Re(1 / (s - M^2 + i M Gamma)) / s"""
    peak: float
    """|1 / (s - M^2 + i M Gamma)|^2"""


@kernel
def pair_at(
    s: float, p: float, m3: float, m4: float, c: float, mass_2: float, width: float, running: bool
) -> Pair:
    """The pair at s in GeV^2; width is M Gamma in GeV^2, or Gamma / M where it runs with s."""
    root = math.sqrt(s)
    e3 = 0.5 * root if m3 == m4 else 0.5 * (root + (m3 - m4) * (m3 + m4) / root)
    off = s - mass_2
    width = width * s if running else width
    peak = 1.0 / (off * off + width * width)
    return Pair(s, e3, root - e3, p, c, off * peak / s, peak)


@kernel
def me2(law: Values, g: int, pair: Pair, m3: float, m4: float) -> float:
    """|M|^2 of law g, without alpha_s."""
    e3, e4, s = pair.e3, pair.e4, pair.s
    if law[g, LAW] == EXCHANGE:
        q, between, peak = law[g, PHOTON], pair.between, pair.peak
        ll, lr, rl, rr = law[g, LL], law[g, LR], law[g, RL], law[g, RR]
        photon = 2.0 * q * q / (s * s)
        same = photon + 2.0 * q * (ll + rr) * between + (ll * ll + rr * rr) * peak
        cross = photon + 2.0 * q * (lr + rl) * between + (lr * lr + rl * rl) * peak
        mixed = photon + q * (ll + rr + lr + rl) * between + (ll * lr + rr * rl) * peak
        pc = pair.p * pair.c * law[g, TURN]
        angular = same * (e3 + pc) * (e4 + pc) + cross * (e3 - pc) * (e4 - pc) + 2.0 * m3 * m4 * mixed
        return float(law[g, NORM] * s * angular)
    beta_c = 2.0 * pair.p * pair.c / (e3 + e4)
    a, b, rho = 0.5 * (1.0 - beta_c), 0.5 * (1.0 + beta_c), 4.0 * m3 * m3 / s
    if law[g, LAW] == QUARKS:
        return float(law[g, NORM] * (4.0 / 9.0) * (a * a + b * b + 0.5 * rho))
    over = 1.0 / (a * b)
    return float(law[g, NORM] * (over / 6.0 - 0.375) * (a * a + b * b + rho - 0.25 * rho * rho * over))


@kernel
def flow_share(beta_c: float) -> float:
    """Share in g g > Q Qbar of the flow that ties leg 0 to leg 2: b^2 / (a^2 + b^2).

    The two orders' amplitudes are as b to a at every helicity. Bern, Carrasco and Johansson,
    https://arxiv.org/abs/0805.3993; with masses https://arxiv.org/abs/1507.06288.
    """
    a, b = 1.0 - beta_c, 1.0 + beta_c
    return b * b / (a * a + b * b)


@kernel
def helicity_weight(law: Values, g: int, pair: Pair, h0: float, h1: float, h2: float, h3: float) -> float:
    """What helicities h (+1 or -1) of the four legs contribute to |M|^2, up to a factor common to all.

    With sigma and lambda the helicities of the outgoing and the incoming fermion,

        EXCHANGE  (1 + lambda sigma c)^2 |G_ls e_+ + G_l-s e_-|^2, or sin^2 |G_ls f_+ + G_l-s f_-|^2
        QUARKS    (1 + lambda sigma c)^2, or (1 - beta^2) sin^2
        GLUONS    (1 - beta^2)(1 + lambda sigma beta)^2 for equal helicities of gluons and of quarks,
                  (1 - beta^2) beta^2 sin^4 and beta^2 sin^2 (1 + lambda sigma c)^2 for unequal ones,

    first where the outgoing helicities are unequal, second where equal; e_+-^2 = (E3 +- p)(E4 +- p),
    f_+-^2 = (E3 +- p)(E4 -+ p).
    """
    p, c, e3, e4 = pair.p, pair.c, pair.e3, pair.e4
    root = e3 + e4
    sine_2 = (1.0 - c) * (1.0 + c)
    if law[g, LAW] == GLUONS:
        beta = 2.0 * p / root
        below = (1.0 - beta) * (1.0 + beta)
        if h0 == h1:
            return float(below * (1.0 + h0 * h2 * beta) ** 2) if h2 == h3 else 0.0
        if h2 == h3:
            return float(below * (beta * sine_2) ** 2)
        return float(beta * beta * sine_2 * (1.0 + h0 * h2 * c) ** 2)
    if h0 == h1:
        return 0.0
    if law[g, LAW] == QUARKS:
        if h2 == h3:
            return float((1.0 - 2.0 * p / root) * (1.0 + 2.0 * p / root) * sine_2)
        return float((1.0 + h0 * h2 * c) ** 2)
    q, between, peak = law[g, PHOTON], pair.between, pair.peak
    photon = q * q / (pair.s * pair.s)
    fermion = h0 if law[g, ORDER] > 0.0 else h1
    sigma = h2
    if law[g, ORDER] * law[g, TURN] < 0.0:  # leg 3 is the fermion
        sigma, e3, e4 = h3, e4, e3
    one, two = (law[g, LL], law[g, LR]) if fermion < 0.0 else (law[g, RL], law[g, RR])
    if sigma > 0.0:
        one, two = two, one
    turn = 1.0 if h2 != h3 else -1.0
    plus = max((e3 + p) * (e4 + turn * p), 0.0)
    minus = max((e3 - p) * (e4 - turn * p), 0.0)
    strength = (
        (photon + 2.0 * q * one * between + one * one * peak) * plus
        + (photon + 2.0 * q * two * between + two * two * peak) * minus
        + 2.0 * (photon + q * (one + two) * between + one * two * peak) * math.sqrt(plus * minus)
    )
    return float(strength * (sine_2 if h2 == h3 else (1.0 + h0 * h2 * c) ** 2))
