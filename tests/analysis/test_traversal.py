"""Does a walk move one latent over its distribution and leave the others alone?"""

import numpy as np
import pytest

from hepsym.analysis import walk
from hepsym.errors import InputError


def test_only_one_latent_moves() -> None:
    mu = np.random.default_rng(1).normal(size=(5000, 4)) * [1, 2, 3, 4]
    found = walk(mu, 2, steps=11, points=3, tail=0.1, seed=5)
    assert found.codes.shape == (3, 11, 4)
    assert np.array_equal(found.codes[:, :, 2], np.tile(found.values, (3, 1)))
    for other in (0, 1, 3):
        assert (np.ptp(found.codes[:, :, other], axis=1) == 0).all()
    assert found.codes[0, 0, 0] == np.median(mu[:, 0])
    assert np.array_equal(found.codes[1:, 0, [0, 1, 3]], mu[list(found.rows)][:, [0, 1, 3]])
    assert (mu[:, 2] < found.values[0]).mean() == pytest.approx(0.1, abs=1e-3)
    assert (mu[:, 2] < found.values[-1]).mean() == pytest.approx(0.9, abs=1e-3)
    assert np.array_equal(found.codes, walk(mu, 2, steps=11, points=3, tail=0.1, seed=5).codes)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"latent": 4}, "latent = 4 is not among the 4"),
        ({"latent": 0, "steps": 1}, "steps = 1"),
        ({"latent": 0, "tail": 0.5}, "tail = 0.5"),
    ],
)
def test_bad_walks_are_refused(options: dict, words: str) -> None:
    with pytest.raises(InputError, match=words):
        walk(np.zeros((9, 4)), **options)
