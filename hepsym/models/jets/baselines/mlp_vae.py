"""What does a plain variational autoencoder make of jets? The model that knows no symmetry at all."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from hepsym.models.jets.model import JetAutoencoder, drawn_from
from hepsym.models.jets.relative import AXIS_NUMBERS, from_flow, to_flow

__all__ = ["JetMLP", "JetMLPOptions"]


@dataclass(frozen=True, slots=True)
class JetMLPOptions:
    """Sizes; beta weighs the KL term, 0 makes a plain autoencoder."""

    particles: int = 30
    latent: int = 33
    hidden: int = 128
    beta: float = 1e-3


class JetMLP(JetAutoencoder):
    """Particles by falling p_T, 3 numbers each, laid end to end, through two hidden layers and back.

    Loss: squared error of the flow coordinates (hepsym.models.jets.relative), plus beta KL to N(0, 1)
    where beta > 0.
    """

    name: ClassVar[str] = "jetvae"

    def __init__(self, options: JetMLPOptions = JetMLPOptions(), seed: int = 1) -> None:
        super().__init__()
        self.options, self.particles = options, options.particles
        width, wide = 3 * options.particles, options.hidden
        with drawn_from(seed):
            self.encoder = layers(
                width, wide, wide, 2 * options.latent if options.beta > 0 else options.latent
            )
            self.decoder = layers(options.latent, wide, wide, width)

    @property
    def latent_numbers(self) -> int:
        """Latents and the axis."""
        return self.options.latent + AXIS_NUMBERS

    def encode(self, momenta: Tensor) -> Tensor:
        """Axis, then latents (means)."""
        flow, axis = to_flow(momenta, self.particles)
        mean = self.encoder(flow.flatten(1).to(self.dtype))[:, : self.options.latent]
        return torch.cat([axis, mean.double()], 1)

    def decode(self, latent: Tensor) -> Tensor:
        """(n, slots, 4)."""
        flow = self.decoder(latent[:, AXIS_NUMBERS:].to(self.dtype))
        return from_flow(flow.view(len(latent), self.particles, 3), latent[:, :AXIS_NUMBERS].double())

    def loss(self, momenta: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """(n,)."""
        flow = to_flow(momenta, self.particles)[0].flatten(1).to(self.dtype)
        z, kl = self.encoder(flow), 0.0
        if self.options.beta > 0:
            mean, log_variance = z.chunk(2, dim=1)
            noise = torch.randn(mean.shape, generator=generator, dtype=mean.dtype, device=mean.device)
            z = mean + noise * torch.exp(0.5 * log_variance)
            kl = 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance).sum(1)
        found: Tensor = (self.decoder(z) - flow).square().sum(1) + self.options.beta * kl
        return found


def layers(*sizes: int) -> nn.Sequential:
    """Linear maps with SiLU between."""
    parts: list[nn.Module] = []
    for wide, narrow in itertools.pairwise(sizes):
        parts += [nn.Linear(wide, narrow), nn.SiLU()]
    return nn.Sequential(*parts[:-1])
