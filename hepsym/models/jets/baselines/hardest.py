"""How much of a jet are its hardest particles? Keep K - 1 of them and the exact remainder: nothing is
learned."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor
from torch.nn.functional import pad

from hepsym.errors import InputError
from hepsym.models.jets.model import JetAutoencoder
from hepsym.models.jets.slots import ORDERS, ordered

__all__ = ["HardestParticles"]


class HardestParticles(JetAutoencoder):
    """The K - 1 hardest particles and, as one massive vector, the sum of the others: 3 (K - 1) + 4 real
    numbers.

    The jet's four-momentum, its mass and p_T are exact, so tables of them prove little. Hard is by p_T,
    or by p.P_jet.
    """

    name: ClassVar[str] = "hardest"

    def __init__(self, particles: int = 30, kept: int = 8, *, order: str = "pt") -> None:
        super().__init__()
        if not 1 <= kept <= particles:
            raise InputError(f"kept = {kept} must be from 1 to {particles}, the slots")
        if order not in ORDERS:
            raise InputError(f"order = {order!r} is not one of {', '.join(ORDERS)}")
        self.particles, self.kept, self.order = particles, kept, order

    @property
    def latent_numbers(self) -> int:
        """3 per kept particle, which is massless, and 4 of the remainder."""
        return 3 * (self.kept - 1) + 4

    def encode(self, momenta: Tensor) -> Tensor:
        """(n, 3 (K - 1) + 4)."""
        x = ordered(momenta, self.order, self.particles)
        hardest, rest = x[:, : self.kept - 1], x[:, self.kept - 1 :].sum(1)
        return torch.cat([hardest[..., 1:].flatten(1), rest], 1)

    def vectors(self, latent: Tensor) -> Tensor:
        """The latents as four-vectors, (n, K, 4): K - 1 massless ones and the remainder."""
        many = self.kept - 1
        space = latent[:, : 3 * many].reshape(len(latent), many, 3)
        hardest = torch.cat([space.norm(dim=-1, keepdim=True), space], -1)
        return torch.cat([hardest, latent[:, None, 3 * many :]], 1)

    def decode(self, latent: Tensor) -> Tensor:
        """(n, slots, 4): the remainder is one massive particle."""
        return pad(self.vectors(latent), (0, 0, 0, self.particles - self.kept))
