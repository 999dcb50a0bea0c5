"""How do arctangents and logarithms near 1 vectorise inside event loops?

libm's atan2 and log1p stay scalar calls in Numba; these are arithmetic and selections only.
"""

from collections.abc import Callable
from typing import cast

import numpy as np

from hepsym._math import log
from hepsym._numba import kernel

__all__ = ["arsinh", "atan2", "copysign", "log1p", "sqrt"]

sqrt = cast(Callable[[float], float], np.sqrt)  # numpy's types do not say that a float gives a float
copysign = cast(Callable[[float, float], float], np.copysign)


TAN_PI_8 = 0.41421356237309503
QUARTER_PI_HIGH = 0.7853981633974483
QUARTER_PI_LOW = 3.061616997868383e-17  # pi/4 = HIGH + LOW, to 2^-110


@kernel
def atan2(y: float, x: float) -> float:
    """The angle of the point (x, y), in [-pi, pi]; radians.

    The octant by |y| > |x|, then by tan pi/8; atan t = t + t z P(z), z = t^2 <= (tan pi/8)^2, with P
    of degree 10, a Chebyshev fit (7e-18 off, before rounding). atan2(0, 0) = 0; a negative x with
    y = -0.0 gives -pi; nan in, nan out. Infinite x or y give nan.

    Error: 4e-16 relative (tests/lorentz/test_elementary.py).
    """
    ax = np.abs(x)
    ay = np.abs(y)
    steep = ay > ax
    low = ax if steep else ay
    high = ay if steep else ax
    wide = low > TAN_PI_8 * high
    numerator = low - high if wide else low
    denominator = low + high if wide else high
    t = numerator / (denominator if denominator != 0.0 else 1.0)
    z = t * t
    c = -0.019175404711104935
    c = c * z + 0.03923044778479309
    c = c * z - 0.050854078345894844
    c = c * z + 0.05858140904866328
    c = c * z - 0.06664510525508936
    c = c * z + 0.07692183125376892
    c = c * z - 0.0909090457530649
    c = c * z + 0.11111111015187018
    c = c * z - 0.14285714284665682
    c = c * z + 0.19999999999995516
    c = c * z - 0.3333333333333333
    tail = t * (c * z)
    # the angle is quarters * pi/4 +- (t + tail): gather both signs before anything is rounded
    left = x < 0.0
    flip = steep != left
    sign = -1.0 if flip else 1.0
    quarters = (1.0 if wide else 0.0) * sign + (2.0 if steep else (4.0 if left else 0.0))
    angle = quarters * QUARTER_PI_HIGH + (sign * t + (sign * tail + quarters * QUARTER_PI_LOW))
    return copysign(angle, y) if angle == angle else angle  # noqa: PLR0124 - nan alone differs


@kernel
def log1p(x: float) -> float:
    """log(1 + x) for x >= 0, with the digits of a small x kept; +inf and nan go through.

    log u corrected by the rounding of u = 1 + x, to first order. x < 0 gives nonsense: the
    caller has excluded it.

    Error: 1e-15 relative (tests/lorentz/test_elementary.py).
    """
    u = 1.0 + x
    value = log(u) + (x - (u - 1.0)) / u
    return value if x <= 1e300 else x


@kernel
def arsinh(x: float) -> float:
    """Inverse hyperbolic sine for |x| < 1e150; odd; nan goes through.

    Error: 1.5e-15 relative (tests/lorentz/test_elementary.py).
    """
    a = np.abs(x)
    return copysign(log1p(a + a * (a / (1.0 + sqrt(1.0 + a * a)))), x)
