"""States of simple mechanical systems: oscillator, spring pair, one Kepler orbit. Unit masses."""

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.toys.toy import Toy
from hepsym.random import uniforms

__all__ = ["MECHANICS"]

Floats = NDArray[np.float64]


def oscillator(n: int, seed: int) -> Floats:
    """(q, p) with p^2 + 4 q^2 = 2 E at E = 1, at random times."""
    t = 2 * np.pi * uniforms(seed, n)
    return np.column_stack([np.sin(t) / np.sqrt(2.0), np.sqrt(2.0) * np.cos(t)])


def oscillator_energies(n: int, seed: int) -> Floats:
    """The same with E even in (0.2, 1.8): no equation is left."""
    e = 0.2 + 1.6 * uniforms(seed, n, stream=1)
    return oscillator(n, seed) * np.sqrt(e)[:, None]


def spring_pair(n: int, seed: int) -> Floats:
    """(q1, q2, p1, p2) about a centre of mass at rest at 0, with energy p1^2 + 2 q1^2 = 1."""
    t = 2 * np.pi * uniforms(seed, n)
    q, p = np.sin(t) / np.sqrt(2.0), np.cos(t)
    return np.column_stack([q, -q, p, -p])


def kepler_orbit(n: int, seed: int, eccentricity: float = 0.5) -> Floats:
    """(x, y, vx, vy) on one orbit with a = GM = 1, even in the eccentric anomaly."""
    u = 2 * np.pi * uniforms(seed, n)
    b, r = np.sqrt(1 - eccentricity**2), 1 - eccentricity * np.cos(u)
    return np.column_stack([np.cos(u) - eccentricity, b * np.sin(u), -np.sin(u) / r, b * np.cos(u) / r])


MECHANICS: tuple[Toy, ...] = (
    Toy("oscillator", ("q", "p"), oscillator, 1, 0, 1, "so(2)", "so(2)"),
    Toy("oscillator-energies", ("q", "p"), oscillator_energies, 2, 0, 0, "", "so(2)"),
    Toy("spring-pair", ("q1", "q2", "p1", "p2"), spring_pair, 1, 2, 1, "so(2)", "so(2)"),
    Toy("kepler-orbit", ("x", "y", "vx", "vy"), kepler_orbit, 1, 0, 6, "none", "none"),
)
