"""|M|^2 is the same in every frame: each card's own events, boosted and turned together."""

import numpy as np
import pytest
from numpy.typing import NDArray

from hepsym.generators import card_names, generator_for, load_card
from hepsym.generators.decay_chain import DecayChain
from hepsym.generators.scattering.generator import Scattering

Array = NDArray[np.float64]


def moved(momenta: Array, velocity: tuple[float, float, float]) -> Array:
    """Momenta (n, legs, 4) seen by an observer of minus this velocity."""
    v = np.array(velocity)
    gamma = 1 / np.sqrt(1 - v @ v)
    along = momenta[..., 1:] @ v
    out = np.empty_like(momenta)
    out[..., 0] = gamma * (momenta[..., 0] + along)
    factor = gamma * gamma / (gamma + 1) * along + gamma * momenta[..., 0]
    out[..., 1:] = momenta[..., 1:] + factor[..., None] * v
    return out


ON_SHELL = {"pp2tt6f": (["widths={t=1e-4}", "integration.bw_cutoff=2"], 1e-4)}
"""Two tops off their mass shells are not gauge invariant without the diagrams that are left out, and a
gluon's polarisations depend on the frame: 10 % at 15 widths, as in every program that takes the diagrams of
a decay chain alone. It goes with the width."""


@pytest.mark.compiled
@pytest.mark.parametrize("name", card_names())
def test_the_frame_does_not_matter(name: str) -> None:
    """Every group of subprocesses, at 50 points of the card's phase space; 1e-7 for what boosts cancel."""
    narrow, tolerance = ON_SHELL.get(name, ([], 1e-7))
    coarse = ["integration.points=1000", "integration.precision=0.9", "integration.adaptations=1"]
    card = load_card(name, [*coarse, *narrow])
    if isinstance(generator_for(card), DecayChain):
        pytest.skip("drawn flat: it has no |M|^2")
    generator = Scattering(card)  # also where a shorter way to the events is known
    integrand = generator.definition.integrand
    points = integrand.evaluate(
        np.random.default_rng(1).uniform(size=(400, integrand.numbers)), generator.prepared.density
    )
    rows = np.flatnonzero(points.weight > 0)[:50]
    momenta = np.ascontiguousarray(points.momenta[rows])
    for group in integrand.groups:
        here = group.element.me2(momenta)
        there = group.element.me2(moved(momenta, (0.3, -0.4, 0.5)))
        np.testing.assert_allclose(there, here, rtol=tolerance, atol=1e-9 * here.max())
