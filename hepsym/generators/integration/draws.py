"""Which uniform numbers does trial t of event i take? Philox counters, so that the answer is (seed, i, t)."""

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import loop
from hepsym.random import uniform, words

__all__ = ["INTEGRATION", "TRIALS", "WEIGHTED_POINTS", "uniforms_of"]

Array = NDArray[np.float64]

TRIALS = np.uint64(2)
"""Stream of points tried for unweighted events."""
WEIGHTED_POINTS = np.uint64(3)
"""Stream of weighted events."""
INTEGRATION = np.uint64(16)
"""Stream of the first iteration of an integration; the next takes the next."""


@loop
def _fill(
    out: Array,
    events: NDArray[np.int64],
    trials: NDArray[np.int64],
    stream: np.uint64,
    k0: np.uint64,
    k1: np.uint64,
) -> None:
    numbers = out.shape[1]
    blocks = (numbers + 1) // 2
    for i in range(out.shape[0]):
        start = trials[i] * blocks
        for j in range(numbers // 2):
            a, b, c, d = words(np.uint64(events[i]), np.uint64(start + j), stream, k0, k1)
            out[i, 2 * j] = uniform(a, b)
            out[i, 2 * j + 1] = uniform(c, d)
        if numbers % 2:
            a, b, _, _ = words(np.uint64(events[i]), np.uint64(start + blocks - 1), stream, k0, k1)
            out[i, numbers - 1] = uniform(a, b)


def uniforms_of(
    events: NDArray[np.int64],
    trials: NDArray[np.int64],
    numbers: int,
    stream: np.uint64,
    key: tuple[np.uint64, np.uint64],
) -> Array:
    """(n, numbers) uniforms in (0, 1) of trial trials[i] of event events[i].

    Trial t takes draw blocks t k .. t k + k - 1 with k = ceil(numbers / 2), two uniforms a block; a
    32-bit draw counter leaves room for 2^32 / k trials an event.
    """
    out = np.empty((len(events), numbers))
    _fill(out, events, trials, stream, key[0], key[1])
    return out
