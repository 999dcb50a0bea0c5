"""Which way do momenta point, and how far apart are they? On tensors; radians."""

from __future__ import annotations

import torch
from torch import Tensor

from hepsym.lorentz.torch._parts import atan2, cross, dot_three, four, nonzero, root, stack
from hepsym.lorentz.torch.products import momentum

__all__ = [
    "cos_theta",
    "delta_eta",
    "delta_phi",
    "delta_r",
    "from_pt_eta_phi_mass",
    "opening_angle",
    "phi",
    "pseudorapidity",
    "pt",
    "rapidity",
]


def pt(p: Tensor) -> Tensor:
    """sqrt(x^2 + y^2), (...), GeV. Error: 2 eps."""
    _, x, y, _ = four(p)
    return root(x * x + y * y)


def phi(p: Tensor) -> Tensor:
    """atan2(y, x) in [-pi, pi], (...); 0 where pt = 0. Error: 4 eps."""
    _, x, y, _ = four(p)
    return atan2(y, x)


def cos_theta(p: Tensor) -> Tensor:
    """z / |p|, (...); 1 at rest. Error: 3 eps."""
    length = momentum(p)
    return torch.where(length == 0, torch.ones_like(length), four(p)[3] / nonzero(length))


def _arsinh_of_ratio(z: Tensor, t: Tensor) -> Tensor:
    edge = torch.where(z == 0, torch.zeros_like(z), torch.copysign(torch.full_like(z, torch.inf), z)).detach()
    return torch.where(t == 0, edge, torch.asinh(z / nonzero(t)))


def rapidity(p: Tensor, m: Tensor | float | None = None) -> Tensor:
    """artanh(z / E), or arsinh(z / sqrt(m^2 + pt^2)) with m, (...). Error: 4 eps max(1, |y|)."""
    e, x, y, z = four(p)
    if m is not None:
        return _arsinh_of_ratio(z, root(m * m + x * x + y * y))
    size = z.abs()
    fast = size > 0.5 * e
    slow_y = torch.atanh(torch.where(fast, torch.zeros_like(z), z / nonzero(e)))
    rest = torch.where(fast & (size < e), e - size, torch.ones_like(e))
    fast_y = torch.copysign(0.5 * torch.log1p(2.0 * torch.where(fast, size, 0.0) / rest), z)
    edge = torch.copysign(torch.full_like(z, torch.inf), z).detach()
    beyond = torch.where(size == e, edge, torch.full_like(z, torch.nan))
    return torch.where(fast, torch.where(size < e, fast_y, beyond), slow_y)


def pseudorapidity(p: Tensor) -> Tensor:
    """arsinh(z / pt), (...); infinite on the axis, 0 at rest. Error: 4 eps max(1, |eta|)."""
    return _arsinh_of_ratio(four(p)[3], pt(p))


def delta_phi(p: Tensor, q: Tensor) -> Tensor:
    """phi(p) - phi(q) in [-pi, pi], (...); 0 where either pt = 0. Error: 4 eps."""
    a, b = four(p), four(q)
    return atan2(a[2] * b[1] - a[1] * b[2], a[1] * b[1] + a[2] * b[2])


def delta_eta(p: Tensor, q: Tensor) -> Tensor:
    """eta(p) - eta(q), (...); on the axis as hepsym.lorentz. Error: 8 eps max(1, |Delta eta|)."""
    a, b = four(p), four(q)
    zp, zq = a[3] * momentum(q), b[3] * momentum(p)
    together = zp * zq > 0
    x1, x2, y1, y2 = a[3] * b[1], b[3] * a[1], a[3] * b[2], b[3] * a[2]
    close = ((x1 - x2) * (x1 + x2) + (y1 - y2) * (y1 + y2)) / torch.where(together, zp + zq, 1.0)
    t = pt(p) * pt(q)
    value = torch.asinh(torch.where(together, close, zp - zq) / nonzero(t))
    on_axis = _side(p) - _side(q)
    edge = torch.where(on_axis == 0, on_axis, on_axis * torch.inf).detach()
    return torch.where(t == 0, edge, value)


def _side(p: Tensor) -> Tensor:
    """+1, -1 on the axis beside +z, -z; 0 elsewhere."""
    _, x, y, z = four(p)
    return torch.where((x == 0) & (y == 0), torch.sign(z), 0.0)


def delta_r(p: Tensor, q: Tensor) -> Tensor:
    """sqrt((Delta eta)^2 + (Delta phi)^2), (...). Error: 8 eps max(1, Delta R)."""
    eta = delta_eta(p, q)
    finite = torch.where(torch.isinf(eta), 0.0, eta)
    return torch.where(torch.isinf(eta), eta.abs().detach(), root(finite**2 + delta_phi(p, q) ** 2))


def opening_angle(p: Tensor, q: Tensor) -> Tensor:
    """atan2(|p x q|, p.q) in [0, pi], (...); 0 where either is at rest. Error: 4 eps."""
    a, b = four(p)[1:], four(q)[1:]
    c = cross(a, b)
    return atan2(root(dot_three(c, c)), dot_three(a, b))


def from_pt_eta_phi_mass(pt: Tensor, eta: Tensor, phi: Tensor, m: Tensor | float = 0.0) -> Tensor:
    """The four-momentum of pt, eta, phi, m, (..., 4), GeV. Error: 4 eps of each component (pt for x, y)."""
    length = pt * torch.cosh(eta)
    return stack(
        root(m * m + length * length), pt * torch.cos(phi), pt * torch.sin(phi), pt * torch.sinh(eta)
    )
