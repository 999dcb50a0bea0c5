"""What cuts say of phase space before a point is drawn must hold for every point that passes them."""

import math

import numpy as np

from hepsym.generators.cards.card import Cut
from hepsym.generators.scattering.selection import selection

JET = frozenset({21})


def test_the_least_mass_of_two_jets_apart_is_a_bound_and_is_reached() -> None:
    """2 pt_1 pt_2 (cosh d_eta - cos d_phi) over the circle of that distance, smallest at d_eta = 0."""
    cuts = {"pt": Cut(min=30.0), "delta_r": Cut(min=0.4)}
    jets = selection(cuts, [JET, JET], [0.0, 0.0], lambda _: JET)
    low, high = jets.mass_window([0, 1])
    angle = np.linspace(0.0, 2.0 * np.pi, 1001)
    for distance in (0.4, 1.0, 3.0):
        eta, phi = distance * np.cos(angle), distance * np.sin(angle)
        mass = 30.0 * np.sqrt(2.0 * (np.cosh(eta) - np.cos(phi)))
        assert (mass >= low).all()
    assert low == 60.0 * math.sin(0.2) * (1.0 - 1e-9)
    assert high == math.inf
    massive = selection(cuts, [JET, JET], [0.0, 5.0], lambda _: JET)
    assert massive.mass_window([0, 1])[0] == 0.0
