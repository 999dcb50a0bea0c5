"""Ladders of exchanges fill phase space exactly, know their inverse, and are found in diagrams."""

import numpy as np
import pytest

from hepsym import constants
from hepsym.generators import generate, generator_for, load_card
from hepsym.generators.electroweak import couplings
from hepsym.generators.integration.draws import uniforms_of
from hepsym.generators.phasespace.volume import volume
from hepsym.generators.scattering.ladder import Exchange, Ladder, ladders
from hepsym.random import key

W = 80.4
FUSION = Ladder((1, 0, 2), (0.0, 125.0, 0.0), (0.000511, 0.000511), ((W, 2.0), (W, 2.0)))
FOUR = Ladder((2, 0, 3, 1), (0.1, 1.0, 80.0, 0.0), (0.0, 0.0), ((W, 2.0), (5.0, 1.0), (W, 2.0)))


@pytest.mark.parametrize("ladder", [FUSION, FOUR], ids=["three", "four"])
def test_a_ladder_fills_phase_space_and_knows_its_inverse(ladder: Ladder) -> None:
    """Four standard errors of the volume: a false alarm in 6e-5."""
    n, legs, sqrt_s = 100_000, len(ladder.order), 500.0
    u = uniforms_of(np.arange(n), np.zeros(n, int), ladder.axes, np.uint64(0), key(7))
    momenta, jacobian, energy = np.empty((n, legs, 4)), np.empty(n), np.full(n, sqrt_s)
    ladder.forward(u, energy, momenta, jacobian)
    error = jacobian.std() / np.sqrt(n)
    assert error < 0.05 * jacobian.mean()
    assert abs(jacobian.mean() - volume(ladder.masses, sqrt_s)) < 4.0 * error
    masses = np.empty(legs)
    masses[list(ladder.order)] = ladder.masses
    off = momenta[..., 0] ** 2 - (momenta[..., 1:] ** 2).sum(axis=-1) - masses**2
    assert np.abs(off).max() < 1e-11 * sqrt_s**2
    back, again = np.empty_like(u), np.empty_like(jacobian)
    ladder.inverse(momenta, energy, back, again)
    assert np.median(np.abs(back - u)) < 1e-12
    assert np.median(np.abs(again / jacobian - 1.0)) < 1e-10


def test_diagrams_all_of_massive_exchanges_become_ladders() -> None:
    one, two = frozenset({1}), frozenset({1, 0})
    fusion = (Exchange(two, W, 2), Exchange(one, W, 2))
    photon = (Exchange(one, 0.0, 2), Exchange(two, W, 2))
    single = (Exchange(one, W, 2),)
    (found,) = ladders([fusion, photon, single, fusion], (125.0, 0.0, 0.0), (0.0, 0.0))
    assert found == Ladder((1, 0, 2), (0.0, 125.0, 0.0), (0.0, 0.0), ((W, 2.0), (W, 2.0)))


@pytest.mark.parametrize(
    ("process", "sqrt_s", "least"),
    [
        ("e- e+ > w- w+", 3000.0, 0.4),
        ("e- e+ > z a", 3000.0, 0.5),
        ("a a > e- e+", 3000.0, 0.5),
        ("e- a > e- a", 200.0, 0.6),
        ("e- e+ > ve ve~ h", 500.0, 0.1),
        ("e- e+ > mu- mu+ a", 200.0, 0.03),
    ],
)
def test_peaks_along_the_beams_are_drawn(process: str, sqrt_s: float, least: float) -> None:
    """Of trials, so many become events: 0 to 0.09 before exchanges and radiation had maps of their own."""
    cuts = ["cuts.E(a).min=10"] if process.endswith("mu+ a") else []
    events = generate(load_card(process, [f"sqrt_s={sqrt_s}", *cuts]), 2000)
    assert len(events) > least * (events.provenance.trials or 0)
    assert np.isfinite(events.momenta).all()


@pytest.mark.parametrize("sqrt_s", [0.001, 1.0, 200.0, 3000.0])
def test_compton_scattering_is_klein_and_nishinas(sqrt_s: float) -> None:
    """Four standard errors of 2e-5 and more, up to E/m = 3e6: a false alarm in 6e-5 each.

    sigma = 2 pi alpha^2 / (m^2 x) [(1 - 4/x - 8/x^2) log(1 + x) + 1/2 + 8/x - 1 / 2(1 + x)^2],
    x = (s - m^2) / m^2: Klein and Nishina, Z. Phys. 52 (1929) 853; without Z and W, which it has none of.
    """
    card = load_card("e- a > e- a", [f"sqrt_s={sqrt_s}"])
    m, alpha = constants.mass(11), couplings(card.electroweak).alpha
    x = (sqrt_s - m) * (sqrt_s + m) / m**2
    bracket = (1 - 4 / x - 8 / x**2) * np.log1p(x) + 0.5 + 8 / x - 0.5 / (1 + x) ** 2
    exact = 2 * np.pi * alpha**2 / (m**2 * x) * bracket * constants.GEV2_PICOBARN
    rate = generator_for(card).cross_section()
    assert rate.error_pb < 1e-4 * exact
    assert abs(rate.value_pb - exact) < 4.0 * rate.error_pb
