"""Is the plateau the widest run of equal modes, and is its absence said?"""

import pytest

from hepsym.analysis import TOPOLOGY_CAVEAT, plateau
from hepsym.errors import InputError

BETAS = [1e-3, 1e-2, 3e-2, 1e-1, 3e-1]


def test_widest_run_in_log_beta() -> None:
    """4 spans a factor 3 in beta, 3 a factor 4: the wider wins, and the seeds set the interval."""
    counts = [[8] * 5, [4, 4, 5, 4, 4], [4] * 5, [3, 3, 3, 2, 3], [3, 3, 3, 3, 3]]
    found = plateau([1e-3, 1e-2, 3e-2, 1e-1, 4e-1], counts, latent=8)
    assert (found.value, found.low, found.high) == (3, 2, 3)
    assert found.betas == (1e-1, 4e-1)
    assert found.agreement == pytest.approx(0.9)
    assert found.modes == (8, 4, 4, 3, 3)
    assert "3 relevant latents" in found.words


def test_equal_width_goes_to_the_better_agreement() -> None:
    counts = [[5, 5, 5, 4, 6], [5] * 5, [3] * 5, [3] * 5, [0] * 5]
    found = plateau([1e-3, 1e-2, 2e-2, 2e-1, 1], counts, latent=8)
    assert (found.value, found.low, found.high) == (3, 3, 3)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ([[8] * 5] * 5, "larger betas or more latents"),
        ([[0] * 5] * 5, "smaller betas"),
        ([[8] * 5, [6] * 5, [4] * 5, [2] * 5, [0] * 5], "more betas"),
        ([[8] * 5, [8] * 5, [4] * 5, [0] * 5, [0] * 5], "more betas"),
    ],
)
def test_no_plateau_is_said(counts, words: str) -> None:
    """Saturated and collapsed stretches, however wide, are no plateau."""
    found = plateau(BETAS, counts, latent=8)
    assert found.value is None
    assert found.betas == ()
    assert (found.low, found.high) == (min(map(min, counts)), max(map(max, counts)))
    assert words in found.words


def test_few_seeds_are_said_and_caveat_names_the_sphere() -> None:
    assert "only 2 seeds" in plateau([0.1, 0.2], [[3, 3], [3, 3]], 8).words
    assert "sphere" in TOPOLOGY_CAVEAT
    assert "3 for a sphere" in TOPOLOGY_CAVEAT


@pytest.mark.parametrize(
    ("betas", "counts", "words"),
    [
        ([0.1, 0.1], [[1], [1]], "increasing"),
        ([0.0, 0.1], [[1], [1]], "positive"),
        ([0.1, 0.2], [[1]], "shape"),
        ([0.1, 0.2], [[1], [9]], "0 to 8"),
        ([0.1, 0.2], [[1.5], [1.0]], "integers"),
    ],
)
def test_bad_sweeps_are_refused(betas, counts, words: str) -> None:
    with pytest.raises(InputError, match=words):
        plateau(betas, counts, latent=8)
