"""What does a rotation make of a four-momentum? Active, right-handed, radians."""

import math

from hepsym._numba import kernel
from hepsym.lorentz.kernels.elementary import sqrt
from hepsym.lorentz.kernels.exact import difference_of_products
from hepsym.lorentz.kernels.products import Momentum

__all__ = ["rotate", "rotate_z_to"]


@kernel
def rotate(p: Momentum, nx: float, ny: float, nz: float, angle: float) -> Momentum:
    """Turn p by an angle about the axis n, of any length but 0.

        p' = p + sin(a) n x p + 2 sin^2(a/2) n x (n x p)

    (Rodrigues), so that a small angle moves p by a small amount. Error: see `hepsym.lorentz.rotate`.
    """
    length = sqrt(nx * nx + ny * ny + nz * nz)
    x, y, z = nx / length, ny / length, nz / length
    half = math.sin(0.5 * angle)
    s, v = math.sin(angle), 2.0 * half * half
    cx = difference_of_products(y, p[3], z, p[2])
    cy = difference_of_products(z, p[1], x, p[3])
    cz = difference_of_products(x, p[2], y, p[1])
    ddx = difference_of_products(y, cz, z, cy)
    ddy = difference_of_products(z, cx, x, cz)
    ddz = difference_of_products(x, cy, y, cx)
    return p[0], p[1] + (s * cx + v * ddx), p[2] + (s * cy + v * ddy), p[3] + (s * cz + v * ddz)


@kernel
def rotate_z_to(p: Momentum, q: Momentum) -> Momentum:
    """The rotation R_z(phi) R_y(theta) R_z(-phi) that takes +z to the direction of q, applied to p.

    It is the shortest one, about z x q; for q along -z it is half a turn about y, for q at rest none.
    Error: see `hepsym.lorentz.rotate_z_to`.
    """
    t = sqrt(q[1] * q[1] + q[2] * q[2])
    length = sqrt(q[1] * q[1] + q[2] * q[2] + q[3] * q[3])
    per_t = 1.0 / (t if t > 0.0 else 1.0)
    per_length = 1.0 / (length if length > 0.0 else 1.0)
    c = q[1] * per_t if t > 0.0 else 1.0
    s = q[2] * per_t
    cos_theta = q[3] * per_length if length > 0.0 else 1.0
    sin_theta = t * per_length
    u = c * p[1] + s * p[2]
    v = c * p[2] - s * p[1]
    w = cos_theta * u + sin_theta * p[3]
    return p[0], c * w - s * v, s * w + c * v, cos_theta * p[3] - sin_theta * u
