"""Where on the surface is the point nearest to a row? Newton steps along the normals."""

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.features import evaluate, gradients

__all__ = ["onto_surface"]

Floats = NDArray[np.float64]


def onto_surface(y: Floats, quadrics: Floats, steps: int = 6) -> Floats:
    """Rows (n, r) moved onto q = 0 for all quadrics (m, monomials): y <- y - J^+ q(y)."""
    y = y.copy()
    for _ in range(steps):
        jacobian = gradients(y, quadrics)
        y = y - np.einsum("nrm,nm->nr", np.linalg.pinv(jacobian, rcond=0.02), evaluate(y, quadrics))
    return y
