"""How do gradients flow through the algebra of four-momenta? `hepsym.lorentz` again, on tensors.

Names, arguments and meaning are those of `hepsym.lorentz`, where the formulas stand (no `out`);
any device, float32 or float64, computed in the dtype given. Shapes are checked, values are not,
because that would wait for the device: what hepsym.lorentz refuses gives nan or inf here.

Error: that of hepsym.lorentz where nothing cancels, with eps that of the dtype. PyTorch has no fused
multiply-add to rescue what does, so that masses carry 4 eps E^2 (m^2), angles between directions
4 eps absolute; each docstring says so. Train in float64, or give masses, where E/m > 1e3 in float32.

Gradients are exact where they exist. Where the function has a kink or an edge (a length or an
angle at exactly 0, the axis for eta) they are 0, not nan, so that one such row spoils no batch.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from hepsym.errors import InputError

__all__ = [
    "boost", "boost_from_rest", "boost_to_rest", "boost_z", "breakup_momentum", "collins_soper", "cos_theta",
    "cos_theta_star", "delta_eta", "delta_phi", "delta_r", "dot", "energy_from_mass", "from_mass",
    "from_pt_eta_phi_mass", "invariant_mass", "kallen", "mandelstam", "mass", "mass_squared", "momentum",
    "momentum_from_mass", "opening_angle", "phi", "pseudorapidity", "pt", "rapidity", "rotate", "rotate_z_to",
    "transverse_mass", "transverse_mass_of_pair",
]  # fmt: skip

broadcast_shapes: Any = torch.broadcast_shapes  # it has no types

Four = tuple[Tensor, Tensor, Tensor, Tensor]
Three = tuple[Tensor, Tensor, Tensor]


def _four(p: Tensor) -> Four:
    if p.ndim == 0 or p.shape[-1] != 4:
        raise InputError(f"p must have shape (..., 4): E, x, y, z; it has shape {tuple(p.shape)}")
    e, x, y, z = p.unbind(-1)
    return e, x, y, z


def _three(v: Tensor) -> Three:
    if v.ndim == 0 or v.shape[-1] != 3:
        raise InputError(f"a vector must have shape (..., 3): x, y, z; it has shape {tuple(v.shape)}")
    x, y, z = v.unbind(-1)
    return x, y, z


def _stack(e: Tensor, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    shape = broadcast_shapes(e.shape, x.shape, y.shape, z.shape)
    return torch.stack([c.expand(shape) for c in (e, x, y, z)], dim=-1)


def _nonzero(x: Tensor) -> Tensor:
    """x, with 1 where it is 0: a divisor whose quotient is not used there, nor its gradient."""
    return torch.where(x == 0, torch.ones_like(x), x)


def _root(x: Tensor) -> Tensor:
    """sqrt(x), with gradient 0 at 0; nan for x < 0."""
    return torch.where(x == 0, torch.zeros_like(x), torch.sqrt(_nonzero(x)))


def _signed_root(x: Tensor) -> Tensor:
    return torch.where(x < 0, -_root(x.abs()), _root(x.abs()))


def _atan2(y: Tensor, x: Tensor) -> Tensor:
    """atan2, with value and gradient 0 at the origin."""
    return torch.atan2(y, torch.where(y == 0, _nonzero(x), x))


def _cross(a: Three, b: Three) -> Three:
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def _dot3(a: Three, b: Three) -> Tensor:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def dot(p: Tensor, q: Tensor) -> Tensor:
    """p.q, (...), GeV^2. Error: 4 eps of the sum of the |terms|."""
    a, b = _four(p), _four(q)
    return a[0] * b[0] - _dot3(a[1:], b[1:])


def mass_squared(p: Tensor) -> Tensor:
    """p.p as (E - z)(E + z) - x^2 - y^2, (...), GeV^2. Error: 4 eps (|p.p| + pt^2)."""
    e, x, y, z = _four(p)
    return (e - z) * (e + z) - x * x - y * y


def mass(p: Tensor) -> Tensor:
    """sqrt(p.p), -sqrt(-p.p) where spacelike, (...), GeV. Error: that of `mass_squared` over 2 |m|."""
    return _signed_root(mass_squared(p))


def momentum(p: Tensor) -> Tensor:
    """|p|, (...), GeV. Error: 2 eps."""
    v = _four(p)[1:]
    return _root(_dot3(v, v))


def momentum_from_mass(energy: Tensor, m: Tensor) -> Tensor:
    """sqrt((E - m)(E + m)), (...), GeV; nan for E < m. Error: 2 eps."""
    return _root((energy - m) * (energy + m))


def energy_from_mass(momentum: Tensor, m: Tensor) -> Tensor:
    """sqrt(|p|^2 + m^2), (...), GeV. Error: 2 eps."""
    return _root(momentum * momentum + m * m)


def from_mass(xyz: Tensor, m: Tensor | float) -> Tensor:
    """(sqrt(x^2 + y^2 + z^2 + m^2), x, y, z), (..., 4), GeV. Error: 2 eps E."""
    x, y, z = _three(xyz)
    return _stack(_root(x * x + y * y + z * z + m * m), x, y, z)


def boost_from_rest(p: Tensor, q: Tensor, m: Tensor | float | None = None) -> Tensor:
    """Carry p from the rest frame of q, (..., 4). Error: 8 eps gamma E with m, else that of `mass` too."""
    a, b = _four(p), _four(q)
    k = mass(q) if m is None else m
    e = (b[0] * a[0] + _dot3(b[1:], a[1:])) / k
    f = (a[0] + e) / (b[0] + k)
    return _stack(e, a[1] + f * b[1], a[2] + f * b[2], a[3] + f * b[3])


def boost_to_rest(p: Tensor, q: Tensor, m: Tensor | float | None = None) -> Tensor:
    """Carry p to the rest frame of q, (..., 4). Error: 8 eps gamma E with m, else that of `mass` too."""
    e, x, y, z = _four(q)
    return boost_from_rest(p, _stack(e, -x, -y, -z), mass(q) if m is None else m)


def boost(p: Tensor, velocity: Tensor) -> Tensor:
    """Give p a velocity (..., 3), |v| < 1, (..., 4). Error: 8 eps gamma^3 E."""
    x, y, z = _three(velocity)
    return boost_from_rest(p, _stack(torch.ones_like(x), x, y, z))


def boost_z(p: Tensor, rapidity: Tensor | float) -> Tensor:
    """Add a rapidity along z, in light-cone variables, (..., 4). Error: as in hepsym.lorentz."""
    e, x, y, z = _four(p)
    factor = torch.exp(torch.as_tensor(rapidity, dtype=p.dtype, device=p.device))
    plus, minus = 0.5 * (e + z) * factor, 0.5 * (e - z) / factor
    return _stack(plus + minus, x, y, plus - minus)


def rotate(p: Tensor, axis: Tensor, angle: Tensor | float) -> Tensor:
    """Turn p about an axis (..., 3) by an angle, (..., 4). Error: 8 eps |p|."""
    e, *v = _four(p)
    space = (v[0], v[1], v[2])
    n = _three(axis)
    length = _root(_dot3(n, n))
    n = (n[0] / length, n[1] / length, n[2] / length)
    a = torch.as_tensor(angle, dtype=p.dtype, device=p.device)
    s, c = torch.sin(a), 2.0 * torch.sin(0.5 * a) ** 2
    once = _cross(n, space)
    twice = _cross(n, once)
    return _stack(e, *(x + s * i + c * j for x, i, j in zip(space, once, twice, strict=True)))


def rotate_z_to(p: Tensor, q: Tensor) -> Tensor:
    """Apply the shortest rotation from +z to q's direction, (..., 4). Error: 8 eps |p|.

    With v = z x n: p + v x p + v x (v x p) / (1 + n_z), smooth everywhere but at n = -z (gradient 0 in q).
    """
    e, *r = _four(p)
    space = (r[0], r[1], r[2])
    _, x, y, z = _four(q)
    length = _root(x * x + y * y + z * z)
    x, y = x / _nonzero(length), y / _nonzero(length)
    z = torch.where(length == 0, torch.ones_like(z), z / _nonzero(length))
    t2 = x * x + y * y
    behind = (t2 == 0) & (z < 0)
    # 1 / (1 + z), without its cancellation for z < 0
    inverse = torch.where(z < 0, (1.0 - z) / _nonzero(t2), 1.0 / torch.where(z < 0, 1.0, 1.0 + z))
    v = (-y, x, torch.zeros_like(x))
    once = _cross(v, space)
    twice = _cross(v, once)
    turned = _stack(e, *(a + i + inverse * j for a, i, j in zip(space, once, twice, strict=True)))
    return torch.where(behind[..., None], _stack(e, -space[0], space[1], -space[2]), turned)


def pt(p: Tensor) -> Tensor:
    """sqrt(x^2 + y^2), (...), GeV. Error: 2 eps."""
    _, x, y, _ = _four(p)
    return _root(x * x + y * y)


def phi(p: Tensor) -> Tensor:
    """atan2(y, x) in [-pi, pi], (...); 0 where pt = 0. Error: 4 eps."""
    _, x, y, _ = _four(p)
    return _atan2(y, x)


def cos_theta(p: Tensor) -> Tensor:
    """z / |p|, (...); 1 at rest. Error: 3 eps."""
    length = momentum(p)
    return torch.where(length == 0, torch.ones_like(length), _four(p)[3] / _nonzero(length))


def _arsinh_of_ratio(z: Tensor, t: Tensor) -> Tensor:
    edge = torch.where(z == 0, torch.zeros_like(z), torch.copysign(torch.full_like(z, torch.inf), z)).detach()
    return torch.where(t == 0, edge, torch.asinh(z / _nonzero(t)))


def rapidity(p: Tensor, m: Tensor | float | None = None) -> Tensor:
    """artanh(z / E), or arsinh(z / sqrt(m^2 + pt^2)) with m, (...). Error: 4 eps max(1, |y|)."""
    e, x, y, z = _four(p)
    if m is not None:
        return _arsinh_of_ratio(z, _root(m * m + x * x + y * y))
    size = z.abs()
    fast = size > 0.5 * e
    slow_y = torch.atanh(torch.where(fast, torch.zeros_like(z), z / _nonzero(e)))
    rest = torch.where(fast & (size < e), e - size, torch.ones_like(e))
    fast_y = torch.copysign(0.5 * torch.log1p(2.0 * torch.where(fast, size, 0.0) / rest), z)
    edge = torch.copysign(torch.full_like(z, torch.inf), z).detach()
    beyond = torch.where(size == e, edge, torch.full_like(z, torch.nan))
    return torch.where(fast, torch.where(size < e, fast_y, beyond), slow_y)


def pseudorapidity(p: Tensor) -> Tensor:
    """arsinh(z / pt), (...); infinite on the axis, 0 at rest. Error: 4 eps max(1, |eta|)."""
    return _arsinh_of_ratio(_four(p)[3], pt(p))


def delta_phi(p: Tensor, q: Tensor) -> Tensor:
    """phi(p) - phi(q) in [-pi, pi], (...); 0 where either pt = 0. Error: 4 eps."""
    a, b = _four(p), _four(q)
    return _atan2(a[2] * b[1] - a[1] * b[2], a[1] * b[1] + a[2] * b[2])


def delta_eta(p: Tensor, q: Tensor) -> Tensor:
    """eta(p) - eta(q), (...); on the axis as hepsym.lorentz. Error: 8 eps max(1, |Delta eta|)."""
    a, b = _four(p), _four(q)
    zp, zq = a[3] * momentum(q), b[3] * momentum(p)
    together = zp * zq > 0
    x1, x2, y1, y2 = a[3] * b[1], b[3] * a[1], a[3] * b[2], b[3] * a[2]
    close = ((x1 - x2) * (x1 + x2) + (y1 - y2) * (y1 + y2)) / torch.where(together, zp + zq, 1.0)
    t = pt(p) * pt(q)
    value = torch.asinh(torch.where(together, close, zp - zq) / _nonzero(t))
    on_axis = _side(p) - _side(q)
    edge = torch.where(on_axis == 0, on_axis, on_axis * torch.inf).detach()
    return torch.where(t == 0, edge, value)


def _side(p: Tensor) -> Tensor:
    """+1, -1 on the axis beside +z, -z; 0 elsewhere."""
    _, x, y, z = _four(p)
    return torch.where((x == 0) & (y == 0), torch.sign(z), 0.0)


def delta_r(p: Tensor, q: Tensor) -> Tensor:
    """sqrt((Delta eta)^2 + (Delta phi)^2), (...). Error: 8 eps max(1, Delta R)."""
    eta = delta_eta(p, q)
    finite = torch.where(torch.isinf(eta), 0.0, eta)
    return torch.where(torch.isinf(eta), eta.abs().detach(), _root(finite**2 + delta_phi(p, q) ** 2))


def opening_angle(p: Tensor, q: Tensor) -> Tensor:
    """atan2(|p x q|, p.q) in [0, pi], (...); 0 where either is at rest. Error: 4 eps."""
    a, b = _four(p)[1:], _four(q)[1:]
    c = _cross(a, b)
    return _atan2(_root(_dot3(c, c)), _dot3(a, b))


def from_pt_eta_phi_mass(pt: Tensor, eta: Tensor, phi: Tensor, m: Tensor | float = 0.0) -> Tensor:
    """The four-momentum of pt, eta, phi, m, (..., 4), GeV. Error: 4 eps of each component (pt for x, y)."""
    length = pt * torch.cosh(eta)
    return _stack(
        _root(m * m + length * length), pt * torch.cos(phi), pt * torch.sin(phi), pt * torch.sinh(eta)
    )


def cos_theta_star(p: Tensor, parent: Tensor, m: Tensor | float | None = None) -> Tensor:
    """The helicity angle's cosine, (...). Error: 8 eps gamma E / |p*| with m, else that of `mass` too."""
    r = boost_to_rest(p, parent, m)
    size = momentum(r) * momentum(parent)
    moving = momentum(parent) > 0
    along = _dot3(_four(r)[1:], _four(parent)[1:]) / _nonzero(size)
    along = torch.where(size == 0, torch.ones_like(along), along)
    return torch.where(moving, along, cos_theta(r))


def collins_soper(p: Tensor, q: Tensor, *, follow_pair: bool = False) -> tuple[Tensor, Tensor]:
    """cos theta and phi of p in the Collins-Soper frame of p + q, (...) each.

    Error: 16 eps (E + E')^4 / (M^3 |2 p*|) in cos theta, over sin theta in phi.
    """
    a, b, total = _four(p), _four(q), p + q
    m = mass(total)
    _, qx, qy, qz = _four(total)
    qt = pt(total)
    mt = _root(m * m + qt * qt)
    nx = torch.where(qt == 0, torch.ones_like(qt), qx / _nonzero(qt))
    ny = qy / _nonzero(qt)
    dx, dy = a[1] - b[1], a[2] - b[2]
    side = torch.where(qz < 0, -1.0, 1.0) if follow_pair else 1.0
    z = side * 2.0 * (a[3] * b[0] - a[0] * b[3]) / mt
    x = (m * (dx * nx + dy * ny) - qt * ((mass_squared(p) - mass_squared(q)) / m)) / mt
    y = side * (dy * nx - dx * ny)
    length = _root(x * x + y * y + z * z)
    return torch.where(length == 0, torch.ones_like(z), z / _nonzero(length)), _atan2(y, x)


def invariant_mass(*legs: Tensor) -> Tensor:
    """The mass of the sum of legs, (...), GeV. Error: 8 eps (m^2 + pt^2 + sum of E^2 / 2) / m."""
    if not legs:
        raise InputError("invariant_mass needs at least one leg: give tensors of shape (..., 4)")
    total = legs[0]
    for leg in legs[1:]:
        total = total + leg
    return mass(total)


def mandelstam(p1: Tensor, p2: Tensor, p3: Tensor, p4: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """s, t, u of 1 2 -> 3 4, (...) each, GeV^2. Error: 8 eps E^2, E the larger of the two energies summed."""
    return mass_squared(p1 + p2), mass_squared(p1 - p3), mass_squared(p1 - p4)


def kallen(a: Tensor, b: Tensor, c: Tensor) -> Tensor:
    """(a - b - c)^2 - 4 b c, (...), GeV^4. Error: 4 eps (|a| + |b| + |c|)^2."""
    return (a - b - c) ** 2 - 4.0 * b * c


def breakup_momentum(m: Tensor, m1: Tensor, m2: Tensor) -> Tensor:
    """|p*| of m -> m1 m2, (...), GeV; nan below threshold, gradient 0 at it. Error: 4 eps."""
    heavy, light = torch.maximum(m1, m2), torch.minimum(m1, m2)
    above = ((m - heavy) - light) * (m + (heavy + light))
    return _root(above) * _root(((m - heavy) + light) * (m + (heavy - light))) / (2.0 * m)


def transverse_mass(p: Tensor) -> Tensor:
    """sqrt((E - z)(E + z)), (...), GeV. Error: 2 eps."""
    e, _, _, z = _four(p)
    return _signed_root((e - z) * (e + z))


def transverse_mass_of_pair(p: Tensor, q: Tensor) -> Tensor:
    """The W's transverse mass, (...), GeV. Error: 16 eps m_T for given masses^2, which carry 4 eps E^2."""
    u, v = _four(p), _four(q)
    a, b = torch.clamp(mass_squared(p), min=0.0), torch.clamp(mass_squared(q), min=0.0)
    s, t = u[1] * u[1] + u[2] * u[2], v[1] * v[1] + v[2] * v[2]
    along = u[1] * v[1] + u[2] * v[2]
    cross = u[1] * v[2] - u[2] * v[1]
    product, energies = _root(s) * _root(t), _root(a + s) * _root(b + t)
    massive = (a * (b + t) + b * s) / _nonzero(energies + product)
    ahead = along > 0
    close = cross * cross / torch.where(ahead, product + along, 1.0)
    return _root(a + b + 2.0 * (massive + torch.where(ahead, close, product - along)))
