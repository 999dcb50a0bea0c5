"""MIG, SAP, DCI and FactorVAE against toys worked out by hand."""

import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import mutual_info_score

from hepsym.analysis.representation import (
    dci,
    factor_vae_score,
    importances,
    mig,
    mutual_informations,
    sap,
    sap_matrix,
)
from hepsym.errors import InputError

GRID = np.array([(a, b) for a in range(4) for b in range(2) for _ in range(25)], dtype=float)
"""Two independent factors, of 4 and of 2 equally frequent values: H = log 4 and log 2."""


def test_mig_of_one_latent_each_is_one_and_of_copies_is_zero() -> None:
    assert mig(GRID, GRID) == pytest.approx(1, abs=1e-12)
    assert mig(GRID[:, [0, 0, 1, 1]], GRID) == pytest.approx(0, abs=1e-12)


def test_mig_by_hand() -> None:
    """z_0 = f_0, z_1 = f_0 // 2: gaps (log 4 - log 2) / log 4 = 1/2 for f_0, and 0 for f_1; mean 1/4."""
    z = np.column_stack([GRID[:, 0], GRID[:, 0] // 2])
    assert mig(z, GRID) == pytest.approx(0.25, abs=1e-12)


def test_informations_are_scikit_learn_s() -> None:
    rng = np.random.default_rng(3)
    z = rng.normal(size=(200, 2)) + GRID
    found, entropy = mutual_informations(z, GRID, bins=7)
    for i in range(2):
        cells = np.digitize(z[:, i], np.linspace(z[:, i].min(), z[:, i].max(), 8)[1:-1])
        for k in range(2):
            assert found[i, k] == pytest.approx(mutual_info_score(cells, GRID[:, k]), abs=1e-12)
    np.testing.assert_allclose(entropy, [np.log(4), np.log(2)])


def test_sap_by_hand() -> None:
    """Lines: R^2 = 1 for the factor itself; f_0 // 2 explains 4/5 of 0, 1, 2, 3: gaps 1/5 and 1 - 0."""
    z = np.column_stack([GRID[:, 0], GRID[:, 0] // 2, GRID[:, 1]])
    np.testing.assert_allclose(sap_matrix(z, GRID), [[1, 0], [0.8, 0], [0, 1]], atol=1e-12)
    assert sap(z, GRID) == pytest.approx((0.2 + 1) / 2, abs=1e-12)
    noisy = z + np.random.default_rng(1).normal(size=z.shape)
    expected = [[stats.linregress(noisy[:, i], GRID[:, k]).rvalue ** 2 for k in range(2)] for i in range(3)]
    np.testing.assert_allclose(sap_matrix(noisy, GRID), expected, atol=1e-12)


def test_dci_by_hand() -> None:
    assert dci(np.eye(3)).disentanglement == pytest.approx(1)
    assert dci(np.eye(3)).completeness == pytest.approx(1)
    even = dci(np.ones((2, 4)))
    assert even.disentanglement == pytest.approx(0, abs=1e-12)
    assert even.completeness == pytest.approx(0, abs=1e-12)
    # Rows (3/4, 1/4) of share 4/6 and (0, 1) of share 2/6; H_2(3/4) = 0.8112781.
    found = dci([[3.0, 1.0], [0.0, 2.0]])
    assert found.disentanglement == pytest.approx(4 / 6 * (1 - 0.8112781) + 2 / 6, abs=1e-6)
    # Columns (1, 0) of share 3/6 and (1/3, 2/3) of share 3/6; H_2(1/3) = 0.9182958.
    assert found.completeness == pytest.approx(3 / 6 + 3 / 6 * (1 - 0.9182958), abs=1e-6)


def test_importances_find_the_latent_of_each_factor() -> None:
    rng = np.random.default_rng(2)
    matrix, informativeness = importances(np.column_stack([GRID, rng.normal(size=200)]), GRID)
    assert dci(matrix).disentanglement > 0.9
    assert (informativeness > 0.95).all()


def test_the_factor_vae_score_of_aligned_and_of_mixed_latents() -> None:
    assert factor_vae_score(GRID, GRID) == 1
    rng = np.random.default_rng(5)
    # Latents that know nothing: the majority of votes over two factors, 1/2 and a little luck.
    assert factor_vae_score(rng.normal(size=(200, 4)), GRID, votes=4000) == pytest.approx(0.5, abs=0.05)
    # A third latent that never varies is left out, not voted for.
    dead = np.column_stack([GRID, 1e-3 * rng.normal(size=200)])
    assert factor_vae_score(dead, GRID) == 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: mig(GRID[:, :1], GRID), "one latent has no second best"),
        (lambda: mig(GRID, np.column_stack([GRID[:, 0], np.ones(200)])), "factor 1 is constant"),
        (lambda: sap(GRID, np.ones((200, 1))), "factor 0 is constant"),
        (lambda: dci([[1.0, -1.0], [0.0, 1.0]]), "importance must be >= 0"),
        (lambda: dci(np.zeros((2, 2))), "not all 0"),
        (lambda: factor_vae_score(np.ones((200, 2)), GRID), "every latent's standard deviation is below"),
        (lambda: mig(GRID[:50], GRID), "rows do not match"),
    ],
)
def test_what_has_no_answer(call: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        call()
