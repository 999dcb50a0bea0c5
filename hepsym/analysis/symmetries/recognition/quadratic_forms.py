"""How is an equation in column units written in white coordinates, and does the ideal hold it?

A polynomial is (c, t, S): c + t . x + x . S x. In white coordinates y it is a vector of monomials; it
belongs to the ideal of the quadrics where its part outside their span vanishes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.equations.rounding import jackknife_error
from hepsym.analysis.symmetries.features import from_symmetric
from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["Ideal", "to_white"]

Floats = NDArray[np.float64]

SURE, NEAR = 2.5, 0.1
"""An expectation of errors of many components is known well, so that 2.5 of them are many."""


def to_white(c: float, t: Floats, form: Floats, span: Frame) -> Floats:
    """The monomial vector in white coordinates of c + t . x + x . S x, of the rows in the span."""
    w, centre = span.from_white, span.centre
    shifted = form @ centre
    constant = c + float(t @ centre) + float(centre @ shifted)
    return from_symmetric(constant, w @ (t + 2 * shifted), w @ form @ w.T)


@dataclass(frozen=True, slots=True, eq=False)
class Ideal:
    """All quadrics that vanish on the rows, as orthonormal rows (m, monomials)."""

    span: Frame
    quadrics: Floats
    tolerance: float
    replicas: Floats
    """(blocks, m, monomials): the same fitted without one block of rows each; none where they are exact"""
    dust: float = 1e-7
    """What rounding makes of coefficients that are 0, relative to the largest, in spreads"""

    def holds(self, polynomials: Floats) -> NDArray[np.bool_]:
        """Which of (k, monomials) are in the ideal but for their constants: their parts outside are 0.

        That is, less than the tolerance of their size or, where there are replicas, than SURE errors of
        these parts, and less than NEAR of their size.
        """
        size = np.linalg.norm(polynomials[:, 1:], axis=1)
        moving = size > 1e-9 * np.linalg.norm(polynomials, axis=1)
        size = np.maximum(size, 1e-300)
        left = self.outside(polynomials)
        part = np.linalg.norm(left, axis=1) / size
        told: NDArray[np.bool_] = moving & (part < self.tolerance)
        doubtful = moving & ~told & (part < NEAR)
        if len(self.replicas) and doubtful.any():
            error = np.linalg.norm(jackknife_error(_outside(self.replicas, polynomials[doubtful])), axis=1)
            told[doubtful] = np.linalg.norm(left[doubtful], axis=1) < SURE * error
        return told

    def outside(self, polynomials: Floats) -> Floats:
        """Polynomials (k, monomials) without their constants, less what the ideal spans."""
        return _outside(self.quadrics, polynomials)

    def within(self, polynomial: Floats) -> Floats:
        """The element of the ideal that is nearest to the polynomial up to a constant, as unit vector."""
        weights = np.linalg.lstsq(self.quadrics[:, 1:].T, polynomial[1:], rcond=None)[0]
        made: Floats = weights @ self.quadrics
        return made / max(float(np.linalg.norm(made)), 1e-300)


def _outside(quadrics: Floats, polynomials: Floats) -> Floats:
    """Parts (..., k, monomials - 1) outside the span of quadrics (..., m, monomials)."""
    varying = polynomials[:, 1:]
    if not quadrics.shape[-2]:
        return np.broadcast_to(varying, (*quadrics.shape[:-2], *varying.shape)).copy()
    _, values, basis = np.linalg.svd(quadrics[..., 1:], full_matrices=False)
    basis = basis * (values > 1e-9)[..., None]
    left: Floats = varying - (varying @ np.swapaxes(basis, -1, -2)) @ basis
    return left
