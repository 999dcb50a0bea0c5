"""What is the simplest set of classes on which a group acts? Orbits of templates under a known element."""

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.generators.images.labelled import LabelledSet
from hepsym.random import normals, uniforms

__all__ = ["boost_orbits", "plane_orbits", "space_orbits"]

Floats = NDArray[np.float64]


def plane_orbits(
    n: int, *, classes: int = 3, points: int = 3, noise: float = 0.0, seed: int = 1
) -> LabelledSet:
    """SO(2): x (n, 2 points) = R(angle) template_y, angle uniform on the circle; factor "angle" (radians)."""
    template = _templates(classes, points, 2, seed)
    y, angle = _turns(n, classes), 2 * np.pi * uniforms(seed, n, stream=0x0B17)
    cos, sin = np.cos(angle), np.sin(angle)
    turn = np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], 1)
    return _finish(np.einsum("nij,npj->npi", turn, template[y]), y, {"angle": angle}, noise, seed)


def space_orbits(
    n: int, *, classes: int = 3, points: int = 3, noise: float = 0.0, seed: int = 1
) -> LabelledSet:
    """SO(3): x (n, 3 points) = R template_y, R uniform (Haar); factors q0 .. q3: its quaternion, q0 >= 0."""
    template = _templates(classes, points, 3, seed)
    y = _turns(n, classes)
    q = np.stack([normals(seed, n, stream=0x0B20 + i) for i in range(4)], 1)
    q /= np.linalg.norm(q, axis=1, keepdims=True)
    q *= np.where(q[:, :1] < 0, -1.0, 1.0)
    w, v = q[:, :1, None], q[:, None, 1:]
    p = template[y]
    cross = np.cross(v, p)
    turned = p + 2 * (w * cross + np.cross(v, cross))
    return _finish(turned, y, {f"q{i}": q[:, i] for i in range(4)}, noise, seed)


def boost_orbits(
    n: int, *, classes: int = 3, points: int = 3, noise: float = 0.0, seed: int = 1, rapidity: float = 1.0
) -> LabelledSet:
    """Boosts along z: x (n, 4 points), momenta (E, x, y, z) of mass 1 in units of it; factor "rapidity".

    E' = E cosh + z sinh, z' = E sinh + z cosh, rapidity uniform in +-rapidity.
    """
    space = _templates(classes, points, 3, seed)
    energy = np.sqrt(1 + (space**2).sum(-1))
    y, eta = _turns(n, classes), rapidity * (2 * uniforms(seed, n, stream=0x0B17) - 1)
    e, z = energy[y], space[y][..., 2]
    cosh, sinh = np.cosh(eta)[:, None], np.sinh(eta)[:, None]
    moved = np.stack([e * cosh + z * sinh, space[y][..., 0], space[y][..., 1], e * sinh + z * cosh], -1)
    return _finish(moved, y, {"rapidity": eta}, noise, seed)


def _templates(classes: int, points: int, dimension: int, seed: int) -> Floats:
    if classes < 2 or points < 1:
        raise InputError(f"classes = {classes}, points = {points}: give at least two classes and one point")
    return normals(seed, classes * points * dimension, stream=0x0B00).reshape(classes, points, dimension)


def _turns(n: int, classes: int) -> NDArray[np.int64]:
    if n < 1:
        raise InputError(f"n = {n} must be at least 1")
    return np.arange(n) % classes


def _finish(
    x: Floats, y: NDArray[np.int64], factors: dict[str, Floats], noise: float, seed: int
) -> LabelledSet:
    flat = x.reshape(len(x), -1)
    for j in range(flat.shape[1]):
        flat[:, j] += noise * normals(seed, len(flat), stream=0x0C00 + j)
    return LabelledSet(flat, y, factors)
