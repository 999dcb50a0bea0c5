"""Four distances of jets against brute force and exact programs; gradients against finite differences."""

from itertools import permutations

import numpy as np
import pytest
import torch
from scipy.optimize import linprog
from torch import Tensor

from hepsym.errors import InputError
from hepsym.models.jets import LOSSES, jet_loss
from hepsym.models.jets.losses import SHARPNESS, squared_error_in_lab
from hepsym.models.lorentz import Frame


def massless(n: int, many: int, seed: int) -> Tensor:
    rng = np.random.default_rng(seed)
    space = rng.normal(size=(n, many, 3))
    p = np.concatenate([np.linalg.norm(space, axis=2, keepdims=True), space], axis=2)
    return torch.from_numpy(p / p[..., 0].sum(1)[:, None, None])


FOUND, TRUE = massless(3, 4, 1), massless(3, 4, 2)
MASK = torch.ones(3, 4, dtype=torch.bool)


@pytest.mark.parametrize("name", LOSSES)
def test_a_jet_is_at_no_distance_from_itself(name: str) -> None:
    """In any order where the order does not count, slots beyond the jet's particles being empty."""
    p = massless(5, 6, 3)
    p[:, 4:] = 0
    mask = (p != 0).any(-1)
    order = p[..., 0].argsort(dim=1, descending=True)
    sorted_p = p.gather(1, order[..., None].expand_as(p))
    same = (
        sorted_p if name in ("mse", "distance") else p if name == "mse-as-given" else p[:, [3, 1, 0, 2, 5, 4]]
    )
    found = jet_loss(name, same, p, mask)
    assert found.abs().max() < (0.02 * np.log(36) if name == "energy-mover" else 1e-15)
    assert (jet_loss(name, massless(5, 6, 4), p, mask) > found).all()


def test_the_loss_of_the_lab_is_that_of_boosted_components() -> None:
    """|Lambda (x-hat - x)|^2 over the jet's energy squared; in the jet's rest frame it is the plain one."""
    total = torch.tensor([[5.0, 1.0, 2.0, 3.0], [1.0, 0.0, 0.0, 0.0], [50.0, 0.0, 0.0, -49.0]]).double()
    frame = Frame.of_momentum(total)
    found = squared_error_in_lab(FOUND, TRUE, MASK, frame)
    moved = (frame.leave(FOUND) - frame.leave(TRUE)) / total[:, None, :1]
    torch.testing.assert_close(found, moved.square().sum((1, 2)))
    torch.testing.assert_close(found[1], jet_loss("mse-as-given", FOUND, TRUE, MASK)[1])


def test_squared_error_sorts_by_energy() -> None:
    order = TRUE[..., 0].argsort(dim=1, descending=True)
    wanted = (FOUND - TRUE.gather(1, order[..., None].expand_as(TRUE))).square().sum((1, 2))
    torch.testing.assert_close(jet_loss("mse", FOUND, TRUE, MASK), wanted)
    mixed = TRUE[:, [2, 0, 3, 1]]
    torch.testing.assert_close(jet_loss("mse", FOUND, mixed, MASK), wanted)


def test_distance_is_the_sum_of_lengths() -> None:
    order = TRUE[..., 0].argsort(dim=1, descending=True)
    wanted = (FOUND - TRUE.gather(1, order[..., None].expand_as(TRUE))).norm(dim=-1).sum(1)
    torch.testing.assert_close(jet_loss("distance", FOUND, TRUE, MASK), wanted, rtol=0, atol=4e-3)


def test_hungarian_is_the_least_of_all_assignments() -> None:
    d = (FOUND[:, :, None] - TRUE[:, None]).square().sum(-1)
    wanted = torch.stack([
        torch.stack([d[n, range(4), list(o)].sum() for o in permutations(range(4))]).min() for n in range(3)
    ])  # fmt: skip
    torch.testing.assert_close(jet_loss("hungarian", FOUND, TRUE, MASK), wanted)


def test_chamfer_is_its_two_sums() -> None:
    d = (FOUND[:, :, None] - TRUE[:, None]).square().sum(-1)
    torch.testing.assert_close(jet_loss("chamfer", FOUND, TRUE, MASK), d.amin(1).sum(1) + d.amin(2).sum(1))
    fewer = MASK.clone()
    fewer[:, 3] = False
    found = jet_loss("chamfer", FOUND, TRUE, fewer)
    for n in range(3):
        left_over = [
            d[n, [i for i in range(4) if i != last], :3].amin(1).sum() + FOUND[n, last].square().sum()
            for last in range(4)
        ]
        torch.testing.assert_close(found[n], d[n, :, :3].amin(0).sum() + torch.stack(left_over).min())


@pytest.mark.parametrize("loss", ["chamfer", "hungarian"])
def test_losses_of_sets_know_no_order_and_do_not_jump(loss: str) -> None:
    """Slots and particles in another order: the same value; where two slots are equal and one is left over,
    and where a particle lies half-way between two slots, a change of 1e-9 changes it by no more than 1e-7."""
    value = jet_loss(loss, FOUND, TRUE, MASK)
    turned = jet_loss(loss, FOUND[:, [2, 0, 3, 1]], TRUE[:, [1, 3, 0, 2]], MASK)
    torch.testing.assert_close(turned, value, rtol=1e-14, atol=0)
    equal, fewer = FOUND.clone(), MASK.clone()
    equal[:, 1], fewer[:, 3] = equal[:, 0], False
    between = TRUE.clone()
    between[:, 0] = 0.5 * (FOUND[:, 2] + FOUND[:, 3])
    for found, target, mask in ((equal, TRUE, fewer), (FOUND, between, MASK)):
        at = jet_loss(loss, found, target, mask)
        for slot in range(4):
            for change in (1e-9, -1e-9):
                moved = found.clone()
                moved[:, slot] *= 1 + change
                assert ((jet_loss(loss, moved, target, mask) - at).abs() < 1e-7).all()


def test_energy_mover_is_near_the_linear_program() -> None:
    """Above by at most the smoothing 0.02 log(16), below by what 200 rounds leave, 0.005."""
    cosine = np.einsum("nix,njx->nij", FOUND[..., 1:] / FOUND[..., :1], TRUE[..., 1:] / TRUE[..., :1])
    found = jet_loss("energy-mover", FOUND, TRUE, MASK)
    for n in range(3):
        rows = np.concatenate([np.kron(np.eye(4), np.ones(4)), np.kron(np.ones(4), np.eye(4))])
        sides = np.concatenate([FOUND[n, :, 0], TRUE[n, :, 0]])
        least = linprog((1 - cosine[n]).ravel(), A_eq=rows[:-1], b_eq=sides[:-1]).fun
        assert least - 5e-3 < float(found[n]) < least + SHARPNESS * np.log(16)
    heavier = jet_loss("energy-mover", 1.5 * FOUND, TRUE, MASK)
    torch.testing.assert_close(
        heavier - found, torch.full((3,), 0.5, dtype=torch.float64), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_those_of_the_values(name: str) -> None:
    """Finite differences; of the smoothed transport to what 200 rounds leave, 5 %."""
    step = 1e-5
    true = 1.2 * TRUE  # sums that agree would sit in the kink of their difference
    x = FOUND.clone().requires_grad_(True)
    jet_loss(name, x, true, MASK).sum().backward()
    generator = torch.Generator().manual_seed(5)
    for _ in range(4):
        way = torch.randn(FOUND.shape, generator=generator, dtype=torch.float64)
        ends = [jet_loss(name, FOUND + s * step * way, true, MASK).sum() for s in (1, -1)]
        slope = float(ends[0] - ends[1]) / (2 * step)
        assert x.grad is not None
        own = float((x.grad * way).sum())
        assert abs(own - slope) < (0.05 * abs(slope) + 0.002 if name == "energy-mover" else 1e-6)


def test_an_unknown_loss_is_refused() -> None:
    with pytest.raises(InputError, match="not one of"):
        jet_loss("l1", FOUND, TRUE, MASK)
