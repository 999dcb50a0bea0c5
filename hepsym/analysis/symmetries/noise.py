"""Which equations hold but for noise? Errors in variables, where the noise must show itself as such.

Additive noise of one size s in every column (in standard deviations of the column, or in its units)
makes a surface of equations q = 0 thick: mean q^2 = s^2 mean |grad q|^2, for every q. So the smallest
eigenvalues of (cov(q), mean(grad q grad q)) are equal, and equal to s^2 (Taubin's fit). A thin density
looks alike unless its thickness is noise, so nothing is claimed but where, on rows that took no part,

  - distances from every surface are normal by their quantiles and of one size, as noise is,
  - one surface is curved, or three or more flat ones are equally thick and the next is ten times so,
  - the rows spread along the surface in as many directions as it leaves (clusters do not).

A single flat direction that is thin is never called noise: a Gaussian may be thin. Say `scale` then.
Constants are freed of the bias s^2 tr Q.
Kukush, Markovsky, Van Huffel, Comput. Stat. Data Anal. 47 (2004) 123.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from scipy.spatial import cKDTree

from hepsym.analysis.symmetries.constraints import Constraints
from hepsym.analysis.symmetries.errors import thin_p_value
from hepsym.analysis.symmetries.features import count, gradients, monomials, symmetric
from hepsym.analysis.symmetries.whitening import Frame, frame

__all__ = ["find_noisy"]

Floats = NDArray[np.float64]

LARGEST = 0.15
"""Noise above this part of the spread is not told from structure."""
EQUAL, GAP, FLAT_GAP = 1.5, 2.5, 10.0
"""Variances within EQUAL are one size; the next must be GAP times it (FLAT_GAP where all are flat)."""
TAILS, LEAN = 0.15, 0.12
"""How far the central 95 % over the central 50 %, and its asymmetry, may be from a normal law's. By
quantiles: where a surface is flat, the distance of a few rows is far off to first order."""
NORMAL_TAILS = 2.9058
NEARLY_FLAT = 0.9
"""Share of the mean square of a normal along one direction, above which the surface is called flat."""
WIDE = 4.0
"""A claim's threshold: four noises."""


@dataclass(frozen=True, slots=True, eq=False)
class _Hypothesis:
    span: Frame
    flat: int
    quadrics: Floats
    noise: float


def find_noisy(fit: Floats, test: Floats, exact: Constraints, scale: float | None) -> Constraints | None:
    """Equations with noise, or None where there is none or it does not show itself as noise.

    `exact` holds what holds exactly. With `scale`, whatever is thinner is taken, without the evidence.
    """
    if (
        exact.degree < 2
        or exact.frame.rank < 2
        or len(exact.quadrics)
        or len(fit) < 4 * count(exact.frame.rank, 2)
    ):
        return None
    spread = exact.frame.scale
    moving = np.abs(exact.frame.from_white).max(axis=0) > 0
    units = (spread, np.where(moving, spread[moving].max(), spread))
    made = [m for unit in units for m in _hypotheses(fit, unit, scale)]
    held = [m for m in made if scale is not None or _is_noise(m, test)]
    if not held:
        return None
    return _claimed(max(held, key=lambda m: m.flat + len(m.quadrics)), test, exact)


def _hypotheses(fit: Floats, unit: Floats, scale: float | None) -> list[_Hypothesis]:
    """What would be the equations if the noise were as thick as the thinnest flat or curved surface."""
    base = frame(fit, unit=unit)
    sizes = np.sort(1.0 / np.linalg.norm(base.to_white * unit[:, None], axis=0) ** 2)
    thinnest = [float(taubin(fit, base, unit)[0][0]), float(sizes[0])]
    if scale is not None:
        thinnest = [scale**2]
    out = []
    for guess in thinnest:
        limit = guess if scale is not None else EQUAL * guess
        if not 0 < guess < LARGEST**2:
            continue
        flat = int((sizes < limit).sum())
        if flat >= base.rank:
            continue
        span = frame(fit, thin=len(base.relations) + flat, unit=unit)
        values, vectors, bias = taubin(fit, span, unit)
        curved = int((values < limit).sum())
        kept = np.concatenate([sizes[:flat], values[:curved]])
        following = np.concatenate([sizes[flat : flat + 1], values[curved : curved + 1]])
        needed = GAP if curved else FLAT_GAP
        if scale is None and (
            not len(kept)
            or kept.max() > EQUAL * kept.min()
            or following.min() < needed * kept.max()
            or (curved == 0 and flat < 3)
        ):
            continue
        if not len(kept):
            continue
        noise = float(np.sqrt(np.mean(kept)))
        quadrics = vectors[:curved].copy()
        quadrics[:, 0] += noise**2 * bias[:curved]
        orthonormal = np.linalg.qr(quadrics.T)[0].T if curved else quadrics
        out.append(_Hypothesis(span, flat, np.ascontiguousarray(orthonormal), noise))
    return out


def taubin(rows: Floats, span: Frame, unit: Floats) -> tuple[Floats, Floats, Floats]:
    """Squared thickness (m,) of quadrics, thinnest first, in units of `unit`; the quadrics; tr(Q) each.

    Generalised eigenvectors of the covariance of the monomials and of their gradients, in white
    coordinates where noise of one unit has the covariance to_white^T unit^2 to_white.
    """
    y = span.white(rows)
    r = span.rank
    phi = monomials(y)[:, 1:]
    mean = phi.mean(axis=0)
    covariance = (phi - mean).T @ (phi - mean) / len(phi)
    root = span.to_white * unit[:, None]
    metric = root.T @ root
    # Gradients of y_i are unit vectors, of y_i y_j they are y_j e_i + y_i e_j: moments of y give all.
    i, j = np.triu_indices(r)
    design = np.zeros((r, phi.shape[1], r + 1))  # (component, monomial, 1 or y_k)
    design[np.arange(r), np.arange(r), 0] = 1.0
    own = np.arange(r, phi.shape[1])
    np.add.at(design, (i, own, 1 + j), 1.0)
    np.add.at(design, (j, own, 1 + i), 1.0)
    points = np.column_stack([np.ones(len(y)), y])
    second = points.T @ points / len(y)
    slope = np.einsum("amk,ab,bnl,kl->mn", design, metric, design, second, optimize=True)
    values, vectors = eigh(covariance, slope)
    quadrics = np.column_stack([-(mean @ vectors), vectors.T])
    bias = np.array([float((symmetric(q, r)[2] * metric).sum()) for q in quadrics])
    return values, quadrics, bias


def distances(made: _Hypothesis, rows: Floats) -> tuple[Floats, Floats]:
    """Of rows (n, D) from flat (n, k) and curved (n, m) surfaces, in units: q / |grad q| row by row."""
    y = made.span.white(rows)
    metric_root = made.span.to_white * made.span.scale[:, None]
    flat = np.empty((len(rows), 0))
    if made.flat:
        size = np.linalg.norm(made.span.relations[:, :-1] * made.span.scale, axis=1)
        every = (rows @ made.span.relations[:, :-1].T - made.span.relations[:, -1]) / size
        flat = every[:, every.std(axis=0) > 1e-3 * made.noise]
    if not len(made.quadrics):
        return flat, np.empty((len(rows), 0))
    values = monomials(y) @ made.quadrics.T
    slopes = np.linalg.norm(gradients(y, made.quadrics) @ metric_root.T, axis=2)
    return flat, values / np.maximum(slopes, 1e-2 * slopes.mean(axis=0))


def _is_noise(made: _Hypothesis, test: Floats) -> bool:
    flat, curved = distances(made, test)
    for d in np.concatenate([flat, curved], axis=1).T:
        low, lower, middle, upper, high = np.quantile(d, [0.025, 0.25, 0.5, 0.75, 0.975])
        tails = (high - low) / (upper - lower) / NORMAL_TAILS
        lean = (high + low - 2 * middle) / (high - low)
        if abs(tails - 1.0) > TAILS or abs(lean) > LEAN:
            return False
    y = made.span.white(test)
    if made.flat < 3 and not _bends(made, y):
        return False
    if len(made.quadrics):
        slopes = np.linalg.norm(gradients(y, made.quadrics), axis=2)
        for d, slope in zip(curved.T, slopes.T, strict=True):
            # Noise is of one size wherever the surface is steep enough for its distance to mean something.
            steep = slope > np.median(slope)
            if not 1 / EQUAL < (_middle(d[steep]) / _middle(d[~steep])) ** 2 < EQUAL**2:
                return False
    return _spreads_along(made, y)


def _middle(d: Floats) -> float:
    lower, upper = np.quantile(d, [0.25, 0.75])
    return float(upper - lower)


def _bends(made: _Hypothesis, y: Floats) -> bool:
    """Whether the normals of a surface turn: one that hardly does may be a thin density."""
    root = made.span.to_white * made.span.scale[:, None]
    normals = gradients(y, made.quadrics) @ root.T
    normals /= np.maximum(np.linalg.norm(normals, axis=2, keepdims=True), 1e-300)
    turning = [np.linalg.eigvalsh(n.T @ n / len(n))[-1] for n in np.swapaxes(normals, 0, 1)]
    return bool(min(turning) < NEARLY_FLAT)


def _cleaned(span: Frame, tolerance: float) -> Frame:
    """The frame with the coefficients of its relations rounded to integers where noise allows."""
    relations = span.relations.copy()
    weight = np.abs(relations[:, :-1]) * span.scale
    relations[:, :-1][weight < tolerance * weight.max(axis=1, keepdims=True)] = 0.0
    whole = np.round(relations[:, :-1])
    near = np.abs(relations[:, :-1] - whole) < tolerance
    relations[:, :-1] = np.where(near, whole, relations[:, :-1])
    relations[:, -1] = relations[:, :-1] @ span.centre
    return replace(span, relations=relations)


def _spreads_along(made: _Hypothesis, y: Floats) -> bool:
    """Whether neighbourhoods wider than the noise show as many directions as the surface leaves."""
    stretch = np.linalg.svd(made.span.to_white * made.span.scale[:, None], compute_uv=False)
    left = made.span.rank - _codimension(y, made.quadrics)
    cloud = (y / stretch.max())[:4000]
    centres = cloud[::20]
    radius, index = cKDTree(cloud).query(centres, k=max(60, len(cloud) // 20))
    wide = radius[:, -1] > 5 * made.noise
    if not wide.any():
        return False
    near = cloud[index[wide]]
    values = np.linalg.svd(near - near.mean(axis=1, keepdims=True), compute_uv=False) / np.sqrt(near.shape[1])
    return bool(np.median((values > 1.5 * made.noise / stretch.max()).sum(axis=1)) >= left)


def _codimension(y: Floats, quadrics: Floats) -> int:
    if not len(quadrics):
        return 0
    values = np.linalg.svd(gradients(y[::20], quadrics), compute_uv=False)
    return int(np.median((values > 0.02 * np.median(values[:, 0])).sum(axis=1)))


def _claimed(made: _Hypothesis, test: Floats, exact: Constraints) -> Constraints:
    precision = 60 * made.noise / float(np.sqrt(len(test))) + 5 * made.noise**2
    _, curved = distances(made, test)
    made = replace(made, span=_cleaned(made.span, precision))
    threshold = WIDE * made.noise
    size = np.linalg.norm(made.span.relations[:, :-1] * made.span.scale, axis=1)
    every = (test @ made.span.relations[:, :-1].T - made.span.relations[:, -1]) / np.maximum(size, 1e-300)
    return replace(
        exact,
        frame=made.span,
        quadrics=made.quadrics,
        linear_residuals=np.sqrt((every**2).mean(axis=0)),
        linear_p_values=np.array([thin_p_value(d, threshold) for d in every.T]),
        quadric_residuals=np.sqrt((curved**2).mean(axis=0)),
        quadric_p_values=np.array([thin_p_value(d, threshold) for d in curved.T]),
        noise=made.noise,
        rows=len(test),
    )
