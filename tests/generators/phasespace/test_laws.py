"""Points follow the laws of phase space: exact spectra, one map against another, and against `phasespace`."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from hepsym import random
from hepsym.generators.phasespace.cascades.s_channel import breit_wigner, fixed, power, resonance
from hepsym.generators.phasespace.cascades.tree import Decay, Leaf, Tree
from hepsym.generators.phasespace.draws import draw
from hepsym.generators.phasespace.map import PhaseSpace, philox_uniforms

pytestmark = pytest.mark.compiled
PEER = Path(__file__).parents[2] / "reference" / "phasespace_quantiles.json"


def unweighted(momenta: np.ndarray, weight: np.ndarray, seed: int) -> np.ndarray:
    """Points kept with chance weight / largest weight."""
    return momenta[random.uniforms(seed, len(weight)) * weight.max() < weight]


@pytest.mark.parametrize("algorithm", ["genbod", "diet", "rambo"])
@pytest.mark.parametrize("n", [3, 4, 7])
def test_energies_of_massless_particles_follow_beta(algorithm: str, n: int) -> None:
    """x = 2 E / sqrt(s) of every particle is Beta(2, n - 2): KS, false alarm 1e-4 each, 42 in all."""
    momenta, weight = draw(40_000, (0.0,) * n, 91.2, seed=n, algorithm=algorithm)
    kept = unweighted(momenta, weight, 100 + n)
    assert len(kept) > 1000
    for particle in range(n):
        x = 2.0 * kept[:, particle, 0] / 91.2
        assert stats.kstest(x, stats.beta(2, n - 2).cdf).pvalue > 1e-4


@pytest.mark.parametrize("masses", [(0.5, 0.1, 0.1), (1.0, 0.0, 0.3, 0.1)])
def test_rambo_and_raubold_lynch_agree(masses: tuple[float, ...]) -> None:
    """Two-sample KS of every component, and of RAMBO on diet: false alarm 1e-4 each, 56 in all."""
    samples = {
        algorithm: unweighted(*draw(60_000, masses, 2.5, seed=7, algorithm=algorithm), seed=8 + k)
        for k, algorithm in enumerate(("rambo", "genbod", "diet"))
    }
    for other in ("genbod", "diet"):
        for particle in range(len(masses)):
            for component in range(4):
                ours, theirs = (samples[a][:, particle, component] for a in ("rambo", other))
                assert stats.ks_2samp(ours, theirs).pvalue > 1e-4


@pytest.mark.parametrize("name", ["three", "four", "kstar"])
def test_components_agree_with_the_phasespace_package(name: str) -> None:
    """chi2 of 20 bins between its quantiles, its own error in it: false alarm 1e-4 each, 40 in all."""
    record = json.loads(PEER.read_text())
    theirs, sqrt_s = record["decays"][name], record["sqrt_s"]
    masses = theirs["masses"]
    if name == "kstar":
        space: PhaseSpace = Tree(
            Decay((Decay((Leaf(masses[0]), Leaf(masses[1])), fixed(record["kstar"])), Leaf(masses[2])))
        )
        momenta, weight = np.empty((60_000, 3, 4)), np.empty(60_000)
        space.fill(momenta, weight, sqrt_s, 0, random.key(5))
    else:
        momenta, weight = draw(60_000, masses, sqrt_s, seed=5)
    kept = unweighted(momenta, weight, 6)
    for particle in range(len(masses)):
        for component in range(4):
            edges = np.array(theirs["quantiles"][particle][component])
            if np.ptp(edges) < 1e-9 * sqrt_s:  # the photon beside a sharp K*
                assert np.abs(kept[:, particle, component] - edges[0]).max() < 1e-9 * sqrt_s
                continue
            found = np.bincount(np.searchsorted(edges, kept[:, particle, component]), minlength=20)
            expected = len(kept) / 20
            chi2 = ((found - expected) ** 2).sum() / (expected * (1.0 + len(kept) / theirs["events"]))
            assert stats.chi2.sf(chi2, 19) > 1e-4


def masses_drawn(tree: Tree, sqrt_s: float, n: int = 20_000) -> np.ndarray:
    """Of the first system, however phase space would weigh it."""
    u = philox_uniforms(n, tree.dimensions, 0, random.key(9), 32)
    momenta, weight = np.empty((n, 1, 4)), np.empty(n)
    tree.forward_slots(u, sqrt_s, momenta, weight, np.array(tree.systems[1:2]))
    p = momenta[:, 0]
    return np.sqrt((p[:, 0] - p[:, 3]) * (p[:, 0] + p[:, 3]) - p[:, 1] ** 2 - p[:, 2] ** 2)


def test_masses_follow_their_laws() -> None:
    """KS of s, before phase space weighs it: false alarm 1e-4 each."""
    leaves, low, high, sqrt_s = (Leaf(0.2), Leaf(0.1)), 0.3, 1.9, 2.0
    m, width = 0.9, 0.1

    def level(s: np.ndarray) -> np.ndarray:
        return np.arctan((s - m * m) / (m * width))

    def breit(s: np.ndarray) -> np.ndarray:
        return (level(s) - level(low**2)) / (level(high**2) - level(low**2))

    def tail(s: np.ndarray) -> np.ndarray:
        return (1.0 / low**2 - 1.0 / s) / (1.0 / low**2 - 1.0 / high**2)

    def both(s: np.ndarray) -> np.ndarray:
        return 0.3 * breit(s) + 0.7 * tail(s)

    laws = {breit_wigner(m, width): breit, power(2.0): tail, resonance(m, width, 2.0, 0.3): both}
    for law, cumulative in laws.items():
        mass = masses_drawn(Tree(Decay((Decay(leaves, law), Leaf(0.1)))), sqrt_s)
        assert stats.kstest(mass**2, cumulative).pvalue > 1e-4
