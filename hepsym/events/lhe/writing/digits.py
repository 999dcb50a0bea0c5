"""How is a double written in 17 digits, so that reading it gives the same bits?"""

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel

__all__ = ["HIGHEST", "LOWEST", "N0", "N1", "POWERS", "decimal", "product", "write_number"]

LOWEST, HIGHEST = -292, 341
"""10^p for these p scales every double to 17 digits."""


def _powers() -> NDArray[np.uint64]:
    """(p, 2): the top 128 bits of 10^p, truncated, high word first; exact for 0 <= p <= 55."""
    table = np.empty((HIGHEST - LOWEST + 1, 2), dtype=np.uint64)
    for row, p in enumerate(range(LOWEST, HIGHEST + 1)):
        if p >= 0:
            length = (10**p).bit_length()
            top = 10**p << (128 - length) if length <= 128 else 10**p >> (length - 128)
        else:
            length = (10**-p).bit_length()
            top = (1 << (127 + length)) // 10**-p  # 2^127 <= top < 2^128, for no 10^-p is a power of two
        table[row] = top >> 64, top & (2**64 - 1)
    return table


def _thresholds() -> NDArray[np.int64]:
    """Bits of the least double that is not below 10^k, k from -324."""
    table = np.empty(634, dtype=np.int64)
    for row in range(634):
        k = row - 324
        power = float(f"1e{k}") if k <= 308 else np.inf
        if k <= 308 and _below(power, k):
            power = np.nextafter(power, np.inf)
        table[row] = np.float64(power).view(np.int64)
    return table


def _below(x: float, k: int) -> bool:
    numerator, denominator = x.as_integer_ratio()
    return bool(numerator < 10**k * denominator if k >= 0 else numerator * 10**-k < denominator)


POWERS = _powers()
THRESHOLDS = _thresholds()

MASK_32 = np.uint64(0xFFFFFFFF)
N0, N1, N8, N10, N11, N16, N20, N32 = (np.uint64(i) for i in (0, 1, 8, 10, 11, 16, 20, 32))
TEN_4, TEN_8, TEN_16, TEN_17 = (np.uint64(10**i) for i in (4, 8, 16, 17))
N100, N103, N10486 = np.uint64(100), np.uint64(103), np.uint64(10486)
PAIRS, SINGLES = np.uint64(0x0000007F0000007F), np.uint64(0x000F000F000F000F)
ASCII_ZEROS = np.uint64(0x3030303030303030)
SPACE, MINUS, PLUS, POINT, ZERO, LETTER_E = 32, 45, 43, 46, 48, 101


@kernel
def product(a: np.uint64, b: np.uint64) -> tuple[np.uint64, np.uint64]:
    """The 128-bit product, high word first. Nothing overflows on the way."""
    a0, a1 = a & MASK_32, a >> N32
    b0, b1 = b & MASK_32, b >> N32
    low = a0 * b0
    first = a1 * b0 + (low >> N32)
    second = a0 * b1 + (first & MASK_32)
    return a1 * b1 + (first >> N32) + (second >> N32), (second << N32) | (low & MASK_32)


@kernel
def decimal(bits: np.int64) -> tuple[np.uint64, np.int64]:
    """(d, k) with x = d 10^(k - 16) rounded to 17 digits, 10^16 <= d < 10^17, of a positive finite x.

    `bits` are those of x. d is x's 53 bits times 128 bits of a power of ten: the product is known to
    2^-69 of a unit, so d is rounded correctly, ties to even, unless x lies that close to a tie
    without being one.
    """
    e2 = (bits >> 52) & 0x7FF
    mantissa = np.uint64(bits & 0x000FFFFFFFFFFFFF)
    if e2 == 0:
        e2 = np.int64(12)
        mantissa = mantissa << N11
        while mantissa >> np.uint64(63) == N0:
            mantissa = mantissa << N1
            e2 -= 1
        e2 -= 11
    else:
        mantissa = (mantissa | np.uint64(0x0010000000000000)) << N11
    e2 -= 1023
    k = (e2 * 315653) >> 20  # floor(e2 log10(2))
    if bits >= THRESHOLDS[k + 325]:
        k += 1
    p = 16 - k
    q = (p * 1741647) >> 19  # floor(p log2(10))
    high_power, low_power = POWERS[p - LOWEST, 0], POWERS[p - LOWEST, 1]
    a_high, a_low = product(mantissa, low_power)
    high, b_low = product(mantissa, high_power)
    middle = b_low + a_high
    if middle < b_low:
        high += N1
    shift = np.uint64(62 - e2 - q)
    d = high >> shift
    half = N1 << (shift - N1)
    rest = high & ((N1 << shift) - N1)  # the fraction of d: rest, middle, a_low
    if rest == half and middle == N0 and a_low == N0 and 0 <= p <= 55:
        d += d & N1  # a true tie; there is none where 10^p is truncated
    elif rest >= half:
        d += N1
    if d == TEN_17:
        d = TEN_16
        k += 1
    return d, k


@kernel
def _eight_digits(n: np.uint64) -> np.uint64:
    """n < 10^8 as eight ASCII digits, the first in the lowest byte."""
    v = (n // TEN_4) | ((n % TEN_4) << N32)
    t = ((v * N10486) >> N20) & PAIRS
    v = t | ((v - N100 * t) << N16)
    t = ((v * N103) >> N10) & SINGLES
    v = t | ((v - N10 * t) << N8)
    return v | ASCII_ZEROS


@kernel
def write_number(out: NDArray[np.uint8], at: int, x: float) -> int:
    """Write a blank and x as `format(x, ".16e")` does; the place after it. At most 25 bytes.

    x is finite: the caller has checked. Correct to the last digit for every double
    (tests/events/lhe/test_digits.py), so float() of it gives x back, -0.0 and subnormals included.
    """
    bits = np.float64(x).view(np.int64)
    out[at] = SPACE
    out[at + 1] = MINUS
    if bits < 0:
        at += 1
    bits = bits & 0x7FFFFFFFFFFFFFFF
    d, k = N0, np.int64(0)
    if bits != 0:
        d, k = decimal(bits)
    first = d // TEN_16
    rest = d - first * TEN_16
    upper = rest // TEN_8
    left = _eight_digits(upper)
    right = _eight_digits(rest - upper * TEN_8)
    out[at + 1] = ZERO + np.int64(first)
    out[at + 2] = POINT
    for i in range(8):
        out[at + 3 + i] = np.int64((left >> np.uint64(8 * i)) & np.uint64(0xFF))
    for i in range(8):
        out[at + 11 + i] = np.int64((right >> np.uint64(8 * i)) & np.uint64(0xFF))
    out[at + 19] = LETTER_E
    out[at + 20] = MINUS if k < 0 else PLUS
    k = np.abs(k)
    at += 21
    if k >= 100:
        out[at] = ZERO + k // 100
        at += 1
        k = k % 100
    out[at] = ZERO + k // 10
    out[at + 1] = ZERO + k % 10
    return at + 2
