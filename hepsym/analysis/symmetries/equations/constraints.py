"""Which equations of degree one, two and three hold for every row? The vanishing ideal, degree by degree.

Fitted on one half of the rows: the thin directions of the affine span, then, in its white coordinates,
the null vectors of the matrix of monomials. A cubic is new only if it is no sum of coordinates times
quadrics, and is told only if it lowers the dimension further. Tested on the other half: a claim is that
most rows lie within ten roundings of the surface, where the distance of a row is q(y) / rms |grad q|.
What is thin only by comparison (noise, a narrow width) is left to symmetries.noise.

Source of the idea: Heldt, Kreuzer, Pokutta, Poulisse, J. Symb. Comput. 44 (2009) 1566; distances by
Taubin, IEEE Trans. PAMI 13 (1991) 1115.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.equations.resolution import resolution
from hepsym.analysis.symmetries.errors import holm, thin_p_value
from hepsym.analysis.symmetries.features import (
    count,
    evaluate,
    gradients,
    monomials,
    raised,
    times_coordinate,
)  # fmt: skip
from hepsym.analysis.symmetries.whitening import EXACT, Frame, frame, tall_svd

__all__ = [
    "CUBIC_MONOMIALS", "Constraint", "Constraints", "Replicas", "find_constraints", "fit_cubics",
    "fit_quadrics", "relative_distance",
]  # fmt: skip

Floats = NDArray[np.float64]

EXACT_LINEAR = 1e-7
"""A flat direction must be this thin, in standard deviations, or rounding: a density may well be thin,
and of nearly dependent columns it is. Curved surfaces need EXACT only."""
EXACT_CUBIC = 1e-12
"""Smooth curves are near to cubics, to 1e-11 where they bend little: these must hold better than quadrics."""
CUBIC_MONOMIALS = 300
"""Cubic equations are looked for up to so many monomials: 10 directions."""
ENOUGH = 3
"""Rows per monomial from which null vectors are read; the rest of the rows only test them."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One equation that the rows obey."""

    formula: str
    kind: str
    """Such as "constant", "linear", "momentum conservation", "mass shell", "resonance", "ellipsoid"."""
    degree: int
    residual: float
    """rms distance of held-out rows from the surface, in standard deviations of the data"""
    p_value: float
    values: dict[str, tuple[float, float]]
    """What the equation fixes, in column units, and how far off that may be: {"m": (91.19, 0.01)}. Where
    there is noise that is a standard error, but of an m of 0 the bound that m^2 sets; of exact equations it
    bounds the rounding, and is 0 where no bound is known."""
    exact: bool
    """Whether the rows obey it to their rounding, not but for noise"""


@dataclass(frozen=True, slots=True, eq=False)
class Replicas:
    """The equations fitted without one block of rows each, for standard errors by the jackknife."""

    linear: Floats
    """(blocks, k, D + 1): the noisy ones of frame.relations, which are its last k"""
    quadrics: Floats
    """(blocks, m, monomials), each nearest to the equation in its place"""


@dataclass(frozen=True, slots=True, eq=False)
class Constraints:
    """The equations as arrays; `Constraint`s are made of them by symmetries.recognition."""

    frame: Frame
    quadrics: Floats
    """(m, monomials): orthonormal null vectors in white coordinates"""
    linear_residuals: Floats
    linear_p_values: Floats
    quadric_residuals: Floats
    quadric_p_values: Floats
    degree: int
    """3, 2 or 1: what was looked for; less than asked for where rows are too few"""
    notes: tuple[str, ...]
    noise: float = 0.0
    """Noise in units of frame.scale, rms over directions; 0 where the equations hold exactly"""
    rows: int = 0
    """Rows that took part in the fit, where there is noise"""
    exactness: float = EXACT
    """Rounding of the table in standard deviations, or EXACT where that is less"""
    cubics: Floats = field(default_factory=lambda: np.empty((0, 0)))
    """(l, cubic monomials)"""
    cubic_residuals: Floats = field(default_factory=lambda: np.empty(0))
    cubic_p_values: Floats = field(default_factory=lambda: np.empty(0))
    covariance: Floats | None = None
    """(D, D) of the noise, in column units"""
    noise_axes: Floats | None = None
    """(D, r): the covariance is axes S axes^T"""
    noise_doubt: Floats | None = None
    """(p, p): covariance of the p = r (r + 1) / 2 entries of S; None where one size was fitted"""
    replicas: Replicas | None = None

    @property
    def precision(self) -> float:
        """What coefficients in white coordinates are known to: rounding, or by noise and number of rows."""
        if self.noise == 0:
            return self.exactness
        return 20 * self.noise / float(np.sqrt(self.rows)) + 5 * self.noise**2

    @property
    def equations(self) -> Floats:
        """All curved equations (m + l, monomials) in white coordinates, quadrics first, of one width."""
        if not len(self.cubics):
            return self.quadrics
        return np.concatenate([raised(self.quadrics, self.frame.rank, 3), self.cubics])


def find_constraints(fit: Floats, test: Floats, *, max_degree: int, alpha: float) -> Constraints:
    """Equations that hold exactly (to rounding), from rows (n, D) to fit and other rows (m, D) to test.

    Family-wise error at most alpha over all D directions and all monomials, by Holm. A quadric that
    fails its test is dropped with the others, since null vectors mix; so are cubics.
    """
    rounding = resolution(fit)
    exactness = max(EXACT, rounding)
    span = frame(fit, tolerance=max(EXACT_LINEAR, rounding))
    linear_residuals, linear_p = _test_linear(span, test, 10 * exactness)
    rank, notes = span.rank, list[str]()
    degree = _degree(max_degree, rank, len(fit), notes)
    y, held_out = span.white(fit), span.white(test)
    quadrics, residuals, p_values = np.empty((0, count(rank, 2))), np.empty(0), np.empty(0)
    cubics, cubic_residuals, cubic_p = np.empty((0, count(rank, 3))), np.empty(0), np.empty(0)
    if degree >= 2 and rank > 0:
        quadrics = fit_quadrics(y, exactness)
        residuals, p_values = _tested(held_out, quadrics, 10 * exactness)
    if degree >= 3 and rank > 0:
        fine = max(EXACT_CUBIC, rounding)
        cubics = fit_cubics(y, quadrics, fine)
        cubic_residuals, cubic_p = _tested(held_out, cubics, 10 * fine)
    tests = fit.shape[1] + (count(rank, degree) - 1 if degree >= 2 else 0)
    claimed = holm(np.concatenate([linear_p, p_values, cubic_p]), alpha, tests)
    if not claimed[: len(linear_p)].all() and len(linear_p):
        notes.append("the rows are too few to claim any linear relation at this alpha")
        span = frame(fit, tolerance=0.0)
        none = np.empty((0, count(span.rank, 2)))
        return Constraints(span, none, np.empty(0), np.empty(0), np.empty(0), np.empty(0), 1, tuple(notes))
    found = Constraints(
        span,
        quadrics,
        linear_residuals,
        linear_p,
        residuals,
        p_values,
        degree,
        tuple(notes),
        exactness=exactness,
    )
    first = len(linear_p) + len(p_values)
    if not claimed[len(linear_p) : first].all():
        return replace(
            found, quadrics=quadrics[:0], quadric_residuals=residuals[:0], quadric_p_values=p_values[:0]
        )
    if len(cubics) and claimed[first:].all():
        return replace(found, cubics=cubics, cubic_residuals=cubic_residuals, cubic_p_values=cubic_p)
    return found


def _degree(asked: int, rank: int, rows: int, notes: list[str]) -> int:
    """The degree that the rows allow, with a note where that is less than asked for."""
    degree = asked
    if degree == 3 and count(rank, 3) > CUBIC_MONOMIALS:
        degree = 2
        notes.append(
            f"cubic constraints were not looked for: {count(rank, 3)} monomials, {CUBIC_MONOMIALS} at most"
        )
    for tried, kind in ((3, "cubic"), (2, "quadratic")):
        needed = count(rank, tried) + 20
        if degree == tried and rows < needed:
            degree = tried - 1
            notes.append(
                f"{kind} constraints were not looked for: {needed - 20} monomials need {2 * needed} rows"
            )
    return degree


def fit_quadrics(y: Floats, tolerance: float = EXACT) -> Floats:
    """Orthonormal null vectors (m, monomials) of the quadratic monomials at white points (n, r).

    A vector counts as null where the rms of q(y) / rms |grad q| is below tolerance.
    """
    return _null_vectors(y, 2, np.empty((0, count(y.shape[1], 2))), tolerance)


def fit_cubics(y: Floats, quadrics: Floats, tolerance: float = EXACT) -> Floats:
    """Cubics (l, monomials) that vanish at white points (n, r), beside those that quadrics (m, ...) imply.

    None where they leave the dimension as it is: the rank of all gradients at the points.
    """
    r = y.shape[1]
    implied = np.concatenate([raised(quadrics, r, 3), times_coordinate(quadrics, r)])
    cubics = _null_vectors(y, 3, implied, tolerance)
    if not len(cubics):
        return cubics
    points = y[:: max(1, len(y) // 200)]
    before = _rank(points, quadrics)
    return cubics if _rank(points, np.concatenate([raised(quadrics, r, 3), cubics])) > before else cubics[:0]


def _rank(points: Floats, equations: Floats) -> int:
    if not len(equations):
        return 0
    slopes = gradients(points, equations)
    slopes = slopes / np.maximum(np.sqrt((slopes**2).sum(axis=2).mean(axis=0)), 1e-300)[:, None]
    values = np.linalg.svd(slopes, compute_uv=False)
    return int(np.median((values > 1e-5 * np.median(values[:, 0])).sum(axis=1)))


def _null_vectors(y: Floats, degree: int, implied: Floats, tolerance: float) -> Floats:
    """Orthonormal null vectors of the monomials beside those `implied` (k, monomials)."""
    phi = monomials(y[: ENOUGH * count(y.shape[1], degree) + 500], degree)
    size = np.sqrt((phi**2).mean(axis=0))
    basis = _beside(implied * size)
    _, right = tall_svd((phi / size) @ basis.T / np.sqrt(len(phi)))
    candidates = (right[::-1] @ basis) / size
    candidates /= np.linalg.norm(candidates, axis=1, keepdims=True)
    rms = np.sqrt((relative_distance(y, candidates) ** 2).mean(axis=0))
    null = int(np.argmax(rms > tolerance)) if (rms > tolerance).any() else len(rms)
    if null == 0:
        return np.empty((0, phi.shape[1]))
    return np.ascontiguousarray(np.linalg.qr(candidates[:null].T)[0].T)


def _beside(implied: Floats) -> Floats:
    """Orthonormal rows that span what is orthogonal to `implied` (k, m), which may be dependent."""
    if not len(implied):
        return np.eye(implied.shape[1])
    _, values, right = np.linalg.svd(
        implied / np.linalg.norm(implied, axis=1, keepdims=True), full_matrices=True
    )
    rest: Floats = right[int((values > 1e-9 * values[0]).sum()) :]
    return rest


def relative_distance(y: Floats, equations: Floats) -> Floats:
    """q(y) / rms |grad q| of points (n, r) and equations (m, monomials): (n, m), in white units."""
    if not len(equations):
        return np.empty((len(y), 0))
    sample = y[:: max(1, len(y) // 500)]
    slope = np.sqrt((gradients(sample, equations) ** 2).sum(axis=2).mean(axis=0))
    out: Floats = evaluate(y, equations) / np.maximum(slope, 1e-300)
    return out


def _tested(y: Floats, equations: Floats, threshold: float) -> tuple[Floats, Floats]:
    distances = relative_distance(y, equations)
    p_values = np.array([thin_p_value(d, threshold) for d in distances.T])
    return np.sqrt((distances**2).mean(axis=0)), p_values


def _test_linear(span: Frame, test: Floats, threshold: float) -> tuple[Floats, Floats]:
    if not len(span.relations):
        return np.empty(0), np.empty(0)
    normal, offset = span.relations[:, :-1], span.relations[:, -1]
    size = np.sqrt(((normal * span.scale) ** 2).sum(axis=1))
    distances: Floats = (test @ normal.T - offset) / size
    residuals: Floats = np.sqrt((distances**2).mean(axis=0))
    return residuals, np.array([thin_p_value(d, threshold) for d in distances.T])
