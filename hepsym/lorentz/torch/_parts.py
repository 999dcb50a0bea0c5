"""How do tensors come apart into components, and which divisions, roots and angles keep gradients finite?"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from hepsym.errors import InputError

__all__ = [
    "Four",
    "Three",
    "atan2",
    "cross",
    "dot_three",
    "four",
    "nonzero",
    "root",
    "signed_root",
    "stack",
    "three",
]

broadcast_shapes: Any = torch.broadcast_shapes  # it has no types

Four = tuple[Tensor, Tensor, Tensor, Tensor]
Three = tuple[Tensor, Tensor, Tensor]


def four(p: Tensor) -> Four:
    if p.ndim == 0 or p.shape[-1] != 4:
        raise InputError(f"p must have shape (..., 4): E, x, y, z; it has shape {tuple(p.shape)}")
    e, x, y, z = p.unbind(-1)
    return e, x, y, z


def three(v: Tensor) -> Three:
    if v.ndim == 0 or v.shape[-1] != 3:
        raise InputError(f"a vector must have shape (..., 3): x, y, z; it has shape {tuple(v.shape)}")
    x, y, z = v.unbind(-1)
    return x, y, z


def stack(e: Tensor, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    shape = broadcast_shapes(e.shape, x.shape, y.shape, z.shape)
    return torch.stack([c.expand(shape) for c in (e, x, y, z)], dim=-1)


def nonzero(x: Tensor) -> Tensor:
    """x, with 1 where it is 0: a divisor whose quotient is not used there, nor its gradient."""
    return torch.where(x == 0, torch.ones_like(x), x)


def root(x: Tensor) -> Tensor:
    """sqrt(x), with gradient 0 at 0; nan for x < 0."""
    return torch.where(x == 0, torch.zeros_like(x), torch.sqrt(nonzero(x)))


def signed_root(x: Tensor) -> Tensor:
    return torch.where(x < 0, -root(x.abs()), root(x.abs()))


def atan2(y: Tensor, x: Tensor) -> Tensor:
    """atan2, with value and gradient 0 at the origin."""
    return torch.atan2(y, torch.where(y == 0, nonzero(x), x))


def cross(a: Three, b: Three) -> Three:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def dot_three(a: Three, b: Three) -> Tensor:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
