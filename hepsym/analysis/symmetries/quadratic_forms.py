"""How is an equation in column units written in white coordinates, and does the ideal hold it?

A polynomial is (c, t, S): c + t . x + x . S x. In white coordinates y it is a vector of monomials; it
belongs to the ideal of the quadrics where its part outside their span vanishes.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.features import from_symmetric, symmetric
from hepsym.analysis.symmetries.whitening import Frame

__all__ = ["Ideal", "in_columns", "to_white"]

Floats = NDArray[np.float64]


def to_white(c: float, t: Floats, form: Floats, span: Frame) -> Floats:
    """The monomial vector in white coordinates of c + t . x + x . S x, of the rows in the span."""
    w, centre = span.from_white, span.centre
    shifted = form @ centre
    constant = c + float(t @ centre) + float(centre @ shifted)
    return from_symmetric(constant, w @ (t + 2 * shifted), w @ form @ w.T)


def in_columns(q: Floats, span: Frame, kept: NDArray[np.int64]) -> tuple[float, Floats, Floats]:
    """(c, t, S) of a white quadric in the `kept` columns, as many as the rank, which fill the span."""
    c, b, full = symmetric(q, span.rank)
    into = np.linalg.inv(span.from_white[:, kept])
    centre = span.centre[kept]
    form = into @ full @ into.T
    t = into @ b - 2 * form @ centre
    return c - float((into @ b) @ centre) + float(centre @ form @ centre), t, form


@dataclass(frozen=True, slots=True, eq=False)
class Ideal:
    """All quadrics that vanish on the rows, as orthonormal rows (m, monomials)."""

    span: Frame
    quadrics: Floats
    tolerance: float

    def residual(self, polynomial: Floats) -> float:
        """Part outside the ideal of a polynomial whose constant is free, relative to its varying part."""
        varying, left = self.outside(polynomial[None, :])
        size = float(np.linalg.norm(varying))
        return float(np.linalg.norm(left)) / size if size > 1e-9 * np.linalg.norm(polynomial) else 1.0

    def outside(self, polynomials: Floats) -> tuple[Floats, Floats]:
        """Polynomials (k, monomials) without their constant: as they are, and less what the ideal spans."""
        varying = polynomials[:, 1:]
        if not len(self.quadrics):
            return varying, varying.copy()
        basis, values, _ = np.linalg.svd(self.quadrics[:, 1:].T, full_matrices=False)
        basis = basis[:, values > 1e-9]
        return varying, varying - (varying @ basis) @ basis.T

    def within(self, polynomial: Floats) -> Floats:
        """The element of the ideal that is nearest to the polynomial up to a constant, as unit vector."""
        weights = np.linalg.lstsq(self.quadrics[:, 1:].T, polynomial[1:], rcond=None)[0]
        made: Floats = weights @ self.quadrics
        return made / max(float(np.linalg.norm(made)), 1e-300)

    def without(self, elements: Floats) -> Floats:
        """Orthonormal rest (m - k, monomials) of the ideal beside k independent elements of it."""
        if not len(elements):
            return self.quadrics
        basis, _ = np.linalg.qr((elements @ self.quadrics.T).T, mode="complete")
        rest: Floats = basis[:, len(elements) :].T @ self.quadrics
        return rest
