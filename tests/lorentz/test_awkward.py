"""What comes out at rest, on the axes, for lightlike, spacelike and zero vectors is defined, and is this."""

import numpy as np
import pytest
from lorentz_oracle import AXES

import hepsym.lorentz as lz

REST = np.array([2.0, 0.0, 0.0, 0.0])
ZERO = np.zeros(4)
UP = np.array([5.0, 0.0, 0.0, 3.0])
DOWN = np.array([5.0, 0.0, 0.0, -3.0])
LIGHT_UP = np.array([3.0, 0.0, 0.0, 3.0])
SIDE = np.array([5.0, 3.0, 0.0, 0.0])


def test_masses() -> None:
    assert lz.mass(REST) == 2.0
    assert lz.mass(UP) == 4.0
    assert lz.mass(LIGHT_UP) == 0.0
    assert lz.mass([3.0, 0.0, 0.0, 5.0]) == -4.0
    assert lz.mass_squared([3.0, 0.0, 0.0, 5.0]) == -16.0
    assert lz.mass(ZERO) == 0.0
    assert lz.invariant_mass(LIGHT_UP, LIGHT_UP) == 0.0
    assert lz.invariant_mass(UP, DOWN) == 10.0
    assert lz.invariant_mass(UP) == 4.0


def test_the_mass_of_given_components_survives_any_boost() -> None:
    """(E, 0, 0, z) with E one ulp above z: m^2 = (E - z)(E + z), which E^2 - z^2 makes 0 or 2 ulp of E^2."""
    z = 1e8
    e = np.nextafter(z, np.inf)
    assert lz.mass_squared([e, 0, 0, z]) == (e - z) * (e + z)
    assert lz.mass_squared([e, 0, z, 0]) == (e - z) * (e + z)


def test_directions() -> None:
    assert lz.pt(UP) == 0.0
    assert lz.phi(UP) == 0.0
    assert lz.phi([5.0, -3.0, 0.0, 0.0]) == np.pi
    assert lz.phi([5.0, 0.0, 3.0, 0.0]) == np.pi / 2
    assert lz.phi([5.0, 0.0, -3.0, 0.0]) == -np.pi / 2
    assert [lz.cos_theta(p) for p in (UP, DOWN, SIDE, REST)] == [1.0, -1.0, 0.0, 1.0]
    assert [lz.pseudorapidity(p) for p in (UP, DOWN, SIDE, REST, ZERO)] == [np.inf, -np.inf, 0.0, 0.0, 0.0]


def test_rapidities() -> None:
    assert lz.rapidity(UP) == np.log(2.0)
    assert lz.rapidity(DOWN) == -np.log(2.0)
    assert [lz.rapidity(p) for p in (REST, ZERO, LIGHT_UP, LIGHT_UP * [1, 1, 1, -1])] == [
        0,
        0,
        np.inf,
        -np.inf,
    ]
    assert np.isnan(lz.rapidity([3.0, 0.0, 0.0, 5.0]))
    assert lz.rapidity(LIGHT_UP, 0.0) == np.inf
    assert lz.rapidity(ZERO, 0.0) == 0.0
    # the energy of a fast particle has lost the mass; the mass has not
    fast = lz.from_mass([0.0, 0.0, 1e6], 1e-6)
    assert lz.rapidity(fast) == np.inf
    assert lz.rapidity(fast, 1e-6) == pytest.approx(np.log(2e12), rel=1e-15)


def test_distances() -> None:
    assert lz.delta_r(UP, LIGHT_UP) == 0.0
    assert lz.delta_r(UP, DOWN) == np.inf
    assert lz.delta_r(UP, SIDE) == np.inf
    assert (lz.delta_eta(UP, SIDE), lz.delta_eta(SIDE, UP), lz.delta_eta(DOWN, UP)) == (
        np.inf,
        -np.inf,
        -np.inf,
    )
    assert lz.delta_r(SIDE, SIDE) == 0.0
    assert lz.delta_eta(SIDE, REST) == 0.0
    assert lz.delta_phi(SIDE, UP) == 0.0
    assert abs(lz.delta_phi(SIDE, [5.0, -3.0, 0.0, 0.0])) == np.pi
    assert lz.opening_angle(UP, DOWN) == np.pi
    assert lz.opening_angle(UP, LIGHT_UP) == 0.0
    assert lz.opening_angle(UP, SIDE) == np.pi / 2
    assert lz.opening_angle(UP, REST) == 0.0


def test_an_angle_of_1e_8_is_seen() -> None:
    a, b = np.array([1.0, 0.0, 0.0, 1.0]), np.array([1.0, 1e-8, 0.0, 1.0])
    assert lz.opening_angle(a, b) == pytest.approx(1e-8, rel=1e-15)
    assert np.arccos(a[1:] @ b[1:] / np.linalg.norm(b[1:])) == 0.0  # as the dot product sees it


@pytest.mark.parametrize("axis", AXES)
def test_boosts_at_rest_and_along_an_axis(axis: np.ndarray) -> None:
    p = np.array([7.0, 1.0, -2.0, 3.0])
    assert np.array_equal(lz.boost_from_rest(p, REST), p)
    assert np.array_equal(lz.boost_to_rest(p, REST), p)
    assert np.array_equal(lz.boost(p, np.zeros(3)), p)
    q = np.concatenate([[5.0], 3.0 * axis])
    assert np.array_equal(lz.boost_from_rest([4.0, 0, 0, 0], q), q)
    assert np.array_equal(lz.boost_to_rest(q, q), [4.0, 0, 0, 0])
    assert np.array_equal(lz.boost([4.0, 0, 0, 0], 0.6 * axis).round(14), q)


def test_one_parent_at_rest_in_a_batch_spoils_none() -> None:
    q = np.array([REST, UP, [5.0, 0.0, 4.0, 0.0]])
    assert np.all(np.isfinite(lz.boost_to_rest(SIDE, q)))
    assert np.all(np.isfinite(lz.cos_theta_star(SIDE, q)))


def test_boost_z() -> None:
    p = np.array([7.0, 1.0, -2.0, 3.0])
    assert np.array_equal(lz.boost_z(p, 0.0), p)
    # a lightlike momentum along z is scaled, and stays exactly lightlike
    assert lz.mass(lz.boost_z(LIGHT_UP, 5.0)) == 0.0
    assert lz.boost_z(LIGHT_UP, np.log(2.0))[0] == 6.0


@pytest.mark.parametrize("axis", AXES)
def test_rotations_along_axes(axis: np.ndarray) -> None:
    p = np.array([7.0, 1.0, -2.0, 3.0])
    q = np.concatenate([[5.0], 3.0 * axis])
    assert np.array_equal(lz.rotate(p, axis, 0.0), p)
    assert np.array_equal(lz.rotate(q, axis, 1.234), q)
    assert np.array_equal(lz.rotate_z_to([1.0, 0, 0, 1.0], q)[1:], axis)


def test_turning_z_to_minus_z_is_half_a_turn_about_y_and_to_nowhere_is_none() -> None:
    p = np.array([7.0, 1.0, -2.0, 3.0])
    assert np.array_equal(lz.rotate_z_to(p, DOWN), [7.0, -1.0, -2.0, -3.0])
    assert np.array_equal(lz.rotate_z_to(p, UP), p)
    assert np.array_equal(lz.rotate_z_to(p, REST), p)


def test_decay_angles() -> None:
    """A parent at rest: the flight counts as +z; a daughter at rest there: 1."""
    assert lz.cos_theta_star(DOWN, [10.0, 0, 0, 0]) == -1.0
    assert lz.cos_theta_star(UP, UP) == 1.0
    assert np.isnan(lz.cos_theta_star(SIDE, LIGHT_UP))
    cosine, angle = lz.collins_soper([5.0, 0.0, 3.0, 4.0], [5.0, 0.0, -3.0, -4.0])
    assert (cosine, angle) == (0.8, np.pi / 2)
    # both along the beam, and a pair of one lightlike direction
    assert lz.collins_soper(LIGHT_UP, LIGHT_UP * [1, 1, 1, -1])[0] == 1.0
    assert np.isnan(lz.collins_soper(LIGHT_UP, LIGHT_UP)[0])


def test_collins_soper_follows_the_pair_on_request() -> None:
    """With follow_pair, the pair mirrored in z has the same cosine, and phi with its sign turned."""
    p, q = np.array([6.0, 1.0, 2.0, 3.0]), np.array([4.0, -1.0, 0.5, 2.0])
    mirror = np.array([1.0, 1.0, 1.0, -1.0])
    c, a = lz.collins_soper(p, q, follow_pair=True)
    d, b = lz.collins_soper(p * mirror, q * mirror, follow_pair=True)
    assert (c, a) == lz.collins_soper(p, q)
    assert (d, b) == (c, -a)
    e, f = lz.collins_soper(p * mirror, q * mirror)
    assert (e, f) == (-c, a)


def test_thresholds() -> None:
    assert lz.breakup_momentum(2.0, 1.0, 1.0) == 0.0
    assert np.isnan(lz.breakup_momentum(1.9, 1.0, 1.0))
    assert lz.breakup_momentum(10.0, 0.0, 0.0) == 5.0
    assert lz.momentum_from_mass(5.0, 4.0) == 3.0
    assert np.isnan(lz.momentum_from_mass(3.0, 4.0))
    assert lz.kallen(4.0, 1.0, 1.0) == 0.0
    assert lz.transverse_mass([3.0, 0, 0, 5.0]) == -4.0
    assert lz.transverse_mass_of_pair(SIDE * [0.6, 1, 1, 1], [3.0, -3.0, 0.0, 0.0]) == 6.0
    assert lz.transverse_mass_of_pair(ZERO, ZERO) == 0.0


def test_nan_comes_through() -> None:
    bad = np.array([np.nan, np.nan, 1.0, 1.0])
    for name in (
        "mass",
        "momentum",
        "pt",
        "phi",
        "cos_theta",
        "rapidity",
        "pseudorapidity",
        "transverse_mass",
    ):
        assert np.isnan(getattr(lz, name)(bad)), name
    for name in ("dot", "delta_phi", "delta_eta", "delta_r", "opening_angle", "invariant_mass"):
        assert np.isnan(getattr(lz, name)(bad, SIDE)), name
