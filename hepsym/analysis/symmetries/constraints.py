"""Which linear and quadratic equations hold for every row? The vanishing ideal to degree two.

Fitted on one half of the rows: the thin directions of the affine span, then, in its white coordinates,
the null vectors of the matrix of monomials. Tested on the other half: a claim is that most rows lie
within `EXACT` of the surface, in standard deviations, where the distance of a row is q(y) / rms |grad q|.
What is thin only by comparison (noise, a narrow width) is left to symmetries.noise.

Source of the idea: Heldt, Kreuzer, Pokutta, Poulisse, J. Symb. Comput. 44 (2009) 1566; distances by
Taubin, IEEE Trans. PAMI 13 (1991) 1115.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.errors import holm, thin_p_value
from hepsym.analysis.symmetries.features import count, gradients, monomials
from hepsym.analysis.symmetries.whitening import EXACT, Frame, frame, tall_svd

__all__ = ["Constraint", "Constraints", "find_constraints", "fit_quadrics", "relative_distance"]

Floats = NDArray[np.float64]


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
    """What the equation fixes, with its standard error, in column units: {"m": (91.19, 0.01)}."""


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
    """2, or 1 where the rows are too few for the quadratic monomials or degree 1 was asked for"""
    notes: tuple[str, ...]
    noise: float = 0.0
    """Noise of every column in units of frame.scale; 0 where the equations hold exactly"""
    rows: int = 0
    """Rows that took part in the fit, where there is noise"""

    @property
    def precision(self) -> float:
        """What coefficients in white coordinates are known to: 1e-6, or by noise and number of rows."""
        if self.noise == 0:
            return EXACT
        return 20 * self.noise / float(np.sqrt(self.rows)) + 5 * self.noise**2


def find_constraints(fit: Floats, test: Floats, *, max_degree: int, alpha: float) -> Constraints:
    """Equations that hold exactly (to rounding), from rows (n, D) to fit and other rows (m, D) to test.

    Family-wise error at most alpha over all D directions and all monomials, by Holm. A quadric that
    fails its test is dropped with the others, since null vectors mix.
    """
    span = frame(fit)
    linear_residuals, linear_p = _test_linear(span, test)
    rank = span.rank
    monomial_count = count(rank, 2)
    notes: list[str] = []
    degree = max_degree
    if degree == 2 and len(fit) < monomial_count + 20:
        degree = 1
        notes.append(
            f"quadratic constraints were not looked for: {monomial_count} monomials need "
            f"{2 * (monomial_count + 20)} rows"
        )
    quadrics = np.empty((0, monomial_count))
    residuals, p_values = np.empty(0), np.empty(0)
    if degree == 2 and rank > 0:
        quadrics = fit_quadrics(span.white(fit))
        distances = relative_distance(span.white(test), quadrics)
        residuals = np.sqrt((distances**2).mean(axis=0))
        p_values = np.array([thin_p_value(d, 10 * EXACT) for d in distances.T])
    tests = fit.shape[1] + (monomial_count - 1 if degree == 2 else 0)
    claimed = holm(np.concatenate([linear_p, p_values]), alpha, tests)
    if not claimed[: len(linear_p)].all() and len(linear_p):
        notes.append("the rows are too few to claim any linear relation at this alpha")
        span = frame(fit, tolerance=0.0)
        return Constraints(
            span,
            np.empty((0, count(span.rank, 2))),
            np.empty(0),
            np.empty(0),
            np.empty(0),
            np.empty(0),
            1,
            tuple(notes),
        )
    if not claimed[len(linear_p) :].all():
        quadrics, residuals, p_values = quadrics[:0], residuals[:0], p_values[:0]
    return Constraints(span, quadrics, linear_residuals, linear_p, residuals, p_values, degree, tuple(notes))


def fit_quadrics(y: Floats, tolerance: float = EXACT) -> Floats:
    """Orthonormal null vectors (m, monomials) of the quadratic monomials at white points (n, r).

    A vector counts as null where the rms of q(y) / rms |grad q| is below tolerance.
    """
    phi = monomials(y)
    size = np.sqrt((phi**2).mean(axis=0))
    _, right = tall_svd(phi / size / np.sqrt(len(y)))
    candidates = right[::-1] / size
    candidates /= np.linalg.norm(candidates, axis=1, keepdims=True)
    rms = np.sqrt((relative_distance(y, candidates) ** 2).mean(axis=0))
    null = int(np.argmax(rms > tolerance)) if (rms > tolerance).any() else len(rms)
    if null == 0:
        return np.empty((0, phi.shape[1]))
    orthonormal: Floats = np.linalg.qr(candidates[:null].T)[0].T
    return np.ascontiguousarray(orthonormal)


def relative_distance(y: Floats, quadrics: Floats) -> Floats:
    """q(y) / rms |grad q| of points (n, r) and quadrics (m, monomials): (n, m), in white units."""
    if not len(quadrics):
        return np.empty((len(y), 0))
    values: Floats = monomials(y) @ quadrics.T
    sample = y[:: max(1, len(y) // 500)]
    slope = np.sqrt((gradients(sample, quadrics) ** 2).sum(axis=2).mean(axis=0))
    out: Floats = values / np.maximum(slope, 1e-300)
    return out


def _test_linear(span: Frame, test: Floats) -> tuple[Floats, Floats]:
    if not len(span.relations):
        return np.empty(0), np.empty(0)
    normal, offset = span.relations[:, :-1], span.relations[:, -1]
    size = np.sqrt(((normal * span.scale) ** 2).sum(axis=1))
    distances: Floats = (test @ normal.T - offset) / size
    residuals: Floats = np.sqrt((distances**2).mean(axis=0))
    return residuals, np.array([thin_p_value(d, 10 * EXACT) for d in distances.T])
