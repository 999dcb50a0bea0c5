"""Is the rate finite? Where soft and collinear particles make |M|^2 too large, and cuts do not forbid it."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym import constants
from hepsym.errors import InputError
from hepsym.generators.cards.process_string import particles
from hepsym.generators.phasespace.draws import draw
from hepsym.generators.scattering.integrand import ScatteringIntegrand
from hepsym.lorentz import boost_from_rest

__all__ = ["refuse_divergence"]

Array = NDArray[np.float64]
Points = Callable[[float], Array]
"""Of a distance from the limit: outgoing momenta (n, legs, 4) at rest"""

NEAR, NEARER = 1e-5, 1e-8
"""Distances from a limit, in parts of s-hat (of its root where a particle is soft)"""
FLAT = 0.1
"""|M|^2 times what makes an integral over the distance logarithmic; falling less than this is divergent:
a logarithm gives 1, a suppression by one power of the distance 1e-3, by half a power 0.03"""
TRIED, KEPT = 512, 32
_GAUGE = (21, 22)
_SEVERAL = ("j", "l-", "l+", "vl", "vl~")


@dataclass(frozen=True, slots=True)
class _Limit:
    what: str
    advice: str
    power: int
    """|M|^2 that grows as distance^-power has a logarithmic integral"""
    points: Points


def refuse_divergence(process: str, integrand: ScatteringIntegrand) -> None:
    """Raise InputError, naming the particles and a cut, if points as near as may be to a limit pass the cuts.

    Three limits of tree-level rates: an outgoing photon or gluon becomes soft (|M|^2 as E^-2), two massless
    outgoing particles become collinear (as 1 / s_ij), one follows a beam (as 1 / t, or 1 / t^2). Tried on
    points of the limit itself: |M|^2 at two distances, 1e-5 and 1e-8 of s-hat. Wide angles between beams
    of unequal energies and resonant chains change nothing of the powers.
    """
    fractions, roots = _energies(integrand)
    if not len(roots):
        return
    for limit in _limits(integrand, roots):
        near, nearer = (integrand.laboratory(limit.points(x), fractions) for x in (NEAR, NEARER))
        first = integrand.incoming
        passed = integrand.selection.passes(near[:, first:]) & integrand.selection.passes(nearer[:, first:])
        rows = np.flatnonzero(passed)[:KEPT]
        if not len(rows):
            continue
        for group in integrand.groups:
            with np.errstate(all="ignore"):
                ratio = group.element.me2(nearer[rows]) / group.element.me2(near[rows])
                growth = float(np.median(ratio)) * (NEARER / NEAR) ** limit.power
            if growth > FLAT:
                raise InputError(
                    f"process = {process!r} has no finite rate: |M|^2 diverges where {limit.what}, and no "
                    f"cut forbids it; add one, such as {limit.advice}"
                )


def _energies(integrand: ScatteringIntegrand) -> tuple[Array, Array]:
    """Momentum fractions (n, 2) and sqrt(s-hat) (n,) of the points that are tried."""
    collision = integrand.collision
    least = 1.05 * max(sum(integrand.masses[integrand.incoming :]), sum(collision.masses))
    if len(collision.beams):
        return np.ones((TRIED, 2)), np.full(TRIED, collision.sqrt_s)
    least = max(least, 1e-3 * collision.sqrt_s)
    if least > 0.3 * collision.sqrt_s:
        return np.empty((0, 2)), np.empty(0)
    u = _uniforms(2)
    roots = least * (0.3 * collision.sqrt_s / least) ** u[:, 0]
    rapidity = (2.0 * u[:, 1] - 1.0) * np.minimum(0.9 * np.log(collision.sqrt_s / roots), 1.5)
    share = roots / collision.sqrt_s
    return np.column_stack([share * np.exp(rapidity), share * np.exp(-rapidity)]), roots


def _limits(integrand: ScatteringIntegrand, roots: Array) -> Iterator[_Limit]:
    incoming = integrand.incoming
    beams, masses = integrand.masses[:incoming], integrand.masses[incoming:]
    count = len(masses)
    kinds = [{m[incoming + k] for g in integrand.groups for m in g.members} for k in range(count)]
    massless = {
        line.legs for g in integrand.groups for tree in g.element.diagrams for line in tree if not line.mass
    }
    names = [_name(ids) for ids in kinds]
    for k in range(count):
        if count > 2 and kinds[k] & set(_GAUGE):
            yield _Limit(
                f"{names[k]} becomes soft", f"--set 'cuts.E({names[k]}).min=10'", 2, _soft(roots, masses, k)
            )
    for i, j in itertools.combinations(range(count), 2):
        if (
            count > 2
            and frozenset({incoming + i, incoming + j}) in massless
            and masses[i] == masses[j] == 0.0
        ):
            pair = f"{names[i]} {names[j]}"
            yield _Limit(
                f"{names[i]} and {names[j]} become collinear", f"--set 'cuts.m({pair}).min=10'", 1,
                _collinear(roots, masses, (i, j)),
            )  # fmt: skip
    for side in range(incoming if incoming == 2 else 0):
        for k in range(count):
            elastic = count == 2 and masses[k] == beams[side] and masses[1 - k] == beams[1 - side]
            if _with_beam(side, incoming + k, count) in massless and (
                elastic or masses[k] == beams[side] == 0.0
            ):
                yield _Limit(
                    f"{names[k]} follows a beam", f"--set 'cuts.pt({names[k]}).min=10'", 1,
                    _forward(roots, masses, k, 1.0 if side == 0 else -1.0),
                )  # fmt: skip


def _name(ids: set[int]) -> str:
    """The word of a process string that means all of these particles."""
    if len(ids) == 1:
        return constants.name_of(*ids)
    return next((word for word in _SEVERAL if ids <= particles(word)), constants.name_of(min(ids)))


def _with_beam(side: int, leg: int, count: int) -> frozenset[int]:
    """A space-like line between this beam and this leg, as matrix elements name it: by the side of beam 0."""
    return frozenset({0, leg}) if side == 0 else frozenset({0, *range(2, 2 + count)} - {leg})


def _soft(roots: Array, masses: Array, soft: int) -> Points:
    """One massless particle with energy x sqrt(s-hat), anything else recoiling."""
    others = [k for k in range(len(masses)) if k != soft]

    def points(x: float) -> Array:
        out = np.empty((len(roots), len(masses), 4))
        recoil = roots * np.sqrt(1.0 - 2.0 * x)
        out[:, soft, 0] = x * roots
        out[:, soft, 1:] = (x * roots)[:, None] * _directions(_uniforms(2))
        total = np.column_stack([roots * (1.0 - x), -out[:, soft, 1:]])
        out[:, others] = boost_from_rest(_rest(masses[others], recoil), total[:, None], recoil[:, None])
        return out

    return points


def _collinear(roots: Array, masses: Array, pair: tuple[int, int]) -> Points:
    """Two massless particles with s_ij = x s-hat."""
    i, j = pair
    others = [k for k in range(len(masses)) if k not in pair]

    def points(x: float) -> Array:
        out = np.empty((len(roots), len(masses), 4))
        mass = np.sqrt(x) * roots
        first = np.empty((len(roots), 1 + len(others), 4))
        for row, (root, m) in enumerate(zip(roots, mass, strict=True)):
            first[row] = draw(1, [m, *masses[others]], root, 1, "genbod", first=row)[0][0]
        half = 0.5 * mass[:, None] * _directions(_uniforms(2, seed=5))
        legs = np.empty((len(roots), 2, 4))
        legs[:, :, 0] = 0.5 * mass[:, None]
        legs[:, 0, 1:], legs[:, 1, 1:] = half, -half
        out[:, [i, j]] = boost_from_rest(legs, first[:, :1], mass[:, None])
        out[:, others] = first[:, 1:]
        return out

    return points


def _forward(roots: Array, masses: Array, leg: int, side: float) -> Points:
    """One particle at 1 - |cos theta| = 2 x, anything else recoiling with a mass of its own."""
    others = [k for k in range(len(masses)) if k != leg]
    m = masses[leg]

    def points(x: float) -> Array:
        out = np.empty((len(roots), len(masses), 4))
        u = _uniforms(2, seed=7)
        least, most = float(masses[others].sum()), roots - m
        recoil = np.full(len(roots), least) if len(others) == 1 else least + (most - least) * u[:, 0] * 0.9
        energy = (roots**2 + m**2 - recoil**2) / (2.0 * roots)
        p = np.sqrt(np.maximum((energy - m) * (energy + m), 0.0))
        sine, phi = 2.0 * np.sqrt(x * (1.0 - x)), 2.0 * np.pi * u[:, 1]
        unit = np.column_stack([sine * np.cos(phi), sine * np.sin(phi), np.full(len(u), side * (1 - 2 * x))])
        out[:, leg] = np.column_stack([energy, p[:, None] * unit])
        total = np.column_stack([roots - energy, -p[:, None] * unit])
        if len(others) == 1:
            out[:, others[0]] = total
        else:
            out[:, others] = boost_from_rest(_rest(masses[others], recoil), total[:, None], recoil[:, None])
        return out

    return points


def _rest(masses: Array, energies: Array) -> Array:
    """Momenta (n, k, 4) of these masses at rest, each row with an energy of its own."""
    return np.stack(
        [draw(1, list(masses), e, 1, "genbod", first=row)[0][0] for row, e in enumerate(energies)]
    )


def _uniforms(columns: int, seed: int = 3) -> Array:
    return np.random.default_rng(seed).uniform(size=(TRIED, columns))


def _directions(u: Array) -> Array:
    c, phi = 2.0 * u[:, 0] - 1.0, 2.0 * np.pi * u[:, 1]
    s = np.sqrt(1.0 - c**2)
    return np.column_stack([s * np.cos(phi), s * np.sin(phi), c])
