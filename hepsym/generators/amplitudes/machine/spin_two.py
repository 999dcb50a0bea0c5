"""How does a spin-2 resonance couple? Its sources, energy-momentum tensors of two particles on shell.

The layout is that of `block`, operands at the fixed places. A symmetric tensor has ten components:
00, 01, 02, 03, 11, 12, 13, 22, 23, 33. Both sources of an exchange are conserved, so the propagator's
numerator becomes S.S' - tr S tr S' / 3.
Source: Han, Lykken and Zhang, Phys. Rev. D59 (1999) 105006, https://arxiv.org/abs/hep-ph/9811350.
"""

from hepsym._numba import kernel
from hepsym.generators.amplitudes.machine.block import (
    BLOCK,
    STAGE_A,
    STAGE_B,
    STAGE_OUT,
    Scratch,
    U,
    _get,
    _put,
)
from hepsym.generators.amplitudes.machine.bosons import A, B, P, Q, _along, _momentum, _vector

__all__ = ["dot10", "of_current", "of_fields"]

STEP = U(2 * BLOCK)
_ROWS = (0, 0, 0, 0, 1, 1, 1, 2, 2, 3)
_COLUMNS = (0, 1, 2, 3, 1, 2, 3, 2, 3, 3)


@kernel
def of_current(s: Scratch) -> None:
    """T^munu = (j^mu (p - q)^nu + j^nu (p - q)^mu) / 4: column of momentum p, row of q, j their current.

    j is at A, the column's momentum at Q and the row's at P, as their slots are ordered.
    """
    for n in range(10):
        i, j = _ROWS[n], _COLUMNS[n]
        for e in range(BLOCK):
            k = U(e)
            a, b = U(i * BLOCK) + k, U(j * BLOCK) + k
            one = _get(s, U(STAGE_A + 2 * i * BLOCK) + k) * (s[Q + b] - s[P + b])
            two = _get(s, U(STAGE_A + 2 * j * BLOCK) + k) * (s[Q + a] - s[P + a])
            _put(s, U(STAGE_OUT + 2 * n * BLOCK) + k, 0.25 * (one + two))


@kernel
def of_fields(s: Scratch, g: float) -> None:
    """T^munu = g [f^mua h^nu_a + f^nua h^mu_a - eta^munu f.h / 2], f = p ^ a, h = q ^ b.

    f^mua h^nu_a = p^mu q^nu (a.b) - p^mu b^nu (a.q) - a^mu q^nu (p.b) + a^mu b^nu (p.q).
    """
    for n in range(10):
        i, j = _ROWS[n], _COLUMNS[n]
        eta = 0.0 if i != j else (1.0 if i == 0 else -1.0)
        for e in range(BLOCK):
            k = U(e)
            p, q, a, b = _momentum(s, P + k), _momentum(s, Q + k), _vector(s, A + k), _vector(s, B + k)
            ab = a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3]
            pq = p[0] * q[0] - p[1] * q[1] - p[2] * q[2] - p[3] * q[3]
            qa, pb = _along(q, a), _along(p, b)
            ri, rj = U(i * BLOCK) + k, U(j * BLOCK) + k
            ci, cj = U(2 * i * BLOCK) + k, U(2 * j * BLOCK) + k
            pi, pj, qi, qj = s[P + ri], s[P + rj], s[Q + ri], s[Q + rj]
            ai, aj, bi, bj = _get(s, A + ci), _get(s, A + cj), _get(s, B + ci), _get(s, B + cj)
            z = (pi * qj + pj * qi) * ab - qa * (pi * bj + pj * bi) - pb * (ai * qj + aj * qi)
            z += (ai * bj + aj * bi) * pq - eta * (pq * ab - qa * pb)
            _put(s, U(STAGE_OUT + 2 * n * BLOCK) + k, g * z)


@kernel
def dot10(s: Scratch, g: float) -> None:
    """S = g (S.S' - tr S tr S' / 3) of two symmetric tensors, staged at A and B."""
    for e in range(BLOCK):
        k = U(e)
        total = complex(0.0, 0.0)
        one, two = complex(0.0, 0.0), complex(0.0, 0.0)
        for n in range(10):
            i, j = _ROWS[n], _COLUMNS[n]
            x = _get(s, U(STAGE_A + 2 * n * BLOCK) + k)
            y = _get(s, U(STAGE_B + 2 * n * BLOCK) + k)
            mixed = (i == 0) != (j == 0)
            total += (1.0 if i == j else (-2.0 if mixed else 2.0)) * (x * y)
            if i == j:
                one += x if i == 0 else -x
                two += y if i == 0 else -y
        _put(s, U(STAGE_OUT) + k, g * (total - one * two / 3.0))
