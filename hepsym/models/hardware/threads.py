"""How many threads does a training of this size deserve?"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

__all__ = ["enough_threads", "useful_threads"]

WORK = 1 << 26
"""Multiplications in the largest product that a thread must have to itself, about 1 ms of them."""


def useful_threads(multiplications: int, limit: int) -> int:
    """Threads, from 1 to limit, that a largest matrix product of so many multiplications can feed.

    A product of 256 x 64 x 64 takes 10 us. Shared between two threads of a busy machine, each of which
    spins until the other is scheduled, a training was seen to take twenty times as long as on one.
    """
    return max(1, min(limit, multiplications // WORK))


@contextmanager
def enough_threads(multiplications: int) -> Iterator[int]:
    """While entered, torch uses `useful_threads` of those that it was allowed; yields their number."""
    allowed = torch.get_num_threads()
    threads = useful_threads(multiplications, allowed)
    torch.set_num_threads(threads)
    try:
        yield threads
    finally:
        torch.set_num_threads(allowed)
