"""How do vector bosons, scalars and auxiliary tensors combine? More instructions of the amplitude machine.

The layout of registers and the meaning of `add` are those of `block`.
"""

import math

from hepsym._numba import kernel
from hepsym.generators.amplitudes.block import (
    BLOCK,
    C1,
    C2,
    C3,
    R1,
    R2,
    R3,
    Place,
    Scratch,
    U,
    _get,
    _put,
)  # fmt: skip

__all__ = [
    "field_strengths",
    "polarisations",
    "tensor_vector",
    "three_vectors",
    "vector_field_strength",
    "wedge",
]

HALF_ROOT = math.sqrt(0.5)


@kernel
def polarisations(s: Scratch, o: Place, p: Place, m: float) -> None:
    """The external vectors of a momentum: helicity +1, -1 and, where m > 0, 0; four components each.

    e_h = (-h e_theta - i e_phi) / sqrt(2), whose complex conjugate is -e_-h; e_0 = (|p|, E p/|p|) / m.
    Along the z axis and at rest, what the limit from x > 0 gives.
    """
    for e in range(BLOCK):
        k = U(e)
        p0, p1, p2, p3 = s[p + k], s[p + R1 + k], s[p + R2 + k], s[p + R3 + k]
        transverse = math.sqrt(p1 * p1 + p2 * p2)
        norm = math.sqrt(p1 * p1 + p2 * p2 + p3 * p3)
        cosine, sine = (p3 / norm, transverse / norm) if norm > 0.0 else (1.0, 0.0)
        x, y = (p1 / transverse, p2 / transverse) if transverse > 0.0 else (1.0, 0.0)
        t1, t2, t3 = HALF_ROOT * cosine * x, HALF_ROOT * cosine * y, -HALF_ROOT * sine
        f1, f2 = HALF_ROOT * y, -HALF_ROOT * x  # minus e_phi
        i = o
        for h in (-1.0, 1.0):
            _put(s, i + k, complex(0.0, 0.0), False)
            _put(s, i + C1 + k, complex(h * t1, f1), False)
            _put(s, i + C2 + k, complex(h * t2, f2), False)
            _put(s, i + C3 + k, complex(h * t3, 0.0), False)
            i += C3 + C1
        if m > 0.0:
            f = p0 / m
            _put(s, i + k, complex(norm / m, 0.0), False)
            _put(s, i + C1 + k, complex(f * sine * x, 0.0), False)
            _put(s, i + C2 + k, complex(f * sine * y, 0.0), False)
            _put(s, i + C3 + k, complex(f * cosine, 0.0), False)


@kernel
def three_vectors(s: Scratch, o: Place, a: Place, b: Place, p: Place, q: Place, g: float, add: bool) -> None:
    """V (+)= g [(a.b)(q - p) - b ((p + 2q).a) + a ((2p + q).b)]: a of momentum p, b of q, both incoming."""
    for e in range(BLOCK):
        k = U(e)
        p0, p1, p2, p3 = s[p + k], s[p + R1 + k], s[p + R2 + k], s[p + R3 + k]
        q0, q1, q2, q3 = s[q + k], s[q + R1 + k], s[q + R2 + k], s[q + R3 + k]
        a0, a1, a2, a3 = _get(s, a + k), _get(s, a + C1 + k), _get(s, a + C2 + k), _get(s, a + C3 + k)
        b0, b1, b2, b3 = _get(s, b + k), _get(s, b + C1 + k), _get(s, b + C2 + k), _get(s, b + C3 + k)
        ab = g * (a0 * b0 - a1 * b1 - a2 * b2 - a3 * b3)
        u0, u1, u2, u3 = p0 + 2.0 * q0, p1 + 2.0 * q1, p2 + 2.0 * q2, p3 + 2.0 * q3
        w0, w1, w2, w3 = 2.0 * p0 + q0, 2.0 * p1 + q1, 2.0 * p2 + q2, 2.0 * p3 + q3
        ua = g * (u0 * a0 - u1 * a1 - u2 * a2 - u3 * a3)
        wb = g * (w0 * b0 - w1 * b1 - w2 * b2 - w3 * b3)
        _put(s, o + k, (q0 - p0) * ab - ua * b0 + wb * a0, add)
        _put(s, o + C1 + k, (q1 - p1) * ab - ua * b1 + wb * a1, add)
        _put(s, o + C2 + k, (q2 - p2) * ab - ua * b2 + wb * a2, add)
        _put(s, o + C3 + k, (q3 - p3) * ab - ua * b3 + wb * a3, add)


@kernel
def wedge(s: Scratch, o: Place, a: Place, b: Place, g: float, add: bool) -> None:
    """T^munu (+)= g (a^mu b^nu - a^nu b^mu): components 01, 02, 03, 12, 13, 23."""
    for e in range(BLOCK):
        k = U(e)
        a0, a1, a2, a3 = _get(s, a + k), _get(s, a + C1 + k), _get(s, a + C2 + k), _get(s, a + C3 + k)
        b0, b1, b2, b3 = _get(s, b + k), _get(s, b + C1 + k), _get(s, b + C2 + k), _get(s, b + C3 + k)
        _put(s, o + k, g * (a0 * b1 - a1 * b0), add)
        _put(s, o + C1 + k, g * (a0 * b2 - a2 * b0), add)
        _put(s, o + C2 + k, g * (a0 * b3 - a3 * b0), add)
        _put(s, o + C3 + k, g * (a1 * b2 - a2 * b1), add)
        _put(s, o + C3 + C1 + k, g * (a1 * b3 - a3 * b1), add)
        _put(s, o + C3 + C2 + k, g * (a2 * b3 - a3 * b2), add)


@kernel
def tensor_vector(s: Scratch, o: Place, t: Place, b: Place, g: float, add: bool) -> None:
    """V^mu (+)= g T^munu b_nu."""
    for e in range(BLOCK):
        k = U(e)
        t01, t02, t03 = _get(s, t + k), _get(s, t + C1 + k), _get(s, t + C2 + k)
        t12, t13, t23 = _get(s, t + C3 + k), _get(s, t + C3 + C1 + k), _get(s, t + C3 + C2 + k)
        b0, b1, b2, b3 = (
            g * _get(s, b + k),
            g * _get(s, b + C1 + k),
            g * _get(s, b + C2 + k),
            g * _get(s, b + C3 + k),
        )
        _put(s, o + k, -t01 * b1 - t02 * b2 - t03 * b3, add)
        _put(s, o + C1 + k, -t01 * b0 - t12 * b2 - t13 * b3, add)
        _put(s, o + C2 + k, -t02 * b0 + t12 * b1 - t23 * b3, add)
        _put(s, o + C3 + k, -t03 * b0 + t13 * b1 + t23 * b2, add)


@kernel
def field_strengths(
    s: Scratch, o: Place, a: Place, b: Place, p: Place, q: Place, g: float, add: bool
) -> None:
    """S (+)= g [(p.q)(a.b) - (p.b)(q.a)]: a of momentum p, b of momentum q."""
    for e in range(BLOCK):
        k = U(e)
        p0, p1, p2, p3 = s[p + k], s[p + R1 + k], s[p + R2 + k], s[p + R3 + k]
        q0, q1, q2, q3 = s[q + k], s[q + R1 + k], s[q + R2 + k], s[q + R3 + k]
        a0, a1, a2, a3 = _get(s, a + k), _get(s, a + C1 + k), _get(s, a + C2 + k), _get(s, a + C3 + k)
        b0, b1, b2, b3 = _get(s, b + k), _get(s, b + C1 + k), _get(s, b + C2 + k), _get(s, b + C3 + k)
        pq = g * (p0 * q0 - p1 * q1 - p2 * q2 - p3 * q3)
        pb = g * (p0 * b0 - p1 * b1 - p2 * b2 - p3 * b3)
        qa = q0 * a0 - q1 * a1 - q2 * a2 - q3 * a3
        _put(s, o + k, pq * (a0 * b0 - a1 * b1 - a2 * b2 - a3 * b3) - pb * qa, add)


@kernel
def vector_field_strength(
    s: Scratch, o: Place, a: Place, d: Place, p: Place, q: Place, g: float, add: bool
) -> None:
    """V (+)= g S [(p.k) a - (k.a) p] with k = -(p + q): vector a of momentum p, scalar S of momentum q."""
    for e in range(BLOCK):
        k = U(e)
        p0, p1, p2, p3 = s[p + k], s[p + R1 + k], s[p + R2 + k], s[p + R3 + k]
        k0, k1, k2, k3 = -p0 - s[q + k], -p1 - s[q + R1 + k], -p2 - s[q + R2 + k], -p3 - s[q + R3 + k]
        a0, a1, a2, a3 = _get(s, a + k), _get(s, a + C1 + k), _get(s, a + C2 + k), _get(s, a + C3 + k)
        f = g * _get(s, d + k)
        ka = f * (k0 * a0 - k1 * a1 - k2 * a2 - k3 * a3)
        f = f * (p0 * k0 - p1 * k1 - p2 * k2 - p3 * k3)
        _put(s, o + k, f * a0 - p0 * ka, add)
        _put(s, o + C1 + k, f * a1 - p1 * ka, add)
        _put(s, o + C2 + k, f * a2 - p2 * ka, add)
        _put(s, o + C3 + k, f * a3 - p3 * ka, add)
