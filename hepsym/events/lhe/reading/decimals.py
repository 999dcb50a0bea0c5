"""Which double does a decimal number in a text mean? Exactly, or not decided here."""

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel
from hepsym.events.lhe.writing.digits import HIGHEST, LOWEST, N0, N1, POWERS, product

__all__ = ["is_blank", "read_number", "skip_blanks"]

BLANK, TAB, RETURN, PLUS, MINUS, POINT, ZERO, NINE = 32, 9, 13, 43, 45, 46, 48, 57
MOST_DIGITS = 19
"""More do not fit into 64 bits."""
MOST_EXACT = np.uint64(2**53)
EXACT_POWERS = 10.0 ** np.arange(23)
TEN, ALL_ONES = np.uint64(10), np.uint64(2**64 - 1)
N2, N4, N52, N63 = np.uint64(2), np.uint64(4), np.uint64(52), np.uint64(63)
IMPLICIT, MANTISSA = np.uint64(2**52), np.uint64(2**52 - 1)
HALF_WORD = (np.uint64(2**63), np.uint64(2**62), np.uint64(2**60), np.uint64(2**56), np.uint64(2**48))
"""A number below 2^63 has 1 leading zero bit at least; below 2^62, 2; ..."""
TWO_32 = np.uint64(2**32)
S8, S16, S32, S10, S11 = (np.uint64(i) for i in (8, 16, 32, 10, 11))


@kernel
def is_blank(c: int) -> bool:
    """What bytes.split() takes as blank, inside a line."""
    return c == BLANK or TAB <= c <= RETURN


@kernel
def skip_blanks(text: NDArray[np.uint8], at: int, end: int) -> int:
    """The place of the first byte from `at` on that is not blank, or `end`."""
    while at < end and is_blank(text[at]):
        at += 1
    return at


@kernel
def scale(w: np.uint64, q: int) -> tuple[float, bool]:
    """w 10^q rounded once, ties to even, for w > 0; and whether it could be decided.

    w and 10^q are taken as 64 and 128 bits, the second truncated: their product is known to one unit
    of its 128th bit. Where that unit could change the rounding (or the result is subnormal or too
    large) the answer is no, and the caller asks Python.

    Source: D. Lemire, Number parsing at a gigabyte per second, arXiv:2101.11408, in the form
    without its case distinctions.
    """
    if q < LOWEST or q > HIGHEST - 33:
        return 0.0, False
    shift = 0
    top = w
    if top < TWO_32:
        top <<= S32
        shift += 32
    if top < HALF_WORD[4]:
        top <<= S16
        shift += 16
    if top < HALF_WORD[3]:
        top <<= S8
        shift += 8
    if top < HALF_WORD[2]:
        top <<= N4
        shift += 4
    if top < HALF_WORD[1]:
        top <<= N2
        shift += 2
    if top < HALF_WORD[0]:
        top <<= N1
        shift += 1
    high_power, low_power = POWERS[q - LOWEST, 0], POWERS[q - LOWEST, 1]
    carried, _ = product(top, low_power)
    high, middle = product(top, high_power)
    before = middle
    middle = middle + carried if ALL_ONES - middle >= carried else middle - (ALL_ONES - carried) - N1
    if middle < before:
        high += N1
    exponent = ((q * 1741647) >> 19) + 63 - shift  # floor(log2(10^q)) + ...
    bits = S10
    if high >= HALF_WORD[0]:
        bits = S11
        exponent += 1
    mantissa = high >> bits
    rest = high & ((N1 << bits) - N1)
    half = N1 << (bits - N1)
    # the true rest lies between (rest, middle) and one unit of middle above
    unsure_low = rest == half - N1 and middle == ALL_ONES
    unsure_tie = rest == half and middle == N0
    unsure_high = rest == half + half - N1 and middle == ALL_ONES
    if unsure_low or unsure_tie or unsure_high or exponent < -1022 or exponent > 1022:
        return 0.0, False
    if rest >= half:
        mantissa += N1
        if mantissa == IMPLICIT + IMPLICIT:
            mantissa = IMPLICIT
            exponent += 1
    word = (np.uint64(exponent + 1023) << N52) | (mantissa & MANTISSA)
    return float(np.uint64(word).view(np.float64)), True


@kernel
def read_number(text: NDArray[np.uint8], at: int, end: int) -> tuple[float, int, bool]:
    """The number that begins at `at`, the place after it, and whether that is all of a token and certain.

    Python's and Fortran's spellings: -1.5e-3, .5, 7., 0.1D+02, 1.5-101. What is not decided here
    (no number, over 19 digits, subnormal, a hair from a tie) is for hepsym.events.lhe.reading.numbers.
    """
    negative = text[at] == MINUS
    if negative or text[at] == PLUS:
        at += 1
    w = N0
    digits, figures, q = 0, 0, 0
    point = False
    while at < end:
        c = np.int64(text[at])
        if ZERO <= c <= NINE:
            if figures or c != ZERO:
                figures += 1
                if figures > MOST_DIGITS:
                    return 0.0, at, False
                w = w * TEN + np.uint64(c - ZERO)
            digits += 1
            if point:
                q -= 1
        elif c == POINT and not point:
            point = True
        else:
            break
        at += 1
    if not digits:
        return 0.0, at, False
    if at < end and not is_blank(text[at]):
        letter = text[at] | 32  # lower case: e, d, q
        lettered = letter in (101, 100, 113)
        if lettered:
            at += 1
        elif text[at] != PLUS and text[at] != MINUS:
            return 0.0, at, False
        below = at < end and text[at] == MINUS
        if at < end and (below or text[at] == PLUS):
            at += 1
        power, places = 0, 0
        while at < end and ZERO <= text[at] <= NINE and places < 6:
            power = power * 10 + int(np.int64(text[at])) - ZERO
            places += 1
            at += 1
        if not lettered and places != 3:  # Fortran leaves the letter out for three digits only
            return 0.0, at, False
        if not places or (at < end and not is_blank(text[at])):
            return 0.0, at, False
        q += -power if below else power
    if w == N0:
        return -0.0 if negative else 0.0, at, True
    while w % TEN == N0:
        w //= TEN
        q += 1
    if w < MOST_EXACT and -22 <= q <= 22:
        exact = np.float64(w)
        value = float(exact * EXACT_POWERS[q] if q >= 0 else exact / EXACT_POWERS[-q])
        good = True
    else:
        value, good = scale(w, q)
    return -value if negative else value, at, good
