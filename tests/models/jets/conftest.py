"""Jets made of nothing but random numbers: hard, collimated, of 2 to 30 massless particles."""

import numpy as np
import pytest
import torch
from torch import Tensor


def made_jets(n: int, seed: int, slots: int = 30) -> Tensor:
    """(n, slots, 4) float64, GeV; masses of tens of GeV at a thousand GeV of p_T; slots of zeros at the
    end."""
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
