"""Every map: on shell, balanced, of the exact volume, undone by its inverse, the same bits again."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from hepsym import random
from hepsym.errors import InputError
from hepsym.generators.phasespace.cascades.diet import Diet
from hepsym.generators.phasespace.cascades.genbod import Genbod
from hepsym.generators.phasespace.cascades.s_channel import breit_wigner, fixed, flat, power, resonance
from hepsym.generators.phasespace.cascades.tree import Decay, Leaf, Tree
from hepsym.generators.phasespace.exchanges.t_channel import TChannel
from hepsym.generators.phasespace.map import PhaseSpace, philox_uniforms
from hepsym.generators.phasespace.multichannel import MultiChannel
from hepsym.generators.phasespace.rambo.rambo import Rambo
from hepsym.generators.phasespace.two_body import TwoBody

EPS = 2.0**-52
KEY = random.key(3, "maps")
N = 20_000
KAON, PION = 0.493677, 0.13957039


@dataclass(frozen=True)
class Case:
    space: PhaseSpace
    sqrt_s: float
    bijective: bool = True


def legs(*masses: float) -> tuple[Leaf, ...]:
    return tuple(Leaf(m) for m in masses)


def top(law: object) -> Decay:
    w = Decay(legs(0.0, 0.0), breit_wigner(80.4, 10.0) if law == "w" else fixed(80.4))
    return Decay((w, Leaf(4.7)), breit_wigner(173.0, 20.0))


CASES = {
    "two": Case(TwoBody((KAON, PION)), 5.27965),
    "two at threshold": Case(TwoBody((1.0, 2.0)), 3.0 * (1.0 + 1e-15)),
    "two, fast": Case(TwoBody((1.0, 1.0)), 1e8),
    "genbod 3": Case(Genbod((KAON, PION, PION)), 5.27965),
    "genbod 4 massless": Case(Genbod((0.0,) * 4), 91.2, bijective=False),
    "genbod 4 at threshold": Case(Genbod((0.1, 0.2, 0.3, 0.4)), 1.0 + 1e-15, bijective=False),
    "genbod hierarchy": Case(Genbod((173.0, 4.7, 0.0, 1e-3, 0.0)), 300.0, bijective=False),
    "genbod 10": Case(Genbod((PION,) * 10), 3.0, bijective=False),
    "diet 3": Case(Diet((KAON, PION, PION)), 5.27965),
    "diet 4 massless": Case(Diet((0.0,) * 4), 91.2),
    "diet 4 at threshold": Case(Diet((0.1, 0.2, 0.3, 0.4)), 1.0 + 1e-15),
    "diet hierarchy": Case(Diet((173.0, 4.7, 0.0, 1e-3, 0.0)), 300.0),
    "diet 10": Case(Diet((0.0,) * 9 + (5.0,)), 100.0),
    "rambo 2": Case(Rambo((0.0, 0.0)), 91.2, bijective=False),
    "rambo 4 massless": Case(Rambo((0.0,) * 4), 91.2, bijective=False),
    "rambo 4": Case(Rambo((KAON, PION, PION, PION)), 5.27965, bijective=False),
    "rambo hierarchy": Case(Rambo((173.0, 4.7, 0.0, 1e-3, 0.0)), 300.0, bijective=False),
    "rambo at threshold": Case(Rambo((0.1, 0.2, 0.3, 0.4)), 1.0 + 1e-15, bijective=False),
    "tree, sharp": Case(Tree(Decay((Decay(legs(KAON, PION), fixed(0.8958)), Leaf(0.0)))), 5.27965),
    "tree, resonance": Case(Tree(Decay((Decay(legs(KAON, PION), breit_wigner(0.9, 0.05)), Leaf(0.0)))), 5.3),
    "tree, two wide tops": Case(Tree(Decay((top("w"), top("sharp")))), 400.0),
    "tree, many parts": Case(
        Tree(
            Decay(
                (
                    Decay(legs(0.1, 0.0, 0.0), fixed(1.77)),
                    Decay(legs(0.1, 0.13, 0.2), flat(1.5, 2.5)),
                    Leaf(1.0),
                )
            )
        ),
        10.0,
    ),
    "tree, powers": Case(
        Tree(
            Decay(
                (
                    Decay(legs(0.1, 0.1), power(1.0)),
                    Decay(legs(0.1, 0.1), power(1.5)),
                    Decay(legs(0.1, 0.1), power(0.5, low=0.3)),
                )
            )
        ),
        10.0,
        bijective=False,
    ),
    "tree, mixture": Case(Tree(Decay((Decay(legs(0.1, 0.1), resonance(91.2, 2.5, 1.5)), Leaf(0.0)))), 200.0),
    "t channel 2": Case(TChannel((0.1, 0.2), (0.5, 0.6), [(0.139, 1.0)]), 10.0),
    "t channel, cut": Case(TChannel((0.0, 0.0), exchanged=[(0.0, 2.0)], least_transfer=1.0), 100.0),
    "t channel 4": Case(TChannel((1.0, 0.0, 2.0, 0.3), (0.9, 0.9), [(1.0, 1.0), (0.5, 0.8), (2, 2)]), 50.0),
    "channels": Case(
        MultiChannel(
            (
                Tree(Decay((Decay(legs(0.1, 0.1), breit_wigner(91.2, 2.5)), Leaf(0.0)))),
                Tree(Decay((Decay(legs(0.1, 0.1), power(1.2)), Leaf(0.0)))),
                Genbod((0.1, 0.1, 0.0)),
            ),
            (3.0, 1.0, 1.0),
        ),
        200.0,
        bijective=False,
    ),
}  # fmt: skip

every = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


def drawn(case: Case, n: int = N) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    u = philox_uniforms(n, case.space.dimensions, 0, KEY, 32)
    momenta, weight = np.empty((n, len(case.space.masses), 4)), np.empty(n)
    case.space.forward(u, case.sqrt_s, momenta, weight)
    return u, momenta, weight


@pytest.mark.compiled
@every
def test_on_shell_balanced_and_of_the_exact_volume(case: Case) -> None:
    """Mean weight within 4 standard errors of the volume: false alarm 6e-5 a case for Gaussian means."""
    _, p, weight = drawn(case)
    size = np.linalg.norm(p[..., 1:], axis=-1)
    off = np.abs((p[..., 0] - size) * (p[..., 0] + size) - np.array(case.space.masses) ** 2)
    assert (off / p[..., 0] ** 2).max() <= 8 * EPS
    total = p.sum(axis=1)
    total[:, 0] -= case.sqrt_s
    assert np.abs(total).max() <= 8 * EPS * case.sqrt_s
    assert np.isfinite(weight).all() and (weight >= 0.0).all()
    error = weight.std() / math.sqrt(N)
    assert abs(weight.mean() - case.space.volume(case.sqrt_s)) <= 4 * error + 1e-9 * weight.mean()


@pytest.mark.compiled
@every
def test_inverse_brings_the_momenta_back(case: Case) -> None:
    u, p, weight = drawn(case)
    back, own = np.empty_like(u), np.empty_like(weight)
    case.space.inverse(p, case.sqrt_s, back, own)
    assert np.abs(own / weight - 1.0).max() < 1e-7
    again, weight_again = np.empty_like(p), np.empty_like(weight)
    case.space.forward(back, case.sqrt_s, again, weight_again)
    assert np.abs(again - p).max() <= 1e-10 * case.sqrt_s
    if case.bijective and not case.sqrt_s < 1.0 + 1e-12:
        assert np.median(np.abs(back - u)) < 1e-12


@every
def test_points_are_the_same_bits_at_any_start(case: Case) -> None:
    n = 70
    _, p, weight = drawn(case, n)
    momenta, weights = np.empty_like(p), np.empty_like(weight)
    case.space.fill(momenta, weights, case.sqrt_s, 0, KEY)
    assert np.array_equal(momenta, p) and np.array_equal(weights, weight)
    case.space.fill(momenta[: n - 67], weights[: n - 67], case.sqrt_s, 67, KEY)
    assert np.array_equal(momenta[: n - 67], p[67:]) and np.array_equal(weights[: n - 67], weight[67:])


@pytest.mark.compiled
@every
def test_an_energy_a_point(case: Case) -> None:
    """Energies may differ from point to point; below threshold the weight is 0, and nothing else changes."""
    u, p, weight = drawn(case, 200)
    energy = np.full(200, case.sqrt_s)
    energy[::3] = 0.5 * sum(case.space.masses)
    if not sum(case.space.masses):
        energy[::3] = -1.0
    momenta, weights = np.empty_like(p), np.empty_like(weight)
    case.space.forward(u, energy, momenta, weights)
    kept = np.arange(200) % 3 > 0
    assert (weights[~kept] == 0.0).all()
    assert np.allclose(momenta[kept], p[kept], rtol=0, atol=1e-11 * case.sqrt_s)
    assert np.allclose(weights[kept], weight[kept], rtol=1e-7)


@pytest.mark.compiled
@every
def test_momenta_of_another_energy_cannot_be_reached(case: Case) -> None:
    u, p, _ = drawn(case, 50)
    back, weight = np.empty_like(u), np.empty(50)
    case.space.inverse(p, 1.001 * case.sqrt_s, back, weight)
    assert (weight == 0.0).all() and np.isnan(back).all()


def test_arrays_of_another_shape_are_refused() -> None:
    space = Genbod((0.1, 0.2, 0.3))
    with pytest.raises(InputError, match=r"needs \(\(5, 5\), \(5, 3, 4\), \(5,\)\)"):
        space.forward(np.empty((5, 4)), 1.0, np.empty((5, 3, 4)), np.empty(5))
    with pytest.raises(InputError, match=r"sqrt_s has shape \(2,\) for 5 points"):
        space.forward(np.empty((5, 5)), np.ones(2), np.empty((5, 3, 4)), np.empty(5))


def test_masses_that_cannot_be_are_refused() -> None:
    with pytest.raises(InputError, match=r"a mass of -0.1 GeV"):
        Genbod((0.1, -0.1))
    with pytest.raises(InputError, match=r"give 2 or more"):
        Diet((0.1,))
    with pytest.raises(InputError, match=r"two bodies need 2"):
        TwoBody((0.1, 0.1, 0.1))
