"""Does hepsym find what trajectories keep? Counts, and Spearman's rank correlation with the true invariants.

Conserved quantities are found up to functions of one another, so a true invariant is regressed on the
found ones (monomials to degree three, or one of many, on half of fresh trajectories) and compared on the
other half.
"""

import time
from collections.abc import Iterable
from itertools import combinations_with_replacement
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr

from hepsym.analysis.symmetries.conserved import conserved
from hepsym.generators.toys.trajectories import SYSTEMS

Floats = NDArray[np.float64]

TRAJECTORIES, POINTS = 200, 100


def recovered(seeds: Iterable[int], noises: Iterable[float] = (0.0, 0.01)) -> list[dict[str, Any]]:
    out = []
    for noise in noises:
        for system in SYSTEMS.values():
            for seed in seeds:
                rows, labels = system.draw(TRAJECTORIES, POINTS, seed)
                rng = np.random.default_rng(seed)
                blurred = rows + noise * rows.std(axis=0) * rng.normal(size=rows.shape)
                started = time.perf_counter()
                told = conserved(blurred, labels, system.columns, seed=seed)
                seconds = time.perf_counter() - started
                fresh, numbers = system.draw(TRAJECTORIES, POINTS, seed + 1_000_000)
                found = told.values(fresh, further=True)
                out.append({
                    "system": system.name, "noise": noise, "seed": seed,
                    "count": told.count, "true": system.conserved,
                    "formulas": [q.formula for q in told.quantities], "seconds": seconds,
                    "spearman": {
                        name: follows(found, invariant(fresh), numbers < TRAJECTORIES // 2)
                        for name, invariant in system.invariants.items()
                    },
                })  # fmt: skip
    return out


def follows(found: Floats, true: Floats, fit: NDArray[np.bool_]) -> float:
    """Spearman of `true` with the best cubic function of `found`, fitted elsewhere; 0 where there is none."""
    if not found.shape[1]:
        return 0.0
    z = (found - found.mean(axis=0)) / found.std(axis=0)
    degree = 3 if z.shape[1] <= 6 else 1
    powers = [c for d in range(degree + 1) for c in combinations_with_replacement(range(z.shape[1]), d)]
    table = np.column_stack([z[:, c].prod(axis=1) for c in powers])
    coefficients, *_ = np.linalg.lstsq(table[fit], true[fit], rcond=None)
    return float(spearmanr(table[~fit] @ coefficients, true[~fit]).statistic)
