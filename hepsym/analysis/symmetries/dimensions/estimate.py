"""How many directions do the rows fill, and how does that depend on the scale at which one looks?

The dimension at scale s is that of the smoothest set from which the rows are nowhere farther than s,
in standard deviations of a column: a circle with noise n has 2 below n and 1 above it. Evidence:

- equations that hold exactly leave so many directions at every scale;
- equations that hold but for noise do so above it, and quadrics thinner than s at s;
- neighbourhoods of every size, each with its best surfaces (symmetries.neighbourhoods);
- the spectrum of a decoder's Jacobian, where one is given, which only narrows an interval.

At each scale the least of them is told. The *value* is the dimension at the finest scale, or above the
noise where the thickness of the set is noise: of one size, normal, about a surface that bends.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.analysis.spectrum import Spectrum, count_by_gap
from hepsym.analysis.symmetries.dimensions.neighbourhoods import Neighbourhoods, look
from hepsym.analysis.symmetries.dimensions.surfaces import gradient_rank, left_at
from hepsym.analysis.symmetries.dimensions.thickness import Thickness, noise_thickness
from hepsym.analysis.symmetries.equations.constraints import Constraints

__all__ = ["AtScale", "Dimension", "dimension"]

Floats = NDArray[np.float64]

LADDER = tuple(m * 10.0**e for e in range(-6, 1) for m in (1, 2, 5) if m * 10.0**e <= 1)
ABOVE = 4.0
"""The dimension above noise is that at four times it, at two to four where a width is as narrow as that."""
NEAR = 0.1
SEEN_FROM = 2.0
"""Equations that hold but for noise count from twice it on."""


@dataclass(frozen=True, slots=True)
class AtScale:
    """The dimension when what is thinner than `scale`, in deviations of a column, is not counted."""

    scale: float
    value: int
    low: int
    high: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Dimension:
    """An integer with its interval, what it rests on, and what it is at other scales."""

    value: int
    low: int
    high: int
    """The interval spans the votes of the central 70 % of places, and what the rows cannot refuse"""
    evidence: str
    scale: float = 0.0
    """What is thinner, in standard deviations of a column, was not counted; 0: nothing thinner was seen"""
    scales: tuple[AtScale, ...] = ()
    counted: tuple[str, ...] = ()
    """Every piece of evidence with what it says, and whether it counted"""
    left: int = 0
    """Directions that the equations leave"""
    shares: dict[int, float] = field(default_factory=dict)
    """Parts of the rows whose neighbourhoods show each dimension"""


def dimension(
    rows: Floats, exact: Constraints, noisy: Constraints | None, *,
    spectrum: Spectrum | ArrayLike | None = None, scale: float | None = None, seed: int = 1,
) -> Dimension:  # fmt: skip
    """The dimension of rows (n, D), in no order, given their exact and their noisy equations.

    scale: the value is told at it, in standard deviations of a column; absent, as said above.
    spectrum: a decoder's (`hepsym.analysis.spectrum`), or its singular values, strongest first.
    """
    exact_left = _left(rows, exact, 1e-5)
    left = exact_left if noisy is None else min(exact_left, _left(rows, noisy, 0.02))
    noise = 0.0 if noisy is None else noisy.noise
    if exact_left == 0:
        return Dimension(0, 0, 0, "equations", counted=("equations leave 0: counted",))
    near = look(rows, exact, seed)
    thick = None if near is None or noisy is not None else noise_thickness(near, exact)
    start = _from(noise, thick) if scale is None else scale
    finest = LADDER[0] if near is None else near.finest
    thinnest = float(exact.frame.thickness[len(exact.frame.relations)])
    ladder = _ladder(finest, thinnest, noise, near, start)
    caps = left_at(rows, ladder)
    bounds = {s: _bound(s, exact_left, left, noise, caps) for s in ladder}
    scales = _spectrum(ladder, bounds, near, exact_left)
    told = _declared(scales, start)
    if scale is None and noise and told.value < left:
        told = _between(scales, noise, start, left) or told
    jacobian = None if spectrum is None else count_by_gap(spectrum)
    low, high = _narrowed(told, jacobian)
    return Dimension(
        told.value, low, high, told.evidence,
        told.scale if scale else _scale_of(near, noise, thick, told), scales,
        _counted(told, exact_left, left, noise, near, caps, thick, jacobian), left,
        {} if near is None else near.shares(told.scale),
    )  # fmt: skip


def _left(rows: Floats, found: Constraints, tolerance: float) -> int:
    sample = rows[:: max(1, len(rows) // 400)]
    return found.frame.rank - gradient_rank(found.frame.white(sample), found.equations, tolerance)


def _ladder(
    finest: float, thinnest: float, noise: float, near: Neighbourhoods | None, told: float
) -> list[float]:  # fmt: skip
    """Scales: 1, 2, 5 times powers of ten from what is resolved on, and the one that the value is told at."""
    steps = [] if near is None else [t for t in near.steps() if t > 0]
    start = min([finest, thinnest / 5, *(t / 5 for t in steps[:1]), *([noise / 5] if noise else [])])
    extra = [max(start, LADDER[0])] + ([told] if told > 0 else [])
    kept = [*extra, *(s for s in LADDER if s > start and all(abs(s / e - 1) > NEAR for e in extra))]
    return sorted({min(max(s, LADDER[0]), 1.0) for s in kept})


def _bound(s: float, exact_left: int, left: int, noise: float, caps: dict[float, int]) -> tuple[int, str]:
    """What equations leave at this scale, and which of them."""
    bound, why = exact_left, "equations"
    if noise and s >= SEEN_FROM * noise and left < bound:
        bound, why = left, "equations that hold but for noise"
    if 0 < caps.get(s, bound) < bound:
        bound, why = caps[s], "quadrics that hold at this scale"
    return bound, why


def _spectrum(
    ladder: Sequence[float],
    bounds: dict[float, tuple[int, str]],
    near: Neighbourhoods | None,
    exact_left: int,
) -> tuple[AtScale, ...]:
    """The dimension at each scale: never more than at a finer one."""
    out: list[AtScale] = []
    for s in ladder:
        bound, why = bounds[s]
        if near is None:
            now = AtScale(s, bound, 1, bound, f"{why}; the rows are too few to look at neighbours")
        else:
            value, low, high, _ = near.at(s)
            untried = near.untried
            if value < bound:
                now = AtScale(s, value, min(low, untried), min(high, bound), "neighbours")
            elif bound < exact_left or near.rank == exact_left:
                refused = bound if untried >= bound else untried
                both = ", and neighbours fill what they leave" if value == bound and low == bound else ""
                now = AtScale(s, bound, min(low, refused, bound), bound, why + both)
            else:
                now = AtScale(s, bound, min(low, untried, bound), bound, why)
        if out and now.value > out[-1].value:
            now = AtScale(s, out[-1].value, out[-1].low, out[-1].high, out[-1].evidence)
        out.append(now)
    return tuple(out)


def _from(noise: float, thick: Thickness | None) -> float:
    """The scale at which the value is told: above the noise, else 0, the finest."""
    if thick is not None:
        return min(ABOVE * thick.size, max(1.2 * thick.size, 0.25))
    return ABOVE * noise


def _declared(scales: Sequence[AtScale], scale: float) -> AtScale:
    return next((a for a in scales if a.scale >= 0.999 * scale), scales[-1])


def _between(scales: Sequence[AtScale], noise: float, start: float, left: int) -> AtScale | None:
    """Where a direction is wider than the noise of the equations, but not four times: it is no noise."""
    wider = [a for a in scales if SEEN_FROM * noise <= a.scale < 0.999 * start and a.value == left]
    return wider[-1] if wider else None


def _scale_of(near: Neighbourhoods | None, noise: float, thick: Thickness | None, told: AtScale) -> float:
    if noise or thick is not None:
        return told.scale
    if near is None or all(t == 0 for t in near.steps()):
        return 0.0
    return told.scale


def _narrowed(told: AtScale, jacobian: tuple[int, int, int] | None) -> tuple[int, int]:
    """The interval, less what a decoder's spectrum of the same dimension excludes."""
    if jacobian is None or jacobian[0] != told.value:
        return told.low, told.high
    return max(told.low, min(jacobian[1], told.value)), min(told.high, max(jacobian[2], told.value))


def _counted(
    told: AtScale, exact_left: int, left: int, noise: float, near: Neighbourhoods | None,
    caps: dict[float, int], thick: Thickness | None, jacobian: tuple[int, int, int] | None,
) -> tuple[str, ...]:  # fmt: skip
    def said(value: int) -> str:
        return "counted" if value == told.value else "did not count"

    out = [f"exact equations leave {exact_left}: {said(exact_left)}"]
    if noise:
        out.append(f"equations that hold but for noise {noise:.2g} leave {left}: {said(left)}")
    if told.scale in caps:
        out.append(f"quadrics at scale {told.scale:.2g} leave {caps[told.scale]}: {said(caps[told.scale])}")
    if near is None:
        out.append("neighbours: the rows are too few")
    else:
        seen = near.at(told.scale)[0]
        out.append(f"neighbours at scale {told.scale:.2g} show {seen}: {said(seen)}")
    if thick is not None:
        out.append(f"the thickness {thick.size:.2g} about {thick.dimension} is noise: {thick.why}: counted")
    if jacobian is not None:
        count, low, high = jacobian
        out.append(f"a decoder's Jacobian shows {count} ({low} to {high}): {said(count)}")
    return tuple(out)
