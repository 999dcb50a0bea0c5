"""In how many directions does the decoder move? The singular values of its Jacobian, and their gap.

At a point z the Jacobian J = d x_hat / d z (D, L) has singular values s_1 >= s_2 >= ...; a latent that
the decoder ignores adds a zero, and where the code fills a curved surface the direction across it
answers weakly. So the count by the largest gap can be smaller than the number of relevant latents and
nearer to the intrinsic dimension. Values below FLOOR s_1 count as zero.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.analysis.estimate import Estimate
from hepsym.errors import InputError

__all__ = ["FLOOR", "Spectrum", "count_by_gap", "jacobian_spectrum"]

Floats = NDArray[np.float64]

FLOOR = 0.01
"""A response below a hundredth of the strongest is called none; it also stands behind the last value."""

SAMPLES = 400


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """Singular values over points: arrays of length min(D, L), strongest first."""

    median: Floats
    lower: Floats
    """16 % quantile over points"""
    upper: Floats
    """84 % quantile over points"""
    ratio: tuple[Estimate, ...]
    """Median over points of s_k / s_1, with its bootstrap error."""
    ratio_lower: Floats
    ratio_upper: Floats
    """16 % and 84 % quantile over points of s_k / s_1"""
    count: int
    """The k of the largest gap log(s_k / s_k+1) in `ratio`."""
    low: int
    high: int
    """Interval of the count: it holds the central 68 % of single points and 90 % of resamplings."""
    share: float
    """Fraction of points at which the largest gap stands at `count`."""
    gap: Estimate
    """s_count / s_count+1, of `ratio`, with the floor in place of smaller values."""
    points: int

    def to_json(self) -> dict[str, Any]:
        """The fields under their own names; arrays become lists, estimates {"value", "error"}."""
        arrays = ("median", "lower", "upper", "ratio_lower", "ratio_upper")
        return {
            **{name: [float(v) for v in getattr(self, name)] for name in arrays},
            "ratio": [r.to_json() for r in self.ratio],
            "count": self.count,
            "low": self.low,
            "high": self.high,
            "share": self.share,
            "gap": self.gap.to_json(),
            "points": self.points,
        }


def jacobian_spectrum(jacobians: ArrayLike, *, seed: int = 0) -> Spectrum:
    """The spectrum of decoder Jacobians (n, D, L) at n points, n >= 4, in scaled feature units.

    Scale the columns by the posterior's sigma first, if responses are to be counted in units of the
    code's noise. The bootstrap (400 resamplings of points) is seeded. InputError: other shapes, values
    not finite, all Jacobians zero.
    """
    j = np.asarray(jacobians, dtype=np.float64)
    if j.ndim != 3 or len(j) < 4 or 0 in j.shape:
        raise InputError(f"jacobians of shape {j.shape} must be (points >= 4, features, latents)")
    if not np.isfinite(j).all():
        raise InputError("jacobians are not finite: the decoder has diverged")
    values = np.linalg.svd(j, compute_uv=False)
    if (values[:, 0] == 0).any():
        raise InputError("the decoder does not move at some points: every latent is switched off")
    ratios = values / values[:, :1]
    resampled = _resampled_medians(ratios, seed)
    median = np.median(ratios, axis=0)
    count = int(_gap_at(median))
    per_point, per_sample = _gap_at(ratios), _gap_at(resampled)
    low, high = _interval(per_point, per_sample)
    gaps = _gaps(resampled)[:, count - 1]
    return Spectrum(
        median=np.median(values, axis=0),
        lower=np.quantile(values, 0.16, axis=0),
        upper=np.quantile(values, 0.84, axis=0),
        ratio=tuple(Estimate(float(m), float(e)) for m, e in zip(median, resampled.std(axis=0), strict=True)),
        ratio_lower=np.quantile(ratios, 0.16, axis=0),
        ratio_upper=np.quantile(ratios, 0.84, axis=0),
        count=count,
        low=min(low, count),
        high=max(high, count),
        share=float((per_point == count).mean()),
        gap=Estimate(float(np.exp(_gaps(median)[count - 1])), float(np.exp(gaps).std())),
        points=len(j),
    )


def count_by_gap(spectrum: Spectrum | ArrayLike) -> tuple[int, int, int]:
    """Count by the largest gap, and its interval, of a spectrum or of bare singular values (k,).

    Bare values have no interval: every count whose gap is half the largest, in its logarithm, is within.
    InputError: no values, or values that are not finite and positive at the top.
    """
    if isinstance(spectrum, Spectrum):
        return spectrum.count, spectrum.low, spectrum.high
    values = np.sort(np.asarray(spectrum, dtype=np.float64).ravel())[::-1]
    if not len(values) or not np.isfinite(values).all() or values[0] <= 0:
        raise InputError("a spectrum needs finite singular values, the first of them above 0")
    gaps = _gaps(values / values[0])
    likely = np.flatnonzero(gaps > gaps.max() / 2) + 1
    return int(gaps.argmax()) + 1, int(likely[0]), int(likely[-1])


def _gaps(ratios: Floats) -> Floats:
    """log(s_k / s_k+1) for k = 1 .. m, where the floor stands behind the last value."""
    floored = np.log(np.maximum(ratios, FLOOR))
    behind = np.full((*floored.shape[:-1], 1), np.log(FLOOR))
    return -np.diff(np.concatenate([floored, behind], axis=-1), axis=-1)


def _gap_at(ratios: Floats) -> NDArray[np.int64]:
    return np.asarray(_gaps(ratios).argmax(axis=-1) + 1)


def _resampled_medians(ratios: Floats, seed: int) -> Floats:
    n = len(ratios)
    rows = np.random.default_rng([seed, n]).integers(0, n, size=(SAMPLES, n))
    return np.asarray([np.median(ratios[r], axis=0) for r in rows])


def _interval(per_point: NDArray[np.int64], per_sample: NDArray[np.int64]) -> tuple[int, int]:
    low = min(np.quantile(per_point, 0.16), np.quantile(per_sample, 0.05))
    high = max(np.quantile(per_point, 0.84), np.quantile(per_sample, 0.95))
    return int(np.floor(low)), int(np.ceil(high))
