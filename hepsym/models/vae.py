"""The plain variational autoencoder: the model that knows no symmetry.

Kingma and Welling, https://arxiv.org/abs/1312.6114; Higgins et al. (beta), ICLR 2017; learned decoder
variance: Lucas et al., https://arxiv.org/abs/1911.02469.
"""

import math
from collections.abc import Sequence
from typing import ClassVar

import torch
from torch import Tensor, nn

from hepsym.models.model import Model, Terms
from hepsym.models.nn import MLP, Tape
from hepsym.models.noise import Noise
from hepsym.models.settings import FitSettings
from hepsym.random import key

__all__ = ["VAE"]


class VAE(Model):
    """q(z|x) = N(mu(x), diag sigma^2(x)), decoder mean xhat(z), prior N(0, 1); mu, log sigma^2, xhat: MLPs.

    Loss of an event with D features and L latents, z = mu + sigma eps with one eps ~ N(0, 1):

        L = R + beta KL,   KL = sum_i (mu_i^2 + sigma_i^2 - 1 - log sigma_i^2) / 2   [nats]

        variance fixed:    R = sum_j (x_j - xhat_j)^2
        variance learned:  R = D/2 log(2 pi s^2) + sum_j (x_j - xhat_j)^2 / (2 s^2), s^2 fitted

    reduction="mean" divides R by D. So with fixed variance a linear VAE keeps a direction alive exactly
    where its covariance eigenvalue exceeds beta/2 (sum) or beta D/2 (mean), its decoder columns then
    have norm^2 = eigenvalue - beta/2 (sum), and with learned variance and beta = 1 the optimal s^2 is
    the mean of the discarded eigenvalues (probabilistic PCA; tests/models/test_ppca.py).
    """

    name: ClassVar[str] = "vae"

    def __init__(
        self,
        features: int,
        settings: FitSettings,
        *,
        betas: Sequence[float] | None = None,
        seeds: Sequence[int] | None = None,
    ) -> None:
        """One member from settings, or len(betas) x len(seeds) members, betas outermost."""
        super().__init__()
        self.betas = tuple(betas) if betas is not None else (settings.beta,)
        seeds = tuple(seeds) if seeds is not None else (settings.seed,)
        self.features, self.latent = features, settings.latent
        self.seeds, self.members = len(seeds), len(self.betas) * len(seeds)
        self.weight = 1.0 if settings.reduction == "sum" else 1.0 / features
        generators = [torch.Generator().manual_seed(int(key(s, "initial weights")[0])) for s in seeds]
        wide = (features, *settings.hidden, 2 * self.latent)
        self.encoder = MLP(wide, generators, len(self.betas))
        self.decoder = MLP((self.latent, *settings.hidden[::-1], features), generators, len(self.betas))
        self.log_variance: nn.Parameter | None = None
        if settings.variance == "learned":
            self.log_variance = nn.Parameter(torch.zeros(self.members, dtype=torch.float64))
        self._step: _Step | None = None

    @property
    def decoder_variance(self) -> Tensor:
        """s^2 (members,): fitted; with fixed variance the beta/2 (times 1/weight) that the loss implies."""
        if self.log_variance is not None:
            return self.log_variance.detach().exp()
        betas = torch.tensor(self.betas, dtype=self.encoder.weights[0].dtype)
        return betas.repeat_interleave(self.seeds) / (2 * self.weight)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """mu and log sigma^2, each (members, n, L)."""
        mu, log_var = self.encoder(x).chunk(2, dim=-1)
        return mu, log_var

    def decode(self, z: Tensor) -> Tensor:
        """xhat (members, n, D)."""
        x_hat: Tensor = self.decoder(z)
        return x_hat

    def jacobian(self, z: Tensor) -> Tensor:
        """d xhat_j / d z_i, (members, n, D, L)."""
        return self.decoder.jacobian(z)

    def spread(self, batch: Tensor) -> Tensor:
        """(seeds, ...) as (members, ...): every beta sees the same."""
        return batch.repeat(len(self.betas), 1, 1) if self.members > len(batch) else batch

    def beta(self, like: Tensor) -> Tensor:
        """beta of every member, (members,)."""
        return like.new_tensor(self.betas).repeat_interleave(self.seeds)

    def loss_terms(self, batch: Tensor, noise: Noise, warmth: float = 1.0) -> Terms:
        """loss, reconstruction R, kl (without beta) and kl_per_latent, by autograd."""
        x = self.spread(batch)
        mu, log_var = self.encode(x)
        epsilon = noise.normal_(batch.new_empty(*batch.shape[:2], self.latent))
        z = mu + self.spread(epsilon) * torch.exp(0.5 * log_var)
        error = (x - self.decode(z)).square().sum((1, 2)) / x.shape[1]
        kl_per_latent = 0.5 * (mu.square() + log_var.exp() - 1 - log_var).mean(1)
        return self.terms(error, kl_per_latent, self.beta(x) * warmth)

    def terms(self, error: Tensor, kl_per_latent: Tensor, beta: Tensor) -> Terms:
        """All loss terms (members,) of the mean squared error, KL per latent and beta of each member."""
        reconstruction = error if self.weight == 1 else error * self.weight
        if self.log_variance is not None:
            half = 0.5 * self.features * (math.log(2 * math.pi) + self.log_variance)
            reconstruction = self.weight * (half + 0.5 * error * torch.exp(-self.log_variance))
        kl = kl_per_latent.sum(1)
        return {
            "loss": reconstruction + beta * kl,
            "reconstruction": reconstruction,
            "squared_error": error,
            "kl": kl,
            "kl_per_latent": kl_per_latent,
        }

    def prepare(self, batch: int) -> None:
        """Buffers for the gradient by hand."""
        self._step = _Step(self, batch)

    def accumulate(self, batch: Tensor, noise: Noise, warmth: float = 1.0) -> Terms:
        """Loss terms and gradient, by hand where `prepare` was called for this size of batch."""
        if self._step is None or torch.is_autocast_enabled(batch.device.type):
            return super().accumulate(batch, noise, warmth)
        return self._step(batch, noise, warmth)


class _Step:
    """Loss and gradient of a VAE for batches of one size: the derivative of `loss_terms`, written out."""

    def __init__(self, vae: VAE, batch: int) -> None:
        self.vae, self.batch = vae, batch
        self.flat = vae.members == 1
        self.encoder, self.decoder = Tape(vae.encoder, batch), Tape(vae.decoder, batch)
        new = vae.encoder.weights[0].detach().new_empty
        lead = () if self.flat else (vae.members,)
        latents = (*lead, batch, vae.latent)
        self.noise = new(vae.seeds, batch, vae.latent)
        self.sigma, self.shift, self.z, self.kl = new(latents), new(latents), new(latents), new(latents)
        self.difference, self.squares = new(*lead, batch, vae.features), new(*lead, batch, vae.features)
        self.beta = vae.beta(self.sigma)
        # Views into buffers that stay: slicing in every step would cost as much as the arithmetic.
        self.mu, self.log_var = self.encoder.output.chunk(2, dim=-1)
        self.gradient = new(*lead, batch, 2 * vae.latent)
        self.into_mu, self.into_log_var = self.gradient.chunk(2, dim=-1)
        self.epsilon = self.noise[0] if self.flat else self.noise

    @torch.no_grad()
    def __call__(self, rows: Tensor, noise: Noise, warmth: float) -> Terms:
        vae = self.vae
        x = rows[0] if self.flat else vae.spread(rows)
        noise.normal_(self.noise)
        epsilon = self.epsilon if self.flat else vae.spread(self.epsilon)
        self.encoder.forward(x)
        torch.mul(self.log_var, 0.5, out=self.sigma).exp_()
        torch.mul(self.sigma, epsilon, out=self.shift)
        torch.add(self.mu, self.shift, out=self.z)
        torch.sub(self.decoder.forward(self.z), x, out=self.difference)
        terms = self._loss(warmth)
        self._pull(self._error_weight(terms), warmth)
        return terms

    def _loss(self, warmth: float) -> Terms:
        torch.mul(self.difference, self.difference, out=self.squares)
        error = self.squares.sum((-2, -1)).div_(self.batch)
        # sigma is squared in place: from here on it is only needed as a variance.
        self.sigma.mul_(self.sigma)
        torch.sub(self.sigma, self.log_var, out=self.kl).addcmul_(self.mu, self.mu)
        kl_per_latent = self.kl.sum(-2).div_(2 * self.batch).sub_(0.5)
        if self.flat:
            error, kl_per_latent = error[None], kl_per_latent[None]
        return self.vae.terms(error, kl_per_latent, self.beta if warmth == 1 else self.beta * warmth)

    def _error_weight(self, terms: Terms) -> Tensor | float:
        """d loss / d squared error, and the decoder variance's own gradient."""
        vae = self.vae
        if vae.log_variance is None:
            return vae.weight
        precision = vae.weight * torch.exp(-vae.log_variance)
        assert vae.log_variance.grad is not None
        half = 0.5 * vae.features * vae.weight
        vae.log_variance.grad.copy_(half - 0.5 * precision * terms["squared_error"])
        return 0.5 * precision if self.flat else 0.5 * precision[:, None, None]

    def _pull(self, weight: Tensor | float, warmth: float) -> None:
        self.difference.mul_(weight * (2 / self.batch))
        dz = self.decoder.backward(self.difference)
        assert dz is not None
        # Of log sigma^2: sigma eps dz / 2 + beta (sigma^2 - 1) / 2.
        torch.mul(dz, self.shift, out=self.into_log_var)
        self.sigma.sub_(1)
        if self.flat:
            beta = self.vae.betas[0] * warmth / self.batch
            self.into_log_var.add_(self.sigma, alpha=beta)
            torch.add(dz, self.mu, alpha=beta, out=self.into_mu)
        else:
            betas = self.beta[:, None, None] * (warmth / self.batch)
            self.into_log_var.addcmul_(self.sigma, betas)
            torch.addcmul(dz, self.mu, betas, out=self.into_mu)
        self.into_log_var.mul_(0.5)
        self.encoder.backward(self.gradient, want_input=False)
