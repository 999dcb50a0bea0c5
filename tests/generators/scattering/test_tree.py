"""Binary trees of two-body breaks fill phase space with its exact volume, and know their inverse."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hepsym.generators.integration.draws import uniforms_of
from hepsym.generators.scattering.tree import Leaf, System, Tree
from hepsym.random import key

MASSLESS = [Leaf(i, 0.0) for i in range(4)]
MIXED = [Leaf(0, 1.5), Leaf(1, 0.0), Leaf(2, 80.0), Leaf(3, 0.1)]
TREES = {
    "pair": (Tree(System(Leaf(0, 3.0), Leaf(1, 40.0))), 2),
    "pair, t channel": (Tree(System(MASSLESS[0], Leaf(1, 40.0)), peak=2), 2),
    "pair, tops": (Tree(System(Leaf(0, 40.0), Leaf(1, 40.0)), peak=1, exchanged=40.0), 2),
    "pair, electron": (Tree(System(MASSLESS[0], Leaf(1, 91.0)), peak=1, exchanged=0.000511), 2),
    "pair, W": (Tree(System(Leaf(0, 80.0), MASSLESS[1]), peak=2, exchanged=80.0), 2),
    "pair, forward electron": (
        Tree(System(MASSLESS[0], Leaf(1, 91.0)), peak=1, side=1, exchanged=0.000511), 2
    ),
    "pair, backward W": (Tree(System(Leaf(0, 80.0), MASSLESS[1]), peak=2, side=-1, exchanged=80.0), 2),
    "three": (Tree(System(System(MASSLESS[0], MASSLESS[1]), MASSLESS[2])), 3),
    "three, resonance": (
        Tree(System(MASSLESS[2], System(MASSLESS[0], MASSLESS[1], 91.0, 2.5)), peak=2), 3
    ),
    "within a window": (
        Tree(System(System(MASSLESS[0], MASSLESS[1], 91.0, 2.5, low=70.0, high=110.0), MASSLESS[2])), 3
    ),
    "three, power": (Tree(System(MASSLESS[2], System(MASSLESS[0], MASSLESS[1], power=0.5))), 3),
    "two systems": (
        Tree(System(System(MASSLESS[0], MASSLESS[1]), System(MASSLESS[2], MASSLESS[3]))), 4
    ),
    "nested": (
        Tree(System(System(System(MIXED[0], MIXED[1], power=1.0), MIXED[2], 120.0, 5.0), MIXED[3])), 4
    ),
}  # fmt: skip


def drawn(tree: Tree, legs: int, n: int, sqrt_s: float, seed: int = 1) -> tuple[np.ndarray, ...]:
    u = uniforms_of(np.arange(n), np.zeros(n, int), tree.axes, np.uint64(0), key(seed))
    momenta, jacobian = np.empty((n, legs, 4)), np.empty(n)
    tree.forward(u, np.full(n, sqrt_s), momenta, jacobian)
    return u, momenta, jacobian


@pytest.mark.parametrize("name", TREES)
def test_inverse_of_forward_is_the_identity(name: str) -> None:
    tree, legs = TREES[name]
    u, momenta, jacobian = drawn(tree, legs, 2000, 250.0)
    back, again = np.empty_like(u), np.empty_like(jacobian)
    tree.inverse(momenta, np.full(2000, 250.0), back, again)
    assert (jacobian > 0.0).all()
    np.testing.assert_allclose(back, u, atol=1e-9)
    np.testing.assert_allclose(again, jacobian, rtol=1e-8)


@pytest.mark.parametrize("name", TREES)
def test_momenta_are_on_shell_and_balanced(name: str) -> None:
    tree, legs = TREES[name]
    _, momenta, _ = drawn(tree, legs, 2000, 250.0)
    leaves = {}

    def collect(part: Leaf | System) -> None:
        if isinstance(part, Leaf):
            leaves[part.leg] = part.mass
        else:
            collect(part.first)
            collect(part.second)

    collect(tree.root)
    masses = np.array([leaves[i] for i in range(legs)])
    e, p = momenta[..., 0], momenta[..., 1:]
    assert np.abs(e**2 - (p**2).sum(axis=-1) - masses**2).max() < 1e-11 * 250.0**2
    total = momenta.sum(axis=1)
    assert np.abs(total - [250.0, 0, 0, 0]).max() < 1e-12 * 250.0


def massless_volume(n: int, sqrt_s: float) -> float:
    """(2 pi)^(4 - 3n) (pi/2)^(n-1) s^(n-2) / (n-1)!(n-2)!: Kleiss, Stirling and Ellis (1986)."""
    power = (math.pi / 2) ** (n - 1) * sqrt_s ** (2 * n - 4)
    return (2 * math.pi) ** (4 - 3 * n) * power / (math.factorial(n - 1) * math.factorial(n - 2))


@pytest.mark.parametrize("name", ["three", "three, power", "two systems"])
def test_volume_of_massless_phase_space(name: str) -> None:
    """Four standard errors: a false alarm in 6e-5 each."""
    tree, legs = TREES[name]
    _, _, jacobian = drawn(tree, legs, 200_000, 250.0, seed=3)
    error = jacobian.std() / math.sqrt(len(jacobian))
    assert error < 0.02 * jacobian.mean()
    assert abs(jacobian.mean() - massless_volume(legs, 250.0)) < 4.0 * error


def test_a_systems_mass_keeps_to_its_window() -> None:
    tree, legs = TREES["within a window"]
    _, momenta, _ = drawn(tree, legs, 5000, 250.0)
    p = momenta[:, 0] + momenta[:, 1]
    mass = np.sqrt(p[:, 0] ** 2 - (p[:, 1:] ** 2).sum(axis=1))
    assert 70.0 - 1e-9 <= mass.min() < 75.0
    assert 105.0 < mass.max() <= 110.0 + 1e-9


@pytest.mark.parametrize("name", ["pair", "pair, t channel", "pair, tops", "pair, W", "pair, backward W"])
@pytest.mark.parametrize("least_pt", [0.0, 30.0])
def test_pair_volume_within_a_transverse_momentum(name: str, least_pt: float) -> None:
    """|p| / (4 pi sqrt(s)) times the share cos(theta) that the bound leaves."""
    tree = replace(TREES[name][0], least_pt=least_pt)
    _, momenta, jacobian = drawn(tree, 2, 100_000, 250.0, seed=5)
    p = math.sqrt((momenta[0, 0, 1:] ** 2).sum())
    exact = p / (4.0 * math.pi * 250.0) * math.sqrt(1.0 - (least_pt / p) ** 2)
    pt = np.hypot(momenta[:, 0, 1], momenta[:, 0, 2])
    assert pt.min() >= least_pt * (1.0 - 1e-12)
    error = jacobian.std() / math.sqrt(len(jacobian))
    assert abs(jacobian.mean() - exact) < 4.0 * error + 1e-12 * exact


@pytest.mark.parametrize("name", ["pair", "pair, t channel", "pair, tops", "pair, W", "pair, backward W"])
def test_pair_volume_within_a_cosine(name: str) -> None:
    tree = Tree(
        TREES[name][0].root, 0.0, 0.9, TREES[name][0].peak, TREES[name][0].side, TREES[name][0].exchanged
    )
    u, momenta, jacobian = drawn(tree, 2, 100_000, 250.0, seed=6)
    p = np.sqrt((momenta[:, 0, 1:] ** 2).sum(axis=1))
    assert np.abs(momenta[:, 0, 3] / p).max() <= 0.9 + 1e-12
    error = jacobian.std() / math.sqrt(len(jacobian))
    assert abs(jacobian.mean() - 0.9 * p[0] / (4.0 * math.pi * 250.0)) < 4.0 * error + 1e-15
    back, again = np.empty_like(u), np.empty_like(jacobian)
    tree.inverse(momenta, np.full(len(u), 250.0), back, again)
    np.testing.assert_allclose(back, u, atol=1e-9)


def test_closed_tree_has_weight_zero() -> None:
    tree, legs = TREES["nested"]
    _, _, jacobian = drawn(tree, legs, 100, 81.0)
    assert not jacobian.any()
