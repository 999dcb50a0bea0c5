"""Which states does a simple mechanical system go through? Oscillators, pendulums, orbits. Unit masses."""

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.toys.fields import boosts, carried, rotations, so, stacked
from hepsym.generators.toys.sampling import angle, between, direction
from hepsym.generators.toys.toy import Toy
from hepsym.random import normals

__all__ = ["MECHANICS"]

Floats = NDArray[np.float64]


def oscillator(n: int, seed: int) -> Floats:
    """(q, p) with p^2 + 4 q^2 = 2 E at E = 1, at random times."""
    t = angle(n, seed)
    return np.column_stack([np.sin(t) / np.sqrt(2.0), np.sqrt(2.0) * np.cos(t)])


def oscillator_energies(n: int, seed: int) -> Floats:
    """The same with E even in (0.2, 1.8): no equation is left."""
    return oscillator(n, seed) * np.sqrt(between(0.2, 1.8, n, seed, 1))[:, None]


def oscillator_momentum(n: int, seed: int) -> Floats:
    """(x, y, px, py) with |x|^2 + |p|^2 = 2 E = 2 and x py - y px = 0.6, at random times and places."""
    a, b = np.sqrt((1 + np.sqrt(1 - 0.6**2)) / 1.0), np.sqrt((1 - np.sqrt(1 - 0.6**2)) / 1.0)
    t, turn = angle(n, seed), angle(n, seed, 1)
    c, s = np.cos(turn), np.sin(turn)
    x, y, px, py = a * np.cos(t), b * np.sin(t), -a * np.sin(t), b * np.cos(t)
    return np.column_stack([c * x - s * y, s * x + c * y, c * px - s * py, s * px + c * py])


def spring_pair(n: int, seed: int) -> Floats:
    """(q1, q2, p1, p2) about a centre of mass at rest at 0, with energy p1^2 + 2 q1^2 = 1."""
    t = angle(n, seed)
    q, p = np.sin(t) / np.sqrt(2.0), np.cos(t)
    return np.column_stack([q, -q, p, -p])


def spring_pair_energies(n: int, seed: int) -> Floats:
    """The same with energies even in (0.2, 1.8): two linear equations are left."""
    return spring_pair(n, seed) * np.sqrt(between(0.2, 1.8, n, seed, 1))[:, None]


def pendulum(n: int, seed: int) -> Floats:
    """(theta, omega) with omega^2 / 2 - cos(theta) = 1/2: no algebraic equation. Even in a phase."""
    phase = angle(n, seed)
    # sin(theta / 2) = k sin(phase), omega = 2 k cos(phase), k^2 = (1 + E) / 2: smooth where it turns back.
    k = np.sqrt(0.75)
    return np.column_stack([2 * np.arcsin(k * np.sin(phase)), 2 * k * np.cos(phase)])


def pendulum_energies(n: int, seed: int) -> Floats:
    """(theta, omega) with k^2 = (1 + E) / 2 even in (0.1, 0.8): it fills its plane."""
    phase, k = angle(n, seed), np.sqrt(between(0.1, 0.8, n, seed, 1))
    return np.column_stack([2 * np.arcsin(k * np.sin(phase)), 2 * k * np.cos(phase)])


def pendulum_bob(n: int, seed: int) -> Floats:
    """(cos theta, sin theta, omega) of `pendulum`: two quadrics."""
    theta, omega = pendulum(n, seed).T
    return np.column_stack([np.cos(theta), np.sin(theta), omega])


def double_pendulum(n: int, seed: int) -> Floats:
    """(theta1, theta2, omega1, omega2) at energy 1/2 with unit lengths and gravity: no algebraic equation.

    Angles even in |theta| < 1; omega1^2 + omega2^2 / 2 + omega1 omega2 cos(theta1 - theta2) = K is an
    ellipse, drawn even in its parameter. K = 3.5 - V > 0, V = 3 - 2 cos theta1 - cos theta2.
    """
    a, b = between(-1, 1, n, seed, 0), between(-1, 1, n, seed, 1)
    kinetic = 3.5 - (3 - 2 * np.cos(a) - np.cos(b))
    t, c = angle(n, seed, 2), np.cos(a - b)
    # w1 = u - c w2 / 2 makes it u^2 + w2^2 (1/2 - c^2 / 4) = K.
    w2 = np.sqrt(kinetic / (0.5 - c * c / 4)) * np.sin(t)
    return np.column_stack([a, b, np.sqrt(kinetic) * np.cos(t) - c * w2 / 2, w2])


def kepler_orbit(n: int, seed: int, eccentricity: float = 0.5) -> Floats:
    """(x, y, vx, vy) on one orbit with a = GM = 1, even in the eccentric anomaly."""
    u = angle(n, seed)
    b, r = np.sqrt(1 - eccentricity**2), 1 - eccentricity * np.cos(u)
    return np.column_stack([np.cos(u) - eccentricity, b * np.sin(u), -np.sin(u) / r, b * np.cos(u) / r])


def _orbits(semi_axis: Floats, eccentricity: Floats, n: int, seed: int) -> Floats:
    """Orbits with GM = 1, turned evenly, even in the eccentric anomaly."""
    u, turn = angle(n, seed), angle(n, seed, 1)
    b, r = np.sqrt(1 - eccentricity**2), 1 - eccentricity * np.cos(u)
    x, y = semi_axis * (np.cos(u) - eccentricity), semi_axis * b * np.sin(u)
    vx, vy = -np.sin(u) / r / np.sqrt(semi_axis), b * np.cos(u) / r / np.sqrt(semi_axis)
    c, s = np.cos(turn), np.sin(turn)
    return np.column_stack([c * x - s * y, s * x + c * y, c * vx - s * vy, s * vx + c * vy])


def kepler_orbits(n: int, seed: int) -> Floats:
    """Semi-axes even in (0.5, 1.5), eccentricities in (0, 0.6): every state occurs."""
    return _orbits(between(0.5, 1.5, n, seed, 2), between(0, 0.6, n, seed, 3), n, seed)


def kepler_momentum(n: int, seed: int) -> Floats:
    """Orbits of angular momentum 1, a (1 - e^2) = 1, with e in (0, 0.6): x vy - y vx = 1."""
    e = between(0, 0.6, n, seed, 3)
    return _orbits(1 / (1 - e * e), e, n, seed)


def scattering(n: int, seed: int) -> Floats:
    """(bx, by, px, py, pz): Coulomb scattering of unit momentum off a centre, b = cot(angle / 2) / 2.

    Five quadrics: p^2 = 1, b (1 - pz) = p_T / 2, b . p_T = (1 + pz) / 2, bx py = by px.
    """
    b = np.sqrt(between(0.05, 4.0, n, seed, 1))
    phi, kappa = angle(n, seed), 0.5
    c, s = np.cos(phi), np.sin(phi)
    pt = 2 * kappa * b / (b * b + kappa**2)
    return np.column_stack([b * c, b * s, pt * c, pt * s, (b * b - kappa**2) / (b * b + kappa**2)])


def isotropic_oscillator(n: int, seed: int) -> Floats:
    """(x, y, px, py) with |x|^2 + |p|^2 = 2, even over that sphere: so(4)."""
    rows: Floats = np.sqrt(2.0) * direction(n, seed, 4)
    return rows


def warped_circle(n: int, seed: int) -> Floats:
    """(x, y + x^2) of a unit circle: a symmetry that is not linear, an equation of degree four."""
    t = angle(n, seed)
    return np.column_stack([np.cos(t), np.sin(t) + np.cos(t) ** 2])


def drifting(n: int, seed: int) -> Floats:
    """(x, v) of free flight, x = x0 + v t, with normal x0, v, t: it fills its plane."""
    x0, v, t = (normals(seed, n, stream=s) for s in range(3))
    return np.column_stack([x0 + v * t, v])


QP, PAIR, STATE = ("q", "p"), ("q1", "q2", "p1", "p2"), ("x", "y", "px", "py")
ORBIT, ANGLES = ("x", "y", "vx", "vy"), ("theta1", "theta2", "omega1", "omega2")
_TURN_QP = carried(stacked(rotations(2, (0, 1))), np.diag([1 / np.sqrt(2.0), np.sqrt(2.0)]))
_TURN_PAIR = stacked(np.zeros((4, 5)))
_TURN_PAIR[0, [0, 1], [2, 3]], _TURN_PAIR[0, [2, 3], [0, 1]] = 1.0, -2.0
TURN_BOTH = stacked(rotations(4, (0, 1), (2, 3)))
_PHASE_AND_TURN = np.concatenate([TURN_BOTH, stacked(rotations(4, (0, 2), (1, 3)))])

# x vy - y vx is kept by so(2,2): x + vy, vx - y are of one sign in it, x - vy, vx + y of the other.
_TO_SIGNED = np.array([[1.0, 0, 0, 1], [0, -1, 1, 0], [1, 0, 0, -1], [0, 1, 1, 0]])
_SIGNED = stacked(
    rotations(4, (0, 1)), rotations(4, (2, 3)), *(boosts(4, (i, j)) for i in (0, 1) for j in (2, 3))
)
_SO22 = carried(_SIGNED, np.linalg.inv(_TO_SIGNED))
_BOTH_PLANES = stacked(rotations(5, (0, 1), (2, 3)))

MECHANICS: tuple[Toy, ...] = (
    Toy("oscillator", QP, oscillator, 1, 0, 1, "so(2)", "so(2)", fields=_TURN_QP, kept=_TURN_QP),
    Toy("oscillator-energies", QP, oscillator_energies, 2, 0, 0, "", "so(2)", kept=_TURN_QP),
    Toy("oscillator-momentum", STATE, oscillator_momentum, 2, 0, 2, "so(2) + so(2)", "so(2) + so(2)",
        fields=_PHASE_AND_TURN, kept=_PHASE_AND_TURN),
    Toy("isotropic-oscillator", STATE, isotropic_oscillator, 3, 0, 1, "so(4)", "so(4)",
        fields=so(4, range(4)), kept=so(4, range(4))),
    Toy("spring-pair", PAIR, spring_pair, 1, 2, 1, "so(2)", "so(2)", fields=_TURN_PAIR, kept=_TURN_PAIR),
    Toy("spring-pair-energies", PAIR, spring_pair_energies, 2, 2, 0, "", "so(2)", kept=_TURN_PAIR),
    Toy("pendulum", ("theta", "omega"), pendulum, 1, 0, 0, "none", "none"),
    Toy("pendulum-energies", ("theta", "omega"), pendulum_energies, 2, 0, 0, "", "none"),
    Toy("pendulum-bob", ("cos", "sin", "omega"), pendulum_bob, 1, 0, 2, "none", "none"),
    Toy("double-pendulum", ANGLES, double_pendulum, 3, 0, 0, "none", "none"),
    Toy("kepler-orbit", ORBIT, kepler_orbit, 1, 0, 6, "none", "none"),
    Toy("kepler-orbits", ORBIT, kepler_orbits, 4, 0, 0, "", "so(2)", kept=TURN_BOTH),
    Toy("kepler-momentum", ORBIT, kepler_momentum, 3, 0, 1, "so(2,2)", "so(2)", fields=_SO22, kept=TURN_BOTH),
    Toy("scattering", ("bx", "by", "px", "py", "pz"), scattering, 2, 0, 5, "so(2)", "so(2)",
        fields=_BOTH_PLANES, kept=_BOTH_PLANES),
    Toy("warped-circle", ("x", "y"), warped_circle, 1, 0, 0, "none", "none"),
    Toy("drifting", ("x", "v"), drifting, 2, 0, 0, "", "none"),
)  # fmt: skip
