"""Do our points follow the same laws as those of ROOT's TGenPhaseSpace?

tests/reference/scripts/tgenphasespace_quantiles.py made the numbers: 1.2 million points a decay. Its weights
are not normalised, so shapes alone are compared; the volumes are held in test_volume.py.
"""

import json
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from hepsym import random
from hepsym.generators.phasespace.draws import draw

pytestmark = pytest.mark.compiled
RECORD = json.loads(
    (Path(__file__).parents[2] / "reference" / "tgenphasespace_quantiles.json").read_text(encoding="utf-8")
)
POINTS = 100_000


def observables(momenta: np.ndarray, theirs: dict) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Ours, and TGenPhaseSpace's quantiles: every component and the mass of every pair, GeV."""
    legs = range(momenta.shape[1])
    for particle in legs:
        for component in range(4):
            yield momenta[:, particle, component], np.array(theirs["components"][particle][component])
    for a, b in combinations(legs, 2):
        pair = momenta[:, a] + momenta[:, b]
        square = pair[:, 0] ** 2 - (pair[:, 1:] ** 2).sum(1)
        yield np.sqrt(square.clip(0.0)), np.array(theirs["pairs"][f"{a}{b}"])


def chances(momenta: np.ndarray, theirs: dict, sqrt_s: float) -> list[float]:
    """p-values of chi2 over the 20 bins between its quantiles, whose own error is counted.

    What kinematics fixes (both energies and the mass in 1 -> 2) must agree to 1e-8 sqrt(s) instead.
    """
    found = []
    for ours, edges in observables(momenta, theirs):
        if np.ptp(edges) < 1e-7 * sqrt_s:
            assert np.abs(ours - edges[0]).max() < 1e-8 * sqrt_s
            continue
        counts = np.bincount(np.searchsorted(edges, ours), minlength=20)
        expected = len(ours) / 20
        chi2 = ((counts - expected) ** 2).sum() / (expected * (1.0 + len(ours) / theirs["events"]))
        found.append(stats.chi2.sf(chi2, 19))
    return found


@pytest.mark.parametrize("algorithm", ["genbod", "rambo"])
@pytest.mark.parametrize("name", RECORD["decays"])
def test_points_agree_with_tgenphasespace(name: str, algorithm: str) -> None:
    """False alarm 1e-5 each, 172 in all: 2e-3 that any of them fails by chance."""
    theirs, sqrt_s = RECORD["decays"][name], RECORD["sqrt_s"]
    momenta, weight = draw(POINTS, theirs["masses"], sqrt_s, seed=11, algorithm=algorithm)
    kept = momenta[random.uniforms(12, POINTS) * weight.max() < weight]
    found = chances(kept, theirs, sqrt_s)
    assert len(found) == {2: 6, 3: 15, 4: 22}[len(theirs["masses"])]
    assert min(found) > 1e-5


@pytest.mark.parametrize("name", ["three", "four", "three massless", "four massless"])
def test_points_whose_weights_are_forgotten_do_not(name: str) -> None:
    """The comparison sees Raubold and Lynch's points before they are weighed."""
    theirs, sqrt_s = RECORD["decays"][name], RECORD["sqrt_s"]
    momenta, _ = draw(POINTS, theirs["masses"], sqrt_s, seed=11, algorithm="genbod")
    assert min(chances(momenta, theirs, sqrt_s)) < 1e-20
