"""Points in one call, the weight of given ones, and what is said of those that cannot be."""

import numpy as np
import pytest

from hepsym.errors import InputError
from hepsym.generators.phasespace.cascades.s_channel import breit_wigner, flat, power, resonance
from hepsym.generators.phasespace.cascades.tree import Decay, Leaf, Tree
from hepsym.generators.phasespace.draws import ALGORITHMS, draw, phase_space, phase_space_weight
from hepsym.generators.phasespace.exchanges.t_channel import TChannel
from hepsym.generators.phasespace.two_body import TwoBody

MASSES = (0.5, 0.1, 0.2)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_weights_of_drawn_points_are_found_again(algorithm: str) -> None:
    momenta, weight = draw(200, MASSES, 2.0, seed=3, algorithm=algorithm)
    assert np.allclose(phase_space_weight(momenta, MASSES, 2.0, algorithm), weight, rtol=1e-9, atol=0)


def test_points_do_not_depend_on_how_many_are_asked_for() -> None:
    whole, weight = draw(100, MASSES, 2.0, seed=3)
    out = np.empty((10, 3, 4))
    part, own = draw(10, MASSES, 2.0, seed=3, first=90, out=out)
    assert part is out
    assert np.array_equal(part, whole[90:]) and np.array_equal(own, weight[90:])
    assert not np.array_equal(draw(10, MASSES, 2.0, seed=4)[0], whole[:10])


def test_two_particles_are_the_exact_map() -> None:
    assert isinstance(phase_space((0.1, 0.2)), TwoBody)


def leaf_pair(law: object) -> Tree:
    return Tree(Decay((Decay((Leaf(0.0), Leaf(0.0)), law), Leaf(1.0))))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw(0, MASSES, 2.0), r"n = 0 points"),
        (lambda: draw(5, MASSES, 0.7), r"threshold 0.5 \+ 0.1 \+ 0.2 = 0.8"),
        (lambda: draw(5, MASSES, 2.0, algorithm="ramboo"), r"algorithm = 'ramboo' is none of genbod, diet"),
        (lambda: draw(5, MASSES, 2.0, out=np.empty((5, 3, 3))), r"float64 of shape \(5, 3, 4\)"),
        (lambda: phase_space_weight(np.empty((3, 4)), MASSES, 2.0), r"give \(n, 3, 4\)"),
        (lambda: leaf_pair(None), r"needs a law for its mass"),
        (lambda: leaf_pair(power(1.0)), r"power nu = 1 needs masses or a low bound"),
        (lambda: leaf_pair(power(float("nan"))), r"is not a number"),
        (lambda: leaf_pair(flat(3.0, 2.0)), r"masses from 3 to 2 GeV are no range"),
        (lambda: leaf_pair(breit_wigner(1.0, 0.0)), r"width = 0.0 GeV must be above 0"),
        (lambda: leaf_pair(resonance(1.0, 0.1, 2.0, 1.0)), r"share = 1 must be between"),
        (lambda: Tree(Decay((Leaf(1.0),))), r"decays to 1 parts"),
        (lambda: TChannel((0.0, 0.0), exchanged=[(0.0, 1.0)]), r"may diverge forward"),
        (lambda: TChannel((0.0,) * 3, exchanged=[(1.0, 1.0)] * 3), r"exchanged has 3 lines for 3"),
        (lambda: TChannel((0.0,) * 3, exchanged=[(0.0, 0.5)], least_transfer=1.0), r"is for two particles"),
    ],
)
def test_what_cannot_be_is_one_line(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message) as raised:
        call()  # type: ignore[operator]
    assert "\n" not in str(raised.value)
