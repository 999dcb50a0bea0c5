"""Does the regression reach R^2 = 0.99 where a smooth map exists, and 0 where there is none?"""

import numpy as np
import pytest

from hepsym.analysis import angle_r2, monotone_r2, r2
from hepsym.analysis.regression import CAP, targets
from hepsym.errors import InputError

TURN = 2 * np.pi


def sphere(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """cos theta from 1 + cos^2, phi, and a bent, rotated picture of the sphere such as an encoder makes."""
    rng = np.random.default_rng(seed)
    c = rng.uniform(-1, 1, 4 * n)
    c = c[rng.uniform(0, 2, 4 * n) < 1 + c**2][:n]
    phi = rng.uniform(-np.pi, np.pi, n)
    s = np.sqrt(1 - c**2)
    points = np.column_stack([s * np.cos(phi), s * np.sin(phi), c])
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    return c, phi, np.tanh(0.8 * points @ rotation) * [1.2, 0.9, 1.0]


def test_sphere_gives_its_angles() -> None:
    c, phi, z = sphere(5000, 1)
    cosine, sine_phi, cosine_phi = r2(z, np.column_stack([c, np.sin(phi), np.cos(phi)]))
    assert cosine.value > 0.999
    assert min(sine_phi.value, cosine_phi.value) > 0.99
    assert max(sine_phi.error, cosine_phi.error) < 0.002


def test_dead_latents_do_no_harm() -> None:
    """Five latents of pure noise beside the three: still R^2 > 0.97 from 2500 training events."""
    c, _, z = sphere(5000, 2)
    noisy = np.column_stack([z, 1e-3 * np.random.default_rng(0).normal(size=(5000, 1))])
    assert r2(noisy, c)[0].value > 0.97
    assert r2(np.column_stack([z, np.zeros(5000)]), c)[0].value > 0.999


def test_no_relation_no_r2() -> None:
    """20 independent targets: R^2 of all within 0.02 of 0, never above by more than 4 errors."""
    rng = np.random.default_rng(3)
    found = r2(rng.normal(size=(1000, 3)), rng.normal(size=(1000, 20)))
    assert max(abs(e.value) for e in found) < 0.02
    assert all(e.value < 4 * e.error + 1e-9 for e in found)


def test_noise_bounds_r2() -> None:
    """y = sin(2x) + noise: the best R^2 is Var sin(2x) / Var y; reached within 4 errors + 0.01."""
    rng = np.random.default_rng(4)
    x = rng.uniform(-2, 2, 4000)
    y = np.sin(2 * x) + 0.5 * rng.normal(size=4000)
    best = np.sin(2 * x).var() / (np.sin(2 * x).var() + 0.25)
    found = r2(x, y)[0]
    assert abs(found.value - best) < 4 * found.error + 0.01


def test_error_is_that_of_repetition() -> None:
    """60 repetitions of n = 400: the spread is known to 9 %; the refit's own scatter is not in the error."""
    found = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=400)
        found.append(r2(x, x + rng.normal(size=400))[0])
    spread = np.std([e.value for e in found], ddof=1)
    assert np.mean([e.error for e in found]) == pytest.approx(spread, rel=0.35)


def test_angle_is_pooled_from_sine_and_cosine() -> None:
    _, phi, z = sphere(2000, 5)
    found = angle_r2(z, phi)
    assert found["sin"].value > 0.97
    low, high = sorted([found["sin"].value, found["cos"].value])
    assert low - 1e-9 <= found["angle"].value <= high + 1e-9
    degrees = angle_r2(z, phi * 180 / np.pi, period=360)
    assert degrees["angle"].value == pytest.approx(found["angle"].value, abs=1e-9)
    assert targets(np.array([np.pi / 2]), TURN) == pytest.approx(np.array([[1.0, 0.0]]), abs=1e-15)


def test_monotone_fit_sees_steps_up_and_down_only() -> None:
    """Of x^2 on (-1, 1) the best rising fit is max(1/4, x^2 for x > 1/2): R^2 = 0.3671875 exactly."""
    rng = np.random.default_rng(6)
    x = rng.uniform(-1, 1, 2000)
    assert monotone_r2(x, np.sign(x)).value > 0.98
    assert monotone_r2(x, -np.exp(5 * x)).value > 0.999
    bowl = monotone_r2(x, x**2)
    assert abs(bowl.value - 0.3671875) < 4 * bowl.error
    assert monotone_r2(np.zeros(2000), x).value == pytest.approx(0, abs=0.01)


def test_cap_and_seed() -> None:
    x = np.random.default_rng(0).normal(size=CAP + 2000)
    found = r2(x, x**2, centres=20, seed=3)[0]
    assert found == r2(x, x**2, centres=20, seed=3)[0]
    assert found != r2(x, x**2, centres=20, seed=4)[0]


@pytest.mark.parametrize(
    ("x", "y", "words"),
    [
        (np.ones(99), np.ones(99), "fewer than the 100"),
        (np.arange(100.0), np.arange(101.0), "rows do not match"),
        (np.arange(100.0), np.ones(100), "target 0 is constant"),
        (np.full(100, np.inf), np.arange(100.0), "x holds inf"),
    ],
)
def test_bad_input_is_refused(x: np.ndarray, y: np.ndarray, words: str) -> None:
    with pytest.raises(InputError, match=words):
        r2(x, y)
    if "holds" not in words:
        with pytest.raises(InputError, match=words):
            monotone_r2(x, y)
