"""What is the exact answer? Textbook formulas in 60 digits, and the momenta at which they are asked."""

import mpmath as mp
import numpy as np

mp.mp.dps = 60
EPS = 2.0**-52

AXES = np.array([[1.0, 0, 0], [-1, 0, 0], [0, 1, 0], [0, -1, 0], [0, 0, 1], [0, 0, -1]])


def directions(rng, n):
    """Isotropic, a third of them close to an axis, a sixth exactly on one."""
    v = rng.normal(size=(n, 3))
    v /= np.linalg.norm(v, axis=1)[:, None]
    kind = rng.integers(0, 6, size=n)
    axis = AXES[rng.integers(0, 6, size=n)]
    near = axis + v * 10.0 ** rng.uniform(-9, -1, size=n)[:, None]
    v = np.where((kind <= 1)[:, None], near, v)
    return np.where((kind == 2)[:, None], axis, v)


def momenta(rng, n, max_gamma=1e8, light=0.1):
    """(n, 4) and masses (n,): E/m from 1 to max_gamma, at rest, massless; a scale of 1e-3 to 1e3 GeV."""
    m = 10.0 ** rng.uniform(-3, 3, size=n)
    gamma_beta = 10.0 ** rng.uniform(-9, np.log10(max_gamma), size=n)
    gamma_beta[rng.random(n) < 0.05] = 0.0
    xyz = directions(rng, n) * (m * gamma_beta)[:, None]
    massless = (rng.random(n) < light) & (gamma_beta > 0)
    m = np.where(massless, 0.0, m)
    e = np.sqrt((xyz**2).sum(1) + m**2)
    return np.column_stack([e, xyz]), m


def near(rng, p):
    """Momenta whose directions are 1e-12 to 1 away from those of p, of any size."""
    n = len(p)
    length = np.linalg.norm(p[:, 1:], axis=1)[:, None]
    v = p[:, 1:] + length * rng.normal(size=(n, 3)) * 10.0 ** rng.uniform(-12, 0, size=n)[:, None]
    v *= rng.choice([1.0, -1.0], size=n, p=[0.8, 0.2])[:, None] * 10.0 ** rng.uniform(-2, 2, size=n)[:, None]
    return np.column_stack([np.linalg.norm(v, axis=1), v])


def exact(p):
    """Floats as mpmath numbers: exactly those floats."""
    return [mp.mpf(float(x)) for x in np.atleast_1d(p)]


def root(x):
    return mp.sqrt(x) if x >= 0 else -mp.sqrt(-x)


def dot3(p, q):
    return p[1] * q[1] + p[2] * q[2] + p[3] * q[3]


def dot(p, q):
    return p[0] * q[0] - dot3(p, q)


def plus(*legs):
    return [mp.fsum(c) for c in zip(*legs, strict=True)]


def minus(p, q):
    return [a - b for a, b in zip(p, q, strict=True)]


def momentum(p):
    return mp.sqrt(dot3(p, p))


def mass(*legs):
    total = plus(*legs)
    return root(dot(total, total))


def pt(p):
    return mp.hypot(p[1], p[2])


def phi(p):
    return mp.atan2(p[2], p[1]) if p[1] or p[2] else mp.mpf(0)


def eta(p):
    return mp.asinh(p[3] / pt(p))


def wrap(angle):
    return angle - 2 * mp.pi * mp.nint(angle / (2 * mp.pi))


def delta_phi(p, q):
    return wrap(phi(p) - phi(q))


def opening_angle(p, q):
    cross = [p[2] * q[3] - p[3] * q[2], p[3] * q[1] - p[1] * q[3], p[1] * q[2] - p[2] * q[1]]
    return mp.atan2(mp.sqrt(mp.fsum(c * c for c in cross)), dot3(p, q))


def boost(p, velocity):
    """By the textbook's gamma and beta."""
    v2 = mp.fsum(v * v for v in velocity)
    if v2 == 0:
        return list(p)
    gamma = 1 / mp.sqrt(1 - v2)
    along = mp.fsum(v * x for v, x in zip(velocity, p[1:], strict=True))
    k = (gamma - 1) / v2 * along + gamma * p[0]
    return [gamma * (p[0] + along), *(x + k * v for x, v in zip(p[1:], velocity, strict=True))]


def boost_from_rest(p, q):
    return boost(p, [x / q[0] for x in q[1:]])


def boost_to_rest(p, q):
    return boost(p, [-x / q[0] for x in q[1:]])


def rotate(p, axis, angle):
    """n (n.p) + cos (p - n (n.p)) + sin n x p"""
    length = mp.sqrt(mp.fsum(x * x for x in axis))
    n = [x / length for x in axis]
    v = p[1:]
    along = mp.fsum(a * b for a, b in zip(n, v, strict=True))
    cross = [n[1] * v[2] - n[2] * v[1], n[2] * v[0] - n[0] * v[2], n[0] * v[1] - n[1] * v[0]]
    c, s = mp.cos(angle), mp.sin(angle)
    return [p[0], *(a * along + c * (b - a * along) + s * x for a, b, x in zip(n, v, cross, strict=True))]


def rotate_z_to(p, q):
    theta = mp.atan2(pt(q), q[3])
    if theta == 0:
        return list(p)
    axis = [-q[2], q[1], mp.mpf(0)] if pt(q) else [mp.mpf(0), mp.mpf(1), mp.mpf(0)]
    return rotate(p, axis, theta)


def cos_theta_star(p, q):
    r = boost_to_rest(p, q)
    return dot3(r, q) / momentum(r) / momentum(q)


def collins_soper(p, q):
    """By three explicit boosts: along z to Qz = 0, then along Q_T to rest; no formula of the library's."""
    total = plus(p, q)
    first = [mp.mpf(0), mp.mpf(0), -total[3] / total[0]]
    p, total = boost(p, first), boost(total, first)
    r = boost_to_rest(p, total)
    t = pt(total)
    n = [total[1] / t, total[2] / t] if t else [mp.mpf(1), mp.mpf(0)]
    return r[3] / momentum(r), mp.atan2(r[2] * n[0] - r[1] * n[1], r[1] * n[0] + r[2] * n[1])


def kallen(a, b, c):
    return a * a + b * b + c * c - 2 * a * b - 2 * a * c - 2 * b * c


def breakup_momentum(m, m1, m2):
    return mp.sqrt(kallen(m * m, m1 * m1, m2 * m2)) / (2 * m)


def transverse_mass_of_pair(p, q):
    def transverse_energy(k):
        return mp.sqrt(max(dot(k, k), mp.mpf(0)) + k[1] ** 2 + k[2] ** 2)

    total = plus(p, q)
    return root((transverse_energy(p) + transverse_energy(q)) ** 2 - total[1] ** 2 - total[2] ** 2)
