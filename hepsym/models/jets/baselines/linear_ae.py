"""How well does a linear map do that commutes with the Lorentz group? The closed form, PCA over
particles' slots."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor

from hepsym.errors import InputError
from hepsym.models.jets.model import JetAutoencoder
from hepsym.models.jets.slots import ORDERS, ordered, principal_maps
from hepsym.models.lorentz import rest_frame

__all__ = ["LinearAutoencoder"]


class LinearAutoencoder(JetAutoencoder):
    """z_k = sum_s W_ks p_s, p-hat_s = sum_k D_sk z_k: the same on all four components, so exactly
    equivariant.

    Slots are filled in falling p.P_jet, an invariant, or in falling p_T (equivariant under rotations
    about the beam and boosts along it alone). W and D minimise the squared error of the training jets:
    over components in each jet's rest frame and in units of its mass ("rest"), or as given, in units of
    the jet's energy ("given"). `massless`: E-hat = |p-hat| in the rest frame of the latents' sum of momenta.
    """

    name: ClassVar[str] = "linear"

    def __init__(
        self,
        particles: int = 30,
        latent_vectors: int = 8,
        *,
        order: str = "invariant",
        metric: str = "rest",
        keep_sum: bool = False,
    ) -> None:
        super().__init__()
        if metric not in ("rest", "given"):
            raise InputError(f"metric = {metric!r} is not one of rest, given")
        if order not in ORDERS:
            raise InputError(f"order = {order!r} is not one of {', '.join(ORDERS)}")
        if not 1 <= latent_vectors <= particles:
            raise InputError(f"latent_vectors = {latent_vectors} must be from 1 to {particles}, the slots")
        self.particles, self.latent_vectors = particles, latent_vectors
        self.order, self.metric, self.keep_sum = order, metric, keep_sum
        self.encoder: Tensor
        self.decoder: Tensor
        self.register_buffer("encoder", torch.zeros(latent_vectors, particles, dtype=torch.float64))
        self.register_buffer("decoder", torch.zeros(particles, latent_vectors, dtype=torch.float64))

    @property
    def latent_numbers(self) -> int:
        """4 per vector."""
        return 4 * self.latent_vectors

    def learn(self, momenta: Tensor) -> None:
        """W and D from training jets (n, P, 4)."""
        x = ordered(momenta, self.order, self.particles)
        if self.metric == "rest":
            x = rest_frame(x)[0]
        else:
            x = x / x[..., 0].sum(1)[:, None, None]
        encode, decode = principal_maps(
            torch.einsum("nsx,ntx->st", x, x) / len(x), self.latent_vectors, keep_sum=self.keep_sum
        )
        self.encoder.copy_(encode)
        self.decoder.copy_(decode)

    def encode(self, momenta: Tensor) -> Tensor:
        """Four-vectors, flat, (n, 4 K)."""
        return (self.encoder @ ordered(momenta, self.order, self.particles)).flatten(1)

    def vectors(self, latent: Tensor) -> Tensor:
        """The latents as four-vectors, (n, K, 4)."""
        return latent.reshape(len(latent), self.latent_vectors, 4)

    def decode(self, latent: Tensor) -> Tensor:
        """(n, slots, 4)."""
        return self.decoder @ self.vectors(latent)
