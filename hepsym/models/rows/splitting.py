"""Which rows are for training, which for validation, which for the test?"""

import numpy as np
from numpy.typing import NDArray

from hepsym.random import uniforms

__all__ = ["Split", "split_rows"]

STREAM = 0x5B117
"""Of the numbers that split; no other part of hepsym draws from it."""

Split = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
"""Row numbers in increasing order: training, validation, test."""


def split_rows(n: int, seed: int, validation: float, test: float) -> Split:
    """Split rows 0 .. n - 1; the fate of row i depends on (seed, i) alone.

    u_i uniform in (0, 1) is number i of a counter-based stream: test where u < test, validation where
    test <= u < test + validation, else training. So rows appended to a table move no other row, and
    the shares are binomial: test holds n test +- sqrt(n test (1 - test)) rows.
    """
    u = uniforms(seed, n, stream=STREAM)
    in_test = u < test
    in_validation = ~in_test & (u < test + validation)
    return (
        np.flatnonzero(~in_test & ~in_validation),
        np.flatnonzero(in_validation),
        np.flatnonzero(in_test),
    )
