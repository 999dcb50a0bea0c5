"""All toys with noise of 1 %: the dimension at the scale above it, by neighbours and exact equations alone.

Slow: HEPSYM_SLOW=1 pytest -s tests/analysis/symmetries/test_dimension_noise.py
HEPSYM_DIMENSION_ROWS=100000 takes more rows than 20,000.
"""

import os

import numpy as np
import pytest

from hepsym.analysis.symmetries import dimension, find_constraints
from hepsym.generators.toys import TOYS

ROWS = int(os.environ.get("HEPSYM_DIMENSION_ROWS", "20000"))
NOISE, ABOVE = 0.01, 4
SEED = 1001


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("HEPSYM_SLOW") != "1", reason="72 tables")
@pytest.mark.parametrize("name", list(TOYS))
def test_a_toy_is_exact_above_its_noise(name: str) -> None:
    """Noise in units of each column's spread; no noisy equation is handed over."""
    toy = TOYS[name]
    rows = toy.draw(ROWS, SEED, noise=NOISE)
    mixed = rows[np.random.default_rng(SEED).permutation(ROWS)]
    half = ROWS // 2
    exact = find_constraints(mixed[:half], mixed[half:], max_degree=2, alpha=0.005)
    told = dimension(mixed, exact, None, seed=SEED)
    entry = next(s for s in told.scales if s.scale >= 0.999 * ABOVE * NOISE)
    print(
        f"{name} at {entry.scale:.3g}: {entry.value} [{entry.low}, {entry.high}]; value {told.value}",
        flush=True,
    )
    assert entry.value == toy.dimension_at(entry.scale, NOISE)
