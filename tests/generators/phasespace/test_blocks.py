"""Blocks of events: uniforms, and rows that become momenta, are what they are one event at a time."""

import numpy as np
import pytest

from hepsym import random
from hepsym._numba import loop
from hepsym.generators.phasespace.blocks.passage import BLOCK, draw_uniforms, scratch, store
from hepsym.generators.phasespace.map import philox_uniforms

Array = np.ndarray
KEY = random.key(5, "blocks")


@loop
def stored(slots: Array, weight: Array, order: Array, momenta: Array, weights: Array) -> None:
    for start in range(0, weights.shape[0], BLOCK):
        store(slots, weight, order, momenta, weights, start)


@loop
def drawn(rows: int, first: int, k0: np.uint64, k1: np.uint64) -> Array:
    columns = scratch(rows, BLOCK)
    draw_uniforms(columns, first, np.uint64(32), k0, k1)
    return columns


@loop
def aligned(rows: int, columns: int) -> bool:
    return bool(scratch(rows, columns).ctypes.data % 64 == 0)


@pytest.mark.parametrize("count", [1, 7, 16, 17, BLOCK - 1, BLOCK, BLOCK + 35])
@pytest.mark.parametrize("legs", [1, 2, 3, 4, 5])
def test_momenta_are_the_rows(legs: int, count: int) -> None:
    """Every number has one place, whatever the legs, their order and the events left over."""
    slots = np.arange(7.0 * 5 * BLOCK).reshape(7, 5 * BLOCK)
    weight = np.arange(1.0, BLOCK + 1)
    weight[::5] = np.nan
    order = np.array([3, 0, 6, 2, 5][:legs])
    momenta, weights = np.full((count + 1, legs, 4), -1.0), np.full(count + 1, -1.0)
    stored(slots, weight, order, momenta[:count], weights[:count])
    rows = slots.reshape(7, 5, BLOCK)
    for i in range(count):
        assert np.array_equal(momenta[i], rows[order, :4, i % BLOCK])
        assert weights[i] == (0.0 if np.isnan(weight[i % BLOCK]) else weight[i % BLOCK])
    assert (momenta[count] == -1.0).all() and weights[count] == -1.0  # nothing is written beyond


@pytest.mark.parametrize("first", [0, 77, 2**32 - BLOCK, 2**32 - 3, 2**32, 2**40 - 1, 5 * 2**32 + 9])
def test_uniforms_do_not_depend_on_the_block(first: int) -> None:
    """Also where the high word of the event number changes within a block."""
    columns = drawn(4, first, *KEY)
    assert np.array_equal(columns.T, philox_uniforms(BLOCK, 4, first, KEY, 32))


def test_scratch_starts_on_a_cache_line() -> None:
    assert all(aligned(rows, columns) for rows in range(1, 6) for columns in (1, 3, BLOCK, 5 * BLOCK))
