"""At which angles do particles leave their parents, seen from the parents' rest frames? On tensors."""

from __future__ import annotations

import torch
from torch import Tensor

from hepsym.lorentz.torch._parts import atan2, dot_three, four, nonzero, root
from hepsym.lorentz.torch.angles import cos_theta, pt
from hepsym.lorentz.torch.motions import boost_to_rest
from hepsym.lorentz.torch.products import mass, mass_squared, momentum

__all__ = ["collins_soper", "cos_theta_star"]


def cos_theta_star(p: Tensor, parent: Tensor, m: Tensor | float | None = None) -> Tensor:
    """The helicity angle's cosine, (...). Error: 8 eps gamma E / |p*| with m, else that of `mass` too."""
    r = boost_to_rest(p, parent, m)
    size = momentum(r) * momentum(parent)
    moving = momentum(parent) > 0
    along = dot_three(four(r)[1:], four(parent)[1:]) / nonzero(size)
    along = torch.where(size == 0, torch.ones_like(along), along)
    return torch.where(moving, along, cos_theta(r))


def collins_soper(p: Tensor, q: Tensor, *, follow_pair: bool = False) -> tuple[Tensor, Tensor]:
    """cos theta and phi of p in the Collins-Soper frame of p + q, (...) each.

    Error: 16 eps (E + E')^4 / (M^3 |2 p*|) in cos theta, over sin theta in phi.
    """
    a, b, total = four(p), four(q), p + q
    m = mass(total)
    _, qx, qy, qz = four(total)
    qt = pt(total)
    mt = root(m * m + qt * qt)
    nx = torch.where(qt == 0, torch.ones_like(qt), qx / nonzero(qt))
    ny = qy / nonzero(qt)
    dx, dy = a[1] - b[1], a[2] - b[2]
    side = torch.where(qz < 0, -1.0, 1.0) if follow_pair else 1.0
    z = side * 2.0 * (a[3] * b[0] - a[0] * b[3]) / mt
    x = (m * (dx * nx + dy * ny) - qt * ((mass_squared(p) - mass_squared(q)) / m)) / mt
    y = side * (dy * nx - dx * ny)
    length = root(x * x + y * y + z * z)
    return torch.where(length == 0, torch.ones_like(z), z / nonzero(length)), atan2(y, x)
