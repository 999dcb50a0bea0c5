"""Which curves and surfaces are hard to read? Torus, Moebius strip, quadrics, orbits of groups, unions."""

import numpy as np
from numpy.typing import NDArray

from hepsym.generators.toys.fields import boosts, dilation, entries, rotations, so, stacked, translation
from hepsym.generators.toys.sampling import angle, between, direction, gaussian_columns
from hepsym.generators.toys.toy import Toy
from hepsym.random import normals, uniforms

__all__ = ["SURFACES"]

Floats = NDArray[np.float64]


def torus(n: int, seed: int) -> Floats:
    """Tube of radius 1 about a circle of radius 2, even in both angles: one equation, of degree four."""
    u, v = angle(n, seed), angle(n, seed, 1)
    return np.column_stack([(2 + np.cos(u)) * np.cos(v), (2 + np.cos(u)) * np.sin(v), np.sin(u)])


def circles(n: int, seed: int, count: int) -> Floats:
    """A product of unit circles, each in its two columns."""
    angles = [angle(n, seed, s) for s in range(count)]
    return np.column_stack([f(t) for t in angles for f in (np.cos, np.sin)])


def moebius(n: int, seed: int) -> Floats:
    """A strip of half width 1/2 about the unit circle, with half a turn: one cubic equation."""
    t, w = angle(n, seed), between(-0.5, 0.5, n, seed, 1)
    r = 1 + w * np.cos(t / 2)
    return np.column_stack([r * np.cos(t), r * np.sin(t), w * np.sin(t / 2)])


def swiss_roll(n: int, seed: int) -> Floats:
    """(t cos t, h, t sin t), t in (1.5 pi, 4.5 pi), height 20: no algebraic equation."""
    t = between(1.5 * np.pi, 4.5 * np.pi, n, seed, 0)
    return np.column_stack([t * np.cos(t), between(0, 20, n, seed, 1), t * np.sin(t)])


def saddle(n: int, seed: int) -> Floats:
    """z = x y over a square."""
    x, y = between(-1, 1, n, seed, 0), between(-1, 2, n, seed, 1)
    return np.column_stack([x, y, x * y])


def ratio(n: int, seed: int) -> Floats:
    """y = x / z, with z from 1 to 3: the quadric y z = x."""
    x, z = normals(seed, n), between(1, 3, n, seed, 1)
    return np.column_stack([x, x / z, z])


def paraboloid(n: int, seed: int) -> Floats:
    """z = x^2 + y^2 over a normal."""
    p = gaussian_columns(n, seed, 2)
    return np.column_stack([p, (p**2).sum(axis=1)])


def cone(n: int, seed: int) -> Floats:
    """x^2 + y^2 = z^2 with z from 1/2 to 2."""
    t, z = angle(n, seed), between(0.5, 2, n, seed, 1)
    return np.column_stack([z * np.cos(t), z * np.sin(t), z])


def cylinder(n: int, seed: int) -> Floats:
    """x^2 + y^2 = 1 with z from -1 to 1."""
    t = angle(n, seed)
    return np.column_stack([np.cos(t), np.sin(t), between(-1, 1, n, seed, 1)])


def hyperboloid(n: int, seed: int) -> Floats:
    """x^2 + y^2 - z^2 = 1 with z = sinh u, |u| < 1.5."""
    t, u = angle(n, seed), between(-1.5, 1.5, n, seed, 1)
    return np.column_stack([np.cosh(u) * np.cos(t), np.cosh(u) * np.sin(t), np.sinh(u)])


def mass_shell(n: int, seed: int) -> Floats:
    """E^2 - p^2 = 1 with an isotropic momentum of half-normal rapidity."""
    u = np.abs(normals(seed, n, stream=7))
    return np.column_stack([np.cosh(u), np.sinh(u)[:, None] * direction(n, seed, 3)])


def helix(n: int, seed: int) -> Floats:
    """(cos t, sin t, t / 4) over two turns: a quadric (the cylinder) leaves one direction too many."""
    t = 2 * angle(n, seed)
    return np.column_stack([np.cos(t), np.sin(t), t / 4])


def parabola(n: int, seed: int) -> Floats:
    """y = x^2 with x from -1 to 2."""
    x = between(-1, 2, n, seed, 0)
    return np.column_stack([x, x * x])


def cubic_curve(n: int, seed: int) -> Floats:
    """y = x^3 - x with x from -1.5 to 1.5."""
    x = between(-1.5, 1.5, n, seed, 0)
    return np.column_stack([x, x**3 - x])


def twisted_cubic(n: int, seed: int) -> Floats:
    """(t, t^2, t^3), t from -1 to 1.5: three quadrics that meet in a curve."""
    t = between(-1, 1.5, n, seed, 0)
    return np.column_stack([t, t**2, t**3])


def triangles(n: int, seed: int) -> Floats:
    """Corners of one triangle after a random turn and shift: an orbit of SE(2) in six columns."""
    t, shift = angle(n, seed), 2 * gaussian_columns(n, seed, 2, 1)
    turned = [
        shift + np.column_stack([x * np.cos(t) - y * np.sin(t), x * np.sin(t) + y * np.cos(t)])
        for x, y in ((0.0, 0.0), (2.0, 0.0), (0.5, 1.5))
    ]
    return np.column_stack(turned)


def turns(n: int, seed: int) -> Floats:
    """Matrices of SO(3), even in Haar's measure, by unit quaternions: 20 quadrics in nine columns."""
    w, x, y, z = direction(n, seed, 4).T
    return np.column_stack([
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
        2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y),
    ])  # fmt: skip


def line_and_plane(n: int, seed: int) -> Floats:
    """A third of the rows on the z axis, the rest on the plane z = 0: x z = 0 and y z = 0."""
    on_line = uniforms(seed, n, stream=5) < 1 / 3
    p = gaussian_columns(n, seed, 3)
    p[on_line, :2] = 0.0
    p[~on_line, 2] = 0.0
    return p


def two_planes(n: int, seed: int) -> Floats:
    """z = -1 or 1, x and y normal: z^2 = 1."""
    z = np.where(uniforms(seed, n, stream=5) < 0.5, -1.0, 1.0)
    return np.column_stack([gaussian_columns(n, seed, 2), z])


def _turning(side: str) -> Floats:
    """so(3) on the nine entries of R, row by row: L R for the left side and -R L for the right."""
    generators = so(3, range(3))[:, :, :3]
    eye = np.eye(3)
    made = [np.kron(g, eye) if side == "left" else np.kron(eye, g) for g in generators]
    return np.concatenate([np.array(made), np.zeros((3, 9, 1))], axis=2)


XY, XYZ = ("x", "y"), ("x", "y", "z")
TURN_Z = stacked(rotations(3, (0, 1)))
LORENTZ_3 = stacked(rotations(3, (0, 1)), boosts(3, (0, 2)), boosts(3, (1, 2)))
TURNS = np.concatenate([_turning("left"), _turning("right")])


def _circle_names(count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{i}" for i in range(1, count + 1) for letter in "xy")


def _circle_turns(count: int) -> Floats:
    return stacked(*(rotations(2 * count, (2 * i, 2 * i + 1)) for i in range(count)))


def _triangle_fields() -> Floats:
    """The corner moves by any affine function of itself and of the first side, which turns."""
    side = {(1, 0): -1.0, (0, 1): -1.0, (1, 3): 1.0, (0, 2): 1.0}
    turned = np.zeros((6, 7))
    for corner in (2, 4):
        turned[corner, [1, corner + 1]] = 1.0, -1.0
        turned[corner + 1, [0, corner]] = -1.0, 1.0
    moved = []
    for axis in (0, 1):
        for source in (
            {0: 1.0},
            {1: 1.0},
            {0: side[0, 1], 2: side[0, 2]},
            {1: side[1, 0], 3: side[1, 3]},
            {6: 1.0},
        ):
            field = np.zeros((6, 7))
            for column, value in source.items():
                field[axis::2, column] = value
            moved.append(field)
    return stacked(turned, *moved)


_CORNER_TURN = np.zeros((1, 6, 7))
_CORNER_TURN[0, 0::2, 1], _CORNER_TURN[0, 1::2, 0] = -1.0, 1.0
_SADDLE = stacked(
    entries(3, {(0, 3): 1, (2, 1): 1}),
    entries(3, {(1, 3): 1, (2, 0): 1}),
    entries(3, {(0, 0): 1, (1, 1): -1}),
    entries(3, {(0, 0): 1, (2, 2): 1}),
)
_RATIO = _SADDLE[:, [2, 0, 1]][:, :, [2, 0, 1, 3]]
_BOWL = stacked(
    entries(3, {(0, 3): 1, (2, 0): 2}),
    entries(3, {(1, 3): 1, (2, 1): 2}),
    entries(3, {(0, 0): 1, (1, 1): 1, (2, 2): 2}),
    rotations(3, (0, 1)),
)
_PARABOLA = stacked(entries(2, {(0, 2): 1, (1, 0): 2}), entries(2, {(0, 0): 1, (1, 1): 2}))
_TWISTED = stacked(
    entries(3, {(0, 3): 1, (1, 0): 2, (2, 1): 3}), entries(3, {(0, 0): 1, (1, 1): 2, (2, 2): 3})
)
_SCREW = rotations(3, (0, 1))[None].copy()
_SCREW[0, 2, 3] = 0.25
_CYLINDER = stacked(rotations(3, (0, 1)), *(entries(3, {(2, j): 1}) for j in range(4)))
_PLANES = stacked(*(entries(3, {(i, j): 1}) for i in range(2) for j in range(4)))
_CROSSED = stacked(*(entries(3, {(i, j): 1}) for i in range(2) for j in range(2)), dilation(3, 2))
_ROUND_SHELL = so(4, (1, 2, 3))
_LORENTZ = np.concatenate([_ROUND_SHELL, stacked(*(boosts(4, (0, i)) for i in (1, 2, 3)))])

SURFACES: tuple[Toy, ...] = (
    Toy("torus", XYZ, torus, 2, 0, 0, "so(2)", "so(2)", fields=TURN_Z, kept=TURN_Z),
    Toy("two-angles", _circle_names(2), lambda n, seed: circles(n, seed, 2), 2, 0, 2,
        "so(2) + so(2)", "so(2) + so(2)", fields=_circle_turns(2), kept=_circle_turns(2)),
    Toy("three-angles", _circle_names(3), lambda n, seed: circles(n, seed, 3), 3, 0, 3,
        "so(2) + so(2) + so(2)", "so(2) + so(2) + so(2)", fields=_circle_turns(3), kept=_circle_turns(3)),
    Toy("moebius", XYZ, moebius, 2, 0, 0, "none", "none", cubic=1),
    Toy("swiss-roll", XYZ, swiss_roll, 2, 0, 0, "R", "none", fields=stacked(translation(3, 1))),
    Toy("saddle", XYZ, saddle, 2, 0, 1, "solvable(4)", "none", fields=_SADDLE),
    Toy("ratio", XYZ, ratio, 2, 0, 1, "solvable(4)", "none", fields=_RATIO),
    Toy("paraboloid", XYZ, paraboloid, 2, 0, 1, "solvable(4)", "so(2)", fields=_BOWL, kept=TURN_Z),
    Toy("cone", XYZ, cone, 2, 0, 1, "so(2,1) + R", "so(2)",
        fields=np.concatenate([LORENTZ_3, dilation(3, 0, 1, 2)[None]]), kept=TURN_Z),
    Toy("cylinder", XYZ, cylinder, 2, 0, 1, "solvable(5)", "so(2)", fields=_CYLINDER, kept=TURN_Z),
    Toy("hyperboloid", XYZ, hyperboloid, 2, 0, 1, "so(2,1)", "so(2)", fields=LORENTZ_3, kept=TURN_Z),
    Toy("mass-shell", ("E", "px", "py", "pz"), mass_shell, 3, 0, 1, "so(3,1)", "so(3)",
        fields=_LORENTZ, kept=_ROUND_SHELL),
    Toy("helix", XYZ, helix, 1, 0, 1, "R", "none", fields=_SCREW),
    Toy("parabola", XY, parabola, 1, 0, 1, "solvable(2)", "none", fields=_PARABOLA),
    Toy("cubic-curve", XY, cubic_curve, 1, 0, 0, "none", "none", cubic=1),
    Toy("twisted-cubic", XYZ, twisted_cubic, 1, 0, 3, "solvable(2)", "none", fields=_TWISTED),
    Toy("triangles", ("ax", "ay", "bx", "by", "cx", "cy"), triangles, 3, 2, 1,
        "so(2,1) with a solvable part of 8", "so(2) + so(2)", fields=_triangle_fields(),
        kept=np.concatenate([_triangle_fields()[:1], _CORNER_TURN])),
    Toy("turns", tuple(f"r{i}{j}" for i in range(3) for j in range(3)), turns, 3, 0, 20,
        "so(4)", "so(4)", fields=TURNS, kept=TURNS),
    Toy("line-and-plane", XYZ, line_and_plane, 2, 0, 2, "so(2,1) + R^2", "so(2)",
        fields=_CROSSED, kept=TURN_Z),
    Toy("two-planes", XYZ, two_planes, 2, 0, 1, "so(2,1) with a solvable part of 5", "so(2)",
        fields=_PLANES, kept=TURN_Z),
)  # fmt: skip
