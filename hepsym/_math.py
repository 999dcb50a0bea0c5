"""sin, cos and log as polynomials, so that event loops vectorise: libm's stay scalar in Numba.

Scalar kernels; nothing is checked or allocated.
"""

import math

import numpy as np

from hepsym._numba import kernel

HALF_PI_HIGH = 1.5707963267948966
LN2_HIGH = 0.6931471803691238  # the first 33 bits of ln 2 (fdlibm's split): n * LN2_HIGH is exact
LN2_LOW = 1.9082149292705877e-10


@kernel
def sincos2pi(u: float) -> tuple[float, float]:
    """sin and cos of 2 pi u.

    The angle is reduced exactly in turns: r = 4u - round(4u), |r| <= 1/2, then Taylor series of
    degree 15 and 16 in pi r / 2 (remainder below 1e-17).

    Error: 2.5e-16 absolute for |u| <= 2^50; sin^2 + cos^2 = 1 to 4.5e-16 (tests/test_math.py).
    """
    turns = 4.0 * u
    quarter = math.floor(turns + 0.5)
    a = (turns - quarter) * HALF_PI_HIGH
    z = a * a
    s = -7.647163731819816e-13
    s = s * z + 1.6059043836821613e-10
    s = s * z - 2.505210838544172e-08
    s = s * z + 2.7557319223985893e-06
    s = s * z - 1.984126984126984e-04
    s = s * z + 8.333333333333333e-03
    s = s * z - 1.6666666666666666e-01
    s = a + a * (s * z)
    c = 4.779477332387385e-14
    c = c * z - 1.1470745597729725e-11
    c = c * z + 2.08767569878681e-09
    c = c * z - 2.755731922398589e-07
    c = c * z + 2.48015873015873e-05
    c = c * z - 1.388888888888889e-03
    c = c * z + 4.1666666666666664e-02
    c = 1.0 + z * (c * z - 0.5)
    k = np.int64(quarter) & 3
    sine = c if k & 1 else s
    cosine = s if k & 1 else c
    sine = -sine if k & 2 else sine
    cosine = -cosine if (k + 1) & 2 else cosine
    return sine, cosine


@kernel
def log(x: float) -> float:
    """Natural logarithm of a positive normal double.

    x = 2^n f with sqrt(1/2) < f <= sqrt(2); log f = 2 artanh s, s = (f - 1)/(f + 1), by its
    series to s^21.

    Error: 4e-16 relative for 1e-300 < x < 1e300 (tests/test_math.py). x <= 0, subnormal,
    infinite or nan x give nonsense: the caller has excluded them.
    """
    bits = np.float64(x).view(np.int64)
    n = (bits >> 52) - 1023
    f = np.int64((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000).view(np.float64)
    above = f > 1.4142135623730951
    f = 0.5 * f if above else f
    e = np.float64(n) + (1.0 if above else 0.0)
    g = f - 1.0
    s = g / (2.0 + g)
    z = s * s
    p = 1.0 / 21.0
    p = p * z + 1.0 / 19.0
    p = p * z + 1.0 / 17.0
    p = p * z + 1.0 / 15.0
    p = p * z + 1.0 / 13.0
    p = p * z + 1.0 / 11.0
    p = p * z + 1.0 / 9.0
    p = p * z + 1.0 / 7.0
    p = p * z + 1.0 / 5.0
    p = p * z + 1.0 / 3.0
    half = 0.5 * g * g
    # log(1 + g) = g - g^2/2 + s (g^2/2 + 2 z p'), which keeps the leading g exact
    tail = s * (half + 2.0 * z * p)
    return e * LN2_HIGH + ((g - half) + (tail + e * LN2_LOW))
