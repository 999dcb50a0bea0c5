"""How do momenta at rest and momentum fractions become an event in the laboratory?"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import loop

__all__ = ["boost_to_laboratory"]

Array = NDArray[np.float64]


@loop
def boost_to_laboratory(rest: Array, fractions: Array, half: float, out: Array) -> None:
    """Partons x1, x2 of beams of `half` GeV each, then the momenta (n, k, 4) at rest boosted with them.

    out is (n, 2 + k, 4). E + z and E - z scale by sqrt(x1 / x2) and its inverse, so the invariant mass
    keeps its digits; |p^2 - m^2| <= 8 eps E^2.
    """
    for i in range(rest.shape[0]):
        x1, x2 = fractions[i, 0], fractions[i, 1]
        for leg in range(2):
            x = x1 if leg == 0 else x2
            out[i, leg, 0] = x * half
            out[i, leg, 1] = 0.0
            out[i, leg, 2] = 0.0
            out[i, leg, 3] = x * half if leg == 0 else -x * half
        grow = math.sqrt(x1 / x2)
        for k in range(rest.shape[1]):
            plus = grow * (rest[i, k, 0] + rest[i, k, 3])
            minus = (rest[i, k, 0] - rest[i, k, 3]) / grow
            out[i, 2 + k, 0] = 0.5 * (plus + minus)
            out[i, 2 + k, 1] = rest[i, k, 1]
            out[i, 2 + k, 2] = rest[i, k, 2]
            out[i, 2 + k, 3] = 0.5 * (plus - minus)
