"""At which scale are densities and couplings taken: Q^2 as a function of the momenta.

    "s_hat"   Q^2 = (p_1 + p_2)^2, of the two incoming partons
    "mt"      Q   = the largest m_T,i
    "ht/2"    Q   = (sum of m_T,i) / 2
    number    Q in GeV, fixed

over the outgoing legs i, m_T^2 = m^2 + p_T^2 with the known mass m. A factor multiplies Q.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import loop
from hepsym.errors import InputError

Values = NDArray[np.float64]

S_HAT, MT, HT_HALF, FIXED = range(4)
SCALES = {"s_hat": S_HAT, "mt": MT, "ht/2": HT_HALF}


def scale_choice(scale: str | float, key: str = "qcd.scale") -> tuple[int, float]:
    """What the kernels take: the choice and, for FIXED, Q^2 in GeV^2 (1 otherwise).

    Raises InputError for a word that is none of SCALES and for a number that is not above 0.
    """
    if isinstance(scale, str):
        name = scale.strip().lower().replace("-", "_")
        if name not in SCALES:
            raise InputError(f"{key} = {scale!r} is no scale: give {', '.join(SCALES)} or a number in GeV")
        return SCALES[name], 1.0
    if not (0.0 < scale < math.inf):
        raise InputError(f"{key} = {scale!r} must be above 0 GeV")
    return FIXED, float(scale) ** 2


@loop
def fill_scales(
    choice: int, fixed: float, factor: float, momenta: Values, masses: Values, out: Values
) -> None:
    """Q^2 in GeV^2 into out (n,) of momenta (n, legs, 4), two incoming first, and masses (legs,)."""
    legs = momenta.shape[1]
    for i in range(momenta.shape[0]):
        q2 = fixed
        if choice == S_HAT:
            e = momenta[i, 0, 0] + momenta[i, 1, 0]
            x = momenta[i, 0, 1] + momenta[i, 1, 1]
            y = momenta[i, 0, 2] + momenta[i, 1, 2]
            z = momenta[i, 0, 3] + momenta[i, 1, 3]
            q2 = (e - z) * (e + z) - x * x - y * y
        elif choice == MT:
            q2 = 0.0
            for leg in range(2, legs):
                q2 = max(q2, masses[leg] ** 2 + momenta[i, leg, 1] ** 2 + momenta[i, leg, 2] ** 2)
        elif choice == HT_HALF:
            total = 0.0
            for leg in range(2, legs):
                total += math.sqrt(masses[leg] ** 2 + momenta[i, leg, 1] ** 2 + momenta[i, leg, 2] ** 2)
            q2 = 0.25 * total * total
        out[i] = factor * factor * q2


def scales(
    scale: str | float, momenta: Values, masses: Values, *, factor: float = 1.0, out: Values | None = None
) -> Values:
    """Q^2 in GeV^2, (n,), of momenta (n, legs, 4) in GeV with two incoming first; masses (legs,) in GeV.

    Error: 4e-16 relative, for s_hat of (sum of E)^2. Raises InputError for a scale that there is not,
    for momenta of another shape and a factor not above 0.
    """
    choice, fixed = scale_choice(scale)
    if momenta.ndim != 3 or momenta.shape[2] != 4 or momenta.shape[1] < 3:
        raise InputError(f"momenta are (n, legs, 4) with two incoming first, not {momenta.shape}")
    if masses.shape != (momenta.shape[1],) or not 0.0 < factor < math.inf:
        raise InputError(f"a mass for each of {momenta.shape[1]} legs and a factor above 0 are needed")
    out = np.empty(momenta.shape[0]) if out is None else out
    fill_scales(choice, fixed, factor, momenta, masses, out)
    return out
