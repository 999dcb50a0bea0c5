"""The Lorentz group autoencoder: encoder, latent vectors and scalars, decoder, all commuting with the group.

After Hao, Kansal, Duarte and Chernyavskaya, arXiv:2212.07347; what is different is in docs/lgae.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from hepsym.errors import InputError
from hepsym.models.jets.lgae_parts import UNIT, Decoder, Encoder, LGAEOptions
from hepsym.models.jets.losses import IN_LAB, jet_loss, squared_error_in_lab
from hepsym.models.jets.model import JetAutoencoder, drawn_from
from hepsym.models.jets.slots import ordered, principal_maps
from hepsym.models.lorentz import Frame, check_width, rest_frame

__all__ = ["LGAE", "JetLatent"]


@dataclass(frozen=True, slots=True)
class JetLatent:
    """What passes from encoder to decoder: K four-vectors, the jet's momentum first, and L scalars."""

    frame: Frame
    """Of the jet: its four-momentum, with the mass carried."""
    vectors: Tensor
    """(n, K - 1, 4): in the rest frame, in units of the mass."""
    scalars: Tensor
    """(n, L)"""

    def four_vectors(self) -> Tensor:
        """(n, K, 4) in the frame and the unit of the momenta, float64."""
        return torch.cat([self.frame.momentum[:, None], self.frame.leave(self.vectors)], 1)

    def numbers(self) -> Tensor:
        """(n, 4 K + L), float64: the jet's (m, x, y, z), the other vectors' (E, x, y, z), the scalars.

        The mass stands for the energy, so that it is not lost at E >> m.
        """
        jet = torch.cat([self.frame.mass[:, None], self.frame.momentum[:, 1:]], 1)
        return torch.cat([jet, self.frame.leave(self.vectors).flatten(1), self.scalars.double()], 1)

    @staticmethod
    def of_numbers(numbers: Tensor, many: int) -> JetLatent:
        """Inverse of `numbers` for `many` vectors. Error: eps gamma^2 in vectors other than the jet's.

        Raises InputError for a mass that is not above 0.
        """
        mass, space = numbers[:, 0].double(), numbers[:, 1:4].double()
        if not bool((mass > 0).all()):
            raise InputError(
                f"latent mass {float(mass.min()):g} of jet {int(mass.argmin())}: the first number must be > 0"
            )
        length = space.norm(dim=1)
        stretch = (length + (length * length + mass * mass).sqrt()) / mass
        axis = space / torch.where(length > 0, length, torch.ones_like(length))[:, None]
        vectors = numbers[:, 4 : 4 * many].double().reshape(len(numbers), many - 1, 4)
        at_rest = Frame(-axis, stretch, torch.ones_like(mass)).leave(vectors / mass[:, None, None])
        return JetLatent(Frame(axis, stretch, mass), at_rest, numbers[:, 4 * many :])


class LGAE(JetAutoencoder):
    """Jets (n, P, 4) to K latent four-vectors and L latent scalars, 4 K + L real numbers, and back.

    encoder: rest frame of the jet -> Lorentz message passing -> aggregation to vectors and scalars
    decoder: latents -> linear maps and gates (functions of the latents' inner products) to slots -> message
             passing -> time-like momenta -> back to the given frame

    The first latent vector is the jet's momentum P; its rest frame and mass are the normalisation, which
    is thus part of the group's action and of the count. Everything else is a function of invariants times
    four-vectors, evaluated in the rest frame (hepsym.models.lorentz.frame says why).

    `learn` sets the linear path to the closed-form linear autoencoder of the training jets, so that
    training begins there. aggregation: see hepsym.models.lorentz.pooling. loss: see
    hepsym.models.jets.losses.

    `variational`: latents other than P are drawn from N(mu, diag(s_t^2, s^2, s^2, s^2)) in the rest
    frame, s_t and s invariants, a law that the group moves as it moves vectors (rotations of the rest
    frame leave it alone), with prior N(0, 1); the loss has beta KL added. With loss = "mse" it bounds log
    p(jet | P); the others are no likelihoods.

    Error: equivariance, end to end, is 50 eps e^Y of the boosted jet's rapidity Y (docs/lgae.md).
    """

    name: ClassVar[str] = "lgae"

    def __init__(self, options: LGAEOptions = LGAEOptions(), seed: int = 1) -> None:  # noqa: B008 - frozen
        super().__init__()
        self.options, self.particles = options, options.particles
        with drawn_from(seed):
            self.encoder, self.decoder = Encoder(options), Decoder(options)

    @property
    def latent_numbers(self) -> int:
        """4 per vector, the jet's momentum among them, 1 per scalar."""
        return 4 * self.options.latent_vectors + self.options.latent_scalars

    def latent(self, momenta: Tensor) -> JetLatent:
        """Latents of jets (n, P, 4); the means where variational."""
        check_width(momenta, self.particles)
        x, frame = rest_frame(momenta)
        vectors, scalars, _ = self.encoder(x.to(self.dtype), frame.mass)
        return JetLatent(frame, vectors, scalars)

    def reconstruct(self, latent: JetLatent) -> Tensor:
        """(n, slots, 4), float64, in the frame and unit of the momenta."""
        x = self.decoder(latent.vectors, latent.scalars, latent.frame.mass)
        return latent.frame.leave(x)

    def forward(self, momenta: Tensor) -> Tensor:
        """The reconstructed jets (n, slots, 4), float64; no rounding of latents in the lab in between."""
        return self.reconstruct(self.latent(momenta))

    def encode(self, momenta: Tensor) -> Tensor:
        """`JetLatent.numbers`, (n, latent_numbers), float64."""
        return self.latent(momenta).numbers()

    def decode(self, latent: Tensor) -> Tensor:
        """Inverse direction of `encode`. Latent vectors in the lab carry eps gamma^2; `forward` does not."""
        known = JetLatent.of_numbers(latent, self.options.latent_vectors)
        return self.reconstruct(
            JetLatent(known.frame, known.vectors.to(self.dtype), known.scalars.to(self.dtype))
        )

    def loss(self, momenta: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """Per jet (n,), in units of the mass squared, times UNIT^2; plus beta KL where variational.
        Invariant, but for "mse-in-lab", which is in units of the jet's energy squared."""
        x, frame = rest_frame(momenta)
        x, mask = x.to(self.dtype), (momenta != 0).any(-1)
        vectors, scalars, log_variances = self.encoder(x, frame.mass)
        penalty: Tensor | float = 0.0
        if log_variances is not None:
            penalty = self.options.beta * kl_per_latent(vectors, scalars, log_variances).sum(1)
            vectors, scalars = drawn(vectors, scalars, log_variances, generator)
        found = self.decoder(vectors, scalars, frame.mass)
        if self.options.loss == IN_LAB:
            return UNIT**2 * squared_error_in_lab(found, x, mask, frame) + penalty
        return UNIT**2 * jet_loss(self.options.loss, found, x, mask) + penalty

    def posterior(self, momenta: Tensor) -> tuple[Tensor, Tensor]:
        """Means and log variances of q(z | jet), (n, 4 (K - 1) + L) each, components in the rest frame.

        Raises InputError where the model is not variational.
        """
        if not self.options.variational:
            raise InputError("this LGAE has no latent distribution: make one with variational = True")
        x, frame = rest_frame(momenta)
        vectors, scalars, log_variances = self.encoder(x.to(self.dtype), frame.mass)
        many = self.options.latent_vectors - 1
        spread = log_variances[:, : 2 * many].reshape(-1, many, 2)
        spread = torch.cat([spread[..., :1], spread[..., 1:].expand(-1, -1, 3)], -1)
        return torch.cat([vectors.flatten(1), scalars], 1), torch.cat(
            [spread.flatten(1), log_variances[:, 2 * many :]], 1
        )

    def slot_moments(self, momenta: Tensor) -> Tensor:
        """Second moments (slots, slots) of training jets' slots, what `start_from` takes.

        In rest frames and units of the mass; for the loss "mse-in-lab" as given and in units of the energy.
        """
        order = "given" if self.options.aggregation == "mix" else "invariant"
        p = ordered(momenta, order, self.particles)
        x = p / p[..., 0].sum(1)[:, None, None] if self.options.loss == IN_LAB else rest_frame(p)[0]
        return torch.einsum("nsx,ntx->st", x, x) / len(x)

    def learn(self, momenta: Tensor) -> None:
        """Start the linear path, slots to latents to slots, at the closed-form solution of these jets."""
        self.start_from(self.slot_moments(momenta))

    @torch.no_grad()
    def start_from(self, second: Tensor) -> None:
        """As `learn`, of `slot_moments`."""
        encode, decode = principal_maps(second, self.options.latent_vectors, keep_sum=True)
        if self.encoder.pooling.by_slot:
            self.encoder.pooling.weight[..., 1:].mul_(0.1)
            self.encoder.pooling.weight[..., 0] = (encode[1:] / UNIT).to(self.dtype)
        self.decoder.straight[:, 0] = (decode * UNIT).to(self.dtype)


def kl_per_latent(vectors: Tensor, scalars: Tensor, log_variances: Tensor) -> Tensor:
    """KL(q || N(0, 1)) of each vector and each scalar in nats, (n, K - 1 + L), an invariant."""
    many = vectors.shape[1]
    time, space = log_variances[:, : 2 * many].reshape(-1, many, 2).unbind(-1)
    last = log_variances[:, 2 * many :]
    of_vectors = vectors.square().sum(-1) + time.exp() + 3 * space.exp() - 4 - time - 3 * space
    return 0.5 * torch.cat([of_vectors, scalars.square() + last.exp() - 1 - last], 1)


def drawn(
    vectors: Tensor, scalars: Tensor, log_variances: Tensor, generator: torch.Generator | None
) -> tuple[Tensor, Tensor]:
    """One draw of q."""
    many = vectors.shape[1]
    noise = torch.randn(vectors.shape, generator=generator, dtype=vectors.dtype, device=vectors.device)
    spread = torch.exp(0.5 * log_variances[:, : 2 * many].reshape(-1, many, 2))
    noise = noise * torch.cat([spread[..., :1], spread[..., 1:].expand(-1, -1, 3)], -1)
    more = torch.randn(scalars.shape, generator=generator, dtype=scalars.dtype, device=scalars.device)
    return vectors + noise, scalars + more * torch.exp(0.5 * log_variances[:, 2 * many :])
