"""How does v answer to a known transformation? v(gx) = rho(g) v(x), asked for in training."""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from hepsym.errors import InputError

__all__ = [
    "Action",
    "picture_rotations",
    "picture_similarities",
    "plane_rotations",
    "space_rotations",
    "turn_pairs",
]


@dataclass(frozen=True, slots=True)
class Action:
    """A group: how to draw g (n, parameters), what it does to features (n, D), and rho(g) on v (n, d)."""

    name: str
    draw: Callable[[int, torch.Generator], Tensor]
    apply: Callable[[Tensor, Tensor], Tensor]
    """(features, g) to the transformed features"""
    represent: Callable[[Tensor, Tensor], Tensor]
    """(v, g) to rho(g) v; must be a representation, or v cannot follow"""
    pose_units: tuple[float, float, float] | None = None
    """Of the pose that the first four of v are, of `picture_similarities`; None: they are none."""


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


def space_rotations() -> Action:
    """Rotations of three-vectors: features (n, 3 k) and v (n, 3 V) alike, the axes uniform, all angles.

    g (n, 9) is the matrix. Haar measure: Q of the QR decomposition of normal numbers, its signs those of R,
    turned to determinant 1. Mezzadri, Notices AMS 54 (2007) 592
    """

    def draw(n: int, generator: torch.Generator) -> Tensor:
        q, upper = torch.linalg.qr(torch.randn((n, 3, 3), generator=generator))
        q = q * torch.diagonal(upper, dim1=1, dim2=2).sign()[:, None]
        proper: Tensor = (q * torch.linalg.det(q)[:, None, None]).flatten(1)
        return proper

    def turn(x: Tensor, g: Tensor) -> Tensor:
        matrix = g.view(-1, 3, 3)
        turned: Tensor = (x.view(len(x), -1, 3) @ matrix.mT).flatten(1)
        return turned

    return Action("so(3)", draw, turn, turn)


def picture_rotations(
    shape: tuple[int, int, int], charges: tuple[int, ...] = (1,), largest: float = torch.pi
) -> Action:
    """Rotations of pictures about their middle, counter-clockwise, bilinear; corners are lost to 0."""

    def apply(x: Tensor, g: Tensor) -> Tensor:
        still = torch.zeros_like(g[:, 0])
        return _moved(x, shape, g[:, 0], still, still, still)

    return Action("so(2)", _angles(largest), apply, lambda v, g: turn_pairs(v, g[:, 0], charges))


def picture_similarities(
    shape: tuple[int, int, int], angle: float = 0.3, log_scale: float = 0.2, shift: float = 1.5,
    units: tuple[float, float, float] = (0.35, 0.15, 1.7),
) -> Action:  # fmt: skip
    """Turns, scales and shifts of pictures; the first four of v are a pose that g is multiplied on to.

    g = (angle, log scale, right, down), uniform in +- what is given, moves a point q (pixels from the middle,
    y down) to  e^s R q + t, R counter-clockwise as seen. v_0..3 = (angle, log scale, right, down) of a pose
    in `units` (radians, 1, pixels: the spreads that poses are thought to have, as v is near N(0, 1)), and

        rho(g) v:  angle + angle_g,  s + s_g,  e^s_g R_g t + t_g;  v_4.. stay.

    It is an action (rho(g h) = rho(g) rho(h)), affine in v. What fixes the pose that is called 0 is the
    prior, class by class.
    """
    wide = torch.tensor([angle, log_scale, shift, shift])
    unit = (units[0], units[1], units[2])

    def draw(n: int, generator: torch.Generator) -> Tensor:
        return wide * (2 * torch.rand((n, 4), generator=generator) - 1)

    def apply(x: Tensor, g: Tensor) -> Tensor:
        return _moved(x, shape, *g.unbind(-1))

    def represent(v: Tensor, g: Tensor) -> Tensor:
        if v.shape[-1] < 4:
            raise InputError(f"v has {v.shape[-1]} dimensions, a pose needs 4: raise `equivariant`")
        size = g[..., 1].exp()
        cos, sin = size * torch.cos(g[..., 0]), size * torch.sin(g[..., 0])
        right, down = v[..., 2], v[..., 3]
        pose = [
            v[..., 0] + g[..., 0] / unit[0], v[..., 1] + g[..., 1] / unit[1],
            cos * right + sin * down + g[..., 2] / unit[2], cos * down - sin * right + g[..., 3] / unit[2],
        ]  # fmt: skip
        return torch.cat([torch.stack(pose, -1), v[..., 4:]], -1)

    return Action("similarities of the plane", draw, apply, represent, unit)


def _moved(
    x: Tensor, shape: tuple[int, int, int], angle: Tensor, log_scale: Tensor, right: Tensor, down: Tensor
) -> Tensor:
    """Pictures (n, h * w * channels) after e^s R q + t of every point q, bilinear, 0 from outside."""
    h, w, _ = shape
    size = (-log_scale).exp()
    cos, sin = size * torch.cos(angle), size * torch.sin(angle)
    # Each pixel asks where it came from, in units of half the width and half the height.
    rows = [
        torch.stack([cos, -sin * h / w, -2 / w * (cos * right - sin * down)], -1),
        torch.stack([sin * w / h, cos, -2 / h * (sin * right + cos * down)], -1),
    ]
    picture = x.reshape(-1, *shape).movedim(-1, -3)
    grid = functional.affine_grid(torch.stack(rows, 1), list(picture.shape), align_corners=False)
    turned = functional.grid_sample(picture, grid, align_corners=False)
    return turned.movedim(-3, -1).flatten(1)
