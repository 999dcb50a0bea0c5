"""What can be learned from an image of a jet? The convolutional autoencoder of 40 x 40 pixels.

After the description of CNNAE in Hao, Kansal, Duarte and Chernyavskaya, arXiv:2212.07347.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from hepsym.models.jets.model import JetAutoencoder, drawn_from
from hepsym.models.jets.relative import AXIS_NUMBERS, relative

__all__ = ["CNNAE", "CNNAEOptions", "images"]


@dataclass(frozen=True, slots=True)
class CNNAEOptions:
    """pixels: a side, divisible by 4; reach: half the image's side in eta and phi."""

    particles: int = 30
    latent: int = 33
    pixels: int = 40
    reach: float = 0.4
    channels: int = 128


def images(momenta: Tensor, pixels: int, reach: float) -> tuple[Tensor, Tensor]:
    """p_T / p_T_jet per pixel of (eta - eta_jet, phi - phi_jet), (n, pixels, pixels), float64; the axis
    (n, 3).

    What falls outside +-reach is left out; such an image sums to less than 1.
    """
    features, axis = relative(momenta)
    cell = ((features[..., :2] + reach) * (pixels / (2 * reach))).floor().long()
    inside = ((cell >= 0) & (cell < pixels)).all(-1)
    flat = (cell[..., 0] * pixels + cell[..., 1]) * inside
    image = torch.zeros(len(momenta), pixels * pixels, dtype=torch.float64, device=momenta.device)
    return image.scatter_add_(1, flat, features[..., 2] * inside).view(-1, pixels, pixels), axis


class CNNAE(JetAutoencoder):
    """Two 3 x 3 convolutions of stride 2, a linear map to the latents, the same back, softmax over pixels.

    Loss: cross entropy between the image, normalised, and the softmax. A decoded jet is the brightest
    pixels, as massless particles at their centres that carry the whole p_T.
    """

    name: ClassVar[str] = "cnnae"

    def __init__(self, options: CNNAEOptions = CNNAEOptions(), seed: int = 1) -> None:
        super().__init__()
        self.options, self.particles = options, options.particles
        small, many = options.pixels // 4, options.channels
        with drawn_from(seed):
            self.encoder = nn.Sequential(
                nn.Conv2d(1, many, 3, 2, 1), nn.ReLU(), nn.Conv2d(many, many, 3, 2, 1), nn.ReLU(),
                nn.Flatten(), nn.Linear(many * small * small, options.latent),
            )  # fmt: skip
            self.decoder = nn.Sequential(
                nn.Linear(options.latent, many * small * small), nn.ReLU(), nn.Unflatten(1, (many, small,
                small)), nn.ConvTranspose2d(many, many, 3, 2, 1, 1), nn.ReLU(), nn.ConvTranspose2d(many,
                1, 3, 2, 1, 1), nn.Flatten(),
            )  # fmt: skip

    @property
    def latent_numbers(self) -> int:
        """Latents and the axis."""
        return self.options.latent + AXIS_NUMBERS

    def _input(self, momenta: Tensor) -> tuple[Tensor, Tensor]:
        image, axis = images(momenta, self.options.pixels, self.options.reach)
        return image.to(self.dtype), axis

    def encode(self, momenta: Tensor) -> Tensor:
        """Axis, then latents."""
        image, axis = self._input(momenta)
        return torch.cat([axis, self.encoder(30 * image[:, None]).double()], 1)

    def decode(self, latent: Tensor) -> Tensor:
        """(n, slots, 4)."""
        o = self.options
        axis, z = latent[:, :AXIS_NUMBERS].double(), latent[:, AXIS_NUMBERS:].to(self.dtype)
        bright, where = torch.softmax(self.decoder(z).double(), 1).topk(self.particles, 1)
        step = 2 * o.reach / o.pixels
        pt = bright / bright.sum(1, keepdim=True) * axis[:, :1]
        eta = (where // o.pixels + 0.5) * step - o.reach + axis[:, 1:2]
        phi = (where % o.pixels + 0.5) * step - o.reach + axis[:, 2:3]
        return torch.stack(
            [pt * torch.cosh(eta), pt * torch.cos(phi), pt * torch.sin(phi), pt * torch.sinh(eta)], -1
        )

    def loss(self, momenta: Tensor, *, generator: torch.Generator | None = None) -> Tensor:  # noqa: ARG002
        """(n,)."""
        image, _ = self._input(momenta)
        share = image.flatten(1) / image.sum((1, 2))[:, None]
        log_found = torch.log_softmax(self.decoder(self.encoder(30 * image[:, None])), 1)
        return -(share * log_found).sum(1)
