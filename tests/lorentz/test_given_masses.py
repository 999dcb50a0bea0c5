"""Known masses go into invariant_mass, because the rounded energy of a fast particle has lost them."""

import lorentz_oracle as exact
import mpmath as mp
import numpy as np
import pytest
from lorentz_oracle import EPS

import hepsym.lorentz as lz
from hepsym.errors import InputError
from hepsym.lorentz.kernels import products

N = 60


def exact_mass(three: list[list[mp.mpf]], masses: list[mp.mpf]) -> mp.mpf:
    energy = mp.fsum(mp.sqrt(m * m + mp.fsum(c * c for c in v)) for v, m in zip(three, masses, strict=True))
    total = [mp.fsum(c) for c in zip(*three, strict=True)]
    return mp.sqrt(energy**2 - mp.fsum(c * c for c in total))


def legs(rng: np.random.Generator, gamma: float, spread: float, masses: list[float]) -> list[np.ndarray]:
    """Of |p| about gamma m, within `spread` of one direction."""
    made = []
    for m in masses:
        v = np.array([1.0, 2.0, 3.0]) + spread * rng.normal(size=(N, 3))
        v *= (gamma * max(m, 0.01) * rng.uniform(0.5, 2.0, N) / np.linalg.norm(v, axis=1))[:, None]
        made.append(lz.from_mass(v, m))
    return made


@pytest.mark.parametrize("gamma", [1e-6, 1.0, 1e4, 1e8])
@pytest.mark.parametrize("spread", [0.0, 1e-9, 1e-2, 100.0])
def test_stated_error(gamma: float, spread: float) -> None:
    """8 eps, of two and of three legs, one of them massless, at E/m up to 1e8 and angles down to 0."""
    rng = np.random.default_rng(31)
    for masses in ([0.10566, 0.139], [0.10566, 0.139, 0.0]):
        given = legs(rng, gamma, spread, masses)
        got = lz.invariant_mass(*given, masses=masses)
        for i in range(N):
            three = [exact.exact(p[i, 1:]) for p in given]
            want = exact_mass(three, [mp.mpf(m) for m in masses])
            assert abs(mp.mpf(float(got[i])) - want) <= 8 * EPS * want


def test_the_product_s_stated_error() -> None:
    """16 eps: of massless legs it is |p||p'| (1 - cos), of a leg with itself m^2."""
    rng = np.random.default_rng(32)
    for spread in (0.0, 1e-9, 1.0):
        p, q = legs(rng, 1e6, spread, [0.10566, 0.0])
        for a, b in zip(p.tolist(), q.tolist(), strict=True):
            u, v = exact.exact(a[1:]), exact.exact(b[1:])
            m = mp.mpf(0.10566)
            energies = mp.sqrt(m * m + mp.fsum(c * c for c in u)) * mp.sqrt(mp.fsum(c * c for c in v))
            want = energies - mp.fsum(x * y for x, y in zip(u, v, strict=True))
            got = products.dot_from_masses(tuple(a), 0.10566, tuple(b), 0.0)
            assert abs(got - want) <= 16 * EPS * want


def test_shapes_precision_and_out() -> None:
    p = lz.from_mass(np.random.default_rng(33).normal(size=(5, 1, 3)), 1.0)
    q = lz.from_mass(np.random.default_rng(34).normal(size=(7, 3)), 2.0)
    want = lz.invariant_mass(p, q)
    assert want.shape == (5, 7)
    assert np.allclose(lz.invariant_mass(p, q, masses=(1.0, np.full(7, 2.0))), want, rtol=1e-12)
    out = np.empty((5, 7))
    assert lz.invariant_mass(p, q, masses=(1.0, 2.0), out=out) is out
    assert np.allclose(out, want, rtol=1e-12)
    low = lz.invariant_mass(p.astype(np.float32), q.astype(np.float32), masses=(1.0, 2.0))
    assert low.dtype == np.float32
    assert np.allclose(low, want, rtol=1e-5)
    assert lz.invariant_mass(q, masses=[0.5]).tolist() == [0.5] * 7
    assert lz.invariant_mass(q[0], q[1], masses=[2.0, 2.0]).shape == ()


@pytest.mark.parametrize(
    ("masses", "said"),
    [([1.0], "needs a mass for each leg: 2 legs, 1 masses"), ([1.0, np.ones(3)], "do not broadcast")],
)
def test_bad_masses_are_one_clear_line(masses: list, said: str) -> None:
    with pytest.raises(InputError, match=said):
        lz.invariant_mass(np.ones((2, 4)), np.ones((2, 4)), masses=masses)
