"""How far apart are two samples of jets? W1 of a feature, Frechet and kernel distances of many.

After Kansal et al., arXiv:2211.10295, and the package jetnet, whose numbers tests hold these to
(tests/reference/jetnet_distances.json).
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import sqrtm
from scipy.optimize import nnls
from scipy.stats import wasserstein_distance

from hepsym.analysis.jets.coordinates import Floats
from hepsym.errors import InputError

__all__ = ["Distance", "frechet_distance", "kernel_distance", "wasserstein"]


@dataclass(frozen=True, slots=True)
class Distance:
    """A distance with its error."""

    value: float
    error: float


def wasserstein(
    a: Floats, b: Floats, *, batches: int = 5, size: int | None = None, seed: int = 1
) -> Distance:
    """W1 = int |F_a - F_b| of two one-dimensional samples: mean and standard deviation over random batches.

    A batch is `size` values of each with replacement (all if None); W1 of finite samples is above 0 even
    for equal laws, by about 1 / sqrt(size). Raises InputError for empty samples.
    """
    a, b = np.ravel(a), np.ravel(b)
    if not len(a) or not len(b):
        raise InputError("the Wasserstein distance of an empty sample: give values of both")
    rng = np.random.default_rng(seed)
    found = [
        wasserstein_distance(rng.choice(a, size or len(a)), rng.choice(b, size or len(b)))
        for _ in range(batches)
    ]
    return Distance(float(np.mean(found)), float(np.std(found)))


def frechet_distance(
    real: Floats,
    made: Floats,
    *,
    smallest: int = 20_000,
    largest: int = 50_000,
    points: int = 10,
    batches: int = 20,
    seed: int = 1,
) -> Distance:
    """FPD: squared Frechet distance of the Gaussians of features (n, F), at infinite sample size.

        |mu - mu'|^2 + tr(S + S' - 2 (S S')^(1/2))

    Its bias at N samples is ~ 1 / N: means over `batches` draws of N (with replacement) at `points` sizes
    evenly spaced in 1 / N between `smallest` and `largest` are fitted by a + b / N, a, b >= 0; a and its
    error are given. Features are first divided by the largest |value| in `real`.

    Raises InputError for shapes and for fewer than `smallest` rows.
    """
    real, made = _scaled(real, made)
    if min(len(real), len(made)) < smallest:
        raise InputError(
            f"samples of {len(real)} and {len(made)} rows, but FPD is to start at {smallest}: give more, "
            f"or `smallest`"
        )
    rng = np.random.default_rng(seed)
    sizes = (1 / np.linspace(1 / smallest, 1 / largest, points)).astype(int)
    means = np.array([np.mean([_drawn_frechet(real, made, n, rng) for _ in range(batches)]) for n in sizes])
    design = np.stack([np.ones(points), 1 / sizes], axis=1)
    fitted = nnls(design, means)[0]
    variance = np.sum((means - design @ fitted) ** 2) / max(points - 2, 1)
    return Distance(float(fitted[0]), float(np.sqrt(variance * np.linalg.inv(design.T @ design)[0, 0])))


def _drawn_frechet(real: Floats, made: Floats, n: int, rng: np.random.Generator) -> float:
    return _frechet(real[rng.integers(0, len(real), n)], made[rng.integers(0, len(made), n)])


def _frechet(a: Floats, b: Floats) -> float:
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    cov_a, cov_b = np.atleast_2d(cov_a), np.atleast_2d(cov_b)
    root = sqrtm(cov_a @ cov_b)
    shift = a.mean(0) - b.mean(0)
    return float(shift @ shift + np.trace(cov_a + cov_b - 2 * np.real(root)))


def kernel_distance(
    real: Floats, made: Floats, *, size: int = 5_000, batches: int = 10, degree: int = 4, seed: int = 1
) -> Distance:
    """KPD: squared maximum mean discrepancy of features (n, F) under the kernel (x.y / F + 1)^degree,
    unbiased.

    The median over `batches` draws of `size` rows, and half the distance of their 16 % and 84 %
    quantiles; features are scaled as for FPD. Raises InputError for shapes and samples smaller than a batch.
    """
    real, made = _scaled(real, made)
    if min(len(real), len(made)) < size:
        raise InputError(
            f"samples of {len(real)} and {len(made)} rows are smaller than a batch, {size}: make it smaller"
        )
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(batches):
        a, b = real[rng.integers(0, len(real), size)], made[rng.integers(0, len(made), size)]
        found.append(_unbiased_mmd(a, b, degree))
    low, middle, high = np.quantile(found, [0.16, 0.5, 0.84])
    return Distance(float(middle), float((high - low) / 2))


def _unbiased_mmd(a: Floats, b: Floats, degree: int) -> float:
    def kernel(x: Floats, y: Floats) -> Floats:
        found: Floats = (x @ y.T / x.shape[1] + 1.0) ** degree
        return found

    n, m = len(a), len(b)
    within_a, within_b = kernel(a, a), kernel(b, b)
    own = (within_a.sum() - np.trace(within_a)) / (n * (n - 1)) + (within_b.sum() - np.trace(within_b)) / (
        m * (m - 1)
    )
    return float(own - 2 * kernel(a, b).mean())


def _scaled(real: Floats, made: Floats) -> tuple[Floats, Floats]:
    real, made = np.asarray(real, dtype=np.float64), np.asarray(made, dtype=np.float64)
    if real.ndim != 2 or made.ndim != 2 or real.shape[1] != made.shape[1]:
        raise InputError(f"features must be (n, F) with one F, not {real.shape} and {made.shape}")
    for which, values in (("first", real), ("second", made)):
        if not np.isfinite(values).all():
            raise InputError(f"the {which} sample has a feature that is not finite: leave such jets out")
    largest = np.abs(real).max(axis=0)
    largest = np.where(largest > 0, largest, 1.0)
    return real / largest, made / largest
