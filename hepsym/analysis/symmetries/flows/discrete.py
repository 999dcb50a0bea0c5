"""Which reflections, exchanges and turns leave the density as it is? Each a test of equivalence.

x -> g x leaves the density as it is where E[f(x) - f(g x)] = 0 for every test function f: waves along many
directions (symmetries.probes). g of columns (reflections about the mean, exchanges) is exact but for the
mean, so f is freed of its linear part; a g that was estimated (turns, axes that are no columns, columns
each in its own spread) is orthogonal in white coordinates, and f is freed of its quadratic part too: errors
of mean and covariance then drop out to first order.

A symmetry is *certified* where the simultaneous upper bound of its largest effect, |E d| / rms d with
d = f(x) - f(g x), is below DELTA, *broken* where the largest effect is not zero, else neither.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from hepsym.analysis.symmetries.flows.density import DELTA
from hepsym.analysis.symmetries.flows.discrete_candidates import (
    Map,
    candidates,
    connected,
    known,
    turned_or_along_axes,
)
from hepsym.analysis.symmetries.flows.probes import Probes, probe
from hepsym.analysis.symmetries.moments import whitened
from hepsym.analysis.symmetries.waves import slopes, waves
from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["Discrete", "discrete_symmetries", "group_order"]

Floats = NDArray[np.float64]

LEAST_ROWS = 1000
WORK = 5e7
"""Rows times test functions times candidates: fewer rows are looked at where there would be more."""
DIRECTIONS = 40
FAINT = 0.1
SCREENED = 3000
HIGHEST_RANK = 24


@dataclass(frozen=True, slots=True, eq=False)
class Discrete:
    """x -> centre + matrix (x - centre) + shift, in column units."""

    name: str
    kind: str
    """reflection, exchange, turn or of axes"""
    matrix: Floats
    """(D, D)"""
    shift: Floats
    """(D,)"""
    white: Floats
    """(r, r): the same in white coordinates, orthogonal"""
    p_value: float
    """That the density has it"""
    bound: float
    """Simultaneous upper bound of the largest effect"""
    certified: bool
    broken: bool
    shown_by: dict[str, Any]

    def to_json(self) -> dict[str, Any]:
        """The fields that are told."""
        return {
            "name": self.name, "kind": self.kind, "matrix": self.matrix, "shift": self.shift,
            "p_value": self.p_value, "bound": self.bound, "delta": DELTA, "certified": self.certified,
            "broken": self.broken, "shown_by": self.shown_by,
        }  # fmt: skip


def discrete_symmetries(
    white: Floats, span: Frame, names: Sequence[str], certified: Floats, broken: Floats,
    broken_names: Sequence[str], *, alpha: float, seed: int,
) -> list[Discrete]:  # fmt: skip
    """Of rows (n, r) in the frame `span`; P(any false claim) <= alpha.

    certified and broken (k, r, r + 1): the generators of the density that are, and those that are not.
    What lies in the connected group of the certified ones, alone or with others told before, is left out.
    """
    if len(white) < LEAST_ROWS or not 0 < span.rank <= HIGHEST_RANK:
        return []
    cut = len(white) // 3
    fit, test = white[:cut], white[cut:]
    group = connected(_antisymmetric(certified))
    probes = probe(whitened(fit), (span.from_white / span.scale).T, seed).fewer(DIRECTIONS)
    chosen: list[Map] = []
    for one in candidates(fit, span, names):
        if not known(one, chosen, group):
            chosen.append(one)
    few = fit[:SCREENED]
    for one in turned_or_along_axes(fit, _antisymmetric(broken), list(broken_names), seed):
        if known(one, chosen, group):
            continue
        value, error = _effects(few, [one], probes)[0]
        if (np.abs(value) < 7 * error).all():
            chosen.append(one)
    if not chosen:
        return []
    rows = int(np.clip(WORK / probes.count / len(chosen), 10_000, max(10_000, len(test))))
    told = _effects(test[:rows], chosen, probes)
    return [
        _judged(one, *effect, probes, span, names, alpha / len(chosen))
        for one, effect in zip(chosen, told, strict=True)
    ]


def _antisymmetric(fields: Floats) -> Floats:
    """Their matrices in white coordinates, where generators of a density turn and do no more."""
    a = fields[:, :, :-1]
    out: Floats = (a - np.swapaxes(a, 1, 2)) / 2
    return out


def _judged(
    one: Map, value: Floats, error: Floats, probes: Probes, span: Frame, names: Sequence[str], alpha: float
) -> Discrete:
    z = np.abs(value) / error
    p = min(1.0, 2 * len(z) * float(norm.sf(float(z.max()))))
    bound = float((np.abs(value) + float(norm.isf(alpha / 4 / len(z))) * error).max())
    # What was estimated is told where it holds, never as broken: the true one may be a little beside it.
    broken = p < alpha / 2 and not one.estimated
    k = probes.telling(z)
    shown = {"observable": probes.word(k, list(names)), "effect": float(value[k])} if broken else {}
    matrix = (span.to_white @ one.g.T @ span.from_white).T if one.matrix is None else one.matrix
    shift = one.b @ span.from_white
    certified = p >= alpha / 2 and bound < DELTA
    return Discrete(one.name, one.kind, matrix, shift, one.g, p, bound, certified, broken, shown)


def _effects(white: Floats, maps: Sequence[Map], probes: Probes) -> list[tuple[Floats, Floats]]:
    """E[f - f after g] and its standard error, over the rms, for each map: (K,) each; 0 of f that stay."""
    centre = white.mean(axis=0)
    frame_of = whitened(white)
    two = np.concatenate([probes.directions, probes.directions])
    first, second = _slopes(frame_of[:10_000], probes.directions)
    sums, squares, plain = (np.zeros((len(maps), probes.count)) for _ in range(3))
    for start in range(0, len(white), 2048):
        rows, exact = frame_of[start : start + 2048], white[start : start + 2048]
        whole = waves(rows, probes.directions)
        for m, one in enumerate(maps):
            # Reflections are about the mean of these rows; `white` itself, whose axes are fixed, is enough.
            source = rows if one.estimated else exact - (centre if one.about_mean else 0.0)
            base = whole if one.estimated else waves(source, probes.directions)
            moved = source @ one.g.T + (0.0 if one.about_mean else one.b)
            d = base - waves(moved, probes.directions)
            plain[m] += (d**2).sum(axis=1)
            if one.about_mean:
                along, after = two @ source.T, two @ moved.T
                d -= first[:, None] * (along - after)
                if one.estimated:
                    d -= 0.5 * (along * (second @ source.T) - after * (second @ moved.T))
            sums[m] += d.sum(axis=1)
            squares[m] += (d**2).sum(axis=1)
    return [_over_rms(*parts, len(white)) for parts in zip(sums, squares, plain, strict=True)]


def _over_rms(sums: Floats, squares: Floats, plain: Floats, n: int) -> tuple[Floats, Floats]:
    rms = np.sqrt(plain / n)
    moved = rms > 1e-3
    rms = np.maximum(rms, max(FAINT * rms.max(), 1e-300))
    mean = sums / n
    error = np.sqrt(np.maximum(squares / n - mean**2, 1e-12) / n)
    return np.where(moved, mean / rms, 0.0), np.where(moved, error / rms, 1e-12)


def _slopes(y: Floats, w: Floats) -> tuple[Floats, Floats]:
    """E f' and E[f' y]: (K,), (K, r)."""
    slope = slopes(y, w)
    mean: Floats = slope.mean(axis=1)
    return mean, slope @ y / len(y)


def group_order(found: Sequence[Discrete], most: int = 400) -> int:
    """Elements of the group that the certified ones make in white coordinates, 0 for more than `most`."""
    makers = [d.white for d in found if d.certified]
    if not makers:
        return 1
    elements = np.eye(len(makers[0]))[None]
    done = 0
    while done < len(elements):
        for maker in makers:
            new = elements[done] @ maker
            if float(np.abs(elements - new).max(axis=(1, 2)).min()) > 0.2:
                elements = np.concatenate([elements, new[None]])
        done += 1
        if len(elements) > most:
            return 0
    return len(elements)
