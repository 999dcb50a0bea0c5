"""How well does a linear map do that commutes with the Lorentz group? The closed form, PCA over
particles' slots."""

from __future__ import annotations

from typing import ClassVar

import torch
from torch import Tensor, nn

from hepsym.errors import InputError
from hepsym.models.jets.model import JetAutoencoder
from hepsym.models.lorentz import rest_frame
from hepsym.models.lorentz.pooling import in_order, ordered_slots

__all__ = ["LinearAutoencoder", "ordered", "principal_maps"]

ORDERS = ("invariant", "pt", "given")


def ordered(momenta: Tensor, order: str, slots: int) -> Tensor:
    """(n, slots, 4) in falling p.P_jet ("invariant"), in falling transverse momentum ("pt"), or as given."""
    if order not in ORDERS:
        raise InputError(f"order = {order!r} is not one of {', '.join(ORDERS)}")
    p = momenta.double()
    if order == "invariant":
        return ordered_slots(rest_frame(p)[0][..., 0], (p != 0).any(-1), slots) @ p
    if order == "pt":
        index = in_order(p[..., 1:3].norm(dim=-1), (p != 0).any(-1))
        p = p.gather(1, index[..., None].expand_as(p))
    return nn.functional.pad(p[:, :slots], (0, 0, 0, max(0, slots - p.shape[1])))


def principal_maps(second: Tensor, latent: int, *, keep_sum: bool) -> tuple[Tensor, Tensor]:
    """The best W (latent, slots) and D (slots, latent) with x-hat = D W x, of the slots' second moments
    (slots, slots).

    Least tr[(1 - DW) M (1 - DW)^T]: W's rows are eigenvectors of M. With keep_sum one row of W is (1,
    ..., 1), so that the sum of all slots is a latent: in y = M^(-1/2) x the other rows are the leading
    eigenvectors of M orthogonal to M^(1/2) (1, ..., 1). Latents other than that sum have unit second moment.
    Error: 1e-12 of the largest eigenvalue; directions below that are left out (rows of zeros).
    """
    slots = len(second)
    values, vectors = torch.linalg.eigh(second)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    safe = values > 1e-12 * values[-1]
    inverse = vectors * torch.where(safe, values.clamp(min=1e-300).rsqrt(), 0.0) @ vectors.T
    if not keep_sum:
        rows = vectors.T.flip(0)[:latent]
    else:
        first = root @ torch.ones(slots, dtype=second.dtype, device=second.device)
        first = first / first.norm()
        away = torch.eye(slots, dtype=second.dtype, device=second.device) - torch.outer(first, first)
        rest = torch.linalg.eigh(away @ second @ away)[1].T.flip(0)[: latent - 1]
        rows = torch.cat([first[None], rest])
    encode, decode = rows @ inverse, root @ rows.T
    if keep_sum:
        scale = encode[0].mean()
        encode[0], decode[:, 0] = 1.0, decode[:, 0] * scale
    return encode, decode


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
