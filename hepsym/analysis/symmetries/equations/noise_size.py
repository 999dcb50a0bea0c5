"""How large is the noise in every direction? Its covariance S, from what the rows are off their equations.

E[q_a q_b] = grad q_a . S grad q_b at every row and for every pair of equations: linear in S, and since
normals turn from place to place, most of S is fixed by least squares. What no normal sees stays at the
prior s^2 of equal noise in every direction of the given coordinates.
"""

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.symmetries.features import pairs

__all__ = ["fitted_covariance", "normal_equations"]

Floats = NDArray[np.float64]

WORK = 3e8
"""Multiplications at most: more rows than that are not used."""
LEAST_ROWS = 1500
DOUBTS = (0.01, 0.03, 0.1, 0.3, 1.0)
"""Standard deviations of the prior on an entry of S / s^2; the one with most evidence is taken."""
LEAST = 0.05
"""No direction has less than this part of s^2: S stays positive."""


def normal_equations(
    values: Floats, slopes: Floats, variance: float, products: Floats, rows: int
) -> tuple[Floats, Floats]:
    """Information (p, p) and score (p,) for the p = r (r + 1) / 2 entries of S / s^2 - 1.

    values (n, e) of the equations at some of the rows, slopes (n, e, r). The first k equations are flat:
    their slopes are the same at all rows, and products (k, k) are means over all `rows`. Each product is
    weighed by its own variance.
    """
    n, e, r = slopes.shape
    flat = len(products)
    i, j = pairs(r)
    p = len(i)
    products_of = [(a, b) for a in range(e) for b in range(max(a, flat), e)]
    step = max(1, n // int(np.clip(WORK / (max(1, len(products_of)) * p * p), min(LEAST_ROWS, n), n)))
    sizes = np.sqrt((slopes**2).sum(axis=2))
    sizes = np.maximum(sizes, 1e-2 * np.sqrt((sizes**2).mean(axis=0)))
    values = values / sizes / np.sqrt(variance)
    double = np.where(i == j, 0.5, 1.0)

    def design(f: Floats, g: Floats) -> Floats:
        made: Floats = (f[:, i] * g[:, j] + f[:, j] * g[:, i]) * double
        return made

    left, right = np.zeros((p, p)), np.zeros(p)
    for a in range(flat):  # the products of flat ones need their means only
        constant = slopes[0, a] / sizes[0, a]
        others = slopes[0, a:flat] / sizes[0, a:flat, None]
        made = design(np.broadcast_to(constant, others.shape), others)
        seen = products[a, a:] / sizes[0, a] / sizes[0, a:flat] / variance  # each weighs as all rows do
        expected = others @ constant
        left += rows * (made / (1.0 + expected**2)[:, None]).T @ made
        right += rows * ((seen - expected) / (1.0 + expected**2)) @ made
    values, slopes = values[::step], slopes[::step] / sizes[::step, :, None]
    for a, b in products_of:
        made = design(slopes[:, a], slopes[:, b])
        expected = np.einsum("nr,nr->n", slopes[:, a], slopes[:, b])
        # Var(q_a q_b) = S_aa S_bb + S_ab^2
        weighed = made / (1.0 + expected**2)[:, None]
        left += weighed.T @ made
        right += (values[:, a] * values[:, b] - expected) @ weighed
    return left, right


def fitted_covariance(
    values: Floats, slopes: Floats, variance: float, products: Floats, rows: int
) -> tuple[Floats, Floats]:
    """S (r, r) of equations with these values (n, e) and slopes (n, e, r); prior s^2 = `variance`.

    And the covariance (p, p) of its p = r (r + 1) / 2 entries: what no normal sees is as open as the prior.

    The first of them are flat, with the mean products (k, k) over all `rows`.

    Error of an entry seen by normals: about sqrt(2 / n).
    """
    r = slopes.shape[2]
    information, score = normal_equations(values, slopes, variance, products, rows)
    size, axes = np.linalg.eigh(information)
    size, seen = np.maximum(size, 0.0), axes.T @ score
    # log P(products | prior): entries are normal with this doubt, products normal with unit variance.
    evidence = [
        float((seen**2 / (size + 1 / doubt**2)).sum() - np.log1p(doubt**2 * size).sum()) for doubt in DOUBTS
    ]
    doubt = DOUBTS[int(np.argmax(evidence))]
    known = size + 1 / doubt**2
    return _positive(axes @ (seen / known), r, variance), variance**2 * (axes / known) @ axes.T


def _positive(entries: Floats, r: int, variance: float) -> Floats:
    i, j = pairs(r)
    full = np.zeros((r, r))
    full[i, j] = full[j, i] = entries
    level, axes = np.linalg.eigh(full + np.eye(r))
    made: Floats = variance * (axes * np.maximum(level, LEAST)) @ axes.T
    return made
