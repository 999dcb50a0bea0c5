"""What is the metric product of four-momenta, and what is their mass? On tensors."""

from __future__ import annotations

from torch import Tensor

from hepsym.lorentz.torch._parts import dot_three, four, root, signed_root, stack, three

__all__ = ["dot", "energy_from_mass", "from_mass", "mass", "mass_squared", "momentum", "momentum_from_mass"]


def dot(p: Tensor, q: Tensor) -> Tensor:
    """p.q, (...), GeV^2. Error: 4 eps of the sum of the |terms|."""
    a, b = four(p), four(q)
    return a[0] * b[0] - dot_three(a[1:], b[1:])


def mass_squared(p: Tensor) -> Tensor:
    """p.p as (E - z)(E + z) - x^2 - y^2, (...), GeV^2. Error: 4 eps (|p.p| + pt^2)."""
    e, x, y, z = four(p)
    return (e - z) * (e + z) - x * x - y * y


def mass(p: Tensor) -> Tensor:
    """sqrt(p.p), -sqrt(-p.p) where spacelike, (...), GeV. Error: that of `mass_squared` over 2 |m|."""
    return signed_root(mass_squared(p))


def momentum(p: Tensor) -> Tensor:
    """|p|, (...), GeV. Error: 2 eps."""
    v = four(p)[1:]
    return root(dot_three(v, v))


def momentum_from_mass(energy: Tensor, m: Tensor) -> Tensor:
    """sqrt((E - m)(E + m)), (...), GeV; nan for E < m. Error: 2 eps."""
    return root((energy - m) * (energy + m))


def energy_from_mass(momentum: Tensor, m: Tensor) -> Tensor:
    """sqrt(|p|^2 + m^2), (...), GeV. Error: 2 eps."""
    return root(momentum * momentum + m * m)


def from_mass(xyz: Tensor, m: Tensor | float) -> Tensor:
    """(sqrt(x^2 + y^2 + z^2 + m^2), x, y, z), (..., 4), GeV. Error: 2 eps E."""
    x, y, z = three(xyz)
    return stack(root(x * x + y * y + z * z + m * m), x, y, z)
