"""Several channels: the estimate is that of one integral, and the chances go where the peaks are."""

import math

import numpy as np
import pytest

from hepsym import random
from hepsym.errors import InputError
from hepsym.generators.phasespace.cascades.genbod import Genbod
from hepsym.generators.phasespace.cascades.s_channel import breit_wigner
from hepsym.generators.phasespace.cascades.tree import Decay, Leaf, Tree
from hepsym.generators.phasespace.map import philox_uniforms
from hepsym.generators.phasespace.multichannel import MultiChannel

SQRT_S, N = 200.0, 20_000
PEAKS = ((91.0, 2.0), (150.0, 0.5))
CHANNELS = (
    *(Tree(Decay((Decay((Leaf(0.1), Leaf(0.1)), breit_wigner(m, w)), Leaf(0.0)))) for m, w in PEAKS),
    Genbod((0.1, 0.1, 0.0)),
)


def peaks(p: np.ndarray) -> np.ndarray:
    """Two Breit-Wigners in the mass of the first pair."""
    s = (p[:, 0, 0] + p[:, 1, 0]) ** 2 - ((p[:, 0, 1:] + p[:, 1, 1:]) ** 2).sum(axis=1)
    return sum(m * w / ((s - m * m) ** 2 + (m * w) ** 2) for m, w in PEAKS)


def estimate(space: MultiChannel, stream: int) -> tuple[float, float, np.ndarray]:
    u = philox_uniforms(N, space.dimensions, 0, random.key(2), stream)
    p, weight = np.empty((N, 3, 4)), np.empty(N)
    space.forward(u, SQRT_S, p, weight)
    values = peaks(p) * weight
    return values.mean(), values.std() / math.sqrt(N), p


@pytest.mark.compiled
def test_chances_adapt_and_the_integral_stays() -> None:
    """Three adaptations; both estimates agree within 4 combined errors, the later is five times as sharp."""
    space = MultiChannel(CHANNELS, (0.05, 0.05, 0.9))
    first, first_error, p = estimate(space, 40)
    for stream in (41, 42, 43):
        space = space.adapted(p, SQRT_S, peaks(p))
        last, last_error, p = estimate(space, stream)
    assert abs(first - last) < 4 * math.hypot(first_error, last_error)
    assert last_error < first_error / 5
    assert space.chances[2] < 0.25 and math.isclose(space.chances.sum(), 1.0)


def test_what_is_no_mixture_is_refused() -> None:
    with pytest.raises(InputError, match="give one map or more"):
        MultiChannel(())
    with pytest.raises(InputError, match="they must agree"):
        MultiChannel((Genbod((0.1, 0.1, 0.0)), Genbod((0.1, 0.2, 0.0))))
    with pytest.raises(InputError, match="3 numbers above 0"):
        MultiChannel(CHANNELS, (1.0, 0.0, 1.0))
