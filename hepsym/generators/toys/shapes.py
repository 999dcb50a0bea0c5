"""Which sets have an O(n) symmetry, whole or broken? Circles, ellipses, rings, spheres, Gaussians, cubes."""

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.toys.fields import carried, rotations, so, stacked
from hepsym.generators.toys.sampling import angle, between, direction, gaussian_columns
from hepsym.generators.toys.toy import Toy
from hepsym.random import normals, uniforms

__all__ = ["SHAPES"]

Floats = NDArray[np.float64]


def circle(n: int, seed: int) -> Floats:
    """x^2 + y^2 = 1, even in the angle."""
    t = angle(n, seed)
    return np.column_stack([np.cos(t), np.sin(t)])


def lopsided_circle(n: int, seed: int) -> Floats:
    """x^2 + y^2 = 1 with the angular density 1 + cos(t): t = u + root, by inversion of t + sin t."""
    u = angle(n, seed)
    t = u.copy()
    for _ in range(80):  # bisection on [u - 1, u + 1]: t + sin t is increasing
        t = np.where(np.abs(t + np.sin(t) - u) < 1e-15, t, t - (t + np.sin(t) - u) / 2)
    return np.column_stack([np.cos(t), np.sin(t)])


def ellipse(n: int, seed: int) -> Floats:
    """x^2 / 9 + y^2 = 1, even in the parameter: a circle once it is scaled."""
    rows: Floats = circle(n, seed) * np.array([3.0, 1.0])
    return rows


def _ring(inner: float, n: int, seed: int) -> Floats:
    r = np.sqrt(inner**2 + (1 - inner**2) * uniforms(seed, n, stream=1))
    rows: Floats = circle(n, seed) * r[:, None]
    return rows


def annulus(n: int, seed: int) -> Floats:
    """Even over 1/2 < r < 1."""
    return _ring(0.5, n, seed)


def thin_annulus(n: int, seed: int) -> Floats:
    """Even over 0.96 < r < 1: 2-dimensional, but 1 above its width of 0.016 standard deviations."""
    return _ring(0.96, n, seed)


def disc(n: int, seed: int) -> Floats:
    """Even over r < 1."""
    return _ring(0.0, n, seed)


def two_circles(n: int, seed: int) -> Floats:
    """Half of the rows at r = 1 and half at r = 2: one equation, of degree four."""
    rows: Floats = circle(n, seed) * np.where(uniforms(seed, n, stream=1) < 0.5, 1.0, 2.0)[:, None]
    return rows


def sphere(n: int, seed: int) -> Floats:
    """x^2 + y^2 + z^2 = 1, even over the surface."""
    z = 2 * uniforms(seed, n, stream=1) - 1
    return np.column_stack([circle(n, seed) * np.sqrt(1 - z * z)[:, None], z])


def capless_sphere(n: int, seed: int) -> Floats:
    """The same without its caps |z| > 0.8: rotations about z are left."""
    z = between(-0.8, 0.8, n, seed, 1)
    return np.column_stack([circle(n, seed) * np.sqrt(1 - z * z)[:, None], z])


def ellipsoid(n: int, seed: int) -> Floats:
    """x^2 + y^2 / 4 + z^2 / 9 = 1, even on the sphere that it is once scaled."""
    rows: Floats = sphere(n, seed) * np.array([1.0, 2.0, 3.0])
    return rows


def sphere_3(n: int, seed: int) -> Floats:
    """The unit sphere of four columns."""
    return direction(n, seed, 4)


_EMBEDDING = np.linalg.qr(np.random.default_rng(20).normal(size=(20, 8)))[0]
_OFFSET = np.linspace(-2.0, 2.0, 20)


def sphere_7(n: int, seed: int) -> Floats:
    """The unit sphere of eight columns, turned and shifted into twenty."""
    rows: Floats = direction(n, seed, 8) @ _EMBEDDING.T + _OFFSET
    return rows


_MIXING = np.array([[1.0, 0.3, 0.0], [0.0, 2.0, -0.5], [0.4, 0.0, 0.7]])


def gaussian(n: int, seed: int) -> Floats:
    """Three standard normals mixed by a fixed matrix: so(3) in white coordinates."""
    mixed: Floats = gaussian_columns(n, seed, 3) @ _MIXING
    return mixed


def gaussian_2(n: int, seed: int) -> Floats:
    """Two standard normals."""
    return gaussian_columns(n, seed, 2)


def anisotropic_gaussian(n: int, seed: int) -> Floats:
    """Three normals of widths 1, 3 and 10: no rigid rotation, but so(3) in white coordinates."""
    rows: Floats = gaussian_columns(n, seed, 3) * np.array([1.0, 3.0, 10.0])
    return rows


_SUBSPACE = np.random.default_rng(10).normal(size=(10, 4))


def subspace(n: int, seed: int) -> Floats:
    """Four unequal exponentials mixed into ten columns: six linear equations and nothing else."""
    z = -np.log(np.column_stack([uniforms(seed, n, stream=s) for s in range(4)])) * np.arange(1.0, 5.0)
    rows: Floats = z @ _SUBSPACE.T
    return rows


def simplex(n: int, seed: int) -> Floats:
    """Shares of four exponentials in their sum: even over the simplex x_1 + ... + x_4 = 1."""
    z = -np.log(np.column_stack([uniforms(seed, n, stream=s) for s in range(4)]))
    rows: Floats = z / z.sum(axis=1, keepdims=True)
    return rows


def cube(n: int, seed: int) -> Floats:
    """Three uniforms: no linear symmetry but the discrete ones."""
    return np.column_stack([uniforms(seed, n, stream=s) for s in range(3)])


def skewed(n: int, seed: int) -> Floats:
    """Two unequal exponentials: nothing holds."""
    return np.column_stack([-np.log(uniforms(seed, n, stream=s)) * (1 + s) for s in range(2)])


def mixture(n: int, seed: int) -> Floats:
    """Three round blobs of unequal weight, size and place: no rotation keeps them."""
    which = np.searchsorted([0.5, 0.8], uniforms(seed, n, stream=9))
    centres = np.array([[0.0, 0, 0], [3, 1, -2], [-1, 2, 1]])
    z = np.column_stack([normals(seed, n, stream=s) for s in range(3)])
    rows: Floats = centres[which] + np.array([1.0, 0.4, 0.7])[which, None] * z
    return rows


XY, XYZ = ("x", "y"), ("x", "y", "z")
TURN = stacked(rotations(2, (0, 1)))
SO3 = so(3, range(3))
ROUND_Z = stacked(rotations(3, (0, 1)))
_SQUEEZED = carried(SO3, np.diag([1.0, 2.0, 3.0]))

SHAPES: tuple[Toy, ...] = (
    Toy("circle", XY, circle, 1, 0, 1, "so(2)", "so(2)", fields=TURN, kept=TURN),
    Toy("lopsided-circle", XY, lopsided_circle, 1, 0, 1, "so(2)", "none", fields=TURN),
    Toy("ellipse", XY, ellipse, 1, 0, 1, "so(2)", "so(2)",
        fields=carried(TURN, np.diag([3.0, 1.0])), kept=carried(TURN, np.diag([3.0, 1.0]))),
    Toy("annulus", XY, annulus, 2, 0, 0, "", "so(2)", kept=TURN),
    Toy("thin-annulus", XY, thin_annulus, 2, 0, 0, "", "so(2)", kept=TURN, narrow=(0.016,)),
    Toy("disc", XY, disc, 2, 0, 0, "", "so(2)", kept=TURN),
    Toy("two-circles", XY, two_circles, 1, 0, 0, "so(2)", "so(2)", fields=TURN, kept=TURN),
    Toy("sphere", XYZ, sphere, 2, 0, 1, "so(3)", "so(3)", fields=SO3, kept=SO3),
    Toy("capless-sphere", XYZ, capless_sphere, 2, 0, 1, "so(3)", "so(2)", fields=SO3, kept=ROUND_Z),
    Toy("ellipsoid", XYZ, ellipsoid, 2, 0, 1, "so(3)", "so(3)", fields=_SQUEEZED, kept=_SQUEEZED),
    Toy("sphere-3", ("w", *XYZ), sphere_3, 3, 0, 1, "so(4)", "so(4)",
        fields=so(4, range(4)), kept=so(4, range(4))),
    Toy("sphere-7", tuple(f"c{i}" for i in range(20)), sphere_7, 7, 12, 1, "so(8)", "so(8)",
        fields=carried(so(8, range(8)), _EMBEDDING, _OFFSET),
        kept=carried(so(8, range(8)), _EMBEDDING, _OFFSET)),
    Toy("gaussian", XYZ, gaussian, 3, 0, 0, "", "so(3)", kept=carried(SO3, _MIXING.T)),
    Toy("gaussian-2", XY, gaussian_2, 2, 0, 0, "", "so(2)", kept=TURN),
    Toy("anisotropic-gaussian", XYZ, anisotropic_gaussian, 3, 0, 0, "", "so(3)",
        kept=carried(SO3, np.diag([1.0, 3.0, 10.0]))),
    Toy("subspace", tuple(f"c{i}" for i in range(10)), subspace, 4, 6, 0, "", "none"),
    Toy("simplex", tuple("abcd"), simplex, 3, 1, 0, "", "none"),
    Toy("cube", XYZ, cube, 3, 0, 0, "", "none"),
    Toy("skewed", XY, skewed, 2, 0, 0, "", "none"),
    Toy("mixture", XYZ, mixture, 3, 0, 0, "", "none"),
)  # fmt: skip
