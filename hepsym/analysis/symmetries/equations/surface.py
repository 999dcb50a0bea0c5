"""Which flat and curved surfaces fit the rows best, given how many, if each is thick by noise alone?

Rows are taken in `Ambient` coordinates u: columns over a unit in which noise is expected to be equal,
less the directions in which the rows do not move at all. There noise S starts as s^2 and is then fitted
(symmetries.noise_size). Flat surfaces are the k thinnest directions in the metric of S, curved ones the
m thinnest quadrics of the rows projected on what the flat ones leave (symmetries.adjusted). All of this is
a function of the moments of u to the fourth order, which are taken once.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh

from hepsym.analysis.symmetries.equations.adjusted import adjusting, pencil
from hepsym.analysis.symmetries.equations.noise_size import fitted_covariance
from hepsym.analysis.symmetries.features import Moments, count, evaluate, gradients, moments_of
from hepsym.analysis.symmetries.whitening import Frame

__all__ = [
    "Ambient",
    "NoisySurface",
    "ambient",
    "curved_of",
    "distances",
    "fit_surface",
    "span_of",
    "spectra",
]

Floats = NDArray[np.float64]

NOISE_ROWS = 12_000
"""The noise's covariance is read off so many rows, evenly spaced."""
SEED_NOISE = 1e-4
"""Where nothing is known of the noise: so small that only first order counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Ambient:
    """u = (x - centre) / unit @ axes, and x = centre + u @ axes^T * unit."""

    centre: Floats
    unit: Floats
    """(D,)"""
    axes: Floats
    """(D, r), orthonormal"""

    def into(self, rows: Floats) -> Floats:
        """Coordinates (n, r) of rows (n, D)."""
        return ((rows - self.centre) / self.unit) @ self.axes


@dataclass(frozen=True, slots=True, eq=False)
class NoisySurface:
    """k flat and m curved surfaces with the noise that makes them thick."""

    flat: Floats
    """(k, r): f . u = 0 with f . S f = 1"""
    to_span: Floats
    """(r, r - k): y = u @ to_span is white and has lost what the noise does across the flat ones"""
    from_span: Floats
    """(r - k, r)"""
    curved: Floats
    """(m, count): coefficients of the equation without noise, in y; its noise has variance 1"""
    observed: Floats
    """(m, count): the same to be evaluated at noisy rows: its mean there is 0"""
    covariance: Floats
    """S (r, r) in u"""
    following: tuple[float, float]
    """Thickness of the next flat and curved surface over that of noise, in variances"""
    doubt: Floats | None = None
    """(p, p): covariance of the p = r (r + 1) / 2 entries of S; None where one s^2 was fitted"""


def ambient(rows: Floats, span: Frame, unit: Floats) -> Ambient:
    """Coordinates of the exact span of the rows, in this unit (D,)."""
    normal = span.relations[:, :-1] * unit
    size = np.linalg.norm(normal, axis=1, keepdims=True)
    _, _, right = np.linalg.svd(normal / np.maximum(size, 1e-300), full_matrices=True)
    return Ambient(rows.mean(axis=0), unit, right[len(normal) :].T)


def span_of(second: Floats, covariance: Floats, k: int) -> tuple[Floats, Floats, Floats, Floats]:
    """All thicknesses over noise, and flat, to_span, from_span of the k thinnest directions.

    second (r, r): the mean of u u^T; covariance: of the noise.
    """
    r = len(second)
    thickness, vectors = eigh(second, covariance)
    flat = vectors[:, :k].T
    return thickness, flat, *_beside(second, flat, covariance, r)


def _beside(second: Floats, flat: Floats, covariance: Floats, r: int) -> tuple[Floats, Floats]:
    """to_span (r, r - k) and from_span of what flat surfaces (k, r) leave, free of noise across them."""
    across = np.eye(r) - flat.T @ flat @ covariance  # rows: u @ across has no part along noise of flat
    values, axes = np.linalg.eigh(across.T @ second @ across)
    k = len(flat)
    values, axes = np.sqrt(np.maximum(values[k:], 1e-300)), axes[:, k:]
    return (across @ axes) / values, (axes * values).T


def curved_of(moments: Moments, to_span: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Thickness over noise and coefficients of all quadrics in y = u @ to_span.

    moments are those of u; covariance (r, r) of the noise in y.
    """
    told = pencil(moments.along(to_span), covariance, 2)
    return told.values, told.polynomials


def spectra(moments: Moments, k: int) -> tuple[Floats, Floats]:
    """Variances of the directions, and squared thickness of quadrics beside k flat ones, in units of u."""
    second = moments.second
    thickness, _, to_span, _ = span_of(second, np.eye(len(second)), k)
    small = SEED_NOISE**2 * np.eye(len(second))
    values, _ = curved_of(moments, to_span, to_span.T @ small @ to_span)
    return thickness, values * SEED_NOISE**2


def fit_surface(
    u: Floats, k: int, m: int, variance: float, *, free: bool, steps: int = 3, moments: Moments | None = None
) -> NoisySurface:
    """k flat and m curved surfaces of rows u (n, r), and their noise, from a first guess s^2.

    free: S is fitted; else it is s^2 in every direction, and s^2 alone is. moments: of u, if they are
    known.
    """
    if moments is None:
        moments = moments_of(u)
    covariance, doubt = variance * np.eye(u.shape[1]), None
    for _ in range(steps):
        made, thickness = _once(moments, k, m, covariance)
        scale = float(np.mean(thickness))
        variance *= scale
        if not free or m == 0:
            covariance = variance * np.eye(u.shape[1])
            continue
        values, slopes = _residuals(made, u[:: max(1, len(u) // NOISE_ROWS)])
        covariance, doubt = fitted_covariance(
            values, slopes, variance, made.flat @ moments.second @ made.flat.T, len(u)
        )
    return replace(_once(moments, k, m, covariance)[0], doubt=doubt)


def _once(moments: Moments, k: int, m: int, covariance: Floats) -> tuple[NoisySurface, Floats]:
    thickness, flat, to_span, from_span = span_of(moments.second, covariance, k)
    r = to_span.shape[1]
    inside = to_span.T @ covariance @ to_span
    values, curved = (
        curved_of(moments, to_span, inside) if m else (np.full(1, np.inf), np.empty((0, count(r, 2))))
    )
    observed = curved[:m] @ adjusting(inside, 2)
    following = (
        float(thickness[k]) if k < len(thickness) else np.inf,
        float(values[m] if m < len(values) else np.inf),
    )
    made = NoisySurface(flat, to_span, from_span, curved[:m], observed, covariance, following)
    return made, np.concatenate([thickness[:k], values[:m]])


def with_flat(moments: Moments, normals: Floats, made: NoisySurface, m: int) -> NoisySurface:
    """The same with flat surfaces along these normals (k, r), and m curved ones fitted beside them."""
    second = moments.second
    root = np.linalg.cholesky(normals @ made.covariance @ normals.T)
    flat = np.linalg.solve(root, normals)
    to_span, from_span = _beside(second, flat, made.covariance, len(second))
    curved, observed = made.curved, made.observed
    if m:
        inside = to_span.T @ made.covariance @ to_span
        curved = curved_of(moments, to_span, inside)[1][:m]
        observed = curved @ adjusting(inside, 2)
    return replace(made, flat=flat, to_span=to_span, from_span=from_span, curved=curved, observed=observed)


def _residuals(made: NoisySurface, u: Floats) -> tuple[Floats, Floats]:
    """Values (n, k + m) of the equations at rows, and their gradients (n, k + m, r) in u."""
    y = u @ made.to_span
    flat = u @ made.flat.T
    slopes = np.broadcast_to(made.flat, (len(u), *made.flat.shape))
    if not len(made.curved):
        return flat, np.array(slopes)
    turned = gradients(y, made.observed) @ made.to_span.T
    return np.concatenate([flat, evaluate(y, made.observed)], axis=1), np.concatenate(
        [slopes, turned], axis=1
    )


def distances(made: NoisySurface, u: Floats) -> tuple[Floats, Floats]:
    """Of rows (n, r) from the surfaces, in noises: q / sqrt(grad q . S grad q); and normals (n, e, r) there.

    Normals are S^(1/2) grad q, of length 1 where the noise of q is as on the average.
    """
    values, slopes = _residuals(made, u)
    level, axes = np.linalg.eigh(made.covariance)
    normals = slopes @ (axes * np.sqrt(level))
    size = np.linalg.norm(normals, axis=2)
    return values / np.maximum(size, 1e-2 * np.sqrt((size**2).mean(axis=0))), normals
