"""Which numbers do all observers (or all that share the beam axis) agree on? On tensors."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from hepsym.errors import InputError
from hepsym.lorentz.torch._parts import cross, dot_three, four, nonzero, root, signed_root
from hepsym.lorentz.torch.products import mass, mass_squared, momentum

__all__ = [
    "breakup_momentum",
    "invariant_mass",
    "kallen",
    "mandelstam",
    "transverse_mass",
    "transverse_mass_of_pair",
]


def invariant_mass(*legs: Tensor, masses: Sequence[Tensor | float] | None = None) -> Tensor:
    """The mass of the sum of legs, (...), GeV. Error: 8 eps (m^2 + pt^2 + sum of E^2 / 2) / m.

    With masses: 4 eps (m + sum of E).
    """
    if not legs:
        raise InputError("invariant_mass needs at least one leg: give tensors of shape (..., 4)")
    if masses is not None:
        return _invariant_mass_from_masses(legs, masses)
    total = legs[0]
    for leg in legs[1:]:
        total = total + leg
    return mass(total)


def _invariant_mass_from_masses(legs: Sequence[Tensor], masses: Sequence[Tensor | float]) -> Tensor:
    if len(masses) != len(legs):
        raise InputError(f"invariant_mass needs a mass for each leg: {len(legs)} legs, {len(masses)} masses")
    squared = torch.zeros_like(four(legs[0])[0])
    for i, (p, m) in enumerate(zip(legs, masses, strict=True)):
        squared = squared + m * m
        for q, k in zip(legs[:i], masses[:i], strict=True):
            squared = squared + 2.0 * _dot_from_masses(p, m, q, k)
    return root(squared)


def _dot_from_masses(p: Tensor, m: Tensor | float, q: Tensor, k: Tensor | float) -> Tensor:
    u, v = four(p), four(q)
    lengths = momentum(p) * momentum(q)
    along = dot_three(u[1:], v[1:])
    normal = cross(u[1:], v[1:])
    massive = ((m * v[0]) ** 2 + (k * momentum(p)) ** 2) / nonzero(u[0] * v[0] + lengths)
    ahead = along > 0
    close = dot_three(normal, normal) / torch.where(ahead, lengths + along, 1.0)
    return massive + torch.where(ahead, close, lengths - along)


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
    return root(above) * root(((m - heavy) + light) * (m + (heavy - light))) / (2.0 * m)


def transverse_mass(p: Tensor) -> Tensor:
    """sqrt((E - z)(E + z)), (...), GeV. Error: 2 eps."""
    e, _, _, z = four(p)
    return signed_root((e - z) * (e + z))


def transverse_mass_of_pair(p: Tensor, q: Tensor) -> Tensor:
    """The W's transverse mass, (...), GeV. Error: 16 eps m_T for given masses^2, which carry 4 eps E^2."""
    u, v = four(p), four(q)
    a, b = torch.clamp(mass_squared(p), min=0.0), torch.clamp(mass_squared(q), min=0.0)
    s, t = u[1] * u[1] + u[2] * u[2], v[1] * v[1] + v[2] * v[2]
    along = u[1] * v[1] + u[2] * v[2]
    cross = u[1] * v[2] - u[2] * v[1]
    product, energies = root(s) * root(t), root(a + s) * root(b + t)
    massive = (a * (b + t) + b * s) / nonzero(energies + product)
    ahead = along > 0
    close = cross * cross / torch.where(ahead, product + along, 1.0)
    return root(a + b + 2.0 * (massive + torch.where(ahead, close, product - along)))
