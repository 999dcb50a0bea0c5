"""Measures of dependence against sums written out; an adversary that sees nothing costs nothing."""

import numpy as np
import pytest
import torch

from hepsym.analysis.representation import leak
from hepsym.models.equivae.training.leak import Adversary, class_mmd, hsic, kernel, spread

V = torch.randn((12, 3), generator=torch.Generator().manual_seed(4), dtype=torch.float64)
Y = torch.tensor([0, 1, 2, 0, 1, 2, 0, 1, 0, 1, 0, 0])


def test_mmd_is_the_u_statistic_written_out() -> None:
    k = kernel(V, V).numpy()
    y = Y.numpy()
    total = 0.0
    for c in range(3):
        a, b = np.flatnonzero(y == c), np.flatnonzero(y != c)
        inside = np.mean([k[i, j] for i in a for j in a if i != j])
        outside = np.mean([k[i, j] for i in b for j in b if i != j])
        across = np.mean([k[i, j] for i in a for j in b])
        total += len(a) / 12 * (inside + outside - 2 * across)
    assert float(class_mmd(V, Y, 3)) == pytest.approx(total, abs=1e-14)


def test_hsic_is_the_sum_over_four_rows_written_out() -> None:
    """Song et al., eq. (4): averages over different i, j, q, r of k_ij (l_ij + l_qr - 2 l_iq)."""
    rows = range(7)
    k, y = kernel(V, V).numpy(), Y.numpy()
    same = (y[:, None] == y[None]).astype(float)
    terms = [
        k[i, j] * (same[i, j] + same[q, r] - 2 * same[i, q])
        for i in rows for j in rows for q in rows for r in rows if len({i, j, q, r}) == 4
    ]  # fmt: skip
    assert float(hsic(V[:7], Y[:7], 3)) == pytest.approx(np.mean(terms), abs=1e-13)


@pytest.mark.parametrize("measure", [class_mmd, hsic])
def test_both_see_a_shift_and_are_near_zero_without_one(measure: object) -> None:
    """400 rows: with a shift by one deviation, ten times what independence gives."""
    drawn = torch.Generator().manual_seed(1)
    v = torch.randn((400, 2), generator=drawn)
    y = torch.arange(400) % 2
    nothing = abs(float(measure(v, y, 2)))
    assert float(measure(v + y[:, None], y, 2)) > 10 * nothing


@pytest.mark.parametrize("measure", [class_mmd, hsic])
def test_what_presses_a_measure_down_hides_the_class(measure: object) -> None:
    """Free points: a shift by two deviations is gone after 150 steps, and v has not shrunk to nothing."""
    y = torch.arange(300) % 3
    drawn = torch.randn((300, 2), generator=torch.Generator().manual_seed(1))
    v = torch.nn.Parameter(drawn + 2 * torch.stack([y == 1, y == 2], 1))
    before = leak(v.detach().numpy(), y.numpy()).mlp.value
    optimiser = torch.optim.Adam([v], 0.05)
    for _ in range(150):
        optimiser.zero_grad()
        (100 * measure(v / spread(v), y, 3)).backward()
        optimiser.step()
    assert before > 0.75
    assert leak(v.detach().numpy(), y.numpy()).mlp.value < before - 0.25
    assert float(spread(v.detach()).min()) > 0.3


def test_an_adversary_learns_and_then_costs() -> None:
    torch.manual_seed(3)
    adversary = Adversary(2, 2)
    v = torch.randn((300, 2), generator=torch.Generator().manual_seed(1))
    y = torch.arange(300) % 2
    told = v + 3 * y[:, None]
    with torch.no_grad():
        assert float(adversary.penalty(told)) < 0.2
    for _ in range(60):
        adversary.step(told, y)
    with torch.no_grad():
        assert float(adversary.penalty(told)) > 1
        for parameter in adversary.net[-1].parameters():
            parameter.zero_()
        assert float(adversary.penalty(told).abs()) < 1e-6
