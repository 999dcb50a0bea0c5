"""A linear VAE trained to convergence is probabilistic PCA: the exact phase transition, as an oracle.

Lucas et al., https://arxiv.org/abs/1911.02469: latent i is alive where the covariance eigenvalue
lambda_i exceeds s^2, the decoder's columns then have norm^2 = lambda_i - s^2 and are eigenvectors, and
q has variance s^2 / lambda_i. Squared error + beta KL has s^2 = beta / 2 (its mean over features:
beta D / 2); with learned variance and beta = 1 the optimum is the mean of the discarded eigenvalues.
"""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.models import FitSettings, Trained, fit, load
from hepsym.models.rows.splitting import split_rows

EIGENVALUES = np.array([2.0, 1.0, 0.5, 0.2, 0.08, 0.02])
D = len(EIGENVALUES)
SETTINGS = FitSettings(
    latent=5, hidden=(), epochs=900, batch=1024, learning_rate=5e-2, patience=0, seed=2, dtype="float64",
    scaling="none", validation=0.4, test=0.0,
)  # fmt: skip


def table() -> NDArray[np.float64]:
    """(n, 6) whose training and validation rows each have exactly these eigenvalues, askew to the axes."""
    rng = np.random.default_rng(4)
    values = rng.normal(size=(4096, D))
    for rows in split_rows(len(values), SETTINGS.seed, SETTINGS.validation, SETTINGS.test)[:2]:
        values[rows] -= values[rows].mean(0)
        cholesky = np.linalg.cholesky(np.cov(values[rows].T, bias=True))
        values[rows] = np.linalg.solve(cholesky, values[rows].T).T
    white = values
    turn, _ = np.linalg.qr(rng.normal(size=(D, D)))
    turned: NDArray[np.float64] = white * np.sqrt(EIGENVALUES) @ turn.T
    return turned


def trained(run: Path, **changed: object) -> Trained:
    settings = FitSettings(**(SETTINGS.to_json() | changed))
    fit(table(), [f"x{i}" for i in range(D)], settings, run, source={})
    return load(run)


def alive(model: Trained) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Norms^2 of the decoder's columns and variances of q, the largest norm first."""
    columns = model.jacobian(np.zeros((1, model.settings.latent)))[0]
    norms = (columns**2).sum(0)
    order = np.argsort(-norms)
    _, log_var = model.encode(table()[:1])
    return norms[order], np.exp(log_var[0, order])


@pytest.mark.parametrize(
    ("beta", "reduction", "expected"),
    [(0.3, "sum", 4), (0.6, "sum", 3), (1.4, "sum", 2), (0.2, "mean", 2)],
)
def test_a_latent_is_alive_exactly_above_beta_over_two(
    tmp_path: Path, beta: float, reduction: str, expected: int
) -> None:
    """Counts exact; norms^2 to 2 % of the eigenvalue + 0.005, variances of q to 4 % + 0.005.

    The tolerance is that of Adam's noise from the single eps per event and step, not of the theory.
    """
    s2 = beta / 2 * (D if reduction == "mean" else 1)
    assert expected == (s2 < EIGENVALUES).sum()
    norms, variances = alive(trained(tmp_path / "run", beta=beta, reduction=reduction))
    living = EIGENVALUES[:expected]
    assert (norms > 1e-2).sum() == expected
    assert np.all(np.abs(norms[:expected] - (living - s2)) < 0.02 * living + 0.005)
    assert np.all(np.abs(variances[:expected] - s2 / living) < 0.04 * s2 / living + 0.005)
    assert np.all(variances[expected:] > 0.98)


def test_the_learned_variance_is_the_mean_of_the_discarded_eigenvalues(tmp_path: Path) -> None:
    """beta = 1, two latents: s^2 = (0.5 + 0.2 + 0.08 + 0.02) / 4 to 2 %, and both latents alive."""
    model = trained(tmp_path / "run", variance="learned", beta=1.0, latent=2)
    s2 = EIGENVALUES[2:].mean()
    assert model.decoder_variance == pytest.approx(s2, rel=0.02)
    norms, _ = alive(model)
    assert norms == pytest.approx(EIGENVALUES[:2] - s2, rel=0.04)
