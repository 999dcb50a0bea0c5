"""How well do the latents give an observable? R^2 of a small regression on events it has not seen.

Kernel ridge regression with a Gaussian kernel on a subset of centres (Nystroem; Williams and Seeger,
NIPS 2000): closed form, deterministic. Width and ridge are chosen by leave-one-out errors inside the
training half, e_i / (1 - H_ii) exactly; the other half is then predicted, and the halves change roles.

    R^2 = 1 - sum (y - y_hat)^2 / sum (y - y_mean of the training half)^2
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import eigh
from scipy.optimize import isotonic_regression
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr

from hepsym.analysis.door import column, is_constant, matrix, same_length
from hepsym.analysis.estimate import Estimate, bootstrap, bootstrap_weights
from hepsym.errors import InputError

__all__ = ["CAP", "angle_r2", "monotone_r2", "r2", "targets"]

Floats = NDArray[np.float64]

CAP = 10_000
"""At most so many events enter, half of them for training in turn; drawn at random by the seed."""

WIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)
"""Kernel widths tried, in units of the median distance between centres."""

RIDGES = 10.0 ** np.arange(-11.0, 2.0)
"""Ridges tried, as fractions of the kernel matrix' largest eigenvalue."""

RESAMPLINGS = 200


@dataclass(frozen=True, slots=True)
class _Prediction:
    """Out-of-sample squared residuals and squared deviations from the training mean, (n, targets)."""

    residual: Floats
    deviation: Floats


def r2(x: ArrayLike, y: ArrayLike, *, centres: int | None = None, seed: int = 0) -> list[Estimate]:
    """Cross-fitted R^2 of each column of y (n, q) from all columns of x (n, d), n >= 100.

    Every event is predicted once, by the half that does not hold it. Bootstrap error over events (200
    resamplings, fits fixed). R^2 <= 1; below 0 means worse than the mean. centres: default 600, or 60
    where d = 1. For y a smooth function on a sphere in R^3, 5000 events: R^2 > 0.999 (z), > 0.99 (sine
    and cosine of the azimuth, which jump at the poles). InputError: lengths differ, values not
    finite, n < 100, a constant target.
    """
    predicted, weights = _cross_fit(x, y, centres, seed)
    columns = range(predicted.residual.shape[1])
    return [_score(predicted.residual[:, j], predicted.deviation[:, j], weights) for j in columns]


def angle_r2(
    x: ArrayLike, angle: ArrayLike, *, period: float = 2 * np.pi, centres: int | None = None, seed: int = 0
) -> dict[str, Estimate]:
    """R^2 of an angle (n,) by its sine and cosine: {"sin", "cos", "angle"}.

    "angle" pools both: 1 - sum |u - u_hat|^2 / sum |u - u_mean|^2 for the unit vector u. As `r2`.
    """
    predicted, weights = _cross_fit(x, targets(column(angle, "angle", rows=100), period), centres, seed)
    residual, deviation = predicted.residual, predicted.deviation
    return {
        "sin": _score(residual[:, 0], deviation[:, 0], weights),
        "cos": _score(residual[:, 1], deviation[:, 1], weights),
        "angle": _score(residual.sum(axis=1), deviation.sum(axis=1), weights),
    }


def targets(values: Floats, period: float | None) -> Floats:
    """What a regression predicts for an observable: itself (n, 1), or (sine, cosine) of an angle (n, 2)."""
    if period is None:
        return values[:, None]
    if not period > 0:
        raise InputError(f"period = {period} must be positive (2 pi for an angle in radians)")
    turned = values * (2 * np.pi / period)
    return np.column_stack([np.sin(turned), np.cos(turned)])


def monotone_r2(x: ArrayLike, y: ArrayLike, *, seed: int = 0) -> Estimate:
    """Cross-fitted R^2 of the best monotone function of x (n,) to y (n,), n >= 100.

    Isotonic least squares (pool adjacent violators), rising or falling as Spearman's rho of the
    training half says, interpolated linearly in between. Error and InputError as `r2`.
    """
    a, b = column(x, "x", rows=100), column(y, "y", rows=100)
    same_length(x=a, y=b)
    _refuse_constant(b[:, None])
    halves = _halves(len(a), seed)
    residual, deviation = np.empty(len(a)), np.empty(len(a))
    for train, test in (halves, halves[::-1]):
        predicted = _isotonic(a[train], b[train], a[test])
        residual[test] = (b[test] - predicted) ** 2
        deviation[test] = (b[test] - b[train].mean()) ** 2
    kept = np.concatenate(halves)
    return _score(residual[kept], deviation[kept], bootstrap_weights(len(kept), RESAMPLINGS, seed))


def _isotonic(x: Floats, y: Floats, at: Floats) -> Floats:
    if is_constant(x):
        return np.full(len(at), y.mean())
    order = np.argsort(x, kind="stable")
    rising = bool(spearmanr(x, y).statistic >= 0)
    fitted = isotonic_regression(y[order], increasing=rising).x
    return np.asarray(np.interp(at, x[order], fitted))


def _cross_fit(x: ArrayLike, y: ArrayLike, centres: int | None, seed: int) -> tuple[_Prediction, Floats]:
    a, b = matrix(x, "x", rows=100), matrix(y, "y", rows=100)
    same_length(x=a, y=b)
    _refuse_constant(b)
    centres = centres or (60 if a.shape[1] == 1 else 600)
    halves = _halves(len(a), seed)
    residual, deviation = [], []
    for train, test in (halves, halves[::-1]):
        predicted = _kernel_ridge(a[train], b[train], a[test], centres, seed)
        residual.append((b[test] - predicted) ** 2)
        deviation.append((b[test] - b[train].mean(axis=0)) ** 2)
    found = _Prediction(np.concatenate(residual), np.concatenate(deviation))
    return found, bootstrap_weights(len(found.residual), RESAMPLINGS, seed)


def _kernel_ridge(x: Floats, y: Floats, at: Floats, centres: int, seed: int) -> Floats:
    """Fit (x, y), predict at `at`: width and ridge by leave-one-out, for each target its own."""
    spread = x.std(axis=0)
    scale = np.where(spread > 0, spread, 1.0)
    x, at = (x - x.mean(axis=0)) / scale, (at - x.mean(axis=0)) / scale
    rows = np.random.default_rng([seed, len(x)]).permutation(len(x))[: min(centres, len(x))]
    middle = x[rows]
    distances = cdist(middle, middle, "sqeuclidean")
    unit = float(np.median(distances[distances > 0])) if (distances > 0).any() else 1.0
    to_train, to_new = cdist(x, middle, "sqeuclidean"), cdist(at, middle, "sqeuclidean")
    offset = y.mean(axis=0)
    best = np.full(y.shape[1], np.inf)
    predicted = np.tile(offset, (len(at), 1))
    for width in WIDTHS:
        factor = -0.5 / (width**2 * unit)
        whiten = _whitening(np.exp(factor * distances))
        features = np.exp(factor * to_train) @ whiten
        losses, weights = _ridge_path(features, y - offset)
        new = np.exp(factor * to_new) @ whiten
        for j in np.flatnonzero(losses.min(axis=0) < best):
            r = int(losses[:, j].argmin())
            best[j] = losses[r, j]
            predicted[:, j] = offset[j] + new @ weights[r, :, j]
    return predicted


def _whitening(kernel: Floats) -> Floats:
    """The map K(., centres) -> features in which the ridge penalty is the function's norm: K^(-1/2)."""
    values, vectors = eigh(kernel)
    kept = values > 1e-12 * values[-1]
    return np.asarray(vectors[:, kept] / np.sqrt(values[kept]))


def _ridge_path(features: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Mean squared leave-one-out error (ridges, q) and weights (ridges, m, q) for every ridge."""
    values, vectors = eigh(features.T @ features)
    values = np.maximum(values, 0.0)
    rotated = features @ vectors
    projected = rotated.T @ y
    squared = rotated**2
    losses, weights = [], []
    for ridge in RIDGES * values[-1]:
        shrunk = projected / (values + ridge)[:, None]
        leverage = squared @ (1.0 / (values + ridge))
        error = (y - rotated @ shrunk) / np.maximum(1.0 - leverage, 1e-9)[:, None]
        losses.append((error**2).mean(axis=0))
        weights.append(vectors @ shrunk)
    return np.asarray(losses), np.asarray(weights)


def _halves(n: int, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    order = np.random.default_rng([seed, n]).permutation(n)[:CAP]
    half = len(order) // 2
    return np.sort(order[:half]), np.sort(order[half:])


def _refuse_constant(y: Floats) -> None:
    for j in range(y.shape[1]):
        if is_constant(y[:, j]):
            raise InputError(f"target {j} is constant ({y[0, j]:g}): it has no variance to explain; drop it")


def _score(residual: Floats, deviation: Floats, weights: Floats) -> Estimate:
    return bootstrap(lambda m: 1.0 - m[..., 0] / m[..., 1], np.column_stack([residual, deviation]), weights)
