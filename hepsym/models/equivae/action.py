"""How does v answer to a known transformation? v(gx) = rho(g) v(x), asked for in training."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from hepsym.errors import InputError

__all__ = ["Action", "picture_rotations", "plane_rotations", "turn_pairs"]


@dataclass(frozen=True, slots=True)
class Action:
    """A group: how to draw g (n, parameters), what it does to features (n, D), and rho(g) on v (n, d)."""

    name: str
    draw: Callable[[int, torch.Generator], Tensor]
    apply: Callable[[Tensor, Tensor], Tensor]
    """(features, g) to the transformed features"""
    represent: Callable[[Tensor, Tensor], Tensor]
    """(v, g) to rho(g) v; must be a representation, or v cannot follow"""


def turn_pairs(v: Tensor, angle: Tensor, charges: tuple[int, ...]) -> Tensor:
    """rho of SO(2): the pairs (v_0, v_1), (v_2, v_3), ... turn by charge * angle; what is left stays.

    v (n, d), angle (n,), d >= 2 len(charges).
    """
    if v.shape[-1] < 2 * len(charges):
        raise InputError(
            f"v has {v.shape[-1]} dimensions, {len(charges)} charges need {2 * len(charges)}: "
            "raise `equivariant`"
        )
    turned = []
    for i, charge in enumerate(charges):
        cos, sin = torch.cos(charge * angle), torch.sin(charge * angle)
        a, b = v[..., 2 * i], v[..., 2 * i + 1]
        turned += [cos * a - sin * b, sin * a + cos * b]
    rest = v[..., 2 * len(charges) :]
    return torch.cat([torch.stack(turned, -1), rest], -1)


def _angles(largest: float) -> Callable[[int, torch.Generator], Tensor]:
    return lambda n, generator: largest * (2 * torch.rand((n, 1), generator=generator) - 1)


def plane_rotations(charges: tuple[int, ...] = (1,), largest: float = torch.pi) -> Action:
    """Rotations of points in a plane: features (n, 2 k) are x_0, y_0, x_1, y_1, ... in one unit.

    The columns must have been left in common units, or been scaled by one number for all.
    """

    def apply(x: Tensor, g: Tensor) -> Tensor:
        return turn_pairs(x, g[:, 0], (1,) * (x.shape[1] // 2))

    return Action("so(2)", _angles(largest), apply, lambda v, g: turn_pairs(v, g[:, 0], charges))


def picture_rotations(
    shape: tuple[int, int, int], charges: tuple[int, ...] = (1,), largest: float = torch.pi
) -> Action:
    """Rotations of pictures about their middle, counter-clockwise, bilinear; corners are lost to 0."""

    def apply(x: Tensor, g: Tensor) -> Tensor:
        cos, sin = torch.cos(g[:, 0]), torch.sin(g[:, 0])
        zero = torch.zeros_like(cos)
        matrix = torch.stack([torch.stack([cos, -sin, zero], -1), torch.stack([sin, cos, zero], -1)], 1)
        picture = x.reshape(-1, *shape).movedim(-1, -3)
        grid = functional.affine_grid(matrix, list(picture.shape), align_corners=False)
        turned = functional.grid_sample(picture, grid, align_corners=False)
        return turned.movedim(-3, -1).flatten(1)

    return Action("so(2)", _angles(largest), apply, lambda v, g: turn_pairs(v, g[:, 0], charges))
