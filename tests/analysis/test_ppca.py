"""Is the closed form of the linear VAE its optimum? Direct minimisation of the loss says so."""

import numpy as np
import pytest
from scipy.optimize import minimize

from hepsym.analysis import learned_variance, linear_vae_optimum
from hepsym.errors import InputError

EIGENVALUES = np.array([2.0, 0.7, 0.3, 0.05])


def covariance(seed: int = 4) -> np.ndarray:
    rotation = np.linalg.qr(np.random.default_rng(seed).normal(size=(4, 4)))[0]
    return rotation @ np.diag(EIGENVALUES) @ rotation.T


def expected_loss(theta: np.ndarray, s: np.ndarray, c: float, latent: int) -> tuple[float, np.ndarray]:
    """E|x - W z|^2 + 2 c KL over Gaussian x, z = V x + noise, and its gradient: no closed form used."""
    d = len(s)
    w, v = theta[: d * latent].reshape(d, latent), theta[d * latent : 2 * d * latent].reshape(latent, d)
    noise = np.exp(theta[2 * d * latent :])
    vs = v @ s
    loss = np.trace(s) - 2 * np.trace(w @ vs) + np.trace(w @ vs @ v.T @ w.T) + (w**2 @ noise).sum()
    loss += c * (np.trace(vs @ v.T) + (noise - 1 - np.log(noise)).sum())
    dw = -2 * vs.T + 2 * w @ (vs @ v.T) + 2 * w * noise
    dv = -2 * w.T @ s + 2 * w.T @ w @ vs + 2 * c * vs
    dn = (w**2).sum(axis=0) * noise + c * (noise - 1)
    return float(loss), np.concatenate([dw.ravel(), dv.ravel(), dn])


def minimum(s: np.ndarray, c: float, latent: int) -> tuple[float, np.ndarray]:
    starts = [0.3 * np.random.default_rng(k).normal(size=9 * latent) for k in range(4)]
    runs = [
        minimize(expected_loss, x, (s, c, latent), jac=True, method="BFGS", options={"gtol": 1e-9})
        for x in starts
    ]
    best = min(runs, key=lambda r: r.fun)
    return float(best.fun), best.x


@pytest.mark.parametrize("beta", [0.02, 0.2, 0.8, 2.0, 5.0])
def test_closed_form_is_the_minimum(beta: float) -> None:
    """Loss, alive count, posterior variances and decoder norms equal those found by BFGS, 3 latents."""
    s = covariance()
    optimum = linear_vae_optimum(s, beta, latent=3)
    loss, theta = minimum(s, beta / 2, 3)
    assert optimum.loss == pytest.approx(loss, rel=1e-8)
    assert optimum.alive == min((beta / 2 < EIGENVALUES).sum(), 3)
    noise = np.sort(np.exp(theta[24:]))
    expected = np.concatenate([optimum.posterior_variance, np.ones(3 - optimum.alive)])
    assert noise == pytest.approx(expected, abs=1e-4)
    norms = np.sort((theta[:12].reshape(4, 3) ** 2).sum(axis=0))[::-1]
    assert norms[: optimum.alive] == pytest.approx(optimum.decoder_norm_squared, abs=1e-4)


def test_relevances_follow_from_the_code() -> None:
    """Var mu, KL and ablation of the closed form, recomputed from its encoder on Gaussian data."""
    s, beta = covariance(), 0.5
    o = linear_vae_optimum(s, beta, 3)
    w = o.directions.T * np.sqrt(o.decoder_norm_squared)
    v = o.directions * (np.sqrt(o.decoder_norm_squared) / o.eigenvalues[: o.alive])[:, None]
    assert np.diag(v @ s @ v.T) == pytest.approx(o.mean_variance)
    kl = 0.5 * (np.diag(v @ s @ v.T) + o.posterior_variance - 1 - np.log(o.posterior_variance))
    assert kl == pytest.approx(o.kl)

    def reconstruction(w: np.ndarray) -> float:
        residual = np.eye(4) - w @ v
        return float(np.trace(residual @ s @ residual.T))

    for i in range(o.alive):
        without = w.copy()
        without[:, i] = 0
        assert reconstruction(without) - reconstruction(w) == pytest.approx(o.ablation[i])


def test_transition_is_sharp_at_twice_the_eigenvalue() -> None:
    s = np.diag([1.0, 0.4])
    assert linear_vae_optimum(s, 0.8 * (1 - 1e-9), 2).alive == 2
    assert linear_vae_optimum(s, 0.8 * (1 + 1e-9), 2).alive == 1
    assert linear_vae_optimum(s, 0.4 * (1 + 1e-9), 2, reduction="mean").alive == 1
    assert linear_vae_optimum(s, 0.4 * (1 - 1e-9), 2, reduction="mean").alive == 2


def test_learned_variance_is_the_mean_discarded_eigenvalue() -> None:
    """beta = 1: Tipping and Bishop; for another beta, a scan over s^2 of the profiled loss agrees."""
    variance, alive = learned_variance(np.diag(EIGENVALUES), 1.0, 2)
    assert (variance, alive) == (pytest.approx((0.3 + 0.05) / 2), 2)
    beta = 0.5
    variance, alive = learned_variance(np.diag(EIGENVALUES), beta, 2)
    grid = np.exp(np.linspace(-5, 1, 200_001))
    loss = 4 * np.log(grid)
    kept = EIGENVALUES[:2]
    for value in EIGENVALUES:
        on = (value > beta * grid) & (value in kept)
        loss += np.where(on, beta + beta * np.log(np.maximum(value / (beta * grid), 1)), value / grid)
    assert variance == pytest.approx(grid[loss.argmin()], rel=1e-4)
    assert alive == 2


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: linear_vae_optimum([[1.0, 2.0], [0.0, 1.0]], 0.1, 1), "symmetric"),
        (lambda: linear_vae_optimum([[1.0, 2.0], [2.0, 1.0]], 0.1, 1), "below 0"),
        (lambda: linear_vae_optimum(np.eye(2), 0.0, 1), "beta = 0.0 must be positive"),
        (lambda: linear_vae_optimum(np.eye(2), 0.1, 0), "latent = 0"),
        (lambda: linear_vae_optimum(np.eye(2), 0.1, 1, reduction="max"), "give 'sum' or 'mean'"),
        (lambda: learned_variance(np.diag([1.0, 0.0]), 1.0, 1), "falls to 0"),
    ],
)
def test_bad_input_is_one_clear_line(call, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        call()
    assert "\n" not in str(caught.value)
