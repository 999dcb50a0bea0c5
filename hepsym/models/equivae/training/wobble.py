"""Which small motions leave a picture's class as it is? Shifts, turns, stretches, drawn anew every step."""

import torch
from torch import Tensor
from torch.nn import functional

from hepsym.models.equivae.settings import Settings

__all__ = ["Wobble"]


class Wobble:
    """A random affine map of every picture (n, h * w * channels), bilinear, 0 from outside.

    Shifts uniform in +-shift pixels both ways, turns in +-turn radians, scales in 1 +- stretch, each way on
    its own. Bounds are then of moved pictures in training, and of pictures as they are when asked.
    """

    def __init__(
        self, shape: tuple[int, int, int], shift: float, turn: float, stretch: float, drawn: torch.Generator
    ) -> None:
        self.shape, self.shift, self.turn, self.stretch, self.drawn = shape, shift, turn, stretch, drawn

    @classmethod
    def of(
        cls, settings: Settings, shape: tuple[int, ...], drawn: torch.Generator, *, share: float = 1.0
    ) -> "Wobble | None":
        """A share of the motions that settings name; None where they name none, or rows are no pictures."""
        if len(shape) != 3 or not (settings.shift or settings.turn or settings.stretch):
            return None
        size = (shape[0], shape[1], shape[2])
        return cls(size, share * settings.shift, share * settings.turn, share * settings.stretch, drawn)

    def __call__(self, x: Tensor) -> Tensor:
        """The pictures, moved."""
        h, w, _ = self.shape
        u = 2 * torch.rand((len(x), 5), generator=self.drawn) - 1
        angle = self.turn * u[:, 0]
        across, down = 1 + self.stretch * u[:, 1], 1 + self.stretch * u[:, 2]
        right, low = 2 * self.shift / w * u[:, 3], 2 * self.shift / h * u[:, 4]
        cos, sin = torch.cos(angle), torch.sin(angle)
        rows = [torch.stack([across * cos, -sin, right], 1), torch.stack([sin, down * cos, low], 1)]
        picture = x.reshape(-1, *self.shape).movedim(-1, -3)
        grid = functional.affine_grid(torch.stack(rows, 1).to(x), list(picture.shape), align_corners=False)
        moved = functional.grid_sample(picture, grid, align_corners=False)
        return moved.movedim(-3, -1).flatten(1)
