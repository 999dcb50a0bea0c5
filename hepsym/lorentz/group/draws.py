"""How are random rotations, boosts and Lorentz transformations drawn? Number i depends on (seed, i) alone."""

import numpy as np
from numpy.typing import NDArray

from hepsym import random
from hepsym._numba import loop
from hepsym.errors import InputError
from hepsym.lorentz.group.algebra import exp
from hepsym.lorentz.group.matrices import rotation_of_quaternion

__all__ = ["random_boosts", "random_rotations", "random_transformations"]


@loop
def _fill(out: NDArray[np.float64], first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64) -> None:
    """Six uniforms a row."""
    for i in range(out.shape[0]):
        event = np.uint64(first + i)
        for block in range(3):
            a, b, c, d = random.words(event, np.uint64(block), stream, k0, k1)
            out[i, 2 * block] = random.uniform(a, b)
            out[i, 2 * block + 1] = random.uniform(c, d)


def _uniforms(seed: int, n: int, stream: int, first: int) -> NDArray[np.float64]:
    if n < 0 or first < 0:
        raise InputError(f"n = {n} and first = {first} must not be negative")
    if not 0 <= stream < 2**32:
        raise InputError(f"stream = {stream} is out of range: give an integer from 0 to 2^32 - 1")
    try:
        k0, k1 = random.key(seed, "lorentz group")
    except ValueError as error:
        raise InputError(str(error)) from None
    out = np.empty((n, 6))
    _fill(out, first, np.uint64(stream), k0, k1)
    return out


def _quaternions(u: NDArray[np.float64]) -> NDArray[np.float64]:
    """Unit quaternions uniform on the sphere S3, of three uniforms (Shoemake)."""
    a, b = np.sqrt(1.0 - u[:, 0]), np.sqrt(u[:, 0])
    s, t = 2.0 * np.pi * u[:, 1], 2.0 * np.pi * u[:, 2]
    return np.stack([b * np.cos(t), a * np.sin(s), a * np.cos(s), b * np.sin(t)], axis=-1)


def _boost_parameters(u: NDArray[np.float64], max_rapidity: float) -> NDArray[np.float64]:
    if not 0.0 <= max_rapidity <= 18.0:
        raise InputError(
            f"max_rapidity = {max_rapidity} is out of range: give a number from 0 to 18 "
            "(gamma = 3e7; beyond, float64 cannot tell a boost from a projection)"
        )
    cosine = 2.0 * u[:, 0] - 1.0
    sine = np.sqrt((1.0 - cosine) * (1.0 + cosine))
    angle = 2.0 * np.pi * u[:, 1]
    zeta = np.stack([sine * np.cos(angle), sine * np.sin(angle), cosine], axis=-1) * (
        max_rapidity * u[:, 2, None]
    )
    return np.concatenate([np.zeros_like(zeta), zeta], axis=-1)


def random_rotations(seed: int, n: int, *, stream: int = 0, first: int = 0) -> NDArray[np.float64]:
    """Rotations first ... first + n - 1 of a stream, uniform over SO(3) (Haar), (n, 4, 4).

    Rotation i depends on (seed, stream, i) alone. Raises InputError for a seed, n, stream or first
    out of range. Orthogonal to 8 eps. Source: Shoemake, in Graphics Gems III (1992) 124.
    """
    made = np.zeros((n if n > 0 else 0, 4, 4))
    space = rotation_of_quaternion(_quaternions(_uniforms(seed, n, stream, first)))
    made[:, 0, 0] = 1.0
    made[:, 1:, 1:] = space
    return made


def random_boosts(
    seed: int, n: int, *, max_rapidity: float = 3.0, stream: int = 0, first: int = 0
) -> NDArray[np.float64]:
    """Pure boosts, of isotropic direction and a rapidity uniform in (0, max_rapidity), (n, 4, 4).

    (No law is natural here: the group has no normalisable Haar measure.) Boost i depends on (seed,
    stream, i) alone. Raises InputError for a seed, n, stream or first out of range, or a
    max_rapidity outside 0 to 18. Error: that of `exp`.
    """
    u = _uniforms(seed, n, stream, first)
    return np.asarray(exp(_boost_parameters(u[:, 3:], max_rapidity)), dtype=np.float64)


def random_transformations(
    seed: int, n: int, *, max_rapidity: float = 3.0, stream: int = 0, first: int = 0
) -> NDArray[np.float64]:
    """A boost of `random_boosts` after a rotation of `random_rotations`, (n, 4, 4).

    Arguments and errors raised are theirs. Error: 16 eps of the largest entry.
    """
    boosts = random_boosts(seed, n, max_rapidity=max_rapidity, stream=stream, first=first)
    return boosts @ random_rotations(seed, n, stream=stream, first=first)
