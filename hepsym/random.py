"""Counter-based random numbers: which number comes out depends on where it is asked for, not when.

Philox4x32-10 maps a 128-bit counter and a 64-bit key to four 32-bit words. hepsym's counter is
(event, low and high word; draw; stream) and its key is `key(seed, name)`, so that event i is a
function of (seed, i) alone: threads, processes, chunk sizes and interruptions cannot change it.

Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11,
https://doi.org/10.1145/2063384.2063405
"""

import hashlib
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from hepsym._math import log, sincos2pi
from hepsym._numba import kernel, loop
from hepsym.errors import InputError

__all__ = ["exponentials", "key", "normals", "philox4x32", "uniform", "uniforms", "words"]

Words = tuple[np.uint64, np.uint64, np.uint64, np.uint64]

LOW32 = np.uint64(0xFFFFFFFF)
MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
SHIFT_32 = np.uint64(32)
SHIFT_20 = np.uint64(20)
SHIFT_12 = np.uint64(12)
ONE_BITS = np.uint64(0x3FF0000000000000)
ZERO = np.uint64(0)
ALMOST_ONE = 1.0 - 2.0**-53


@kernel
def philox4x32(
    c0: np.uint64, c1: np.uint64, c2: np.uint64, c3: np.uint64, k0: np.uint64, k1: np.uint64
) -> Words:
    """Ten rounds of Philox4x32: four 32-bit words, held in uint64, of counter c and key k.

    All arguments are uint64 below 2^32. Equal to Random123's known answers (tests/test_random.py).
    """
    for _ in range(10):
        # Only low halves count; masked where they are multiplied, which costs nothing there.
        p0 = MULTIPLIER_0 * (c0 & LOW32)
        p1 = MULTIPLIER_1 * (c2 & LOW32)
        c0 = (p1 >> SHIFT_32) ^ c1 ^ k0
        c1 = p1
        c2 = (p0 >> SHIFT_32) ^ c3 ^ k1
        c3 = p0
        k0 = (k0 + WEYL_0) & LOW32
        k1 = (k1 + WEYL_1) & LOW32
    return c0 & LOW32, c1 & LOW32, c2 & LOW32, c3 & LOW32


@kernel
def words(event: np.uint64, draw: np.uint64, stream: np.uint64, k0: np.uint64, k1: np.uint64) -> Words:
    """The four 32-bit words of draw block `draw` of event number `event`."""
    return philox4x32(event & LOW32, event >> SHIFT_32, draw, stream, k0, k1)


@kernel
def uniform(high: np.uint64, low: np.uint64) -> float:
    """A double of two 32-bit words: an odd multiple of 2^-53, so never 0 and never 1.

    All 53 bits are exact; mean 1/2 exactly; the smallest is 2^-53, the largest 1 - 2^-53.
    """
    return np.uint64((high << SHIFT_20) | (low >> SHIFT_12) | ONE_BITS).view(np.float64) - ALMOST_ONE


def key(seed: int, name: str = "") -> tuple[np.uint64, np.uint64]:
    """The Philox key of (seed, name), where the name keeps apart what shares a seed.

    Two 32-bit words of SHA-256("seed:name"). Raises InputError unless 0 <= seed < 2^63.
    """
    if not 0 <= seed < 2**63:
        raise InputError(f"seed = {seed} is out of range: give an integer from 0 to 2^63 - 1")
    digest = hashlib.sha256(f"{seed}:{name}".encode()).digest()
    return np.uint64(int.from_bytes(digest[:4], "little")), np.uint64(int.from_bytes(digest[4:8], "little"))


@loop
def _fill_uniforms(
    out: NDArray[np.float64], first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64
) -> None:
    for i in range(out.shape[0]):
        a, b, _, _ = words(np.uint64(first + i), ZERO, stream, k0, k1)
        out[i] = uniform(a, b)


@loop
def _fill_exponentials(
    out: NDArray[np.float64], first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64
) -> None:
    for i in range(out.shape[0]):
        a, b, _, _ = words(np.uint64(first + i), ZERO, stream, k0, k1)
        out[i] = -log(uniform(a, b))


@loop
def _fill_normals(
    out: NDArray[np.float64], first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64
) -> None:
    for i in range(out.shape[0]):
        a, b, c, d = words(np.uint64(first + i), ZERO, stream, k0, k1)
        _, cosine = sincos2pi(uniform(c, d))
        out[i] = np.sqrt(-2.0 * log(uniform(a, b))) * cosine


Fill = Callable[[NDArray[np.float64], int, np.uint64, np.uint64, np.uint64], None]


def _draw(
    fill: Fill, seed: int, n: int, stream: int, first: int, out: NDArray[np.float64] | None
) -> NDArray[np.float64]:
    if n < 0 or first < 0:
        raise InputError(f"n = {n} and first = {first} must not be negative")
    if not 0 <= stream < 2**32:
        raise InputError(f"stream = {stream} is out of range: give an integer from 0 to 2^32 - 1")
    if out is None:
        out = np.empty(n)
    elif out.shape != (n,) or out.dtype != np.float64:
        raise InputError(f"out must be float64 of shape ({n},), not {out.dtype} of shape {out.shape}")
    k0, k1 = key(seed)
    fill(out, first, np.uint64(stream), k0, k1)
    return out


def uniforms(
    seed: int, n: int, *, stream: int = 0, first: int = 0, out: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Numbers first .. first + n - 1 of a stream, uniform in (0, 1), (n,) float64.

    Number i depends on (seed, stream, i) alone, so that uniforms(s, 9)[4:] equals
    uniforms(s, 5, first=4). Safe to call from any number of threads.
    """
    return _draw(_fill_uniforms, seed, n, stream, first, out)


def exponentials(
    seed: int, n: int, *, stream: int = 0, first: int = 0, out: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Unit-mean exponentials -log u, (n,) float64; the largest is 36.7. Addressed as `uniforms`."""
    return _draw(_fill_exponentials, seed, n, stream, first, out)


def normals(
    seed: int, n: int, *, stream: int = 0, first: int = 0, out: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Standard normals sqrt(-2 log u) cos(2 pi v), (n,) float64; |x| < 8.6. Addressed as `uniforms`.

    Box and Muller, Ann. Math. Stat. 29 (1958) 610.
    """
    return _draw(_fill_normals, seed, n, stream, first, out)
