"""How well does message passing do without Lorentz symmetry? The graph autoencoder, with a latent a jet
or a particle.

After the description of GNNAE in Hao, Kansal, Duarte and Chernyavskaya, arXiv:2212.07347: three rounds of
messages a side, LeakyReLU 0.2, latents as means over particles (JL) or on particles (PL).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from hepsym.errors import InputError
from hepsym.models.jets.model import JetAutoencoder, drawn_from
from hepsym.models.jets.relative import AXIS_NUMBERS, from_flow, to_flow

__all__ = ["GNNAE", "GNNAEOptions"]


@dataclass(frozen=True, slots=True)
class GNNAEOptions:
    """latent: numbers a jet (level "jet") or a particle (level "particle")."""

    particles: int = 30
    level: str = "jet"
    latent: int = 33
    width: int = 16
    messages: int = 24

    def __post_init__(self) -> None:
        if self.level not in ("jet", "particle"):
            raise InputError(f"level = {self.level!r} is not one of jet, particle")


class _Round(nn.Module):
    """x_i' = f_n(x_i, sum_j f_e(x_i, x_j) / slots); the first layer of f_e is split between sender and
    receiver."""

    def __init__(self, into: int, out: int, messages: int, slots: int) -> None:
        super().__init__()
        self.slots = slots
        self.receive, self.send = nn.Linear(into, messages), nn.Linear(into, messages, bias=False)
        self.message = nn.Linear(messages, messages)
        self.update = nn.Sequential(nn.Linear(into + messages, out), nn.LeakyReLU(0.2), nn.Linear(out, out))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        leak = nn.functional.leaky_relu
        pairs = leak(self.receive(x)[:, :, None] + self.send(x)[:, None], 0.2)
        told = leak(self.message(pairs), 0.2) * mask[:, None, :, None]
        found: Tensor = self.update(torch.cat([x, told.sum(2) / self.slots], -1))
        return found


class GNNAE(JetAutoencoder):
    """Fully connected message passing over particles in flow coordinates; slots by falling p_T.

    Empty slots send nothing. Loss: squared error of the flow coordinates, slot by slot.
    """

    name: ClassVar[str] = "gnnae"

    def __init__(self, options: GNNAEOptions = GNNAEOptions(), seed: int = 1) -> None:
        super().__init__()
        self.options, self.particles = o, slots = options, options.particles
        with drawn_from(seed):
            sizes = (3, o.width, o.width, o.latent)
            self.encoder = nn.ModuleList(
                _Round(a, b, o.messages, slots) for a, b in itertools.pairwise(sizes)
            )
            self.spread = (
                nn.Linear(o.latent, slots * o.width) if o.level == "jet" else nn.Linear(o.latent, o.width)
            )
            self.decoder = nn.ModuleList(_Round(o.width, o.width, o.messages, slots) for _ in range(3))
            self.last = nn.Linear(o.width, 3)

    @property
    def latent_numbers(self) -> int:
        """latent, times the slots for one a particle, and the axis."""
        return (
            self.options.latent * (self.particles if self.options.level == "particle" else 1) + AXIS_NUMBERS
        )

    def _encode(self, flow: Tensor) -> Tensor:
        mask = (flow != 0).any(-1)
        x = flow
        for layer in self.encoder:
            x = layer(x, mask)
        x = x * mask[..., None]
        return x.flatten(1) if self.options.level == "particle" else x.sum(1) / mask.sum(1, keepdim=True)

    def _decode(self, z: Tensor) -> Tensor:
        if self.options.level == "particle":
            x = self.spread(z.view(len(z), self.particles, -1))
        else:
            x = self.spread(z).view(len(z), self.particles, -1)
        mask = torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        for layer in self.decoder:
            x = x + layer(x, mask)
        found: Tensor = self.last(x)
        return found

    def encode(self, momenta: Tensor) -> Tensor:
        """Axis, then latents."""
        flow, axis = to_flow(momenta, self.particles)
        return torch.cat([axis, self._encode(flow.to(self.dtype)).double()], 1)

    def decode(self, latent: Tensor) -> Tensor:
        """(n, slots, 4)."""
        return from_flow(
            self._decode(latent[:, AXIS_NUMBERS:].to(self.dtype)), latent[:, :AXIS_NUMBERS].double()
        )

    def loss(self, momenta: Tensor, *, generator: torch.Generator | None = None) -> Tensor:  # noqa: ARG002
        """(n,)."""
        flow = to_flow(momenta, self.particles)[0].to(self.dtype)
        return (self._decode(self._encode(flow)) - flow).square().sum((1, 2))
