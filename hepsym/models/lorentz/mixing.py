"""Which linear maps commute with the Lorentz group? Those that mix channels and leave components alone."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hepsym.errors import InputError
from hepsym.models.lorentz.products import product

__all__ = ["Mix", "contraction", "joined", "scaled", "split_channels"]


class Mix(nn.Module):
    """v'_a = sum_b W_ab v_b over the channels of vectors (..., channels, 4), or of scalars (...,
    channels, 1).

    By Schur's lemma there is no other equivariant linear map of one irrep's copies, and no bias but for
    scalars. With `complex_maps` the channels are the real parts of channels / 2 complex vectors followed
    by their imaginary parts (a real group moves the two alike), and W = A + iB acts as [[A, -B], [B, A]]:
    half the parameters, all complex-linear maps and no other. Weights are uniform within +- gain sqrt(3 /
    in).
    """

    def __init__(self, into: int, out: int, *, gain: float = 1.0, complex_maps: bool = False) -> None:
        super().__init__()
        if complex_maps and (into % 2 or out % 2):
            raise InputError(f"complex maps need an even number of channels, not {into} and {out}")
        self.complex_maps = complex_maps
        shape = (2, out // 2, into // 2) if complex_maps else (out, into)
        bound = gain * (3 / into) ** 0.5
        self.weight = nn.Parameter(torch.empty(shape).uniform_(-bound, bound))

    @property
    def matrix(self) -> Tensor:
        """W as a real matrix (out, in)."""
        if not self.complex_maps:
            return self.weight
        real, imaginary = self.weight
        upper, lower = torch.cat([real, -imaginary], 1), torch.cat([imaginary, real], 1)
        return torch.cat([upper, lower], 0)

    def forward(self, v: Tensor) -> Tensor:
        """(..., in, 4) to (..., out, 4)."""
        return self.matrix @ v


def joined(*parts: Tensor, complex_maps: bool) -> Tensor:
    """Channels of several groups as those of one, (..., sum, 4): real parts first where they are complex."""
    if not complex_maps:
        return torch.cat(parts, -2)
    halves = [part.chunk(2, dim=-2) for part in parts]
    return torch.cat([half[0] for half in halves] + [half[1] for half in halves], -2)


def split_channels(v: Tensor, sizes: list[int], *, complex_maps: bool) -> tuple[Tensor, ...]:
    """Inverse of `joined`."""
    if not complex_maps:
        parts: tuple[Tensor, ...] = torch.split(v, sizes, -2)
        return parts
    halved = [n // 2 for n in sizes]
    real, imaginary = (torch.split(half, halved, -2) for half in v.chunk(2, dim=-2))
    return tuple(torch.cat([a, b], -2) for a, b in zip(real, imaginary, strict=True))


def contraction(v: Tensor, w: Tensor, *, complex_maps: bool) -> Tensor:
    """v_c.w_c channel by channel, (..., channels); of complex vectors bilinear, real parts first."""
    if not complex_maps:
        return product(v, w)
    (a, b), (c, d) = v.chunk(2, dim=-2), w.chunk(2, dim=-2)
    return torch.cat([product(a, c) - product(b, d), product(a, d) + product(b, c)], -1)


def scaled(gate: Tensor, v: Tensor, *, complex_maps: bool) -> Tensor:
    """g_c v_c of scalars (..., channels) and vectors (..., channels, 4)."""
    if not complex_maps:
        return gate[..., None] * v
    (a, b), (c, d) = gate[..., None].chunk(2, dim=-2), v.chunk(2, dim=-2)
    return torch.cat([a * c - b * d, a * d + b * c], -2)
