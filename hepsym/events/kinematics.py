"""What do momenta and carried masses say of a particle or a pair? In forms that do not cancel."""

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "azimuth",
    "cos_theta",
    "cos_theta_collins_soper",
    "cos_theta_star",
    "delta_phi",
    "invariant_mass",
    "opening_angle",
    "polar_angle",
    "pseudorapidity",
    "rapidity",
    "transverse",
]

Array = NDArray[np.float64]
"""Momenta are (n, 4): E, x, y, z in GeV; masses (n,) or one number; results (n,)."""

SPLITTER = 2.0**27 + 1.0
AT_REST = 1e-9
"""Below this |p|/E a pair is taken to be at rest: its direction is rounding noise, the z axis stands in."""


def transverse(p: Array) -> Array:
    """pT = sqrt(x^2 + y^2), GeV. Error: 1 ulp (no overflow, unlike the square root of a sum)."""
    return np.hypot(p[:, 1], p[:, 2])


def magnitude(p: Array) -> Array:
    """|p|, GeV."""
    return np.hypot(transverse(p), p[:, 3])


def azimuth(p: Array) -> Array:
    """phi in (-pi, pi]; 0 along the z axis."""
    return np.arctan2(p[:, 2], p[:, 1])


def polar_angle(p: Array) -> Array:
    """theta in [0, pi], as atan2(pT, z): exact near the axis, where acos is not."""
    return np.arctan2(transverse(p), p[:, 3])


def cos_theta(p: Array) -> Array:
    """z / |p| in [-1, 1]; 0 at rest."""
    size = magnitude(p)
    return np.divide(p[:, 3], size, out=np.zeros_like(size), where=size > 0.0)


def pseudorapidity(p: Array) -> Array:
    """eta = asinh(z / pT); +-inf along the axis, 0 at rest."""
    pt = transverse(p)
    with np.errstate(divide="ignore", invalid="ignore"):
        eta = np.arcsinh(p[:, 3] / pt)
    return np.where((pt == 0.0) & (p[:, 3] == 0.0), 0.0, eta)


def rapidity(p: Array, mass: Array | float) -> Array:
    """y = asinh(z / sqrt(m^2 + pT^2)): E - z does not cancel here. +-inf for a massless one along z."""
    mt = np.hypot(transverse(p), mass)
    with np.errstate(divide="ignore", invalid="ignore"):
        y = np.arcsinh(p[:, 3] / mt)
    return np.where((mt == 0.0) & (p[:, 3] == 0.0), 0.0, y)


def delta_phi(a: Array, b: Array) -> Array:
    """phi_a - phi_b in (-pi, pi], from cross and dot product of the transverse momenta."""
    return np.arctan2(a[:, 2] * b[:, 1] - a[:, 1] * b[:, 2], a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2])


def _cross(a: Array, b: Array) -> Array:
    """|a x b| of the three-momenta, to a few ulp even where they are all but parallel."""
    x = _difference(a[:, 2], b[:, 3], a[:, 3], b[:, 2])
    y = _difference(a[:, 3], b[:, 1], a[:, 1], b[:, 3])
    z = _difference(a[:, 1], b[:, 2], a[:, 2], b[:, 1])
    return np.hypot(np.hypot(x, y), z)


def _difference(a: Array, b: Array, c: Array, d: Array) -> Array:
    """a b - c d with the rounding errors of the products put back: 2 ulp, for values below 1e290."""
    first, second = a * b, c * d
    return np.asarray((first - second) + (_product_error(a, b, first) - _product_error(c, d, second)))


def _product_error(a: Array, b: Array, rounded: Array) -> Array:
    """a b - rounded, exactly. Dekker, Numer. Math. 18 (1971) 224."""
    a_high, b_high = _upper_half(a), _upper_half(b)
    a_low, b_low = a - a_high, b - b_high
    return ((a_high * b_high - rounded) + a_high * b_low + a_low * b_high) + a_low * b_low


def _upper_half(a: Array) -> Array:
    scaled = SPLITTER * a
    return scaled - (scaled - a)


def _dot(a: Array, b: Array) -> Array:
    return a[:, 1] * b[:, 1] + a[:, 2] * b[:, 2] + a[:, 3] * b[:, 3]


def opening_angle(a: Array, b: Array) -> Array:
    """Angle between two three-momenta in [0, pi], atan2(|a x b|, a.b): 1e-15 relative down to 1e-8 rad."""
    return np.arctan2(_cross(a, b), _dot(a, b))


def _product(a: Array, mass_a: Array | float, b: Array, mass_b: Array | float) -> Array:
    """p_a . p_b without the cancellation of E E' - p p':

    E E' - |p||p'| = (m^2 E'^2 + m'^2 p^2) / (E E' + |p||p'|), and
    |p||p'| - p.p' = |p x p'|^2 / (|p||p'| + p.p') where p.p' > 0.
    """
    size = magnitude(a) * magnitude(b)
    dot = _dot(a, b)
    mass_part = (np.square(mass_a * b[:, 0]) + np.square(mass_b * magnitude(a))) / np.maximum(
        a[:, 0] * b[:, 0] + size, np.finfo(float).tiny
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        small = np.square(_cross(a, b)) / (size + dot)
    return mass_part + np.where(dot > 0.0, small, size - dot)


def invariant_mass(momenta: list[Array], masses: list[Array | float]) -> Array:
    """Mass of the sum, GeV: m^2 = sum m_i^2 + 2 sum p_i . p_j with the masses carried.

    Error: 1e-14 relative up to |p|/m = 1e8, whatever the angles between them, 0 included
    (tests/events/test_kinematics.py). For energies that are positive.
    """
    if len(momenta) == 1:
        return np.broadcast_to(np.asarray(masses[0], dtype=np.float64), len(momenta[0])).copy()
    squared = np.zeros(len(momenta[0]))
    for i, (a, mass_a) in enumerate(zip(momenta, masses, strict=True)):
        squared += np.square(mass_a)
        for b, mass_b in zip(momenta[:i], masses[:i], strict=True):
            squared += 2.0 * _product(a, mass_a, b, mass_b)
    return np.sqrt(squared)


def _boosted_to_rest(p: Array, total: Array, mass: Array) -> Array:
    """p in the rest frame of `total`, whose mass is given."""
    e = (total[:, 0] * p[:, 0] - _dot(total, p)) / mass
    factor = (p[:, 0] + e) / (total[:, 0] + mass)
    return np.stack([e, *(p[:, i] - factor * total[:, i] for i in (1, 2, 3))], axis=1)


def cos_theta_star(a: Array, mass_a: Array | float, b: Array, mass_b: Array | float) -> Array:
    """Helicity angle: direction of a in the pair's rest frame against the pair's flight.

    A pair at rest (|p| < 1e-9 E) flies nowhere; the z axis stands in for its direction.
    """
    total = a + b
    star = _boosted_to_rest(a, total, invariant_mass([a, b], [mass_a, mass_b]))
    flight = total.copy()
    resting = magnitude(total) < AT_REST * total[:, 0]
    flight[resting] = (0.0, 0.0, 0.0, 1.0)
    return _dot(star, flight) / (magnitude(star) * magnitude(flight))


def cos_theta_collins_soper(a: Array, mass_a: Array | float, b: Array, mass_b: Array | float) -> Array:
    """Collins-Soper angle of a in the pair's rest frame, beams along z, axis bisecting p1 and -p2.

        cos = 2 (a+ b- - a- b+) / (M sqrt(M^2 + PT^2)) / sqrt(1 - ...),  p+- = (E +- z)/sqrt(2)

    computed as the angle to that axis in the rest frame, so that masses are allowed. No sign of the
    pair's z is taken: the axis points along +z. Phys. Rev. D16 (1977) 2219.
    """
    total = a + b
    mass = invariant_mass([a, b], [mass_a, mass_b])
    star = _boosted_to_rest(a, total, mass)
    forward = np.broadcast_to(np.array([1.0, 0.0, 0.0, 1.0]), total.shape)
    backward = np.broadcast_to(np.array([1.0, 0.0, 0.0, -1.0]), total.shape)
    one = _boosted_to_rest(forward, total, mass)
    two = _boosted_to_rest(backward, total, mass)
    axis = one / magnitude(one)[:, None] - two / magnitude(two)[:, None]
    return _dot(star, axis) / (magnitude(star) * magnitude(axis))
