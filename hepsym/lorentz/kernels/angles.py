"""Which way does a momentum point, and how far apart are two? Radians."""

import math

import numpy as np

from hepsym._numba import kernel
from hepsym.lorentz.kernels.elementary import arsinh, atan2, copysign, log1p, sqrt
from hepsym.lorentz.kernels.exact import difference_of_products, dot_three
from hepsym.lorentz.kernels.products import Momentum, momentum

__all__ = [
    "cos_theta", "delta_eta", "delta_phi", "delta_r", "from_pt_eta_phi_mass", "opening_angle", "phi",
    "pseudorapidity", "pt", "rapidity", "rapidity_from_mass",
]  # fmt: skip


@kernel
def pt(p: Momentum) -> float:
    """sqrt(x^2 + y^2), GeV. Error: 1.5 eps."""
    return sqrt(p[1] * p[1] + p[2] * p[2])


@kernel
def phi(p: Momentum) -> float:
    """The azimuth atan2(y, x) in [-pi, pi]; 0 where pt = 0 and x is not -0.0."""
    return atan2(p[2], p[1])


@kernel
def cos_theta(p: Momentum) -> float:
    """z / |p| in [-1, 1]; 1 for a momentum at rest."""
    length = momentum(p)
    c = p[3] / (length if length != 0.0 else 1.0)
    return 1.0 if length == 0.0 else min(max(c, -1.0), 1.0)


@kernel
def rapidity(p: Momentum) -> float:
    """artanh(z / E) as log(1 + 2|z| / (E - |z|)) / 2: E and z as given. nan where E < |z|."""
    z = np.abs(p[3])
    difference = p[0] - z
    ratio = 2.0 * z / (difference if difference > 0.0 else 1.0)
    y = 0.5 * log1p(np.abs(ratio))
    y = y if difference > 0.0 else (np.nan if difference != 0.0 else (np.inf if z > 0.0 else 0.0))
    return copysign(y, p[3])


@kernel
def arsinh_of_ratio(z: float, t: float) -> float:
    """arsinh(z / t) for t >= 0; 0 for 0/0, infinite with the sign of z where t = 0."""
    a = np.abs(z)
    divisor = t if t != 0.0 else 1.0
    value = log1p(a / divisor * (1.0 + a / (divisor + sqrt(a * a + t * t))))
    value = value if t != 0.0 else (np.inf if a > 0.0 else a)
    return copysign(value, z)


@kernel
def rapidity_from_mass(p: Momentum, m: float) -> float:
    """arsinh(z / sqrt(m^2 + pt^2)): E is not looked at, because for a fast particle it has lost m."""
    return arsinh_of_ratio(p[3], sqrt(m * m + p[1] * p[1] + p[2] * p[2]))


@kernel
def pseudorapidity(p: Momentum) -> float:
    """arsinh(z / pt); infinite with the sign of z where pt = 0, and 0 at rest."""
    return arsinh_of_ratio(p[3], pt(p))


@kernel
def delta_phi(p: Momentum, q: Momentum) -> float:
    """phi(p) - phi(q) in [-pi, pi], by their cross and dot product; 0 where either pt = 0."""
    return atan2(difference_of_products(p[2], q[1], p[1], q[2]), p[1] * q[1] + p[2] * q[2])


@kernel
def delta_eta(p: Momentum, q: Momentum) -> float:
    """eta(p) - eta(q), by sinh(eta - eta') = (z P' - z' P) / (pt pt') with P = |p|.

    Where z and z' have one sign, z P' - z' P = (z^2 P'^2 - z'^2 P^2) / (z P' + z' P), whose numerator
    is ((zx')^2 - (z'x)^2) + ((zy')^2 - (z'y)^2): factored, it keeps the digits of close directions.
    """
    zp = p[3] * momentum(q)
    zq = q[3] * momentum(p)
    x1, x2 = p[3] * q[1], q[3] * p[1]
    y1, y2 = p[3] * q[2], q[3] * p[2]
    cross_x = difference_of_products(p[3], q[1], q[3], p[1])
    cross_y = difference_of_products(p[3], q[2], q[3], p[2])
    together = zp * zq > 0.0
    close = (cross_x * (x1 + x2) + cross_y * (y1 + y2)) / (zp + zq if together else 1.0)
    numerator = close if together else zp - zq
    t = pt(p) * pt(q)
    return arsinh(numerator / (t if t != 0.0 else 1.0)) if t != 0.0 else delta_eta_on_axis(p, q)


@kernel
def delta_eta_on_axis(p: Momentum, q: Momentum) -> float:
    """The same where pt = 0 for p or q: 0 for one direction, else infinite."""
    sp = pseudorapidity_sign(p)
    sq = pseudorapidity_sign(q)
    return 0.0 if sp == sq else (np.inf if sp > sq else -np.inf)


@kernel
def pseudorapidity_sign(p: Momentum) -> float:
    """+1, -1 on the axis beside +z, -z; 0 elsewhere and at rest."""
    forward = 1.0 if p[3] > 0.0 else 0.0
    backward = 1.0 if p[3] < 0.0 else 0.0
    return forward - backward if p[1] == 0.0 and p[2] == 0.0 else 0.0


@kernel
def delta_r(p: Momentum, q: Momentum) -> float:
    """sqrt((Delta eta)^2 + (Delta phi)^2), with pseudorapidities."""
    e = delta_eta(p, q)
    f = delta_phi(p, q)
    return sqrt(e * e + f * f)


@kernel
def opening_angle(p: Momentum, q: Momentum) -> float:
    """atan2(|p x q|, p.q) in [0, pi]; 0 where either is at rest. The dot product alone returns 0 at 1e-8."""
    cx = difference_of_products(p[2], q[3], p[3], q[2])
    cy = difference_of_products(p[3], q[1], p[1], q[3])
    cz = difference_of_products(p[1], q[2], p[2], q[1])
    return atan2(sqrt(cx * cx + cy * cy + cz * cz), dot_three(p[1], q[1], p[2], q[2], p[3], q[3]))


@kernel
def from_pt_eta_phi_mass(pt: float, eta: float, phi: float, m: float) -> Momentum:
    """(E, x, y, z) = (sqrt(m^2 + pt^2 cosh^2 eta), pt cos phi, pt sin phi, pt sinh eta)."""
    length = pt * math.cosh(eta)
    return sqrt(m * m + length * length), pt * math.cos(phi), pt * math.sin(phi), pt * math.sinh(eta)
