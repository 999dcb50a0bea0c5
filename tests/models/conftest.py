"""Small tables and jets with known structure, and one thread, on which every test of the models runs."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

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


def made_jets(n: int, seed: int, slots: int = 30) -> Tensor:
    """(n, slots, 4) float64, GeV; tens of GeV of mass at a thousand of p_T; slots of zeros at the end."""
    rng = np.random.default_rng(seed)
    count = rng.integers(2, slots + 1, size=n)
    pt = np.sort(rng.dirichlet(np.full(slots, 0.5), size=n), axis=1)[:, ::-1] + 1e-4
    pt = 1000 * pt * (np.arange(slots) < count[:, None])
    eta = rng.normal(0, 0.1, (n, slots)) + rng.uniform(-1, 1, (n, 1))
    phi = rng.normal(0, 0.1, (n, slots))
    p = np.stack([pt * np.cosh(eta), pt * np.cos(phi), pt * np.sin(phi), pt * np.sinh(eta)], axis=2)
    return torch.from_numpy(p)


@pytest.fixture(scope="session")
def jets() -> Tensor:
    return made_jets(64, seed=3)
