"""What must a linear VAE find? Its optimum in closed form: probabilistic PCA with a phase transition.

Encoder mean V x, diagonal posterior variance, decoder W z, data of covariance S, and per event

    loss = |x - x_hat|^2 + beta KL(q(z|x) || N(0, 1))            (sum over features, fixed variance)

At the optimum each alive latent sits on an eigenvector of S. With eigenvalue l and c = beta / 2:

    alive iff l > c      |w|^2 = l - c       sigma^2 = c / l      v = sqrt(l - c) / l
    Var[mu] = 1 - c / l  KL = log(l / c) / 2 ablation = l - c^2 / l (mean latent decoded)

A mean over the D features instead of the sum puts c = beta D / 2; a Gaussian likelihood of variance
s^2 puts c = beta s^2. Derived from the loss of one latent,
l (1 - w v)^2 + w^2 sigma^2 + c (v^2 l + sigma^2 - 1 - log sigma^2), by setting its gradient to zero;
that the global optimum is aligned with the eigenvectors: Lucas et al., arXiv:1911.02469.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.analysis.door import matrix
from hepsym.errors import InputError

__all__ = ["LinearOptimum", "learned_variance", "linear_vae_optimum"]

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class LinearOptimum:
    """The optimum of the linear VAE; arrays run over the alive latents, largest eigenvalue first."""

    alive: int
    threshold: float
    """c: an eigenvalue above it is kept, one below is not."""
    eigenvalues: Floats
    """All D of them, descending."""
    directions: Floats
    """(alive, D), unit vectors; the sign of a latent is free."""
    decoder_norm_squared: Floats
    posterior_variance: Floats
    mean_variance: Floats
    kl: Floats
    """nats"""
    ablation: Floats
    loss: float
    """Expected squared error plus 2 c KL: the loss above, times D for the mean convention."""


def linear_vae_optimum(
    covariance: ArrayLike,
    beta: float,
    latent: int,
    *,
    reduction: Literal["sum", "mean"] = "sum",
) -> LinearOptimum:
    """The closed form above for data covariance (D, D), beta > 0 and `latent` >= 1 latents.

    Exact up to the eigenvalues' rounding, about 1e-15 of the largest. Where eigenvalues coincide the
    directions are one choice of many. InputError: not symmetric, an eigenvalue below -1e-12 of the
    largest, beta <= 0, latent < 1, another reduction.
    """
    values, vectors = _spectrum(covariance)
    _check(beta, latent)
    if reduction not in {"sum", "mean"}:
        raise InputError(f"reduction = {reduction!r}: give 'sum' or 'mean' (over features)")
    c = beta / 2 * (len(values) if reduction == "mean" else 1)
    alive = int(min((values > c).sum(), latent))
    kept = values[:alive]
    kl = 0.5 * np.log(kept / c)
    return LinearOptimum(
        alive=alive,
        threshold=c,
        eigenvalues=values,
        directions=vectors[:, :alive].T,
        decoder_norm_squared=kept - c,
        posterior_variance=c / kept,
        mean_variance=1.0 - c / kept,
        kl=kl,
        ablation=kept - c**2 / kept,
        loss=float(alive * c + values[alive:].sum() + 2 * c * kl.sum()),
    )


def learned_variance(covariance: ArrayLike, beta: float, latent: int) -> tuple[float, int]:
    """Decoder variance s^2 and alive count at the optimum when s^2 is learned too.

    loss = D/2 log(2 pi s^2) + |x - x_hat|^2 / (2 s^2) + beta KL has, at k alive latents, its minimum
    at s^2 = (sum of the D - k discarded eigenvalues) / (D - beta k): at beta = 1 their mean, as in
    Tipping and Bishop, J. R. Stat. Soc. B 61 (1999) 611. The k of least loss among those with
    eigenvalue k > beta s^2 is taken. InputError as above, and when s^2 = 0 (data in a hyperplane
    that `latent` latents span: the likelihood has no maximum).
    """
    values, _ = _spectrum(covariance)
    _check(beta, latent)
    features = len(values)
    best = (np.inf, 0.0, 0)
    for k in range(min(latent, features) + 1):
        rest = float(values[k:].sum())
        if rest <= 1e-12 * values.sum():
            raise InputError(
                f"{k} directions carry all variance, so the learned decoder variance falls to 0: "
                "drop dependent features or take fewer latents"
            )
        if features - beta * k <= 0:
            break
        variance = rest / (features - beta * k)
        if k and values[k - 1] <= beta * variance:
            continue
        loss = features * np.log(variance) + beta * np.log(values[:k] / (beta * variance)).sum()
        best = min(best, (float(loss), variance, k))
    return best[1], best[2]


def _spectrum(covariance: ArrayLike) -> tuple[Floats, Floats]:
    s = matrix(covariance, "covariance", rows=1)
    if s.shape[0] != s.shape[1] or not np.allclose(s, s.T, rtol=0, atol=1e-10 * np.abs(s).max()):
        raise InputError(f"covariance of shape {s.shape} must be square and symmetric")
    values, vectors = np.linalg.eigh(s)
    if values[0] < -1e-12 * max(values[-1], 0.0):
        raise InputError(f"covariance has the eigenvalue {values[0]:g}, below 0: it is no covariance")
    return np.maximum(values[::-1], 0.0), vectors[:, ::-1]


def _check(beta: float, latent: int) -> None:
    if not beta > 0:
        raise InputError(f"beta = {beta} must be positive")
    if latent < 1:
        raise InputError(f"latent = {latent} must be at least 1")
