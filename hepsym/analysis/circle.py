"""What does the best VAE do with a circle, whatever beta? Two latents on a ring, and one with a cut.

Rows x of radius R, even in the angle; loss |x - x_hat|^2 + beta KL(q(z|x) || N(0, 1)); the decoder is the
best there is, x_hat(z) = E[x|z]. Assumed is a *ring*: mean code a (cos, sin) of the row's angle, noise
sigma the same in both latents and at every angle. Then z at distance r from 0 has x_hat = R A(k) in the
direction of z, A = I1 / I0, k = a r / sigma^2 (von Mises), and

    loss(a, sigma) = R^2 (1 - E[A^2]) + beta (a^2 / 2 + sigma^2 - 1 - log sigma^2)

with r of Rice's law. To second order in a it is R^2 + (beta - R^2) a^2 / 2: the ring opens where
beta < R^2, which is the linear theory's lambda > beta / 2 with lambda = R^2 / 2. For beta -> 0, a^2 -> 2,
sigma^2 -> 2 beta / R^2 and loss -> beta (1 + log(R^2 / (2 beta))).

One latent can do better, if the encoder may jump: the angle cut open and laid on the normal law, with
local noise beta / 2, has loss -> (beta / 2) log(4 pi R^2 / beta), less than the ring's for
beta < e^2 R^2 / (16 pi) = 0.147 R^2. A continuous encoder cannot jump, so it keeps two latents where the
best code has one. Derived in docs/theory.md.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import i0e, i1e

from hepsym.errors import InputError

__all__ = ["CUT_BELOW", "RingOptimum", "cut_loss", "ring_optimum"]

Floats = NDArray[np.float64]

CUT_BELOW = float(np.exp(2) / (16 * np.pi))
"""beta / R^2 below which the cut code with one latent has the smaller loss, to leading order."""

NODES = 40
"""Of the Gauss-Hermite rule in each of the two noises; that across the ring needs one half only."""


@dataclass(frozen=True, slots=True)
class RingOptimum:
    """The ring of least loss; all of a closed ring (beta >= R^2) but the loss is that of the prior."""

    alive: int
    """Latents in use: 2, or 0"""
    radius_squared: float
    """a^2; each latent's Var[mu] is half of it"""
    posterior_variance: float
    """sigma^2"""
    kl: float
    """nats, of both latents together"""
    distortion: float
    """E|x - x_hat|^2 over the noise"""
    loss: float
    jacobian_ratio: float
    """s_2 / s_1 of the decoder at the mean code: k A'(k) / A(k), k = a^2 / sigma^2; about 1 / (2 k)"""


def ring_optimum(
    beta: float, radius: float = 1.0, *, reduction: Literal["sum", "mean"] = "sum"
) -> RingOptimum:
    """The ring above for beta > 0 and radius > 0. A mean over the two columns acts as 2 beta.

    Error: the expectation to 1e-9 (Gauss-Hermite), a^2 and sigma^2 to 1e-5 (minimisation). InputError:
    beta or radius not positive, another reduction.
    """
    if not beta > 0 or not radius > 0:
        raise InputError(f"beta = {beta} and radius = {radius} must be positive")
    if reduction not in {"sum", "mean"}:
        raise InputError(f"reduction = {reduction!r}: give 'sum' or 'mean' (over the two columns)")
    b = beta / radius**2 * (2 if reduction == "mean" else 1)
    a2, s2 = (0.0, 1.0) if b >= 1 else _best(b)
    distortion, kl = _distortion(a2, s2) * radius**2, _kl(a2, s2)
    k = a2 / s2
    return RingOptimum(
        alive=2 if a2 > 0 else 0,
        radius_squared=a2,
        posterior_variance=s2,
        kl=kl,
        distortion=distortion,
        loss=distortion + b * radius**2 * kl,
        jacobian_ratio=_response(k) if a2 > 0 else 1.0,
    )


def cut_loss(beta: float, radius: float = 1.0) -> float:
    """(beta / 2) log(4 pi R^2 / beta): the loss of one latent with a cut, to leading order in beta / R^2."""
    if not beta > 0 or not radius > 0:
        raise InputError(f"beta = {beta} and radius = {radius} must be positive")
    return float(beta / 2 * np.log(4 * np.pi * radius**2 / beta))


def _best(b: float) -> tuple[float, float]:
    """a^2 and sigma^2 of least loss at R = 1, from where theory says they are on either side."""

    def loss(at: Floats) -> float:
        a2, s2 = np.exp(at)
        return float(_distortion(a2, s2) + b * _kl(a2, s2))

    starts = ((2.0, 2 * b), (2 * (1 - b), b)) if b < 0.5 else ((2 * (1 - b), b),)
    tolerance = {"xatol": 1e-7, "fatol": 1e-13, "maxiter": 4000, "maxfev": 4000}
    found = [minimize(loss, np.log(s), method="Nelder-Mead", options=tolerance) for s in starts]
    a2, s2 = np.exp(min(found, key=lambda f: float(f.fun)).x)
    return float(a2), float(s2)


def _distortion(a2: float, s2: float) -> float:
    """1 - E[A(a r / sigma^2)^2]."""
    x, w = np.polynomial.hermite_e.hermegauss(NODES)
    a, s = np.sqrt(a2), np.sqrt(s2)
    half = x > 0
    r = np.hypot(a + s * x[:, None], s * x[None, half])
    k = a * r / s2
    weights = w[:, None] * w[None, half] / np.pi
    # 1 - A^2 is summed itself: the difference of two numbers near 1 would lose digits.
    ratio = i1e(k) / i0e(k)
    return float((weights * (1 - ratio) * (1 + ratio)).sum())


def _kl(a2: float, s2: float) -> float:
    return float(a2 / 2 + s2 - 1 - np.log(s2))


def _response(k: float) -> float:
    """k A'(k) / A(k), with A' = 1 - A / k - A^2."""
    a = float(i1e(k) / i0e(k))
    return k * (1 - a / k - a * a) / a
