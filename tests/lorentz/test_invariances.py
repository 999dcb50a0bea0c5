"""Laws that hold for any momenta: hypothesis looks for those that break them."""

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from lorentz_oracle import EPS, dot, exact

import hepsym.lorentz as lz
from hepsym.lorentz import group

component = st.floats(-1e4, 1e4).filter(lambda x: x == 0 or abs(x) > 1e-12)
mass = st.floats(1e-4, 1e3)
vector = st.tuples(component, component, component)
angle = st.floats(-7, 7)
few = settings(max_examples=150, deadline=None)


@st.composite
def momentum(draw) -> np.ndarray:
    return lz.from_mass(draw(vector), draw(mass))


def scale(*momenta: np.ndarray) -> float:
    return float(sum(p[0] for p in momenta))


@given(momentum(), momentum())
@few
def test_mass_is_exact_for_the_components(p: np.ndarray, q: np.ndarray) -> None:
    want = dot(exact(p), exact(q))
    assert abs(float(lz.dot(p, q)) - want) <= 1.01 * EPS * abs(want) + 12 * EPS**2 * 4 * p[0] * q[0]


@given(momentum(), vector, mass)
@few
def test_there_and_back_again(p: np.ndarray, v: tuple, m: float) -> None:
    """to_rest after from_rest: within eps gamma^2 E, which is what the middle step rounds away."""
    q = lz.from_mass(v, m)
    gamma = q[0] / m
    back = lz.boost_to_rest(lz.boost_from_rest(p, q, m), q, m)
    assert np.abs(back - p).max() <= 32 * EPS * gamma**2 * p[0]


@given(momentum(), momentum(), vector, mass)
@few
def test_boosts_keep_products(p: np.ndarray, q: np.ndarray, v: tuple, m: float) -> None:
    k = lz.from_mass(v, m)
    a, b = lz.boost_from_rest(p, k, m), lz.boost_from_rest(q, k, m)
    # Four components, each off by the stated 8 eps gamma E of the one times the other's.
    assert abs(lz.dot(a, b) - lz.dot(p, q)) <= 32 * EPS * k[0] / m * (p[0] * b[0] + q[0] * a[0])


@given(momentum(), momentum(), vector, angle)
@few
def test_rotations_keep_lengths_and_angles(p: np.ndarray, q: np.ndarray, axis: tuple, a: float) -> None:
    assume(np.linalg.norm(axis) > 0)
    r, s = lz.rotate(p, axis, a), lz.rotate(q, axis, a)
    assert r[0] == p[0]
    assert abs(lz.momentum(r) - lz.momentum(p)) <= 16 * EPS * lz.momentum(p)
    assert abs(lz.opening_angle(r, s) - lz.opening_angle(p, q)) <= 64 * EPS
    turned = lz.rotate_z_to(p, q)
    assert abs(lz.momentum(turned) - lz.momentum(p)) <= 16 * EPS * lz.momentum(p)


@given(momentum(), st.floats(-8, 8))
@few
def test_boost_z_adds_rapidity(p: np.ndarray, y: float) -> None:
    m = float(lz.mass(p))
    boosted = lz.boost_z(p, y)
    assert np.array_equal(boosted[1:3], p[1:3])
    transverse = np.hypot(m, lz.pt(p))
    assume(transverse > 0)  # else the rapidity is infinite
    error = 16 * EPS * (boosted[0] + p[0] * np.exp(abs(y))) / transverse
    assert abs(lz.rapidity(boosted, m) - lz.rapidity(p, m) - y) <= error + 64 * EPS


@given(momentum(), momentum(), angle)
@few
def test_symmetries_of_distances(p: np.ndarray, q: np.ndarray, a: float) -> None:
    for distance in (lz.delta_r, lz.opening_angle):
        assert np.allclose(distance(p, q), distance(q, p), rtol=8 * EPS, atol=0)
    assert lz.invariant_mass(p, q) == lz.invariant_mass(q, p)
    r, s = lz.rotate(p, [0, 0, 1], a), lz.rotate(q, [0, 0, 1], a)
    assume(np.isfinite(lz.delta_r(p, q)) and lz.pt(p) > 1e-3 and lz.pt(q) > 1e-3)
    assert abs(lz.delta_r(r, s) - lz.delta_r(p, q)) <= 256 * EPS


@given(momentum(), momentum())
@few
def test_mandelstam_sum(p: np.ndarray, q: np.ndarray) -> None:
    """s + t + u is the sum of squared masses, for an elastic scattering by any angle in the rest frame."""
    total = p + q
    m = float(lz.mass(total))
    assume(m > 0)
    a, b = (lz.boost_to_rest(k, total) for k in (p, q))
    a, b = (lz.boost_from_rest(lz.rotate(k, [1, 2, 3], 1.0), total) for k in (a, b))
    s, t, u = lz.mandelstam(p, q, a, b)
    want = 2 * (lz.mass_squared(p) + lz.mass_squared(q))
    gamma = total[0] / m
    assert abs(s + t + u - want) <= 256 * EPS * gamma**2 * total[0] ** 2


@given(vector, mass, vector, mass)
@few
def test_boost_is_its_matrix(v: tuple, m: float, w: tuple, k: float) -> None:
    p, q = lz.from_mass(v, m), lz.from_mass(w, k)
    got = lz.boost_from_rest(p, q, k)
    want = group.boost_matrix(q, k) @ p
    assert np.abs(got - want).max() <= 32 * EPS * q[0] / k * p[0]


@given(momentum(), momentum())
@few
def test_helicity_angle_is_the_invariant_one(p: np.ndarray, q: np.ndarray) -> None:
    """cos theta* of p and of q from p + q are opposite: they fly apart in its rest frame."""
    total = p + q
    m = float(lz.mass(total))
    assume(m > 0)
    length = float(lz.momentum(lz.boost_to_rest(p, total)))
    assume(length > 1e-3 * m and lz.momentum(total) > 1e-6 * total[0])
    error = 64 * EPS * total[0] * total[0] / m / length + 1e-12
    assert abs(lz.cos_theta_star(p, total) + lz.cos_theta_star(q, total)) <= error * total[0] / lz.momentum(
        total
    )
