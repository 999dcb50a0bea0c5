"""How do vector bosons, scalars and auxiliary tensors combine? More instructions of the amplitude machine.

The layout of registers is that of `block`. Operands and results are at the fixed places A, B (two
fields), P, Q (their incoming momenta) and OUT: `execute` stages them.
"""

import numpy as np

from hepsym._numba import kernel
from hepsym.generators.amplitudes.machine.block import (
    BLOCK,
    C1,
    C2,
    C3,
    R1,
    R2,
    R3,
    STAGE_A,
    STAGE_B,
    STAGE_OUT,
    STAGE_P,
    STAGE_Q,
    Scratch,
    U,
    _get,
    _put,
)  # fmt: skip

__all__ = [
    "dot6",
    "field_strengths",
    "tensor_vector",
    "three_vectors",
    "travel_vector",
    "vector_field_strength",
    "wedge",
]

A, B, P, Q, OUT = U(STAGE_A), U(STAGE_B), U(STAGE_P), U(STAGE_Q), U(STAGE_OUT)
Vector = tuple[complex, complex, complex, complex]
Momentum = tuple[float, float, float, float]


@kernel
def _vector(s: Scratch, i: np.uint64) -> Vector:
    return _get(s, i), _get(s, i + C1), _get(s, i + C2), _get(s, i + C3)


@kernel
def _momentum(s: Scratch, i: np.uint64) -> Momentum:
    return s[i], s[i + R1], s[i + R2], s[i + R3]


@kernel
def _along(p: Momentum, a: Vector) -> complex:
    return p[0] * a[0] - p[1] * a[1] - p[2] * a[2] - p[3] * a[3]


@kernel
def three_vectors(s: Scratch, g: float) -> None:
    """V = g [(a.b)(q - p) - b ((p + 2q).a) + a ((2p + q).b)]: a of momentum p, b of q, both incoming."""
    for e in range(BLOCK):
        k = U(e)
        p, q, a, b = _momentum(s, P + k), _momentum(s, Q + k), _vector(s, A + k), _vector(s, B + k)
        ab = g * (a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3])
        pa, qa, pb, qb = _along(p, a), _along(q, a), _along(p, b), _along(q, b)
        ua, wb = -g * (pa + 2.0 * qa), g * (2.0 * pb + qb)
        _put(s, OUT + k, (q[0] - p[0]) * ab + ua * b[0] + wb * a[0])
        _put(s, OUT + C1 + k, (q[1] - p[1]) * ab + ua * b[1] + wb * a[1])
        _put(s, OUT + C2 + k, (q[2] - p[2]) * ab + ua * b[2] + wb * a[2])
        _put(s, OUT + C3 + k, (q[3] - p[3]) * ab + ua * b[3] + wb * a[3])


@kernel
def wedge(s: Scratch, g: float) -> None:
    """T^munu = g (a^mu b^nu - a^nu b^mu): components 01, 02, 03, 12, 13, 23."""
    for e in range(BLOCK):
        k = U(e)
        a, b = _vector(s, A + k), _vector(s, B + k)
        _put(s, OUT + k, g * (a[0] * b[1] - a[1] * b[0]))
        _put(s, OUT + C1 + k, g * (a[0] * b[2] - a[2] * b[0]))
        _put(s, OUT + C2 + k, g * (a[0] * b[3] - a[3] * b[0]))
        _put(s, OUT + C3 + k, g * (a[1] * b[2] - a[2] * b[1]))
        _put(s, OUT + C3 + C1 + k, g * (a[1] * b[3] - a[3] * b[1]))
        _put(s, OUT + C3 + C2 + k, g * (a[2] * b[3] - a[3] * b[2]))


@kernel
def tensor_vector(s: Scratch, g: float) -> None:
    """V^mu = g T^munu b_nu."""
    for e in range(BLOCK):
        k = U(e)
        t01, t02, t03 = _get(s, A + k), _get(s, A + C1 + k), _get(s, A + C2 + k)
        t12, t13, t23 = _get(s, A + C3 + k), _get(s, A + C3 + C1 + k), _get(s, A + C3 + C2 + k)
        b = _vector(s, B + k)
        _put(s, OUT + k, g * (-t01 * b[1] - t02 * b[2] - t03 * b[3]))
        _put(s, OUT + C1 + k, g * (-t01 * b[0] - t12 * b[2] - t13 * b[3]))
        _put(s, OUT + C2 + k, g * (-t02 * b[0] + t12 * b[1] - t23 * b[3]))
        _put(s, OUT + C3 + k, g * (-t03 * b[0] + t13 * b[1] + t23 * b[2]))


@kernel
def dot6(s: Scratch, g: float) -> None:
    """S = g sum over mu < nu of a^munu b_munu: components 01, 02, 03, 12, 13, 23."""
    for e in range(BLOCK):
        k = U(e)
        i, j = A + k, B + k
        z = _get(s, i + C3) * _get(s, j + C3) - _get(s, i) * _get(s, j)
        z += _get(s, i + C3 + C1) * _get(s, j + C3 + C1) - _get(s, i + C1) * _get(s, j + C1)
        z += _get(s, i + C3 + C2) * _get(s, j + C3 + C2) - _get(s, i + C2) * _get(s, j + C2)
        _put(s, OUT + k, g * z)


@kernel
def field_strengths(s: Scratch, g: float) -> None:
    """S = g [(p.q)(a.b) - (p.b)(q.a)]: a of momentum p, b of momentum q."""
    for e in range(BLOCK):
        k = U(e)
        p, q, a, b = _momentum(s, P + k), _momentum(s, Q + k), _vector(s, A + k), _vector(s, B + k)
        pq = p[0] * q[0] - p[1] * q[1] - p[2] * q[2] - p[3] * q[3]
        ab = a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3]
        _put(s, OUT + k, g * (pq * ab - _along(p, b) * _along(q, a)))


@kernel
def vector_field_strength(s: Scratch, g: float) -> None:
    """V = g S [(p.k) a - (k.a) p] with k = -(p + q): vector a of momentum p, scalar S of momentum q."""
    for e in range(BLOCK):
        k = U(e)
        p, q, a = _momentum(s, P + k), _momentum(s, Q + k), _vector(s, A + k)
        n = (-p[0] - q[0], -p[1] - q[1], -p[2] - q[2], -p[3] - q[3])
        f = g * _get(s, B + k)
        na = f * _along(n, a)
        pn = f * (p[0] * n[0] - p[1] * n[1] - p[2] * n[2] - p[3] * n[3])
        _put(s, OUT + k, pn * a[0] - p[0] * na)
        _put(s, OUT + C1 + k, pn * a[1] - p[1] * na)
        _put(s, OUT + C2 + k, pn * a[2] - p[2] * na)
        _put(s, OUT + C3 + k, pn * a[3] - p[3] * na)


@kernel
def travel_vector(s: Scratch, g: float, over_m2: float) -> None:
    """V = g D (a - p (p.a) / m^2): a massive vector's propagator in the unitary gauge."""
    for e in range(BLOCK):
        k = U(e)
        p, a = _momentum(s, P + k), _vector(s, A + k)
        f = g * _get(s, B + k)
        along = _along(p, a) * over_m2
        _put(s, OUT + k, f * (a[0] - p[0] * along))
        _put(s, OUT + C1 + k, f * (a[1] - p[1] * along))
        _put(s, OUT + C2 + k, f * (a[2] - p[2] * along))
        _put(s, OUT + C3 + k, f * (a[3] - p[3] * along))
