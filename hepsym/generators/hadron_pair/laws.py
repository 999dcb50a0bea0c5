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

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel

Values = NDArray[np.float64]
Integers = NDArray[np.int64]
Eight = tuple[float, float, float, float, float, float, float, float]

EXCHANGE, GLUONS, QUARKS = range(3)

LAW, NORM, TURN, ORDER, PHOTON, LL, LR, RL, RR, PURE, S1, S2, X1, X2, I1, I2 = range(16)
"""Numbers of a law: which; N with all constants; whether c counts from the quark to the fermion (1) or
its antiparticle (-1); whether leg 0 is the quark (1) or leg 1 (-1); Q; g_a g_b; then what `complete` makes of
these: S = PURE / s^2 + S1 Re(1/D) / s + S2 |1/D|^2, and X and I so."""
NUMBERS = 16


class Pair(NamedTuple):
    """What all laws of a process share at one point."""

    s: float
    """s-hat, GeV^2"""
    over_s2: float
    """1 / s^2"""
    e3: float
    e4: float
    p: float
    c: float
    between: float
    """Re(1 / (s - M^2 + i M Gamma)) / s"""
    peak: float
    """|1 / (s - M^2 + i M Gamma)|^2"""


def complete(law: Values) -> None:
    """Fill in the squares of a law's strengths from the strengths."""
    q, ll, lr, rl, rr = law[PHOTON], law[LL], law[LR], law[RL], law[RR]
    law[PURE] = 2.0 * q * q
    law[S1], law[S2] = 2.0 * q * (ll + rr), ll * ll + rr * rr
    law[X1], law[X2] = 2.0 * q * (lr + rl), lr * lr + rl * rl
    law[I1], law[I2] = q * (ll + rr + lr + rl), ll * lr + rr * rl


@kernel
def pair_at(
    root: float, p: float, m3: float, m4: float, c: float, mass_2: float, width: float, running: bool
) -> Pair:
    """The pair at sqrt(s) = root, GeV; width is M Gamma in GeV^2, or Gamma / M where it runs with s."""
    s = root * root
    over = 1.0 / s
    e3 = 0.5 * root if m3 == m4 else 0.5 * (root + (m3 - m4) * (m3 + m4) / root)
    off = s - mass_2
    width = width * s if running else width
    peak = 1.0 / (off * off + width * width)
    return Pair(s, over * over, e3, root - e3, p, c, off * peak * over, peak)


@kernel
def me2(law: Values, g: int, pair: Pair, m3: float, m4: float) -> float:
    """|M|^2 of law g, without alpha_s."""
    e3, e4, s = pair.e3, pair.e4, pair.s
    if law[g, LAW] == EXCHANGE:
        pure = law[g, PURE] * pair.over_s2
        same = pure + law[g, S1] * pair.between + law[g, S2] * pair.peak
        cross = pure + law[g, X1] * pair.between + law[g, X2] * pair.peak
        mixed = pure + law[g, I1] * pair.between + law[g, I2] * pair.peak
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

    For heavy quarks, with sigma of leg 2 and lambda of leg 0,

        QUARKS    (1 + lambda sigma c)^2, or (1 - beta^2) sin^2
        GLUONS    (1 - beta^2)(1 + lambda sigma beta)^2 for equal helicities of gluons and of quarks,
                  (1 - beta^2) beta^2 sin^4 and beta^2 sin^2 (1 + lambda sigma c)^2 for unequal ones,

    first where the quarks' helicities are unequal, second where equal.
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
    if h2 == h3:
        return float((1.0 - 2.0 * p / root) * (1.0 + 2.0 * p / root) * sine_2)
    return float((1.0 + h0 * h2 * c) ** 2)


@kernel
def exchange_weights(law: Values, g: int, pair: Pair, m3: float, m4: float) -> Eight:
    """What helicities contribute to |M|^2 of EXCHANGE, up to a factor: number 4 l + 2 f + b.

    The bits l, f and b say that the incoming fermion, the outgoing fermion and the outgoing
    antifermion have helicity +1. With sigma and lambda of the outgoing and the incoming fermion,
    (1 + lambda sigma c)^2 |G_ls e_+ + G_l-s e_-|^2 where the outgoing ones are unequal, and
    sin^2 |G_ls f_+ + G_l-s f_-|^2 where equal; e_+-^2 = (E3 +- p)(E4 +- p), f_+-^2 = (E3 +- p)(E4 -+ p),
    e_+ e_- = f_+ f_- = m3 m4, leg 3 here the fermion.
    """
    forward = law[g, ORDER] * law[g, TURN] > 0.0
    e3, e4 = (pair.e3, pair.e4) if forward else (pair.e4, pair.e3)
    c = law[g, TURN] * pair.c
    a, b, d, e = _chiral_weights(law, g, LL, pair, e3, e4, m3 * m4, -c)
    f, h, k, m = _chiral_weights(law, g, RL, pair, e3, e4, m3 * m4, c)
    return a, b, d, e, f, h, k, m


@kernel
def _chiral_weights(
    law: Values, g: int, at: int, pair: Pair, e3: float, e4: float, mm: float, x: float
) -> tuple[float, float, float, float]:
    """Those of one helicity of the incoming fermion, whose strengths begin at `at`; x = lambda c."""
    p, q, left, right = pair.p, law[g, PHOTON], law[g, at], law[g, at + 1]
    photon = q * q * pair.over_s2
    l_2 = photon + left * (2.0 * q * pair.between + left * pair.peak)
    r_2 = photon + right * (2.0 * q * pair.between + right * pair.peak)
    both = 2.0 * (photon + q * (left + right) * pair.between + left * right * pair.peak) * mm
    plus_2, minus_2 = (e3 + p) * (e4 + p), max((e3 - p) * (e4 - p), 0.0)
    first_2, second_2 = (e3 + p) * max(e4 - p, 0.0), max(e3 - p, 0.0) * (e4 + p)
    sine_2, less, more = (1.0 - x) * (1.0 + x), (1.0 - x) * (1.0 - x), (1.0 + x) * (1.0 + x)
    return (
        sine_2 * (l_2 * first_2 + r_2 * second_2 + both),
        less * (l_2 * plus_2 + r_2 * minus_2 + both),
        more * (r_2 * plus_2 + l_2 * minus_2 + both),
        sine_2 * (r_2 * first_2 + l_2 * second_2 + both),
    )
