"""Which systems keep what along each of their trajectories? States in time, with what is conserved.

Every trajectory starts by (seed, its number) alone and is seen at `points` random or even times.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.generators.toys.sampling import angle, between
from hepsym.random import normals

__all__ = ["SYSTEMS", "System"]

Floats = NDArray[np.float64]
Rate = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class System:
    """Trajectories of one system, and functions of the state that each of them keeps."""

    name: str
    columns: tuple[str, ...]
    states: Callable[[int, int, int], Floats]
    """(trajectories, points, seed) to (trajectories, points, D)"""
    conserved: int
    """Number of independent ones: D less the dimension that one trajectory fills"""
    invariants: Mapping[str, Callable[[Floats], Floats]]
    """Functions of rows (n, D); more than `conserved` where they depend on one another"""

    def draw(self, trajectories: int, points: int, seed: int = 1) -> tuple[Floats, NDArray[np.int64]]:
        """Rows (trajectories * points, D) and the number of the trajectory of each.

        Raises InputError for fewer than 1 trajectory or 2 points.
        """
        if trajectories < 1 or points < 2:
            raise InputError(f"{trajectories} trajectories of {points} points: give at least 1 of 2")
        states = self.states(trajectories, points, seed)
        return states.reshape(-1, len(self.columns)), np.repeat(np.arange(trajectories), points)


def runge_kutta(rate: Rate, start: Floats, points: int, span: float, steps: int) -> Floats:
    """States (trajectories, points, D) at even times up to `span` of dx/dt = rate(x), x (trajectories, D).

    Fourth order with `steps` steps between points; what it loses of the energies is held in the tests.
    """
    h = span / (points - 1) / steps
    x, out = start, [start]
    for _ in range(points - 1):
        for _ in range(steps):
            a = rate(x)
            b = rate(x + h / 2 * a)
            c = rate(x + h / 2 * b)
            x = x + h / 6 * (a + 2 * b + 2 * c + rate(x + h * c))
        out.append(x)
    return np.stack(out, axis=1)


def pendulum(trajectories: int, points: int, seed: int) -> Floats:
    """theta'' = -sin(theta), let go at rest at angles even in (0.3, 2.5), over 12 units of time."""
    start = np.column_stack([between(0.3, 2.5, trajectories, seed, 0), np.zeros(trajectories)])

    def rate(x: Floats) -> Floats:
        return np.column_stack([x[:, 1], -np.sin(x[:, 0])])

    return runge_kutta(rate, start, points, 12.0, 10)


def pendulum_energy(x: Floats) -> Floats:
    """omega^2 / 2 - cos(theta)."""
    out: Floats = x[:, 1] ** 2 / 2 - np.cos(x[:, 0])
    return out


def double_pendulum_rate(x: Floats) -> Floats:
    """Unit masses, lengths and gravity; x = (theta1, theta2, omega1, omega2)."""
    a, b, u, v = x.T
    d = a - b
    c, s = np.cos(d), np.sin(d)
    # 2 u' + c v' = -v^2 s - 2 sin(a);  c u' + v' = u^2 s - sin(b)
    p, q = -v * v * s - 2 * np.sin(a), u * u * s - np.sin(b)
    det = 2 - c * c
    return np.column_stack([u, v, (p - c * q) / det, (2 * q - c * p) / det])


def double_pendulum(trajectories: int, points: int, seed: int) -> Floats:
    """Let go at rest at angles even within 1.6 and 1.6, over 60 units of time."""
    start = np.zeros((trajectories, 4))
    for column in (0, 1):
        start[:, column] = between(-1.6, 1.6, trajectories, seed, column)
    return runge_kutta(double_pendulum_rate, start, points, 60.0, 60)


def double_pendulum_energy(x: Floats) -> Floats:
    """omega1^2 + omega2^2 / 2 + omega1 omega2 cos(theta1 - theta2) - 2 cos(theta1) - cos(theta2)."""
    a, b, u, v = x.T
    out: Floats = u * u + v * v / 2 + u * v * np.cos(a - b) - 2 * np.cos(a) - np.cos(b)
    return out


def kepler(trajectories: int, points: int, seed: int) -> Floats:
    """GM = 1, semi-axes in (0.5, 1.5), eccentricities in (0.1, 0.6), any orientation; even in time."""
    shape = (trajectories, 1)
    a = between(0.5, 1.5, trajectories, seed, 0).reshape(shape)
    e = between(0.1, 0.6, trajectories, seed, 1).reshape(shape)
    turn = angle(trajectories, seed, 2).reshape(shape)
    mean = angle(trajectories * points, seed, 3).reshape(trajectories, points)
    u = mean + e * np.sin(mean)
    for _ in range(30):  # Newton: e <= 0.6 converges from any start within a few
        u = u - (u - e * np.sin(u) - mean) / (1 - e * np.cos(u))
    b, r = np.sqrt(1 - e * e), 1 - e * np.cos(u)
    x, y = a * (np.cos(u) - e), a * b * np.sin(u)
    vx, vy = -np.sin(u) / r / np.sqrt(a), b * np.cos(u) / r / np.sqrt(a)
    c, s = np.cos(turn), np.sin(turn)
    return np.stack([c * x - s * y, s * x + c * y, c * vx - s * vy, s * vx + c * vy], axis=2)


def _momentum(x: Floats) -> Floats:
    out: Floats = x[:, 0] * x[:, 3] - x[:, 1] * x[:, 2]
    return out


def _kepler_energy(x: Floats) -> Floats:
    out: Floats = (x[:, 2] ** 2 + x[:, 3] ** 2) / 2 - 1 / np.hypot(x[:, 0], x[:, 1])
    return out


def _perihelion(axis: int) -> Callable[[Floats], Floats]:
    def component(x: Floats) -> Floats:
        """Laplace-Runge-Lenz: v x L - r / |r|."""
        other = x[:, 3] * _momentum(x) if axis == 0 else -x[:, 2] * _momentum(x)
        out: Floats = other - x[:, axis] / np.hypot(x[:, 0], x[:, 1])
        return out

    return component


def oscillators(trajectories: int, points: int, seed: int, ratio: float) -> Floats:
    """(x, y, px, py) of two uncoupled oscillators of frequencies 1 and `ratio`, seen at random times."""
    shape = (trajectories, 1)
    t = between(0, 200, trajectories * points, seed, 9).reshape(trajectories, points)
    size = [between(0.3, 1.5, trajectories, seed, s).reshape(shape) for s in (0, 1)]
    phase = [angle(trajectories, seed, s).reshape(shape) for s in (2, 3)]
    first, second = t + phase[0], ratio * t + phase[1]
    return np.stack(
        [size[0] * np.cos(first), size[1] * np.cos(second),
         -size[0] * np.sin(first), -ratio * size[1] * np.sin(second)], axis=2,
    )  # fmt: skip


_GOLDEN = (1 + 5**0.5) / 2


def predators(trajectories: int, points: int, seed: int) -> Floats:
    """(u, v) with u' = u (1 - v), v' = v (u - 1), from points even in (0.3, 0.9) squared, over 15."""
    start = np.column_stack([between(0.3, 0.9, trajectories, seed, s) for s in (0, 1)])

    def rate(x: Floats) -> Floats:
        return np.column_stack([x[:, 0] * (1 - x[:, 1]), x[:, 1] * (x[:, 0] - 1)])

    return runge_kutta(rate, start, points, 15.0, 10)


def wandering(trajectories: int, points: int, seed: int) -> Floats:
    """Two columns of a stationary random walk, x' = 0.5 x + noise: nothing is kept."""
    kicks = np.stack(
        [normals(seed, trajectories * points, stream=s).reshape(trajectories, points) for s in (0, 1)], axis=2
    )
    out = np.empty_like(kicks)
    out[:, 0] = kicks[:, 0]
    for i in range(1, points):
        out[:, i] = 0.5 * out[:, i - 1] + np.sqrt(0.75) * kicks[:, i]
    return out


def _square(i: int, j: int, weight: float = 1.0) -> Callable[[Floats], Floats]:
    def energy(x: Floats) -> Floats:
        out: Floats = (weight**2 * x[:, i] ** 2 + x[:, j] ** 2) / 2
        return out

    return energy


def _volterra(x: Floats) -> Floats:
    out: Floats = x[:, 0] + x[:, 1] - np.log(x[:, 0] * x[:, 1])
    return out


ORBIT, STATE = ("x", "y", "vx", "vy"), ("x", "y", "px", "py")

SYSTEMS: dict[str, System] = {
    s.name: s
    for s in (
        System("pendulum", ("theta", "omega"), pendulum, 1, {"energy": pendulum_energy}),
        System("double pendulum", ("theta1", "theta2", "omega1", "omega2"), double_pendulum, 1,
               {"energy": double_pendulum_energy}),
        System("Kepler", ORBIT, kepler, 3,
               {"energy": _kepler_energy, "angular momentum": _momentum,
                "perihelion x": _perihelion(0), "perihelion y": _perihelion(1)}),
        System("isotropic oscillator", STATE, lambda m, k, s: oscillators(m, k, s, 1.0), 3,
               {"energy x": _square(0, 2), "energy y": _square(1, 3), "angular momentum": _momentum}),
        System("two oscillators", STATE, lambda m, k, s: oscillators(m, k, s, _GOLDEN), 2,
               {"energy x": _square(0, 2), "energy y": _square(1, 3, _GOLDEN)}),
        System("predators", ("u", "v"), predators, 1, {"Volterra's": _volterra}),
        System("wandering", ("x", "y"), wandering, 0, {}),
    )
}  # fmt: skip
"""Every system by name."""
