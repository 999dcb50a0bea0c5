"""The VAE's loss is what its docstring says, and its gradient by hand is autograd's."""

import math

import numpy as np
import pytest
import torch

from hepsym.models import VAE, FitSettings
from hepsym.models.model import Model
from hepsym.models.noise import Noise
from hepsym.models.training.flat import FlatAdam

CPU = torch.device("cpu")


def rows(seeds: int, features: int = 5, batch: int = 32) -> torch.Tensor:
    generator = torch.Generator().manual_seed(6)
    return torch.randn(seeds, batch, features, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("variance", ["fixed", "learned"])
def test_the_loss_is_the_formula(variance: str, reduction: str) -> None:
    """Every term written out in numpy for the same z, to 1e-12."""
    settings = FitSettings(latent=3, hidden=(8,), beta=0.7, variance=variance, reduction=reduction)
    vae, batch = VAE(5, settings).double(), rows(1)
    if vae.log_variance is not None:
        torch.nn.init.constant_(vae.log_variance, -0.4)
    found = vae.loss_terms(batch, Noise((1,), CPU).at(9), warmth=0.5)
    terms = {name: term.detach() for name, term in found.items()}

    mu, log_var = (t[0].detach().numpy() for t in vae.encode(batch))
    epsilon = Noise((1,), CPU).at(9).normal_(torch.empty(1, 32, 3, dtype=torch.float64))[0].numpy()
    z = mu + np.exp(log_var / 2) * epsilon
    x_hat = vae.decode(torch.from_numpy(z)[None])[0].detach().numpy()
    error = ((batch[0].numpy() - x_hat) ** 2).sum(1).mean()
    kl = 0.5 * (mu**2 + np.exp(log_var) - 1 - log_var).mean(0)
    if variance == "fixed":
        reconstruction = error
    else:
        reconstruction = 2.5 * math.log(2 * math.pi * math.exp(-0.4)) + error / (2 * math.exp(-0.4))
    reconstruction /= 5 if reduction == "mean" else 1
    assert float(terms["squared_error"]) == pytest.approx(error, rel=1e-12)
    assert float(terms["reconstruction"]) == pytest.approx(reconstruction, rel=1e-12)
    assert terms["kl_per_latent"][0].detach().numpy() == pytest.approx(kl, rel=1e-12)
    assert float(terms["kl"]) == pytest.approx(kl.sum(), rel=1e-12)
    assert float(terms["loss"]) == pytest.approx(reconstruction + 0.7 * 0.5 * kl.sum(), rel=1e-12)


@pytest.mark.parametrize("hidden", [(), (8,), (8, 6)])
@pytest.mark.parametrize("reduction", ["sum", "mean"])
@pytest.mark.parametrize("variance", ["fixed", "learned"])
@pytest.mark.parametrize("ensemble", [None, ((0.0, 0.3), (1, 4, 9))])
def test_the_gradient_by_hand_is_autograds(
    hidden: tuple[int, ...],
    reduction: str,
    variance: str,
    ensemble: tuple[tuple[float, ...], tuple[int, ...]] | None,
) -> None:
    """All parameters and all terms, float64, to 1e-12 of the largest gradient."""
    settings = FitSettings(latent=3, hidden=hidden, beta=0.7, variance=variance, reduction=reduction)
    betas, seeds = ensemble or ((0.7,), (1,))
    vae = VAE(5, settings, betas=betas, seeds=seeds).double()
    adam, noise, batch = FlatAdam(vae, 1e-3), Noise(seeds, CPU), rows(len(seeds))
    by_autograd = Model.accumulate(vae, batch, noise.at(2), 0.6)
    wanted = adam.gradients.clone()
    adam.gradients.fill_(float("nan"))
    vae.prepare(32)
    for _ in range(2):  # buffers are used again
        by_hand = vae.complete(vae.accumulate(batch, noise.at(2), 0.6), 0.6)
    assert (adam.gradients - wanted).abs().max() <= 1e-12 * wanted.abs().max()
    for name, term in by_autograd.items():
        assert torch.allclose(by_hand[name], term, rtol=1e-12, atol=1e-14), name


def test_implied_decoder_variance() -> None:
    """|x - xhat|^2 + beta KL is beta times a Gaussian bound with s^2 = beta / 2; D times that for mean."""
    assert float(VAE(5, FitSettings(beta=0.4)).decoder_variance) == pytest.approx(0.2)
    assert float(VAE(5, FitSettings(beta=0.4, reduction="mean")).decoder_variance) == pytest.approx(1.0)


def test_the_base_jacobian_agrees_with_the_analytic_one() -> None:
    vae = VAE(5, FitSettings(latent=3, hidden=(8,)), betas=(0.1, 0.2), seeds=(1,)).double()
    z = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    assert torch.allclose(Model.jacobian(vae, z), vae.jacobian(z), rtol=0, atol=1e-14)
