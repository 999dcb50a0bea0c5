"""How often does the interval of the dimension hold the truth? 240 tables of twelve kinds, fresh seeds.

Slow: HEPSYM_SLOW=1 pytest -s tests/analysis/symmetries/test_dimension_coverage.py
"""

import os

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.analysis.symmetries import Dimension, dimension, find_constraints
from hepsym.generators.toys import TOYS

Floats = NDArray[np.float64]

SEEDS = range(1000, 1020)
NOISE = 0.01
SETS = (
    ("sphere", 2000, 0.0), ("torus", 2000, 0.0), ("ee-3", 2000, 0.0), ("gaussian", 2000, 0.0),
    ("line-and-plane", 2000, 0.0), ("double-pendulum", 2000, 0.0), ("circle", 4000, NOISE),
    ("swiss-roll", 4000, NOISE), ("moebius", 4000, NOISE), ("two-angles", 4000, NOISE),
    ("kepler-momentum", 4000, NOISE), ("ee-2", 4000, NOISE),
)  # fmt: skip


def told(rows: Floats, seed: int) -> Dimension:
    mixed = rows[np.random.default_rng(seed).permutation(len(rows))]
    half = len(rows) // 2
    exact = find_constraints(mixed[:half], mixed[half:], max_degree=3, alpha=0.005)
    return dimension(mixed, exact, None, seed=seed)


@pytest.mark.slow
@pytest.mark.skipif(os.environ.get("HEPSYM_SLOW") != "1", reason="240 tables")
@pytest.mark.parametrize(("name", "n", "noise"), SETS)
def test_intervals_hold_the_truth_and_are_short(name: str, n: int, noise: float) -> None:
    """By exact equations and neighbours alone, columns turned, at four noises where there is noise.

    Of 20 tables an interval of 95 % misses four or more with probability 1.6 %.
    """
    toy, kept, right, width = TOYS[name], 0, 0, []
    for seed in SEEDS:
        rows = toy.draw(n, seed, noise=noise)
        turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(rows.shape[1], rows.shape[1])))[0]
        d = told(rows @ turn, seed)
        entry = d if noise == 0 else next(s for s in d.scales if s.scale >= 0.999 * 4 * noise)
        kept += entry.low <= toy.dimension <= entry.high
        right += entry.value == toy.dimension
        width.append(entry.high - entry.low)
    print(f"{name}: n = {n}, noise {noise:g}: within {kept}, exact {right} of {len(SEEDS)}", flush=True)
    assert kept >= len(SEEDS) - 3
    assert np.mean(width) <= 1
