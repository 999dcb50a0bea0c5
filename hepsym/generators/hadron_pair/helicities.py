"""Which flow of colour and which helicities has an accepted point? Chosen for many side by side.

A lane is a column of `told`: what |M|^2 is made of, and the number to choose by.
"""

from hepsym._numba import kernel
from hepsym.generators.hadron_pair.laws import (
    EXCHANGE,
    GLUONS,
    LAW,
    Integers,
    Pair,
    Values,
    exchange_weights,
    flow_share,
    helicity_weight,
)
from hepsym.generators.hadron_pair.stages import Physics

TOLD = 9
"""Rows of `told`: a Pair's eight, then the number."""


@kernel
def tell(told: Values, lane: int, pair: Pair, v: float) -> None:
    """Put a point and its number in a lane."""
    told[0, lane], told[1, lane], told[2, lane], told[3, lane] = pair.s, pair.over_s2, pair.e3, pair.e4
    told[4, lane], told[5, lane], told[6, lane], told[7, lane] = pair.p, pair.c, pair.between, pair.peak
    told[8, lane] = v


@kernel
def _heard(told: Values, lane: int) -> Pair:
    return Pair(
        told[0, lane], told[1, lane], told[2, lane], told[3, lane],
        told[4, lane], told[5, lane], told[6, lane], told[7, lane],
    )  # fmt: skip


@kernel
def choose(
    physics: Physics, m3: float, m4: float, told: Values, groups: Integers, own: Integers, codes: Integers,
    active: int, part: Values, chosen: Integers,
) -> None:  # fmt: skip
    """Flow and helicities of the first `active` lanes, of these groups, into chosen[own[lane], 1:].

    part (states,) and codes (lanes,) are room. Exchange has no branches, so that lanes go side by side.
    """
    if physics.law[0, LAW] == EXCHANGE:
        for lane in range(active):
            codes[lane] = _exchange_code(physics, groups[lane], _heard(told, lane), m3, m4, told[8, lane])
        for lane in range(active):
            i = own[lane]
            chosen[i, 1], chosen[i, 2] = 0, physics.codes[groups[lane], codes[lane]]
        return
    for lane in range(active):
        i = own[lane]
        chosen[i, 1], chosen[i, 2] = _quark_state(
            physics, groups[lane], _heard(told, lane), told[8, lane], part
        )


@kernel
def _exchange_code(physics: Physics, g: int, pair: Pair, m3: float, m4: float, v: float) -> int:
    """The bits that v chooses."""
    a, b, c, d, e, f, g_, h = exchange_weights(physics.law, g, pair, m3, m4)
    ab, cd, ef = a + b, c + d, e + f
    abc, abcd = ab + c, ab + cd
    rest, code = v * (abcd + ef + (g_ + h)), 0
    code += 1 if rest >= a else 0
    code += 1 if rest >= ab else 0
    code += 1 if rest >= abc else 0
    code += 1 if rest >= abcd else 0
    code += 1 if rest >= abcd + e else 0
    code += 1 if rest >= abcd + ef else 0
    code += 1 if rest >= abcd + ef + g_ else 0
    return code


@kernel
def _quark_state(physics: Physics, g: int, pair: Pair, v: float, part: Values) -> tuple[int, int]:
    """Flow of colour, and the row of helicities, of a pair of heavy quarks."""
    flow = 0
    if physics.law[g, LAW] == GLUONS:
        one = flow_share(2.0 * pair.p * pair.c / (pair.e3 + pair.e4))
        flow = 0 if v < one else 1
        v = v / one if v < one else (v - one) / (1.0 - one)
    weight, h = 0.0, physics.helicities
    for k in range(physics.states[g]):
        weight += helicity_weight(physics.law, g, pair, h[g, k, 0], h[g, k, 1], h[g, k, 2], h[g, k, 3])
        part[k] = weight
    rest, state = v * weight, 0
    for k in range(physics.states[g] - 1):
        state += 1 if rest >= part[k] else 0
    return flow, state
