"""How do boosts and rotations move four-momenta? On tensors, active."""

from __future__ import annotations

import torch
from torch import Tensor

from hepsym.lorentz.torch._parts import cross, dot_three, four, nonzero, root, stack, three
from hepsym.lorentz.torch.products import mass

__all__ = ["boost", "boost_from_rest", "boost_to_rest", "boost_z", "rotate", "rotate_z_to"]


def boost_from_rest(p: Tensor, q: Tensor, m: Tensor | float | None = None) -> Tensor:
    """Carry p from the rest frame of q, (..., 4). Error: 8 eps gamma E with m, else that of `mass` too."""
    a, b = four(p), four(q)
    k = mass(q) if m is None else m
    e = (b[0] * a[0] + dot_three(b[1:], a[1:])) / k
    f = (a[0] + e) / (b[0] + k)
    return stack(e, a[1] + f * b[1], a[2] + f * b[2], a[3] + f * b[3])


def boost_to_rest(p: Tensor, q: Tensor, m: Tensor | float | None = None) -> Tensor:
    """Carry p to the rest frame of q, (..., 4). Error: 8 eps gamma E with m, else that of `mass` too."""
    e, x, y, z = four(q)
    return boost_from_rest(p, stack(e, -x, -y, -z), mass(q) if m is None else m)


def boost(p: Tensor, velocity: Tensor) -> Tensor:
    """Give p a velocity (..., 3), |v| < 1, (..., 4). Error: 8 eps gamma^3 E."""
    x, y, z = three(velocity)
    return boost_from_rest(p, stack(torch.ones_like(x), x, y, z))


def boost_z(p: Tensor, rapidity: Tensor | float) -> Tensor:
    """Add a rapidity along z, in light-cone variables, (..., 4). Error: as in hepsym.lorentz."""
    e, x, y, z = four(p)
    factor = torch.exp(torch.as_tensor(rapidity, dtype=p.dtype, device=p.device))
    plus, minus = 0.5 * (e + z) * factor, 0.5 * (e - z) / factor
    return stack(plus + minus, x, y, plus - minus)


def rotate(p: Tensor, axis: Tensor, angle: Tensor | float) -> Tensor:
    """Turn p about an axis (..., 3) by an angle, (..., 4). Error: 8 eps |p|."""
    e, *v = four(p)
    space = (v[0], v[1], v[2])
    n = three(axis)
    length = root(dot_three(n, n))
    n = (n[0] / length, n[1] / length, n[2] / length)
    a = torch.as_tensor(angle, dtype=p.dtype, device=p.device)
    s, c = torch.sin(a), 2.0 * torch.sin(0.5 * a) ** 2
    once = cross(n, space)
    twice = cross(n, once)
    return stack(e, *(x + s * i + c * j for x, i, j in zip(space, once, twice, strict=True)))


def rotate_z_to(p: Tensor, q: Tensor) -> Tensor:
    """Apply the shortest rotation from +z to q's direction, (..., 4). Error: 8 eps |p|.

    With v = z x n: p + v x p + v x (v x p) / (1 + n_z), smooth everywhere but at n = -z (gradient 0 in q).
    """
    e, *r = four(p)
    space = (r[0], r[1], r[2])
    _, x, y, z = four(q)
    length = root(x * x + y * y + z * z)
    x, y = x / nonzero(length), y / nonzero(length)
    z = torch.where(length == 0, torch.ones_like(z), z / nonzero(length))
    t2 = x * x + y * y
    behind = (t2 == 0) & (z < 0)
    # 1 / (1 + z), without its cancellation for z < 0
    inverse = torch.where(z < 0, (1.0 - z) / nonzero(t2), 1.0 / torch.where(z < 0, 1.0, 1.0 + z))
    v = (-y, x, torch.zeros_like(x))
    once = cross(v, space)
    twice = cross(v, once)
    turned = stack(e, *(a + i + inverse * j for a, i, j in zip(space, once, twice, strict=True)))
    return torch.where(behind[..., None], stack(e, -space[0], space[1], -space[2]), turned)
