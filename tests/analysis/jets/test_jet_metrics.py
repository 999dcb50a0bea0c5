"""Metrics of jets against brute force, known laws, fastjet, and other people's packages."""

import itertools
import json
import runpy
from pathlib import Path

import numpy as np
import pytest

from hepsym.analysis.jets import (
    connected_multigraphs,
    detection,
    energy_flow_polynomials,
    energy_mover_distance,
    frechet_distance,
    jet_quantities,
    jet_residuals,
    jets_mover_distance,
    kernel_distance,
    n_subjettiness,
    relative_to,
    spread,
    tau21,
    wasserstein,
)
from hepsym.errors import InputError

REFERENCE = Path(__file__).parents[2] / "reference"
SCRIPT = runpy.run_path(str(REFERENCE / "scripts" / "jetnet_distances.py"))
PEERS = json.loads((REFERENCE / "jetnet_distances.json").read_text())


def made_momenta(n: int, seed: int, particles: int = 8) -> np.ndarray:
    rng = np.random.default_rng(seed)
    pt = 100 * rng.dirichlet(np.ones(particles), n)
    eta, phi = rng.normal(0.5, 0.1, (n, particles)), rng.normal(3.0, 0.1, (n, particles))
    return np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=2)


# Residuals --------------------------------------------------------------------------------------


def test_perfect_jets_have_no_residuals_whatever_their_order() -> None:
    p = made_momenta(20, 1)
    found = jet_residuals(p[:, ::-1], p)
    for values in (found.ptrel, found.etarel, found.phirel, found.mass, found.pt):
        assert np.abs(values).max() < 1e-12
    assert found.missed == 0
    assert len(found.ptrel) == 160
    assert len(found.mass) == 20


def test_residuals_are_what_was_planted() -> None:
    """All p_T 2 % up: ptrel, mass and p_T up by 2 %, directions as they were; a lost particle is -1."""
    p = made_momenta(20, 2)
    found = jet_residuals(1.02 * p, p)
    for values in (found.ptrel, found.mass, found.pt):
        np.testing.assert_allclose(values, 0.02, rtol=1e-9)
    np.testing.assert_allclose(found.etarel, 0, atol=1e-9)
    lost = p.copy()
    lost[:, 0] = 0
    found = jet_residuals(lost, p)
    assert found.missed == 1 / 8
    assert (found.ptrel == -1).sum() == 20
    mass, pt = jet_quantities(p)
    total = p.sum(1)
    np.testing.assert_allclose(mass**2, total[:, 0] ** 2 - (total[:, 1:] ** 2).sum(1), rtol=1e-10)
    np.testing.assert_allclose(pt, np.hypot(total[:, 1], total[:, 2]))


def test_the_spread_of_a_normal_law() -> None:
    """IQR 1.349 sigma; pulls of both with their bootstrap errors below 4."""
    found = spread(np.random.default_rng(3).normal(0.2, 2.0, 20_000))
    assert abs(found.median - 0.2) < 4 * found.median_error
    assert abs(found.iqr - 2 * 1.3489795) < 4 * found.iqr_error
    assert 0.8 < found.median_error / (2 * np.sqrt(np.pi / 2 / 20_000)) < 1.25


# Energy mover's distance --------------------------------------------------------------------------


def test_energy_mover_by_hand() -> None:
    one = np.array([[0.0, 0.0, 2.0]])
    shifted = np.array([[0.1, 0.0, 2.0]])
    assert abs(energy_mover_distance(one, shifted, 0.4) - 2 * 0.1 / 0.4) < 1e-9
    half = np.array([[0.0, 0.0, 1.0], [0.2, 0.0, 1.0]])
    assert abs(energy_mover_distance(one, half, 0.4) - 0.2 / 0.4) < 1e-9
    assert abs(energy_mover_distance(one, 3 * shifted * [1 / 3, 1, 1], 0.4) - (4 + 0.5)) < 1e-9
    over = energy_mover_distance(np.array([[0, 3.1, 1.0]]), np.array([[0, -3.1, 1.0]]), 1.0)
    assert abs(over - (2 * np.pi - 6.2)) < 1e-9
    assert energy_mover_distance(one, np.zeros((1, 3))) == 2.0


def test_energy_mover_of_jets_is_zero_for_the_jet_itself() -> None:
    p = made_momenta(4, 5)
    assert np.abs(jets_mover_distance(p[:, ::-1], p)).max() < 1e-9
    assert (jets_mover_distance(p[::-1], p) > 0.01).all()


def test_energy_mover_agrees_with_energyflow() -> None:
    flows = SCRIPT["jets"](20)
    found = [energy_mover_distance(a, b, 0.4) for a, b in zip(flows[:10], flows[10:], strict=True)]
    np.testing.assert_allclose(found, PEERS["emd"], rtol=1e-6)


# Energy-flow polynomials, subjettiness ------------------------------------------------------------


def test_graphs_are_counted_right() -> None:
    assert [len(connected_multigraphs(d)) for d in range(5)] == [1, 1, 2, 5, 12]
    with pytest.raises(InputError, match="from 0 to 4"):
        connected_multigraphs(5)


def test_polynomials_are_their_sums() -> None:
    """Every graph of up to three edges, over all tuples of particles, in plain Python."""
    jet = SCRIPT["jets"](1, 4)
    z = jet[0, :, 2] / jet[0, :, 2].sum()
    theta = np.hypot(jet[0, :, None, 0] - jet[0, None, :, 0], jet[0, :, None, 1] - jet[0, None, :, 1])
    wanted = []
    for graph in itertools.chain(*(connected_multigraphs(d) for d in range(4))):
        vertices = 1 + max((max(edge) for edge in graph), default=0)
        total = 0.0
        for at in itertools.product(range(4), repeat=vertices):
            total += np.prod(z[list(at)]) * np.prod([theta[at[k], at[m]] for k, m in graph])
        wanted.append(total)
    np.testing.assert_allclose(energy_flow_polynomials(jet, 3)[0], wanted, rtol=1e-12)


def test_polynomials_agree_with_energyflow() -> None:
    found = np.sort(energy_flow_polynomials(SCRIPT["jets"](20), 3), axis=1)
    np.testing.assert_allclose(found, np.array(PEERS["efp"]), rtol=1e-10)


def test_subjettiness_about_fastjet_s_axes() -> None:
    fastjet = pytest.importorskip("fastjet")
    p = made_momenta(10, 7)
    features = relative_to(p, p)
    definition = fastjet.JetDefinition(fastjet.kt_algorithm, 1.0)
    for jet, mine in zip(
        features, np.stack([n_subjettiness(features, k) for k in (1, 2, 3)], 1), strict=True
    ):
        eta, phi, pt = jet.T
        x, y, z = pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)
        rows = np.stack([x, y, z, pt * np.cosh(eta)], axis=1)
        given = [fastjet.PseudoJet(*map(float, row)) for row in rows]
        cluster = fastjet._swig.ClusterSequence(given, definition)
        for k in (1, 2, 3):
            axes = [(a.rap(), a.phi_std()) for a in cluster.exclusive_jets(k)]
            near = np.min([np.hypot(eta - y, phi - f) for y, f in axes], axis=0)
            assert abs(mine[k - 1] - (pt * near).sum() / (0.4 * pt.sum())) < 1e-9
    two = np.array([[[0.1, 0.0, 1.0], [-0.1, 0.0, 1.0], [0.1, 0.0, 0.0]]])
    assert tau21(two)[0] < 1e-12
    assert tau21(two[:, :1])[0] == 0


# Distances of samples -----------------------------------------------------------------------------


def test_frechet_and_kernel_distances_agree_with_jetnet() -> None:
    """Within 3 standard errors (both sides'), and 2 %: each draws batches of its own."""
    sets = SCRIPT["samples"](50_000)
    for name in ("same", "other"):
        value, error = PEERS[f"fpd {name}"]
        found = frechet_distance(sets["real"], sets[name], points=5, batches=3)
        assert abs(found.value - value) < 3 * np.hypot(error, found.error) + 0.02 * value + 2e-5, name
        value, error = PEERS[f"kpd {name}"]
        kernel = kernel_distance(sets["real"], sets[name], size=1_500)
        assert abs(kernel.value - value) < 3 * np.hypot(error, kernel.error) + 0.02 * value, name


def test_frechet_distance_of_known_gaussians() -> None:
    """mu 0 and 1, sigma 1 and 2 in one dimension: 1 + 1; features are scaled by the first's largest value."""
    rng = np.random.default_rng(9)
    a, b = rng.normal(0, 1, (40_000, 1)), rng.normal(1, 2, (40_000, 1))
    found = frechet_distance(a, b, smallest=2_000, largest=8_000, batches=5)
    assert abs(found.value * np.abs(a).max() ** 2 - 2) < 0.15


def test_wasserstein_of_a_shift() -> None:
    rng = np.random.default_rng(11)
    a = rng.normal(size=20_000)
    found = wasserstein(a, a + 0.5)
    assert abs(found.value - 0.5) < 5 * found.error + 0.01
    assert wasserstein(a, rng.normal(size=20_000)).value < 0.03


# Detection ----------------------------------------------------------------------------------------


def test_detection_of_exponential_scores() -> None:
    """Background Exp(1), signal Exp(mean 3): AUC 3/4, efficiency at a rate r is r^(1/3)."""
    rng = np.random.default_rng(13)
    found = detection(rng.exponential(1, 50_000), rng.exponential(3, 20_000))
    assert abs(found.auc - 0.75) < 4 * found.auc_error
    assert found.auc_error < 0.005
    for rate in (1e-1, 1e-2, 1e-3):
        assert abs(found.efficiency[rate] - rate ** (1 / 3)) < 4 * found.efficiency_error[rate]
    few = detection(np.arange(10.0), np.arange(10.0))
    assert few.auc == 0.5
    assert np.isnan(few.efficiency[1e-3])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: jet_quantities(np.zeros((0, 3, 4))), "n > 0"),
        (lambda: jet_quantities(np.full((1, 3, 4), np.nan)), "not finite"),
        (lambda: relative_to(np.ones((2, 3, 4)), np.ones((1, 3, 4))), "cannot be seen"),
        (lambda: relative_to(np.ones((1, 3, 4)), np.zeros((1, 3, 4))), "no p_T"),
        (lambda: frechet_distance(np.ones((5, 2)), np.ones((5, 2))), "smallest"),
        (lambda: frechet_distance(np.ones((5, 2)), np.ones((5, 3))), "with one F"),
        (lambda: kernel_distance(np.ones((5, 2)), np.ones((5, 2))), "smaller than a batch"),
        (lambda: kernel_distance(np.full((5, 2), np.nan), np.ones((5, 2))), "not finite"),
        (lambda: wasserstein(np.zeros(0), np.ones(2)), "empty"),
        (lambda: detection(np.zeros(0), np.ones(2)), "finite"),
    ],
)
def test_what_cannot_be_measured_is_refused(call: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()  # type: ignore[operator]
