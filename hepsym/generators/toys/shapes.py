"""Sets with O(2) or O(3) symmetry, whole or broken: circle, ellipse, annulus, sphere, Gaussian, cube."""

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.toys.toy import Toy
from hepsym.random import normals, uniforms

__all__ = ["SHAPES"]

Floats = NDArray[np.float64]


def _angle(n: int, seed: int, stream: int = 0) -> Floats:
    angle: Floats = 2 * np.pi * uniforms(seed, n, stream=stream)
    return angle


def circle(n: int, seed: int) -> Floats:
    """x^2 + y^2 = 1, even in the angle."""
    t = _angle(n, seed)
    return np.column_stack([np.cos(t), np.sin(t)])


def lopsided_circle(n: int, seed: int) -> Floats:
    """x^2 + y^2 = 1 with the angular density 1 + cos(t): t = u + root, by inversion of t + sin t."""
    u = _angle(n, seed)
    t = u.copy()
    for _ in range(80):  # bisection on [u - 1, u + 1]: t + sin t is increasing
        t = np.where(np.abs(t + np.sin(t) - u) < 1e-15, t, t - (t + np.sin(t) - u) / 2)
    return np.column_stack([np.cos(t), np.sin(t)])


def ellipse(n: int, seed: int) -> Floats:
    """x^2 / 9 + y^2 = 1, even in the parameter: a circle once it is scaled."""
    return np.column_stack([3 * circle(n, seed)[:, 0], circle(n, seed)[:, 1]])


def annulus(n: int, seed: int) -> Floats:
    """Even over 1/2 < r < 1."""
    r = np.sqrt(0.25 + 0.75 * uniforms(seed, n, stream=1))
    rows: Floats = circle(n, seed) * r[:, None]
    return rows


def sphere(n: int, seed: int) -> Floats:
    """x^2 + y^2 + z^2 = 1, even over the surface."""
    z = 2 * uniforms(seed, n, stream=1) - 1
    return np.column_stack([circle(n, seed) * np.sqrt(1 - z * z)[:, None], z])


def gaussian(n: int, seed: int) -> Floats:
    """Three standard normals mixed by a fixed matrix: so(3) in white coordinates."""
    z = np.column_stack([normals(seed, n, stream=s) for s in range(3)])
    mixed: Floats = z @ np.array([[1.0, 0.3, 0.0], [0.0, 2.0, -0.5], [0.4, 0.0, 0.7]])
    return mixed


def cube(n: int, seed: int) -> Floats:
    """Three uniforms: no linear symmetry but the discrete ones."""
    return np.column_stack([uniforms(seed, n, stream=s) for s in range(3)])


def skewed(n: int, seed: int) -> Floats:
    """Two unequal exponentials: nothing holds."""
    return np.column_stack([-np.log(uniforms(seed, n, stream=s)) * (1 + s) for s in range(2)])


SHAPES: tuple[Toy, ...] = (
    Toy("circle", ("x", "y"), circle, 1, 0, 1, "so(2)", "so(2)"),
    Toy("lopsided-circle", ("x", "y"), lopsided_circle, 1, 0, 1, "so(2)", "none"),
    Toy("ellipse", ("x", "y"), ellipse, 1, 0, 1, "so(2)", "so(2)"),
    Toy("annulus", ("x", "y"), annulus, 2, 0, 0, "", "so(2)"),
    Toy("sphere", ("x", "y", "z"), sphere, 2, 0, 1, "so(3)", "so(3)"),
    Toy("gaussian", ("x", "y", "z"), gaussian, 3, 0, 0, "", "so(3)"),
    Toy("cube", ("x", "y", "z"), cube, 3, 0, 0, "", "none"),
    Toy("skewed", ("x", "y"), skewed, 2, 0, 0, "", "none"),
)
