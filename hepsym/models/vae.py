"""The plain variational autoencoder: the model that knows no symmetry.

Kingma and Welling, https://arxiv.org/abs/1312.6114; Higgins et al. (beta), ICLR 2017; learned decoder
variance: Lucas et al., https://arxiv.org/abs/1911.02469.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from hepsym.models.family import Family
from hepsym.models.model import Model, Terms
from hepsym.models.nn import MLP, Tape
from hepsym.models.noise import Noise
from hepsym.models.settings import FitSettings
from hepsym.random import key

__all__ = ["VAE", "VAEFamily"]


class VAEFamily(Family):
    """VAEs of tables of numbers."""

    name = "vae"
    ensembles = True

    def build(
        self,
        config: Mapping[str, Any],
        settings: FitSettings,
        *,
        betas: Sequence[float] | None = None,
        seeds: Sequence[int] | None = None,
    ) -> Model:
        """A VAE of the kept columns."""
        return VAE(len(config["kept"]), settings, betas=betas, seeds=seeds)

    def loss(self, settings: FitSettings) -> str:
        """As in the docstring of VAE, with the numbers in it."""
        over = "sum" if settings.reduction == "sum" else "(1/D) sum"
        error = f"{over}_j (x_j - xhat_j)^2"
        if settings.variance == "learned":
            error = "D/2 log(2 pi s^2) + sum_j (x_j - xhat_j)^2 / (2 s^2)"
            error = error if settings.reduction == "sum" else f"(1/D) [{error}]"
        return f"{error} + {settings.beta:g} KL(q(z|x) || N(0, 1)), x scaled features, KL in nats"


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

    def in_order(self) -> list[nn.Parameter]:
        """Parameters as the gradient by hand needs them in memory."""
        last = [] if self.log_variance is None else [self.log_variance]
        return [*self.encoder.in_order(), *self.decoder.in_order(), *last]

    def prepare(self, batch: int) -> None:
        """Buffers for the gradient by hand; needs a `FlatAdam` of this model."""
        self._step = _Step(self, batch)

    def accumulate(self, batch: Tensor, noise: Noise, warmth: float = 1.0) -> Terms:
        """Summands of the loss, and its gradient by hand where `prepare` was called for such batches."""
        if self._step is None or torch.is_autocast_enabled(batch.device.type):
            return super().accumulate(batch, noise, warmth)
        return self._step(batch, noise, warmth)

    def complete(self, terms: Terms, warmth: float = 1.0) -> Terms:
        """All loss terms of (means of) what `accumulate` returned."""
        if self._step is None or "loss" in terms:
            return terms
        sums, batch = terms["sums"], self._step.batch
        error = sums[:, : self.features].sum(1) / batch
        kl_per_latent = sums[:, self.features :] / (2 * batch) - 0.5
        found = self.terms(error, kl_per_latent, self.beta(sums) * warmth)
        # Not linear in the error, because the variance moved in between.
        found["reconstruction"] = terms.get("reconstruction", found["reconstruction"])
        found["loss"] = found["reconstruction"] + self.beta(sums) * warmth * found["kl"]
        return found


class _Step:
    """Loss and gradient of a VAE for batches of one size: the derivative of `loss_terms`, written out.

    All buffers are (members, width, batch), without the members' axis where there is one member. Numbers
    by which a buffer is multiplied are tensors too: a Python number costs a conversion in every step.
    """

    def __init__(self, vae: VAE, batch: int) -> None:
        self.vae, self.batch = vae, batch
        self.encoder, self.decoder = Tape(vae.encoder, batch), Tape(vae.decoder, batch)
        new = vae.encoder.weights[0].detach().new_empty
        lead = () if vae.members == 1 else (vae.members,)
        self.noise = new(vae.seeds, batch, vae.latent)
        pairs = (len(vae.betas), vae.seeds)
        # Every beta sees the same rows and noise: views in which the betas' axis is of its own.
        self.x = self.encoder.input
        self.into_x = self.x.view(*pairs, vae.features, batch)
        self.sigma, self.shift, self.into_kl = (new(*lead, vae.latent, batch) for _ in range(3))
        self.sigma_by_pair = self.sigma.view(*pairs, vae.latent, batch)
        self.shift_by_pair = self.shift.view(*pairs, vae.latent, batch)
        self.epsilon = self.noise.mT
        self.mu, self.log_var = self.encoder.output.chunk(2, dim=-2)
        self.into_mu, self.into_log_var = self.encoder.pull.chunk(2, dim=-2)
        self.summands = new(*lead, vae.features + vae.latent, batch)
        self.squares, self.kl = self.summands.split([vae.features, vae.latent], dim=-2)
        self.sums = new(*lead, vae.features + vae.latent)
        self.terms = {"sums": self.sums if lead else self.sums[None]}
        self.half = new(()).fill_(0.5)
        self.each = (-1, 1, 1) if lead else ()
        self.scale = new(()).fill_(2 * vae.weight / batch)
        self._warm(1.0)

    def _warm(self, warmth: float) -> None:
        """beta / batch, beta / (2 batch) and -beta / (2 batch) of each member, at this warmth."""
        self.warmth = warmth
        self.pull_mu = (self.vae.beta(self.sigma) * (warmth / self.batch)).view(self.each)
        self.pull_variance = self.pull_mu * 0.5
        self.pull_constant = -self.pull_variance

    def __call__(self, rows: Tensor, noise: Noise, warmth: float) -> Terms:
        if warmth != self.warmth:
            self._warm(warmth)
        noise.normal_(self.noise)
        self.into_x.copy_(rows.mT)
        self.encoder.forward()
        torch.mul(self.log_var, self.half, out=self.sigma).exp_()
        torch.mul(self.sigma_by_pair, self.epsilon, out=self.shift_by_pair)
        torch.add(self.mu, self.shift, out=self.decoder.input)
        torch.sub(self.decoder.forward(), self.x, out=self.decoder.pull)
        terms = self._sum_up()
        self._pull(self.scale if self.vae.log_variance is None else self._likelihood(terms))
        return terms

    def _sum_up(self) -> Terms:
        """Sums over the batch of each squared error, and of sigma^2 - log sigma^2 + mu^2 of each latent."""
        difference, sigma = self.decoder.pull, self.sigma
        torch.mul(difference, difference, out=self.squares)
        # sigma is squared in place: from here on it is only needed as a variance.
        sigma.mul_(sigma)
        torch.sub(sigma, self.log_var, out=self.kl).addcmul_(self.mu, self.mu)
        torch.sum(self.summands, -1, out=self.sums)
        return self.terms

    def _likelihood(self, terms: Terms) -> Tensor:
        """Reconstruction under the learned variance, the variance's gradient, and d loss / d difference."""
        parameter = self.vae.log_variance
        assert parameter is not None
        assert parameter.grad is not None
        log_variance, weight, features = parameter.detach(), self.vae.weight, self.vae.features
        precision = weight * torch.exp(-log_variance)
        error = terms["sums"][:, :features].sum(1).mul_(precision / (2 * self.batch))
        half = 0.5 * features * weight
        terms["reconstruction"] = half * (math.log(2 * math.pi) + log_variance) + error
        parameter.grad.copy_(half - error)
        return (precision / self.batch).view(self.each)

    def _pull(self, scale: Tensor) -> None:
        self.decoder.pull.mul_(scale)
        dz = self.decoder.backward()
        torch.addcmul(dz, self.mu, self.pull_mu, out=self.into_mu)
        # Of log sigma^2: sigma eps dz / 2 + beta (sigma^2 - 1) / 2.
        torch.addcmul(self.pull_constant, self.sigma, self.pull_variance, out=self.into_kl)
        torch.addcmul(self.into_kl, dz, self.shift, value=0.5, out=self.into_log_var)
        self.encoder.backward(want_input=False)
