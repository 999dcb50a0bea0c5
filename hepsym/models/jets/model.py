"""What must an autoencoder of jets offer, so that all are trained, counted and compared alike?"""

from __future__ import annotations

from abc import ABC, abstractmethod
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

import torch
from torch import Tensor, nn

from hepsym.models.lorentz import check_momenta
from hepsym.random import key

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["JetAutoencoder", "drawn_from"]

INPUT_NUMBERS = 3
"""Real numbers of a massless particle."""


@contextmanager
def drawn_from(seed: int, purpose: str = "initial weights") -> Iterator[None]:
    """torch's global stream, which its layers draw from, is seeded inside and as before outside."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(key(seed, purpose)[0]))
        yield


class JetAutoencoder(nn.Module, ABC):
    """Momenta (n, P, 4) of jets' particles to `latent_numbers` real numbers and back to (n, slots, 4).

    Particles that come in are massless, (E, x, y, z) in any one unit, slots of zeros empty; P <= `particles`.
    """

    name: ClassVar[str]
    particles: int
    """Slots."""

    @property
    @abstractmethod
    def latent_numbers(self) -> int:
        """Real numbers that pass from the encoder to the decoder, all of them counted."""

    @property
    def compression(self) -> float:
        """latent_numbers / (3 particles): real numbers over real numbers of massless particles in all
        slots."""
        return self.latent_numbers / (INPUT_NUMBERS * self.particles)

    @abstractmethod
    def encode(self, momenta: Tensor) -> Tensor:
        """(n, latent_numbers), float64."""

    @abstractmethod
    def decode(self, latent: Tensor) -> Tensor:
        """(n, particles, 4), float64, in the unit of the momenta; a slot of (almost) no energy is empty."""

    def forward(self, momenta: Tensor) -> Tensor:
        """decode(encode(momenta)), which models may compute with less rounding."""
        return self.decode(self.encode(momenta))

    def loss(self, momenta: Tensor, *, generator: torch.Generator | None = None) -> Tensor:
        """What training minimises, per jet, (n,); models in closed form have none."""
        raise NotImplementedError(f"{self.name} is trained in closed form: call learn")

    def learn(self, momenta: Tensor) -> None:
        """Whatever is found in closed form from training jets, before or instead of gradient descent."""

    def check(self, momenta: Tensor) -> None:
        """Raises InputError for jets that this model cannot take; called once per set, not per batch."""
        check_momenta(momenta, self.particles)

    @property
    def dtype(self) -> torch.dtype:
        """Of the parameters."""
        return next((p.dtype for p in self.parameters()), torch.float64)

    @property
    def parameter_count(self) -> int:
        """Of learned real numbers."""
        return sum(p.numel() for p in self.parameters())
