"""Do two quantities go together? Rank correlation, and its counterparts where one is an angle.

Spearman          Pearson correlation of ranks, in [-1, 1]
circular-linear   R^2 of x regressed on (cos a, sin a), in [0, 1]; Mardia, Biometrika 63 (1976) 403
circular-circular rho_T in [-1, 1], +1 for b = a + const, -1 for b = const - a, unchanged by rotating
                  either angle; Fisher and Lee, Biometrika 70 (1983) 327
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from hepsym.analysis.door import column, is_constant, same_length
from hepsym.analysis.estimate import Estimate, bootstrap, bootstrap_weights, quantity
from hepsym.errors import InputError

__all__ = ["Association", "circular_circular", "circular_linear", "spearman"]

Floats = NDArray[np.float64]
T = TypeVar("T", bound=np.generic)

RESAMPLINGS = 200


@dataclass(frozen=True, slots=True)
class Association:
    """A coefficient, its standard error, and the p-value of independence."""

    estimate: Estimate
    p_value: float

    def to_json(self) -> dict[str, float | None]:
        """{"value", "error", "p_value"}"""
        return {**self.estimate.to_json(), "p_value": self.p_value}


def spearman(x: ArrayLike, y: ArrayLike) -> Association:
    """Spearman's rho of x (n,) and y (n,), n >= 4; ties get their mean rank.

    The error is analytic, from the influence function of 12 E[F(x) G(y)] - 3, ranks' own scatter
    included; first order in 1/n. The p-value is that of Student's t with n - 2 degrees of freedom
    (equal to scipy.stats.spearmanr's).
    InputError: lengths differ, values not finite, a constant column.
    """
    a, b = _pair(x, y)
    n = len(a)
    f, g = stats.rankdata(a), stats.rankdata(b)
    rho = float(np.corrcoef(f, g)[0, 1])
    f, g = f / n, g / n
    influence = 12.0 * (f * g + _mean_above(a, g) + _mean_above(b, f))
    t = rho * np.sqrt((n - 2) / max(1.0 - rho * rho, 1e-300))
    return Association(quantity(rho, influence), float(2 * stats.t.sf(abs(t), n - 2)))


def _mean_above(key: Floats, values: Floats) -> Floats:
    """For each k, (1/n) sum of values[j] over key[j] >= key[k]."""
    order = np.argsort(key, kind="stable")
    tails = np.cumsum(values[order][::-1])[::-1] / len(key)
    return np.asarray(tails[np.searchsorted(key[order], key, side="left")])


def circular_linear(
    angle: ArrayLike, x: ArrayLike, *, period: float = 2 * np.pi, permutations: int = 999, seed: int = 0
) -> Association:
    """Mardia's R^2 between an angle (n,) of the given period and x (n,), n >= 4.

    R^2 = (r_xc^2 + r_xs^2 - 2 r_xc r_xs r_cs) / (1 - r_cs^2), c = cos, s = sin. Biased upwards by about
    2/n for independent data. Bootstrap error (200 resamplings), permutation p-value
    (1 + #{null >= seen}) / (1 + permutations), both seeded. InputError as `spearman`; period <= 0.
    """
    a, b = _pair(angle, x)
    c, s = _unit(a, period)
    z = (b - b.mean()) / b.std()
    products = np.column_stack([c, s, z, c * c, s * s, c * s, z * z, z * c, z * s])
    estimate = bootstrap(_mardia, products, bootstrap_weights(len(z), RESAMPLINGS, seed))
    shuffled = _shuffled(z, permutations, seed)
    null = np.tile(products.mean(axis=0), (permutations, 1))
    null[:, 7], null[:, 8] = shuffled @ c / len(z), shuffled @ s / len(z)
    return Association(estimate, _p_value(estimate.value, _mardia(null)))


def _mardia(m: Floats) -> Floats:
    c, s, z = m[..., 0], m[..., 1], m[..., 2]
    var_c, var_s, var_z = m[..., 3] - c * c, m[..., 4] - s * s, m[..., 6] - z * z
    r_cs = (m[..., 5] - c * s) / np.sqrt(var_c * var_s)
    r_zc = (m[..., 7] - z * c) / np.sqrt(var_z * var_c)
    r_zs = (m[..., 8] - z * s) / np.sqrt(var_z * var_s)
    return np.asarray((r_zc**2 + r_zs**2 - 2 * r_zc * r_zs * r_cs) / (1 - r_cs**2))


def circular_circular(
    a: ArrayLike,
    b: ArrayLike,
    *,
    periods: tuple[float, float] = (2 * np.pi, 2 * np.pi),
    permutations: int = 999,
    seed: int = 0,
) -> Association:
    """Fisher and Lee's rho_T of two angles (n,), n >= 4, of the given periods.

    rho_T = 4 (<cc'><ss'> - <cs'><sc'>) / sqrt((1 - <cos 2a>^2 - <sin 2a>^2)(1 - the same of b)).
    Bootstrap error and two-sided permutation p-value as `circular_linear`. InputError likewise.
    """
    first, second = _pair(a, b)
    c, s = _unit(first, periods[0])
    d, t = _unit(second, periods[1])
    n = len(c)
    products = np.column_stack([c * d, s * t, c * t, s * d, c * c, s * s, c * s, d * d, t * t, d * t])
    estimate = bootstrap(_fisher_lee, products, bootstrap_weights(n, RESAMPLINGS, seed))
    order = _shuffled(np.arange(n), permutations, seed)
    null = np.tile(products.mean(axis=0), (permutations, 1))
    shuffled_d, shuffled_t = d[order], t[order]
    null[:, 0], null[:, 1] = shuffled_d @ c / n, shuffled_t @ s / n
    null[:, 2], null[:, 3] = shuffled_t @ c / n, shuffled_d @ s / n
    return Association(estimate, _p_value(abs(estimate.value), np.abs(_fisher_lee(null))))


def _fisher_lee(m: Floats) -> Floats:
    numerator = 4 * (m[..., 0] * m[..., 1] - m[..., 2] * m[..., 3])
    spread = [1 - (m[..., i] - m[..., i + 1]) ** 2 - 4 * m[..., i + 2] ** 2 for i in (4, 7)]
    return np.asarray(numerator / np.sqrt(spread[0] * spread[1]))


def _pair(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    a, b = column(x, "first quantity"), column(y, "second quantity")
    same_length(first=a, second=b)
    for name, values in (("first", a), ("second", b)):
        if is_constant(values):
            raise InputError(f"the {name} quantity is constant ({values[0]:g}): it correlates with nothing")
    return a, b


def _unit(angle: Floats, period: float) -> tuple[Floats, Floats]:
    if not period > 0:
        raise InputError(f"period = {period} must be positive (2 pi for an angle in radians)")
    turned = angle * (2 * np.pi / period)
    return np.cos(turned), np.sin(turned)


def _shuffled(values: NDArray[T], count: int, seed: int) -> NDArray[T]:
    rng = np.random.default_rng([seed, len(values), count])
    return np.asarray(rng.permuted(np.tile(values, (count, 1)), axis=1))


def _p_value(seen: float, null: Floats) -> float:
    return float((1 + (null >= seen).sum()) / (1 + len(null)))
