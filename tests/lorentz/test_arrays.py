"""Shapes, precisions, out= and bad input behave as the face of hepsym.lorentz says."""

import threading

import numpy as np
import pytest
from lorentz_oracle import momenta

import hepsym.lorentz as lz
from hepsym.errors import InputError

RNG = np.random.default_rng(5)
P = momenta(RNG, 60, max_gamma=1e3)[0]
Q = lz.from_mass(RNG.normal(size=(60, 3)), 1.0)

OF_ONE = [
    "mass",
    "mass_squared",
    "momentum",
    "pt",
    "phi",
    "cos_theta",
    "rapidity",
    "pseudorapidity",
    "transverse_mass",
]
OF_TWO = [
    "dot", "delta_phi", "delta_eta", "delta_r", "opening_angle", "invariant_mass", "cos_theta_star",
    "transverse_mass_of_pair",
]  # fmt: skip
MOVING = ["boost_from_rest", "boost_to_rest", "rotate_z_to"]


@pytest.mark.parametrize("name", OF_ONE + OF_TWO + MOVING)
def test_shapes_precisions_and_out(name: str) -> None:
    function = getattr(lz, name)
    arguments = (P,) if name in OF_ONE else (P, Q)
    whole = function(*arguments)
    shape = (60, 4) if name in MOVING else (60,)
    assert whole.shape == shape
    assert whole.dtype == np.float64
    # one row at a time, other shapes, views with strides, lists
    assert np.array_equal(whole, [function(*(a[i] for a in arguments)) for i in range(60)], equal_nan=True)
    folded = function(*(a.reshape(3, 4, 5, 4) for a in arguments))
    assert np.array_equal(folded.reshape(shape), whole, equal_nan=True)
    assert np.array_equal(function(*(np.asfortranarray(a) for a in arguments)), whole, equal_nan=True)
    assert np.array_equal(function(*(a[::2] for a in arguments)), whole[::2], equal_nan=True)
    assert np.array_equal(function(*(a[0].tolist() for a in arguments)), whole[0], equal_nan=True)
    assert function(*(a[:0] for a in arguments)).shape == (0, *shape[1:])
    # float32 is computed in float64 and rounded once
    singles = [a.astype(np.float32) for a in arguments]
    result = function(*singles)
    assert result.dtype == np.float32
    in_double = function(*(a.astype(np.float64) for a in singles))
    assert np.array_equal(result, in_double.astype(np.float32), equal_nan=True)
    # out
    out = np.empty(shape)
    assert function(*arguments, out=out) is out
    assert np.array_equal(out, whole, equal_nan=True)
    strided = np.empty((*shape, 2))[..., 0]
    assert np.array_equal(function(*arguments, out=strided), whole, equal_nan=True)


@pytest.mark.parametrize("name", OF_TWO + MOVING)
def test_broadcasting(name: str) -> None:
    function = getattr(lz, name)
    grid = function(P[:5, None], Q[None, :7])
    for i in range(5):
        for j in range(7):
            assert np.array_equal(grid[i, j], function(P[i], Q[j]), equal_nan=True)
    assert function(P.astype(np.float32), Q).dtype == np.float64


def test_scalars_of_python_take_the_precision_beside_them() -> None:
    single = P.astype(np.float32)
    assert lz.rapidity(single, 1.0).dtype == np.float32
    assert lz.rotate(single, np.float32([0, 0, 1]), 0.5).dtype == np.float32
    assert lz.rapidity(single, np.float64(1.0)).dtype == np.float64
    assert lz.boost_z(single, 1).dtype == np.float32
    assert lz.mass(np.array([5, 0, 0, 3])) == 4.0
    assert isinstance(lz.mass([5.0, 0, 0, 3]), np.float64)


def test_masses_may_be_given() -> None:
    for function in (lz.boost_from_rest, lz.boost_to_rest, lz.cos_theta_star):
        assert np.allclose(function(P, Q, 1.0), function(P, Q), rtol=1e-9, atol=1e-9)
        assert np.array_equal(function(P, Q, np.ones(60)), function(P, Q, 1.0))


@pytest.mark.parametrize("legs", [1, 2, 3, 4, 5])
def test_invariant_mass_of_many(legs: int) -> None:
    several = [lz.from_mass(RNG.normal(size=(60, 3)), 0.5) for _ in range(legs)]
    assert np.allclose(lz.invariant_mass(*several), lz.mass(sum(several)), rtol=1e-13)
    single = [s.astype(np.float32) for s in several]
    assert lz.invariant_mass(*single).dtype == np.float32
    assert lz.invariant_mass(*(s[0] for s in several)).shape == ()
    out = np.empty(60)
    assert lz.invariant_mass(*several, out=out) is out
    with pytest.raises(InputError, match="out must be"):
        lz.invariant_mass(*several, out=np.empty(3))


def test_long_arrays_are_as_short_ones() -> None:
    """The pair loop works in blocks of 32 with a rest: every length about their edges."""
    for n in (1, 31, 32, 33, 64, 97):
        p, q = np.resize(P, (n, 4)), np.resize(Q, (n, 4))
        assert np.array_equal(
            lz.invariant_mass(p, q), [lz.invariant_mass(a, b) for a, b in zip(p, q, strict=True)]
        )


def test_in_place_and_across() -> None:
    want = lz.boost_to_rest(P, Q)
    p = P.copy()
    lz.boost_to_rest(p, Q, out=p)
    assert np.array_equal(p, want)
    q = Q.copy()
    lz.boost_to_rest(P, q, out=q)
    assert np.array_equal(q, want)
    # out a row further on than p: without care, results would be read as momenta
    room = np.empty((61, 4))
    room[:60] = P
    lz.boost_to_rest(room[:60], Q, out=room[1:])
    assert np.array_equal(room[1:], want)


def test_threads_share_the_work() -> None:
    want = lz.delta_r(P, Q)
    out = np.empty(60)
    parts = [slice(0, 17), slice(17, 60)]
    threads = [threading.Thread(target=lz.delta_r, args=(P[s], Q[s]), kwargs={"out": out[s]}) for s in parts]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert np.array_equal(out, want)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lz.mass([1.0, 2.0]), r"p must have shape \(\.\.\., 4\): E, x, y, z; it has shape \(2,\)"),
        (lambda: lz.mass(3.0), r"p must have shape"),
        (lambda: lz.mass([[1.0, 2.0], [1.0]]), "p is no array of numbers"),
        (lambda: lz.mass(["a", "b", "c", "d"]), "p must hold real numbers"),
        (lambda: lz.mass(np.ones(4, complex)), "p must hold real numbers, not complex128"),
        (lambda: lz.dot(P, Q[:7]), r"do not broadcast together: p \(60, 4\), q \(7, 4\)"),
        (
            lambda: lz.mass(P, out=np.empty(3)),
            r"out must be float64 of shape \(60,\), not float64 of shape \(3,\)",
        ),
        (lambda: lz.mass(P, out=np.empty(60, np.float32)), "out must be float64"),
        (lambda: lz.mass(P, out=[0.0] * 60), "not list"),
        (lambda: lz.mass(P, out=np.broadcast_to(0.0, 60)), "out is read-only"),
        (lz.invariant_mass, "at least one leg"),
        (lambda: lz.invariant_mass(P, Q[:, :3]), "leg 2 must have shape"),
        (lambda: lz.boost_to_rest(P, [1.0, 0, 0, 1.0]), r"q has mass 0 GeV, but only a mass > 0"),
        (lambda: lz.boost_from_rest(P[:2], [[2.0, 0, 0, 1.0], [1.0, 0, 0, 2.0]]), r"q\[1\] has mass -1.73"),
        (lambda: lz.boost_from_rest(P, Q, 0.0), "m has mass 0 GeV"),
        (lambda: lz.boost_to_rest(P, Q, np.where(np.arange(60) == 7, np.nan, 1.0)), r"m\[7\] has mass nan"),
        (lambda: lz.boost(P, [0.0, 0.0, 1.0]), r"\|v\| = 1, which must be below 1"),
        (
            lambda: lz.boost(P, [[0.0, 0.0, 0.5]] * 59 + [[0.0, 2.0, 0.0]]),
            r"\(0\.0, 2\.0, 0\.0\) has \|v\| = 2",
        ),
        (lambda: lz.boost(P, P), r"velocity must have shape \(\.\.\., 3\)"),
        (lambda: lz.rotate(P, [0.0, 0.0, 0.0], 1.0), "axis has length 0"),
    ],
)
def test_bad_input_is_one_clear_line(call, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
