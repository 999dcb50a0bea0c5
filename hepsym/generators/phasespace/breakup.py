"""How much momentum does a decay set free? Two-body kinematics that keeps its digits at threshold.

The variable is the release Q = M - a - b, not M: every factor is then a sum of positive terms.
"""

import math

from hepsym._numba import kernel

__all__ = ["momentum_of_release", "product_excess", "release_of_excess", "rest_direction"]


@kernel
def momentum_of_release(q: float, a: float, b: float) -> float:
    """|p*| of masses a and b, GeV, from the release q >= 0 of their parent of mass a + b + q > 0.

        |p*| = sqrt(q (q + 2a) (q + 2b) (q + 2a + 2b)) / (2 (q + a + b))

    Error: 4 eps relative for any q and any masses (tests/generators/phasespace/test_breakup.py).
    """
    return math.sqrt(q * (q + 2.0 * a) * ((q + 2.0 * b) * (q + 2.0 * (a + b)))) / (2.0 * (q + (a + b)))


@kernel
def product_excess(
    px: float, py: float, pz: float, a: float, qx: float, qy: float, qz: float, b: float
) -> float:
    """p.q - a b >= 0 (Minkowski) of momenta with masses a and b, GeV^2, without cancellation.

    The collinear part is a b (cosh eta - 1) = d^2 / (a b + sqrt(a^2 b^2 + d^2)) with
    d = (|p| b - |q| a)(|p| b + |q| a) / (|p| E_q + |q| E_p); the angle adds |p| |q| (1 - cos theta),
    from the cross product. Both keep their digits where E_p E_q - p.q loses them: at rest together
    and for pairs of small mass and large energy.
    """
    p = math.sqrt(px * px + py * py + pz * pz)
    q = math.sqrt(qx * qx + qy * qy + qz * qz)
    if p == 0.0 or q == 0.0:
        # one stands still: its mass times the other's kinetic energy
        moving, mass, still = (p, a, b) if q == 0.0 else (q, b, a)
        energy = math.sqrt(moving * moving + mass * mass)
        return still * moving * moving / (energy + mass) if moving > 0.0 else 0.0
    e_p = math.sqrt(p * p + a * a)
    e_q = math.sqrt(q * q + b * b)
    d = (p * b - q * a) * (p * b + q * a) / (p * e_q + q * e_p)
    rest = a * b
    along = d * d / (rest + math.sqrt(rest * rest + d * d)) if d != 0.0 else 0.0
    dot = px * qx + py * qy + pz * qz
    if dot <= 0.0:
        return along + (p * q - dot)
    cx = py * qz - pz * qy
    cy = pz * qx - px * qz
    cz = px * qy - py * qx
    return along + (cx * cx + cy * cy + cz * cz) / (p * q + dot)


@kernel
def release_of_excess(x: float, a: float, b: float) -> float:
    """Q = M - a - b from x = p.q - a b = (M^2 - (a + b)^2) / 2, GeV."""
    least = a + b
    root = least + math.sqrt(least * least + 2.0 * x)
    return 2.0 * x / root if root > 0.0 else 0.0


@kernel
def rest_direction(
    px: float, py: float, pz: float, qx: float, qy: float, qz: float, mass: float, e: float, p: float
) -> tuple[float, float, float]:
    """Unit vector of momentum p in the rest frame of momentum q and its mass, reached without rotation.

    e and p are energy and momentum of the first in that frame, which its masses give exactly. The
    part along q is (p.q/|q|) M / E_q - e |q| / E_q, which does not cancel however fast q is; the part
    across is unchanged by the boost, and its size follows from |p*| unless it is very small.
    """
    q = math.sqrt(qx * qx + qy * qy + qz * qz)
    if p <= 0.0:
        return 0.0, 0.0, 1.0
    if q < 1e-14 * p:
        norm = math.sqrt(px * px + py * py + pz * pz)
        return px / norm, py / norm, pz / norm
    energy = math.sqrt(q * q + mass * mass)
    nx, ny, nz = qx / q, qy / q, qz / q
    ahead = px * nx + py * ny + pz * nz
    along = (ahead * mass - q * e) / energy / p
    along = min(max(along, -1.0), 1.0)
    tx, ty, tz = px - ahead * nx, py - ahead * ny, pz - ahead * nz
    rest = tx * nx + ty * ny + tz * nz  # what rounding left along n counts: it is not boosted down
    tx, ty, tz = tx - rest * nx, ty - rest * ny, tz - rest * nz
    across = math.sqrt(tx * tx + ty * ty + tz * tz)
    size = math.sqrt((1.0 - along) * (1.0 + along))
    if size < 1e-4:
        size = across / p
        along = math.copysign(math.sqrt(max((1.0 - size) * (1.0 + size), 0.0)), along)
    f = size / across if across > 0.0 else 0.0
    return along * nx + f * tx, along * ny + f * ty, along * nz + f * tz
