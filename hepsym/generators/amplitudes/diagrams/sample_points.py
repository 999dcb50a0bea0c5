"""Where is an amplitude tried out? A few points of its phase space, in general position."""

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["sample_points"]


def sample_points(
    incoming: tuple[float, ...], outgoing: tuple[float, ...], n: int, seed: int
) -> NDArray[np.float64]:
    """n points (n, legs, 4), GeV, of the given masses, conserving momentum: for finding zeros, not rates.

    Two particles collide at 1.7 times the larger sum of masses and at least 1 GeV above it. The frame
    is no special one: helicities that vanish for a parent at rest alone are not zero. Raises
    InputError where one particle is too light to decay.
    """
    rng = np.random.default_rng(seed)
    points = np.empty((n, len(incoming) + len(outgoing), 4))
    if len(incoming) == 1:
        energy = incoming[0]
        if not energy > sum(outgoing):
            raise InputError(
                f"a particle of {energy:g} GeV cannot decay to {sum(outgoing):g} GeV; change [masses]"
            )
        points[:, 0] = (energy, 0.0, 0.0, 0.0)
    else:
        energy = max(sum(incoming), sum(outgoing))
        energy = energy if len(outgoing) == 1 and energy > sum(incoming) else 1.7 * energy + 1.0
        m, k = incoming
        e = (energy**2 + m**2 - k**2) / (2.0 * energy)
        direction = np.array([1.0, 2.0, 3.0]) / np.sqrt(14.0)
        points[:, 0, 0], points[:, 1, 0] = e, energy - e
        points[:, 0, 1:] = np.sqrt((e - m) * (e + m)) * direction
        points[:, 1, 1:] = -points[:, 0, 1:]
    if len(outgoing) == 1:
        points[:, -1] = points[:, : len(incoming)].sum(axis=1)
    else:
        for point in points:
            point[len(incoming) :] = _shared(energy, np.array(outgoing), rng)
    return _boosted(points)


def _boosted(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The points seen from a frame that moves with half the speed of light."""
    beta = np.array([0.3, -0.36, 0.17])
    gamma = 1.0 / np.sqrt(1.0 - beta @ beta)
    energy, p = points[..., :1], points[..., 1:]
    along = (p @ beta)[..., np.newaxis]
    moved = p + beta * (gamma * gamma / (gamma + 1.0) * along + gamma * energy)
    return np.concatenate([gamma * (energy + along), moved], axis=-1)


def _shared(energy: float, masses: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    """Momenta of the given masses whose sum is at rest."""
    p = rng.normal(size=(len(masses), 3))
    p -= p.mean(axis=0)
    low, high = 0.0, energy / np.sqrt((p**2).sum(axis=1)).min()
    for _ in range(200):
        middle = 0.5 * (low + high)
        if np.sqrt(masses**2 + middle**2 * (p**2).sum(axis=1)).sum() < energy:
            low = middle
        else:
            high = middle
    p *= low
    return np.column_stack([np.sqrt(masses**2 + (p**2).sum(axis=1)), p])
