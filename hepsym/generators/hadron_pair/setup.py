"""Is a process one of two partons to two particles with a law in closed form? Then its numbers."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from hepsym.generators.hadron_pair import laws
from hepsym.generators.hadron_pair.laws import EXCHANGE, GLUONS, NUMBERS, QUARKS, Values
from hepsym.generators.hadron_pair.points import Region
from hepsym.generators.hadron_pair.stages import Physics
from hepsym.generators.partons.scales import scale_choice
from hepsym.generators.scattering.definition import Definition
from hepsym.generators.scattering.groups import Group
from hepsym.generators.theory import Theory

__all__ = ["physics_of", "region_of"]

CHARGE = {"u": 2 / 3, "d": -1 / 3, "e": -1.0, "nu": 0.0}
_NEAR = 10.0
"""Widths from the allowed masses within which a resonance shapes the draw."""


def physics_of(definition: Definition, scale: str | float, factorization: str | float) -> Physics | None:
    """The laws of every group of subprocesses, or None where one has none here."""
    integrand = definition.integrand
    collision = integrand.collision
    if collision.pdf is None or integrand.pairs is None or definition.layout.nodes:
        return None
    if integrand.legs != 4 or integrand.incoming != 2:
        return None
    numbers, bosons = [], set()
    for group in integrand.groups:
        made = _law(group, definition.theory)
        if made is None:
            return None
        numbers.append(made[0])
        bosons.add(made[1])
    powers = set(integrand.powers.tolist())
    if len(bosons) != 1 or len(powers) != 1 or powers != {2.0 if 0 in bosons else 0.0}:
        return None
    boson = bosons.pop()
    m, width = definition.theory.mass(boson), definition.theory.width(boson)
    running = boson == 23 and definition.theory.running_width
    states = np.array([len(g.element.helicities) for g in integrand.groups], dtype=np.int64)
    helicities = np.zeros((len(numbers), int(states.max()), 4))
    for k, group in enumerate(integrand.groups):
        helicities[k, : states[k]] = group.element.helicities
    alpha_s: Any = integrand.alpha_s
    (ren, fixed_ren), (fac, fixed_fac) = scale_choice(scale), scale_choice(factorization)
    return Physics(
        law=np.array(numbers),
        power=int(powers.pop()),
        columns=integrand.pairs.columns,
        start=integrand.pairs.first,
        helicities=helicities,
        states=states,
        codes=np.array([_codes(law, h[:k]) for law, h, k in zip(numbers, helicities, states, strict=True)]),
        mass_2=m * m,
        width=(width / m if running else width * m) if m else 0.0,
        running=running,
        pieces=alpha_s.pieces,
        renormalization=ren,
        log_renormalization=math.log(fixed_ren),
        factorization=fac,
        log_factorization=math.log(fixed_fac),
    )


def region_of(definition: Definition, physics: Physics, levels: int) -> Region:
    """Bounds of s-hat and of the angle, by masses and cuts, with even levels."""
    integrand = definition.integrand
    chosen, sqrt_s = integrand.selection, integrand.collision.sqrt_s
    m3, m4 = integrand.groups[0].element.masses[2:]
    least_pt = max(chosen.least_pt(0), chosen.least_pt(1))
    window = chosen.mass_window((0, 1))
    low = max(window[0], math.hypot(m3, least_pt) + math.hypot(m4, least_pt), 1e-6 * sqrt_s)
    high = min(window[1], sqrt_s)
    s = sqrt_s**2
    heavy = physics.power == 2
    m, width = math.sqrt(physics.mass_2), physics.width
    mg = width * physics.mass_2 if physics.running else width
    if mg > 0.0 and not low - _NEAR * mg / m < m < high + _NEAR * mg / m:
        mg = 0.0
    ends = (
        (math.atan2(low**2 - m * m, mg), math.atan2(high**2 - m * m, mg))
        if mg > 0.0
        else (sqrt_s / low, sqrt_s / high)
    )
    return Region(
        s=s, log_s=math.log(s), levels=np.linspace(*ends, levels + 1), mass_2=physics.mass_2, mass_width=mg,
        m3=m3, m4=m4, least_pt=least_pt, heavy=heavy, unit=integrand.collision.unit,
    )  # fmt: skip


def _law(group: Group, theory: Theory) -> tuple[Values, int] | None:
    """The numbers of a group's law and the boson exchanged (0: gluons), or None."""
    a, b, c, d = group.members[0]
    law = np.zeros(NUMBERS)
    law[laws.ORDER] = 1.0 if a > 0 else -1.0
    law[laws.TURN] = 1.0 if (a > 0) == (c > 0) else -1.0
    masses = group.element.masses
    if masses[0] != 0.0 or masses[1] != 0.0 or any(group.element.helicities[:, 0] == 0):
        return None
    if c == -d and 4 <= abs(c) <= 6 and masses[2] > 0.0:
        law[laws.NORM] = (4.0 * math.pi) ** 2
        if a == b == 21:
            law[laws.LAW] = GLUONS
            return law, 0
        if a == -b and abs(a) < 6 and abs(a) != abs(c):
            law[laws.LAW] = QUARKS
            return law, 0
        return None
    leptons = 11 <= abs(c) <= 16 and 11 <= abs(d) <= 16 and c * d < 0
    if not leptons or not (1 <= abs(a) <= 6 and 1 <= abs(b) <= 6 and a * b < 0):
        return None
    law[laws.LAW], law[laws.NORM] = EXCHANGE, 1.0 / 3.0
    if a == -b and c == -d:
        quark, lepton = _z(theory, abs(a)), _z(theory, abs(c))
        law[laws.PHOTON] = theory.e**2 * _charge(abs(a)) * _charge(abs(c))
        law[[laws.LL, laws.LR, laws.RL, laws.RR]] = np.outer(quark, lepton).ravel()
        laws.complete(law)
        return law, 23
    if abs(a) != abs(b) and abs(c) != abs(d):
        law[laws.LL] = theory.e**2 / (2.0 * theory.sin2_theta_w)
        laws.complete(law)
        return law, 24
    return None


def _codes(law: Values, helicities: Values) -> list[int]:
    """Which row of helicities has each combination of bits; 0 where none has (its weight is then 0)."""
    incoming = 0 if law[laws.ORDER] > 0.0 else 1
    fermion = 2 if law[laws.ORDER] * law[laws.TURN] > 0.0 else 3
    found = [0] * 8
    for row, h in enumerate(helicities):
        found[4 * int(h[incoming] > 0) + 2 * int(h[fermion] > 0) + int(h[5 - fermion] > 0)] = row
    return found


def _charge(pdg: int) -> float:
    if pdg > 10:
        return CHARGE["e" if pdg % 2 else "nu"]
    return CHARGE["d" if pdg % 2 else "u"]


def _z(theory: Theory, pdg: int) -> Sequence[float]:
    """Left and right coupling to the Z."""
    up = pdg % 2 == 0
    scale = theory.e / math.sqrt(theory.sin2_theta_w * (1.0 - theory.sin2_theta_w))
    right = -_charge(pdg) * theory.sin2_theta_eff
    return scale * ((0.5 if up else -0.5) + right), scale * right
