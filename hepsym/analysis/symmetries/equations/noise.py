"""Which equations hold but for noise? Errors in variables, where the noise must show itself as such.

Additive noise makes a surface q = 0 thick: mean q^2 = mean grad q . S grad q. Hypotheses are numbers of
flat and of curved surfaces at which the thicknesses have a gap, in two units: the columns' own spreads,
and one unit for all. Each is fitted with a noise S of its own on one half of the rows and judged on the
other. A set of equations is claimed where, for every one of them,

  - it is rejected that the profile across it is not that of noise (symmetries.noise_evidence),
  - its normals turn (one surface of the set is truly curved), or three or more flat ones are equally
    thick and the next is ten times so: a single thin flat direction may be a thin density, for a
    Gaussian is; say `scale` or `noise` then,
  - nothing else is as thin, and the rows spread along the surface in as many directions as it leaves
    (clusters do not).

The first is a test at alpha over all hypotheses; the other two are gates, whose rate of false claims is
measured and not derived. Constants and coefficients are free of the noise's bias (symmetries.adjusted).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from hepsym.analysis.symmetries.equations.constraints import Constraints
from hepsym.analysis.symmetries.equations.evidence import equal_widths_p_value, profile_p_value
from hepsym.analysis.symmetries.equations.noisy import claimed
from hepsym.analysis.symmetries.equations.projection import onto_surface
from hepsym.analysis.symmetries.equations.surface import (
    Ambient,
    NoisySurface,
    ambient,
    distances,
    fit_surface,
    spectra,
)  # fmt: skip
from hepsym.analysis.symmetries.features import Moments, count, gradients, moments_of, monomials

__all__ = ["find_noisy"]

Floats = NDArray[np.float64]

LARGEST = 0.15
"""Noise above this part of the spread is not told from structure."""
NARROWEST = 1e-4
"""Noise of one unit in all columns would be all there is in one that is narrower than this, beside others."""
GAP, FLAT_GAP = 2.0, 10.0
"""How much thicker, in variances, what follows must be (FLAT_GAP where all surfaces are flat)."""
STEP = 1.4
"""Ratio of variances that may be the end of the equations."""
WINDOW = 6.0
"""Variances of equations of one hypothesis are within this factor, in a unit that is not quite right."""
NEARLY_FLAT = 0.95
"""Share of the mean square of a normal along one direction, above which the surface is called flat."""
HYPOTHESES = 6
"""At most so many are judged; alpha is shared among them."""
MOST = 600
"""Monomials at most."""
SCREENED = 4000
"""Rows that numbers of equations are read from."""
JUDGED = 6000
"""Rows that profiles are judged on."""
NEIGHBOURS, NEIGHBOURS_OF = 10, 3000
PLACES = 12
"""Above this many coordinates of the surface, places are told by these and their squares only."""


@dataclass(frozen=True, slots=True, eq=False)
class _Hypothesis:
    where: Ambient
    flat: int
    curved: int
    variance: float


def find_noisy(
    fit: Floats, test: Floats, exact: Constraints, scale: float | None, *, alpha: float = 0.005,
    noise: float | None = None,
) -> Constraints | None:  # fmt: skip
    """Equations with noise, or None where there is none or it does not show itself as noise.

    fit and test are different rows (n, D); `exact` holds what holds exactly. With `scale`, in standard
    deviations of a column, whatever is thinner is taken, without the evidence. With `noise`, in the same
    unit, surfaces that are as thick as this noise makes them are taken, single flat ones too.
    """
    r = exact.frame.rank
    if exact.degree < 2 or r < 2 or len(exact.quadrics) or count(r, 2) > MOST or len(fit) < 4 * count(r, 2):
        return None
    given = scale if scale is not None else noise
    # What follows is told by the rows of the fit: the hypotheses left are those that alpha is shared by.
    fitted, moments = [], dict[int, Moments]()
    for guess in _hypotheses(fit, exact, given, exactly=scale is None):
        free = noise is None and guess.curved > 0
        u = guess.where.into(fit)
        if id(guess.where) not in moments:
            moments[id(guess.where)] = moments_of(u)
        surface = fit_surface(
            u, guess.flat, guess.curved, guess.variance, free=free, moments=moments[id(guess.where)]
        )
        if scale is not None or min(surface.following) >= GAP:
            fitted.append((guess, surface))
    best: tuple[_Hypothesis, NoisySurface, Floats] | None = None
    for guess, surface in fitted:
        if best is not None and guess.flat + guess.curved < best[0].flat + best[0].curved:
            break
        p_values = np.zeros(guess.flat + guess.curved)
        if scale is None:
            p_values = _p_values(surface, guess.where.into(test[:JUDGED]), flat_alone=noise is not None)
            p_values = np.minimum(p_values * len(fitted), 1.0)
            if p_values.max() > alpha:
                continue
        if best is None or _order(guess, surface) < _order(best[0], best[1]):
            best = guess, surface, p_values
    if best is None:
        return None
    guess, surface, p_values = best
    rows = np.concatenate([fit, test])
    return claimed(guess.where, surface, rows, test, exact, None if scale is not None else p_values)


def _hypotheses(fit: Floats, exact: Constraints, given: float | None, *, exactly: bool) -> list[_Hypothesis]:
    """Numbers of equations at which the thicknesses have a gap, most equations first."""
    spread = exact.frame.scale
    moving = np.abs(exact.frame.from_white).max(axis=0) > 0
    same = given is None and spread[moving].min() > NARROWEST * spread[moving].max()
    units = (spread, np.where(moving, spread[moving].max(), spread))[: 2 if same else 1]
    out: dict[tuple[int, int, int], tuple[float, _Hypothesis]] = {}
    for which, unit in enumerate(units):
        where = ambient(fit, exact.frame, unit)
        screened = moments_of(where.into(fit[:SCREENED]))
        directions, _ = spectra(screened, 0)
        for k, _gap in _ends(directions, given, exactly=exactly):
            if k >= len(directions) - 1:
                continue
            _, quadrics = spectra(screened, k)
            level = float(directions[:k].mean()) if k else None
            for m, gap in _ends(quadrics, given, exactly=exactly, level=level):
                if k + m == 0 or (
                    m == 0 and given is None and (k < 3 or directions[k] < FLAT_GAP * directions[k - 1])
                ):
                    continue
                kept = np.concatenate([directions[:k], quadrics[:m]])
                if given is None and kept.max() > min(WINDOW**2 * kept.min(), directions[k] / STEP):
                    continue  # not of one size, or products of a flat direction that was left out
                variance = given**2 if given is not None and exactly else float(np.exp(np.log(kept).mean()))
                out[which, k, m] = gap, _Hypothesis(where, k, m, variance)
    widest = sorted(out.values(), key=lambda made: -made[0])[:HYPOTHESES]
    return [made for _, made in sorted(widest, key=lambda made: -(made[1].flat + made[1].curved))]


def _order(guess: _Hypothesis, surface: NoisySurface) -> tuple[int, float]:
    """Most equations first, then the unit in which noise is most nearly equal in all directions."""
    level = np.linalg.eigvalsh(surface.covariance)
    return -(guess.flat + guess.curved), float(np.log(level).std())


def _ends(
    sizes: Floats, given: float | None, *, exactly: bool, level: float | None = None
) -> list[tuple[int, float]]:
    """Where thicknesses (m,), smallest first, may end to be noise: number of them, and the gap's width."""
    if given is not None:
        limit = given**2 * (GAP if exactly else 1.0)
        return [(int((sizes < limit).sum()), 1.0)]
    thin = int((sizes < LARGEST**2).sum())
    steps = sizes[1 : thin + 1] / np.maximum(sizes[: len(sizes[1 : thin + 1])], 1e-300)
    ends = [(i + 1, float(s)) for i, s in enumerate(steps.tolist()) if s > STEP]
    if level is not None:
        ends = [(i, s) for i, s in ends if level / WINDOW < sizes[i - 1] < WINDOW * level]
    ends = sorted(ends, key=lambda end: -end[1])[:3]
    return [(0, float(sizes[0] / level) if level else 1.0), *ends]


def _p_values(made: NoisySurface, test: Floats, *, flat_alone: bool) -> Floats:
    """Of each equation, flat ones first; 1 where a gate is not passed."""
    k, m = len(made.flat), len(made.curved)
    refused = np.ones(k + m)
    d, normals = distances(made, test)
    y = test @ made.to_span
    if not flat_alone and (_flattest(normals) if m else k < 3):
        return refused
    if not _spreads_along(made, y):
        return refused
    place = onto_surface(y, made.observed) if m else y
    near = cKDTree(place).query(place[:NEIGHBOURS_OF], k=NEIGHBOURS + 1)[1][:, 1:]
    if place.shape[1] <= PLACES:
        place = monomials(place, 2)[:, 1:]
    else:
        place = np.concatenate([place, place**2], axis=1)
    place = (place - place.mean(axis=0)) / np.maximum(place.std(axis=0), 1e-12)
    p_values = np.array([profile_p_value(d[:, a], place, near) for a in range(k + m)])
    if m == 0 and not flat_alone:
        p_values = np.maximum(p_values, equal_widths_p_value(d))
    return p_values


def _flattest(normals: Floats) -> bool:
    """Whether the normals (n, e, r) of no surface turn: then it may be a thin density."""
    size = np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-300)
    shares = [np.linalg.eigvalsh(n.T @ n / len(n))[-1] for n in np.swapaxes(normals / size, 0, 1)]
    return bool(min(shares) >= NEARLY_FLAT)


def _spreads_along(made: NoisySurface, y: Floats) -> bool:
    """Whether neighbourhoods wider than the noise show as many directions as the surface leaves."""
    noise = np.linalg.eigvalsh(made.to_span.T @ made.covariance @ made.to_span)
    widest = float(np.sqrt(noise[-1]))
    left = y.shape[1] - codimension(made, y)
    cloud = y[:4000]
    centres = cloud[::20]
    radius, index = cKDTree(cloud).query(centres, k=max(60, len(cloud) // 20))
    wide = radius[:, -1] > 5 * widest
    if not wide.any():
        return False
    near = cloud[index[wide]]
    values = np.linalg.svd(near - near.mean(axis=1, keepdims=True), compute_uv=False) / np.sqrt(near.shape[1])
    return bool(np.median((values > 1.5 * widest).sum(axis=1)) >= left)


def codimension(made: NoisySurface, y: Floats) -> int:
    """Generic rank of the curved equations' gradients at points of the surface near rows y (n, r)."""
    if not len(made.curved):
        return 0
    points = onto_surface(y[:: max(1, len(y) // 200)], made.curved)
    values = np.linalg.svd(gradients(points, made.curved), compute_uv=False)
    return int(np.median((values > 0.02 * np.median(values[:, 0])).sum(axis=1)))
