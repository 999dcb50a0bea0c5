"""Which functions of the state does each trajectory keep? Conserved quantities, and how much they vary.

With a label of the trajectory at each row, f is conserved where its variance within trajectories is 0
beside its variance over all rows. In a library of functions that is a generalised eigenproblem,
W c = lambda T c, solved on one half of the trajectories. On the other half lambda is measured afresh: a
quantity is *told* where the upper bound of lambda, simultaneous over all functions of all libraries, is
below `tolerance` (an equivalence test; the bound is normal, over trajectories). Functions of one another
do not count twice: each must have a gradient outside the span of those before it.

Source of the idea: Wiskott, Sejnowski, Neural Comput. 14 (2002) 715 (slow features); counting as in
Liu, Tegmark, Phys. Rev. Lett. 126 (2021) 180604.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from hepsym.analysis.symmetries.conserved_features import Library, libraries
from hepsym.analysis.symmetries.recognition.writing import term
from hepsym.analysis.symmetries.whitening import echelon
from hepsym.errors import InputError

__all__ = ["Conserved", "Quantity", "conserved"]

Floats = NDArray[np.float64]

TOLERANCE = 0.01
"""Part of the variance that may lie within trajectories"""
LEAST_TRAJECTORIES = 20
EXACT = 1e-9
"""Below this part the coefficients are known well enough to be written down"""
NEW = 0.1
"""Part of a gradient outside the span of the others from which a function is new"""
FUNCTIONS = 16
"""Of the told ones, those looked at for independence"""


@dataclass(frozen=True, slots=True, eq=False)
class Quantity:
    """One function that is kept."""

    formula: str
    within: float
    """Variance within trajectories over the variance, on trajectories that took no part in the fit"""
    bound: float
    """Simultaneous upper bound of `within`"""
    coefficients: Floats
    """Of the library's features"""


@dataclass(frozen=True, slots=True, eq=False)
class Conserved:
    """Independent conserved quantities of a table of trajectories."""

    quantities: tuple[Quantity, ...]
    library: Library
    centre: Floats
    scale: Floats
    alpha: float
    tolerance: float
    trajectories: int
    further: tuple[Quantity, ...] = ()
    """Kept too, but of a gradient that the others span: functions of them, if need be of several values"""

    @property
    def count(self) -> int:
        """Number of independent ones that are told."""
        return len(self.quantities)

    def values(self, rows: Floats, *, further: bool = False) -> Floats:
        """The quantities at rows (n, D): (n, count), and the further ones after them if asked for."""
        features = self.library.features(rows, self.centre, self.scale)
        told = (*self.quantities, *self.further) if further else self.quantities
        coefficients = np.array([q.coefficients for q in told]).reshape(-1, self.library.size)
        out: Floats = features @ coefficients.T
        return out

    def to_json(self) -> dict[str, Any]:
        """The fields under their own names."""
        return {
            "count": self.count,
            "quantities": [
                {"formula": q.formula, "within": q.within, "bound": q.bound} for q in self.quantities
            ],
            "library": f"{self.library.kind}, degree {self.library.degree}",
            "alpha": self.alpha, "tolerance": self.tolerance, "trajectories": self.trajectories,
        }  # fmt: skip


def conserved(
    rows: Floats, labels: NDArray[Any], names: Sequence[str], *, alpha: float = 0.01,
    tolerance: float = TOLERANCE, seed: int = 1,
) -> Conserved:  # fmt: skip
    """Functions of rows (n, D) that are constant on each set of rows of one label (n,).

    P(any function told whose share within trajectories is above tolerance) <= alpha, for large numbers of
    trajectories. Raises InputError for fewer than 20 trajectories of 2 rows or more, for rows that are not
    finite, for alpha outside (0, 1/2) or tolerance outside (0, 1).
    """
    _check(rows, labels, names, alpha, tolerance)
    index = np.unique(labels, return_inverse=True)[1]
    lengths = np.bincount(index)
    number = int((lengths > 1).sum())
    if number < LEAST_TRAJECTORIES:
        raise InputError(
            f"{number} trajectories of two rows or more are too few: give at least {LEAST_TRAJECTORIES}"
        )
    chosen = np.random.default_rng([seed, len(lengths)]).permutation(len(lengths)) < len(lengths) // 2
    fit, usable = chosen[index], lengths[index] > 1
    spread = rows.std(axis=0)
    moving = spread > 1e-12 * np.abs(rows).max(axis=0)
    centre = np.where(np.abs(rows.mean(axis=0)) > 10 * spread, rows.mean(axis=0), 0.0)
    scale = np.where(moving, np.abs(rows - centre).max(axis=0), 1.0)
    tried = libraries(rows.shape[1], int(fit.sum()))
    z = float(norm.isf(alpha / max(1, sum(one.size for one in tried))))
    best: Conserved | None = None
    for library in tried:
        found, further = _found(
            library, rows[usable], index[usable], fit[usable], names, centre, scale, z, tolerance
        )
        told = Conserved(found, library, centre, scale, alpha, tolerance, number, further)
        if best is None or _better(told, best):
            best = told
        if best.count == rows.shape[1] - 1 and _worst(best) == EXACT:
            break
    if best is None:
        raise InputError(f"{len(rows)} rows are too few for {rows.shape[1]} columns: give more trajectories")
    return best


def _better(told: Conserved, best: Conserved) -> bool:
    """More quantities; or as many, that vary a hundred times less."""
    if told.count != best.count or told.count == 0:
        return told.count > best.count
    return _worst(told) < 0.01 * _worst(best)


def _worst(told: Conserved) -> float:
    return max(EXACT, *(q.within for q in told.quantities))


def _found(
    library: Library, rows: Floats, index: NDArray[np.int64], fit: NDArray[np.bool_], names: Sequence[str],
    centre: Floats, scale: Floats, z: float, tolerance: float,
) -> tuple[tuple[Quantity, ...], tuple[Quantity, ...]]:  # fmt: skip
    """Independent ones, and those that are kept too."""
    features = library.features(rows, centre, scale)
    train, rest = features[fit], features[~fit]
    mean, size = train.mean(axis=0), np.maximum(train.std(axis=0), 1e-300)
    size = np.where(size > 1e-12 * np.abs(train).max(axis=0), size, np.inf)
    _, values, right = np.linalg.svd((train - mean) / size / np.sqrt(len(train)), full_matrices=False)
    right = right[values > 1e-6 * values[0]] / values[values > 1e-6 * values[0], None]
    inside = _within((train - mean) / size, index[fit])[0] @ right.T
    _, turn = np.linalg.eigh(inside.T @ inside)
    coefficients = (right.T @ turn).T[: 4 * FUNCTIONS] / size
    share, bound = _shares(rest @ coefficients.T, index[~fit], z)
    order = np.argsort(share)
    order = order[bound[order] < tolerance][:FUNCTIONS]
    if not len(order):
        return (), ()
    coefficients, share, bound = coefficients[order], share[order], bound[order]
    exact, unit = share < EXACT, library.weights(scale)
    if exact.any():
        blur = max(1e-5, 3 * float(np.sqrt(share[exact].max())))
        finite = np.where(np.isfinite(size), size, 1.0)
        reduced = _readable(coefficients[exact], finite, unit, library.degrees, blur)
        coefficients = np.concatenate([reduced, coefficients[~exact]])
        share, bound = _shares(rest @ coefficients.T, index[~fit], z)
    kept = _independent(library, rows[~fit], coefficients, centre, scale)
    labels = library.names(names, centre)
    made = [
        Quantity(_formula(c * unit, labels, library, s), float(s), float(b), c)
        for c, s, b in zip(coefficients, share, bound, strict=True)
    ]
    told = [k for k in kept if bound[k] < tolerance]
    rest_of = [k for k in range(len(made)) if k not in kept and bound[k] < tolerance]
    return tuple(made[k] for k in told), tuple(made[k] for k in rest_of)


def _within(values: Floats, index: NDArray[np.int64]) -> tuple[Floats, NDArray[np.int64]]:
    """Values less the mean of their trajectory, and the trajectories' numbers from 0."""
    own = np.unique(index, return_inverse=True)[1]
    lengths = np.bincount(own)
    order = np.argsort(own, kind="stable")
    sums = np.add.reduceat(values[order], np.concatenate([[0], np.cumsum(lengths)[:-1]]), axis=0)
    return values - (sums / lengths[:, None])[own], own


def _shares(values: Floats, index: NDArray[np.int64], z: float) -> tuple[Floats, Floats]:
    """Variance within over variance (functions,), unbiased for the means, and its upper bound."""
    deviation, own = _within(values, index)
    lengths = np.bincount(own)
    each = np.stack([np.bincount(own, d * d) for d in deviation.T]) / (lengths - 1)
    total = np.maximum(values.var(axis=0), 1e-300)
    share = each.mean(axis=1) / total
    return share, share + z * each.std(axis=1, ddof=1) / np.sqrt(each.shape[1]) / total


def _readable(
    coefficients: Floats, size: Floats, unit: Floats, degrees: NDArray[np.int64], blur: float
) -> Floats:
    """The same span in reduced echelon form, shortest first, as it is written with a largest weight of 1.

    What is smaller than `blur` of a row's largest, in standard deviations of the features, is left out.
    """
    reduced = echelon(coefficients * size, blur)[0] / size
    terms = reduced != 0
    reduced = reduced[np.lexsort([np.where(terms, degrees, 0).sum(axis=1), terms.sum(axis=1)])]
    weights = reduced * unit
    first = weights[np.arange(len(weights)), np.argmax(weights != 0, axis=1)]
    out: Floats = reduced / (np.sign(first) * np.abs(weights).max(axis=1))[:, None]
    return out


def _independent(
    library: Library, rows: Floats, coefficients: Floats, centre: Floats, scale: Floats
) -> list[int]:
    """Which functions have a gradient outside the span of those before, at the median of some rows."""
    rows = rows[:: max(1, len(rows) // 400)]
    spread = np.maximum(rows.std(axis=0), 1e-300)
    slopes = []
    for j, unit in enumerate(spread):
        step = np.zeros(len(spread))
        step[j] = 1e-4 * unit
        ahead, behind = (
            library.features(rows + s * step, centre, scale) @ coefficients.T for s in (1.0, -1.0)
        )
        slopes.append(ahead - behind)
    gradients = np.stack(slopes, axis=2)
    kept: list[int] = []
    for k in range(gradients.shape[1]):
        mine = gradients[:, k]
        rest = mine
        if kept:
            base, _ = np.linalg.qr(np.swapaxes(gradients[:, kept], 1, 2))
            rest = mine - np.einsum("nij,nj->ni", base, np.einsum("nij,ni->nj", base, mine))
        size = np.linalg.norm(mine, axis=1)
        part = np.median(np.linalg.norm(rest, axis=1) / np.maximum(size, 1e-300))
        if part > NEW and len(kept) < len(spread):
            kept.append(k)
    return kept


def _formula(weights: Floats, labels: Sequence[str], library: Library, share: float) -> str:
    order = [i for i in range(len(weights)) if weights[i] != 0]
    if share > EXACT or len(order) > 12:
        return f"a {library.kind} function of degree {library.degree}"
    return " ".join(term(float(weights[i]), labels[i], first=k == 0) for k, i in enumerate(order))


def _check(rows: Floats, labels: NDArray[Any], names: Sequence[str], alpha: float, tolerance: float) -> None:
    if rows.ndim != 2 or len(labels) != len(rows) or len(names) != rows.shape[1]:
        raise InputError(
            f"rows {rows.shape}, {len(labels)} labels and {len(names)} names do not fit: one label a row, "
            "one name a column"
        )
    if not np.isfinite(rows).all():
        raise InputError(f"{int((~np.isfinite(rows)).any(axis=1).sum())} rows are not finite: leave them out")
    if not 0 < alpha < 0.5 or not 0 < tolerance < 1:
        raise InputError(
            f"alpha = {alpha:g} and tolerance = {tolerance:g}: give alpha < 0.5 and tolerance < 1"
        )
