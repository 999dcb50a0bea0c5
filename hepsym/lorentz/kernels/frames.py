"""At which angle does a particle leave its parent, seen from the parent's rest frame?"""

import numpy as np

from hepsym._numba import kernel
from hepsym.lorentz.kernels.angles import cos_theta
from hepsym.lorentz.kernels.boosts import boost_to_rest
from hepsym.lorentz.kernels.elementary import atan2, sqrt
from hepsym.lorentz.kernels.exact import difference_of_products
from hepsym.lorentz.kernels.products import (
    Momentum,
    mass_squared,
    mass_squared_of_sum,
    momentum,
    signed_root,
    sum_of,
)

__all__ = ["collins_soper", "cos_theta_star"]


@kernel
def cos_theta_star(p: Momentum, parent: Momentum, m: float) -> float:
    """Cosine between p in its parent's rest frame and the parent's flight; m is the parent's mass.

    With a parent exactly at rest, the flight is taken along +z. 1 where p is at rest there.
    """
    r = boost_to_rest(p, parent, m)
    flight = momentum(parent)
    length = momentum(r)
    # along the flight without the cancellation of the components: (q0 p_par - |q| E) / m
    along = (r[1] * parent[1] + r[2] * parent[2] + r[3] * parent[3]) / (flight if flight != 0.0 else 1.0)
    c = along / (length if length != 0.0 else 1.0)
    c = 1.0 if length == 0.0 else min(max(c, -1.0), 1.0)
    return c if flight != 0.0 else cos_theta(r)


@kernel
def collins_soper(p: Momentum, q: Momentum, follow_pair: bool) -> tuple[float, float]:
    """cos theta and phi of p in the Collins-Soper frame of the pair p + q.

    With Q = p + q, D = p - q, M_T^2 = Q0^2 - Qz^2, n the direction of Q_T (x where Q_T = 0), the
    components of 2 p* on the frame's axes are

        Z = (Dz Q0 - D0 Qz) / M_T = 2 (z E' - E z') / M_T
        X = (M D_T.n - Q_T (m_p^2 - m_q^2) / M) / M_T          Y = D_T.(z x n)

    which holds for any masses. follow_pair turns the z axis, and y with it, to the side of Q_z.
    """
    total = sum_of(p, q)
    Q = total[0]
    m = signed_root(mass_squared_of_sum(total))
    qt = sqrt(Q[1] * Q[1] + Q[2] * Q[2])
    mt = sqrt(m * m + qt * qt)
    nx = Q[1] / qt if qt > 0.0 else 1.0
    ny = Q[2] / qt if qt > 0.0 else 0.0
    dx, dy = p[1] - q[1], p[2] - q[2]
    side = -1.0 if follow_pair and Q[3] < 0.0 else 1.0
    z = side * 2.0 * difference_of_products(p[3], q[0], p[0], q[3]) / mt
    x = (m * (dx * nx + dy * ny) - qt * ((mass_squared(p) - mass_squared(q)) / m)) / mt
    y = side * (dy * nx - dx * ny)
    length = sqrt(x * x + y * y + z * z)
    cosine = 1.0 if length == 0.0 else z / (length if length != 0.0 else 1.0)
    return (cosine if m > 0.0 else np.nan), (atan2(y, x) if m > 0.0 else np.nan)
