"""Small tables with known structure, and one thread, on which every test of the models runs."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

NAMES = tuple(f"mu{sign}.{component}" for sign in "-+" for component in ("E", "px", "py", "pz"))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def back_to_back(n: int, seed: int, momentum: float = 45.6) -> NDArray[np.float64]:
    """Two massless particles back to back, isotropic: (n, 8), two columns constant."""
    rng = np.random.default_rng(seed)
    p = rng.normal(size=(n, 3))
    p *= momentum / np.linalg.norm(p, axis=1, keepdims=True)
    energy = np.full((n, 1), momentum)
    return np.concatenate([energy, p, energy, -p], axis=1)


@pytest.fixture
def sphere() -> NDArray[np.float64]:
    return back_to_back(1500, seed=5)


@pytest.fixture
def gaussian() -> NDArray[np.float64]:
    """(1200, 4) correlated normal numbers of different sizes."""
    rng = np.random.default_rng(8)
    return rng.normal(size=(1200, 4)) @ rng.normal(size=(4, 4)) + np.array([10.0, 0.0, -3.0, 0.5])
