"""How does somebody else's Lorentz-equivariant network do? An autoencoder of two halves of lgatr's LGATrSlim.

Spinner, Breso et al., https://arxiv.org/abs/2405.14806; `pip install lgatr`. The network is theirs;
frame, unit, latents and loss are those of `LGAE`, so that the two differ in their layers alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from hepsym.errors import InputError
from hepsym.models.jets.lgae import JetLatent
from hepsym.models.jets.lgae_parts import UNIT, balanced, timelike
from hepsym.models.jets.losses import jet_loss
from hepsym.models.jets.model import JetAutoencoder, drawn_from
from hepsym.models.lorentz import rest_frame

__all__ = ["LGATrAutoencoder", "LGATrOptions"]


@dataclass(frozen=True, slots=True)
class LGATrOptions:
    """Sizes of each half."""

    particles: int = 30
    latent_vectors: int = 8
    latent_scalars: int = 4
    blocks: int = 2
    vectors: int = 8
    scalars: int = 16
    heads: int = 4
    loss: str = "chamfer"
    least_speed: float = 0.3
    """As LGAE's."""


class LGATrAutoencoder(JetAutoencoder):
    """Encoder over particles with the jet's momentum beside each; learned attention pools to K - 1
    vectors and L scalars; decoder over slots that all see the latents and differ by learned scalars.

    Raises InputError where the package lgatr is not installed.
    """

    name: ClassVar[str] = "lgatr"

    def __init__(self, options: LGATrOptions = LGATrOptions(), seed: int = 1) -> None:
        super().__init__()
        try:
            from lgatr import LGATrSlim
        except ImportError:
            raise InputError("model lgatr needs the package lgatr: pip install lgatr") from None
        self.options, self.particles = o, _ = options, options.particles
        many = o.latent_vectors - 1
        sizes = {"num_blocks": o.blocks, "hidden_v_channels": o.vectors, "hidden_s_channels": o.scalars,
                 "num_heads": o.heads}  # fmt: skip
        with drawn_from(seed):
            self.encoder = LGATrSlim(in_v_channels=2, out_v_channels=many, in_s_channels=2,
                                     out_s_channels=many + 2 * o.latent_scalars, **sizes)  # fmt: skip
            self.places = nn.Parameter(torch.randn(o.particles, o.scalars))
            self.decoder = LGATrSlim(in_v_channels=many + 1, out_v_channels=1,
                                     in_s_channels=o.latent_scalars + o.scalars, out_s_channels=1,
                                     **sizes)  # fmt: skip

    @property
    def latent_numbers(self) -> int:
        """4 per vector, the jet's momentum among them, 1 per scalar."""
        return 4 * self.options.latent_vectors + self.options.latent_scalars

    def _encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        mask = (x != 0).any(-1)
        p = UNIT * x
        jet = torch.zeros_like(p)
        jet[..., 0] = 1.0
        energy = torch.where(mask, p[..., 0], torch.ones_like(p[..., 0]))
        scalars = torch.stack([energy, energy.log()], -1)
        v, s = self.encoder(torch.stack([p, jet], 2), scalars, attn_mask=mask[:, None, None, :])
        many, few = self.options.latent_vectors - 1, self.options.latent_scalars
        share = torch.softmax(s.masked_fill(~mask[..., None], -torch.inf), 1)
        vectors = torch.einsum("npk,npkx->nkx", share[..., :many], v)
        return vectors, (share[..., many : many + few] * s[..., many + few :]).sum(1)

    def _decode(self, vectors: Tensor, scalars: Tensor) -> Tensor:
        jet = torch.zeros_like(vectors[:, :1])
        jet[..., 0] = 1.0
        z = torch.cat([jet, vectors], 1)[:, None].expand(-1, self.particles, -1, -1)
        known = torch.cat([scalars[:, None].expand(-1, self.particles, -1),
                           self.places.expand(len(vectors), -1, -1)], -1)  # fmt: skip
        v, _ = self.decoder(z, known)
        return balanced(timelike(v[:, :, 0], self.options.least_speed))

    def latent(self, momenta: Tensor) -> JetLatent:
        """As `LGAE.latent`."""
        x, frame = rest_frame(momenta)
        return JetLatent(frame, *self._encode(x.to(self.dtype)))

    def reconstruct(self, latent: JetLatent) -> Tensor:
        """As `LGAE.reconstruct`."""
        return latent.frame.leave(self._decode(latent.vectors, latent.scalars))

    def forward(self, momenta: Tensor) -> Tensor:
        """(n, slots, 4)."""
        return self.reconstruct(self.latent(momenta))

    def encode(self, momenta: Tensor) -> Tensor:
        """`JetLatent.numbers`."""
        return self.latent(momenta).numbers()

    def decode(self, latent: Tensor) -> Tensor:
        """Inverse direction of `encode`."""
        known = JetLatent.of_numbers(latent, self.options.latent_vectors)
        return self.reconstruct(
            JetLatent(known.frame, known.vectors.to(self.dtype), known.scalars.to(self.dtype))
        )

    def loss(self, momenta: Tensor, *, generator: torch.Generator | None = None) -> Tensor:  # noqa: ARG002
        """As `LGAE.loss`."""
        x = rest_frame(momenta)[0].to(self.dtype)
        found = self._decode(*self._encode(x))
        return UNIT**2 * jet_loss(self.options.loss, found, x, (momenta != 0).any(-1))
