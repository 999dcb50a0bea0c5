"""Which dimensions of v are used, how steady is r, and does v turn as x does?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.analysis.door import matrix, same_length
from hepsym.analysis.estimate import Estimate, bootstrap, bootstrap_weights, mean
from hepsym.errors import InputError

__all__ = ["Usage", "equivariance_error", "steadiness", "swap_accuracy", "usage"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Usage:
    """What each dimension of v carries. Active units alone mislead: one can be active at 0.05 nats."""

    kl: Floats
    """(d,) KL(q(v_i|x) || N(0, 1)) in nats, mean over rows"""
    spread: Floats
    """(d,) variance over rows of the mean of q"""
    active: int
    """How many have a spread above the threshold"""
    total: Estimate
    """KL of all dimensions, nats"""


def usage(mu: ArrayLike, log_var: ArrayLike, *, threshold: float = 0.01) -> Usage:
    """KL of every dimension beside the count of active units, of q's mean and log variance, each (n, d).

    Active: variance of mu over rows above threshold. Burda et al., https://arxiv.org/abs/1509.00519
    """
    m, lv = matrix(mu, "mu"), matrix(log_var, "log_var")
    same_length(mu=m, log_var=lv)
    kl = 0.5 * (m**2 + np.exp(lv) - 1 - lv)
    spread = m.var(axis=0)
    return Usage(kl.mean(axis=0), spread, int((spread > threshold).sum()), mean(kl.sum(axis=1)))


def steadiness(codes: ArrayLike) -> float:
    """Within over between: how far class codes move with the set, in units of their distance.

    codes (classes, draws, size): r of each class from several random class sets. Root of the mean over
    classes and draws of |r - class mean|^2, over the root of the mean squared distance of class means to
    their mean. 0 is a code that does not depend on the set.
    """
    r = np.asarray(codes, dtype=np.float64)
    if r.ndim != 3 or min(r.shape[:2]) < 2:
        raise InputError(f"codes have shape {r.shape}: give (classes >= 2, draws >= 2, size)")
    middle = r.mean(axis=1, keepdims=True)
    within = ((r - middle) ** 2).sum(-1).mean()
    between = ((middle - middle.mean(axis=0)) ** 2).sum(-1).mean()
    if not between > 0:
        raise InputError("all classes have one code: there is no distance between them to compare with")
    return float(np.sqrt(within / between))


def equivariance_error(v_of_gx: ArrayLike, rho_v_of_x: ArrayLike) -> Estimate:
    """sqrt(sum |v(gx) - rho(g) v(x)|^2 / sum |v(gx) - mean|^2), each (n, d): 0 is exact, 1 is no better
    than a constant. Bootstrap error over rows (200 resamplings).
    """
    a, b = matrix(v_of_gx, "v_of_gx"), matrix(rho_v_of_x, "rho_v_of_x")
    same_length(v_of_gx=a, rho_v_of_x=b)
    squares = np.column_stack([((a - b) ** 2).sum(1), ((a - a.mean(0)) ** 2).sum(1)])
    if not squares[:, 1].sum() > 0:
        raise InputError("v_of_gx is the same in all rows: it follows nothing")
    return bootstrap(lambda m: np.sqrt(m[..., 0] / m[..., 1]), squares, bootstrap_weights(len(a), 200, 0))


def swap_accuracy(
    judge: Callable[[Floats], NDArray[np.generic]], swapped: ArrayLike, y: ArrayLike
) -> Estimate:
    """How often an independent classifier `judge`, rows to labels, sees in rows the class they were given."""
    rows = np.asarray(swapped, dtype=np.float64)
    return mean((np.asarray(judge(rows)) == np.asarray(y)).astype(np.float64))
