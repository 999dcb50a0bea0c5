"""What does a rotation make of four-momenta? Active, right-handed, over arrays."""

import numpy as np
from numpy.typing import ArrayLike

from hepsym._numba import loop
from hepsym.errors import InputError
from hepsym.lorentz._rows import Array, four, number, put_row, row, single, three
from hepsym.lorentz.kernels import rotations as kernels

__all__ = ["rotate", "rotate_z_to"]


@loop
def _rotate(p: Array, axis: Array, angle: Array, out: Array) -> int:
    bad = 0
    for i in range(out.size // 4):
        x, y, z = np.float64(axis[3 * i]), np.float64(axis[3 * i + 1]), np.float64(axis[3 * i + 2])
        bad += 0 if x * x + y * y + z * z > 0.0 else 1
        put_row(out, i, kernels.rotate(row(p, i), x, y, z, np.float64(angle[i])))
    return bad


@loop
def _rotate_z_to(p: Array, q: Array, out: Array) -> None:
    for i in range(out.size // 4):
        put_row(out, i, kernels.rotate_z_to(row(p, i), row(q, i)))


def rotate(p: ArrayLike, axis: ArrayLike, angle: ArrayLike, *, out: Array | None = None) -> Array:
    """Turn p by an angle about an axis n, counter-clockwise seen from the tip of n.

        p' = p + sin(a) n x p + 2 sin^2(a/2) n x (n x p)          E' = E          (Rodrigues)

    p: (..., 4), GeV; axis: (..., 3) of any length but 0; angle: (...), radians; broadcast together.
    Returns (..., 4). Raises InputError for other shapes, and for an axis of length 0 (out is then undefined).

    Error: |dp'| <= 8 eps |p| in each component, beside the rounding of the angle as given.
    """
    result, bad = single(_rotate, four("p", p), three("axis", axis), number("angle", angle), width=4, out=out)
    if bad:
        raise InputError(
            "rotate: axis has length 0 (or is not a number) and so no direction: give one such as (0, 0, 1)"
        )
    return result


def rotate_z_to(p: ArrayLike, q: ArrayLike, *, out: Array | None = None) -> Array:
    """Apply to p the shortest rotation that takes +z to the direction of q.

    It is R_z(phi) R_y(theta) R_z(-phi) with theta and phi the polar angles of q, about the axis z x q.
    For q along -z it is half a turn about y; for q at rest it is none.

    p, q: (..., 4), GeV, broadcast together; only q's direction matters. Returns (..., 4).
    Raises InputError for other shapes. Error: |dp'| <= 8 eps |p| in each component.
    """
    return single(_rotate_z_to, four("p", p), four("q", q), width=4, out=out)[0]
