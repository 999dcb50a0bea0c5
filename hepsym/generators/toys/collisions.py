"""Decays as tables of momenta: e+e- to 2, 3, 4 bodies, and a Z of hadrons, narrow or with its width. GeV."""

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.toys.toy import Toy
from hepsym.random import normals, uniforms

__all__ = ["COLLISIONS"]

Floats = NDArray[np.float64]

SQRT_S, M_Z, WIDTH_Z = 91.1876, 91.1876, 2.4952


def _direction(n: int, seed: int) -> Floats:
    """Unit vectors of density 1 + cos^2 in the polar angle: the root of c^3 + 3 c = 8 u - 4."""
    half = 4 * uniforms(seed, n) - 2
    root = np.cbrt(half + np.sqrt(half * half + 1))
    c = np.clip(root - 1 / root, -1, 1)
    phi = 2 * np.pi * uniforms(seed, n, stream=1)
    s = np.sqrt((1 - c) * (1 + c))
    return np.column_stack([s * np.cos(phi), s * np.sin(phi), c])


def two_bodies(n: int, seed: int) -> Floats:
    """Massless back to back, at rest: p_1 + p_2 = (sqrt(s), 0)."""
    p = SQRT_S / 2 * _direction(n, seed)
    e = np.full((n, 1), SQRT_S / 2)
    return np.column_stack([e, p, e, -p])


def _bodies(n: int, seed: int, count: int) -> Floats:
    from hepsym.generators.phasespace.draws import draw

    momenta, _ = draw(n, [0.0] * count, SQRT_S, seed, "rambo")
    return momenta.reshape(n, 4 * count)


def three_bodies(n: int, seed: int) -> Floats:
    """Three massless, flat in phase space (RAMBO)."""
    return _bodies(n, seed, 3)


def four_bodies(n: int, seed: int) -> Floats:
    """Four massless, flat in phase space (RAMBO)."""
    return _bodies(n, seed, 4)


def _hadron_z(n: int, seed: int, mass: Floats) -> Floats:
    """Massless pairs of this mass, boosted along z to rapidities of standard deviation 1.2."""
    y = 1.2 * normals(seed, n, stream=3)
    p = mass[:, None] / 2 * _direction(n, seed)
    e = mass / 2
    legs = []
    for sign in (1.0, -1.0):
        z = sign * p[:, 2]
        legs += [
            np.cosh(y) * e + np.sinh(y) * z,
            sign * p[:, 0],
            sign * p[:, 1],
            np.cosh(y) * z + np.sinh(y) * e,
        ]
    return np.column_stack(legs)


def narrow_z(n: int, seed: int) -> Floats:
    """pp to Z to two leptons at one mass."""
    return _hadron_z(n, seed, np.full(n, M_Z))


def breit_wigner_z(n: int, seed: int) -> Floats:
    """The same with a Cauchy mass, cut where |m - M| < 1.8 widths: narrow, but a direction of its own."""
    angle = 2.6 * uniforms(seed, n, stream=2) - 1.3
    return _hadron_z(n, seed, M_Z + WIDTH_Z / 2 * np.tan(angle))


def _columns(legs: int) -> tuple[str, ...]:
    return tuple(f"{letter}.{c}" for letter in "abcd"[:legs] for c in ("E", "px", "py", "pz"))


COLLISIONS: tuple[Toy, ...] = (
    Toy("ee-2", _columns(2), two_bodies, 2, 5, 1, "so(3)", "so(2)"),
    Toy("ee-3", _columns(3), three_bodies, 5, 4, 3, "so(3)", "so(3)"),
    Toy("ee-4", _columns(4), four_bodies, 8, 4, 4, "so(3)", "so(3)"),
    Toy("pp-narrow", _columns(2), narrow_z, 3, 2, 3, "so(2) + R", "so(2)"),
    Toy("pp-breit-wigner", _columns(2), breit_wigner_z, 4, 2, 2, "so(2) + R^3", "so(2)"),
)
