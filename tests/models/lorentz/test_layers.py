"""Each layer commutes with the Lorentz group, is blind to padding, and learns with every parameter."""

import math
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from hepsym.errors import InputError
from hepsym.models.lorentz import (
    AGGREGATIONS,
    Bells,
    Features,
    LorentzMessages,
    Mix,
    Pooling,
    check_equivariance,
    rest_frame,
    squared_intervals,
)
from hepsym.models.lorentz.message import FEW
from hepsym.models.lorentz.pooling import ordered_slots, soft_slots
from hepsym.models.lorentz.products import gram, product

VARIANTS = [(a, c) for a in (False, True) for c in (False, True)]


def features_of(p: Tensor, scalars: int = 4, vectors: int = 4) -> tuple[Features, Tensor, Tensor]:
    """Made of momenta alone: energies in the rest frame, and momenta times functions of them."""
    x, _ = rest_frame(p)
    x = 10 * x
    mask = (p != 0).any(-1)
    power = torch.arange(1, scalars + 1, dtype=p.dtype)
    s = x[..., :1] ** (0.5 * power) * mask[..., None]
    v = x[:, :, None] * torch.cos(x[:, :, None, :1] * torch.arange(vectors, dtype=p.dtype)[:, None])
    return Features(s, v * mask[..., None, None]), x, mask


@pytest.fixture
def double() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize(("attention", "complex_maps"), VARIANTS)
def test_messages_commute_with_the_group(
    jets: Tensor, double: None, attention: bool, complex_maps: bool
) -> None:
    torch.manual_seed(1)
    layers = [LorentzMessages(4, 4, attention=attention, complex_maps=complex_maps) for _ in range(2)]

    def network(p: Tensor) -> tuple[Tensor, Tensor]:
        features, x, mask = features_of(p)
        for layer in layers:
            features = layer(features, x, squared_intervals(x, mask))
        frame = rest_frame(p)[1]
        return frame.leave(features.vectors * mask[..., None, None]), features.scalars * mask[..., None]

    report = check_equivariance(
        network, jets, kinds=("vectors", "scalars"), per_particle=True, bounds={"parity": 1e-13}
    )
    assert report, str(report)


@pytest.mark.parametrize("attention", [False, True])
def test_messages_are_the_products_they_say(jets: Tensor, double: None, attention: bool) -> None:
    """Against a plain double loop over pairs with p_ij = p_i - p_j written out."""
    torch.manual_seed(2)
    layer = LorentzMessages(3, 2, channels=2, attention=attention)
    features, x, mask = features_of(jets[:2, :6], 3, 2)
    squares = squared_intervals(x, mask)
    found = layer(features, x, squares)
    s, v = features
    t, u, w = layer.send_scalars(s), layer.send_vectors(v), layer.weights(s, squares)
    for jet in range(2):
        for i in range(6):
            st, sp, stp, su = (torch.zeros(2), torch.zeros(2), torch.zeros(2, 4), torch.zeros(2, 4))
            for j in range(6):
                d = x[jet, i] - x[jet, j]
                for r in range(2):
                    weight = w[jet, r, i, j]
                    st[r] += weight * t[jet, j, r]
                    sp[r] += weight * product(d, u[jet, j, r])
                    stp[r] += weight * t[jet, j, r] * d
                    su[r] += weight * u[jet, j, r]
            moved = layer.move(torch.cat([v[jet, i], FEW * stp, FEW * su]))
            inner = product(moved[4 : 4 + layer.inner], moved[4 + layer.inner :])
            told = layer.out(torch.nn.functional.silu(layer.into(
                torch.cat([s[jet, i], torch.asinh(torch.cat([FEW * st, FEW * sp, inner]))]))))  # fmt: skip
            torch.testing.assert_close(found.scalars[jet, i], s[jet, i] + told[:3])
            gate = torch.tanh(told[3:])[:, None]
            torch.testing.assert_close(found.vectors[jet, i], v[jet, i] + moved[:2] + gate * moved[2:4])


def test_an_empty_slot_sends_exactly_nothing(jets: Tensor, double: None) -> None:
    """Whatever stands in it: weights are 0, not small; and no gradient comes back."""
    features, x, mask = features_of(jets)
    for attention in (False, True):
        layer = LorentzMessages(4, 4, attention=attention)
        weights = layer.weights(features.scalars, squared_intervals(x, mask))
        pairs = mask[:, :, None] & mask[:, None, :] & ~torch.eye(x.shape[1], dtype=torch.bool)
        assert (weights.transpose(0, 1)[:, ~pairs] == 0).all()
        dirty = Features(
            features.scalars + 1e6 * ~mask[..., None], features.vectors + 1e6 * ~mask[..., None, None]
        )
        squares = squared_intervals(x, mask)
        clean, other = layer(features, x, squares), layer(dirty, x, squares)
        assert torch.equal(clean.vectors[mask], other.vectors[mask])
        assert torch.equal(clean.scalars[mask], other.scalars[mask])


def test_bells_have_the_gradient_of_their_formula(double: None) -> None:
    squares = torch.rand(2, 3, 3, requires_grad=True)
    bells = Bells(3, 0.1, 1.0)
    assert torch.autograd.gradcheck(bells, (squares,))
    alone = squares.detach().masked_fill(torch.eye(3, dtype=torch.bool), torch.inf)
    out = bells(alone)
    assert (torch.diagonal(out, dim1=2, dim2=3) == 0).all()
    out.sum().backward()
    grad = bells.log_width.grad.clone()
    h = 1e-6
    with torch.no_grad():
        bells.log_width[1] += h
        up = bells(alone).sum()
        bells.log_width[1] -= 2 * h
        down = bells(alone).sum()
    assert abs(float((up - down) / (2 * h) - grad[1])) < 1e-7


def test_a_complex_map_is_complex_linear(double: None) -> None:
    mix = Mix(4, 6, complex_maps=True)
    v = torch.randn(5, 4, 4)
    weight = torch.complex(*mix.weight)
    wanted = weight @ torch.complex(v[:, :2], v[:, 2:])
    found = mix(v)
    torch.testing.assert_close(torch.complex(found[:, :3], found[:, 3:]), wanted)
    with pytest.raises(InputError, match="even number of channels"):
        Mix(3, 4, complex_maps=True)


@pytest.mark.parametrize("aggregation", AGGREGATIONS)
def test_every_aggregation_commutes_and_forgets_the_order(
    jets: Tensor, double: None, aggregation: str
) -> None:
    """All but mix, which depends on the order and must be seen to."""
    torch.manual_seed(4)
    pooling = Pooling(aggregation, 30, 4, 4, 3, 2)

    def pooled(p: Tensor) -> tuple[Tensor, Tensor]:
        features, x, mask = features_of(p)
        vectors, scalars = pooling(features, mask, x[..., 0] / 10)
        return rest_frame(p)[1].leave(vectors), scalars

    many = (jets != 0).any(-1).sum(1) > 2
    report = check_equivariance(pooled, jets[many], kinds=("vectors", "scalars"), bounds={"parity": 1e-13})
    assert report.failures == (["permutation"] if aggregation == "mix" else []), str(report)
    pairs = check_equivariance(pooled, jets[~many], kinds=("vectors", "scalars"))
    tied = aggregation in ("min-max", "mix")  # energies of two particles at rest are equal
    assert bool(pairs) is not tied, str(pairs)


def test_equals_share_their_slots() -> None:
    """Of three equals none is first: each has a third of three slots; all others have a slot each."""
    third = 1 / 3
    key = torch.tensor([[1.0, 5.0, 3.0, 3 + 1e-9, 0.0], [2.0, 1.0, 2.0, 2.0, 0.5]], dtype=torch.float64)
    parts = ordered_slots(key, key > 0, 5)
    wanted = [
        [[0, 1, 0, 0, 0], [0, 0, 0.5, 0.5, 0], [0, 0, 0.5, 0.5, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0]],
        [[third, 0, third, third, 0]] * 3 + [[0, 1, 0, 0, 0], [0, 0, 0, 0, 1]],
    ]
    assert torch.equal(parts, torch.tensor(wanted, dtype=torch.float64))
    order = torch.tensor([3, 1, 4, 0, 2])
    assert torch.equal(ordered_slots(key[:, order], key[:, order] > 0, 5), parts[:, :, order])


def test_invariants_of_nearly_parallel_particles_keep_their_digits() -> None:
    """Two hard particles 1e-5 apart: 2 (E E' - p.p') is good to 1e-6 of itself alone, the chord to 1e-10."""
    angle = 1e-5
    p = torch.tensor(
        [[[7.0, 7.0, 0, 0], [5.0, 5.0 * math.cos(angle), 5.0 * math.sin(angle), 0]]], dtype=torch.float64
    )
    wanted = (4 * 35 * math.sin(angle / 2) ** 2) ** 2
    mask = torch.ones(1, 2, dtype=torch.bool)
    assert abs(squared_intervals(p, mask)[0, 0, 1] / wanted - 1) < 1e-10
    assert abs((2 * gram(p)[0, 0, 1]) ** 2 / wanted - 1) > 1e-9


def test_the_derivative_of_the_invariants(jets: Tensor) -> None:
    """Against finite differences, empty slots among the particles."""
    space = 10 * rest_frame(jets[:2, :5])[0][..., 1:].clone().requires_grad_(True)
    mask = torch.tensor([[True] * 5, [True, True, False, True, False]])

    def intervals(space: Tensor) -> Tensor:
        there = torch.where(mask[..., None], space, torch.zeros_like(space))
        square = there.square().sum(-1, keepdim=True)
        energy = torch.where(square > 0, square, torch.ones_like(square)).sqrt() * (square > 0)
        squares = squared_intervals(torch.cat([energy, there], -1), mask)
        return torch.where(torch.isinf(squares), 0.0, squares)

    assert torch.autograd.gradcheck(intervals, (space.detach().requires_grad_(True),))


def test_every_particle_counts_once_in_soft_slots(jets: Tensor) -> None:
    x, _ = rest_frame(jets)
    mask = (jets != 0).any(-1)
    parts = soft_slots(x[..., 0], mask, 30)
    torch.testing.assert_close(parts.sum(1), mask.double())
    far = torch.tensor([[8.0, 2.0, 0.5, 0.1, 0.0]], dtype=torch.float64)
    hard = soft_slots(far, far > 0, 5)
    torch.testing.assert_close(hard[0, :4, :4], torch.eye(4, dtype=torch.float64), atol=1e-9, rtol=0)


def test_the_checker_finds_what_is_not_equivariant(jets: Tensor) -> None:
    """Seven planted faults, each found under its own name."""

    def energy(p: Tensor) -> Tensor:
        return p[..., 0].sum(1)

    report = check_equivariance(energy, jets, kinds="scalars")
    assert any(name.startswith("boost") for name in report.failures)
    assert "rotations" not in report.failures
    assert "NOT equivariant" in str(report)
    faults = {
        "rotations": lambda p: p[..., 1].sum(1),
        "permutation": lambda p: p[:, 0],
        "padding": lambda p: p.mean(1),
    }
    for name, fault in faults.items():
        found = check_equivariance(fault, jets, kinds="scalars" if name == "rotations" else "vectors")
        assert name in found.failures
    handed = check_equivariance(
        lambda p: torch.linalg.det(torch.stack([rest_frame(p)[0][:, i, 1:] for i in range(3)], 1)),
        jets[(jets[:, 3, 0] > 0)], kinds="scalars", rapidities=(1.0,), bounds={"parity": 1e-9, "boost 1":
        1e-9},
    )  # fmt: skip
    assert "parity" in handed.failures
    assert "boost 1" not in handed.failures
    opposite = torch.tensor([1.0, -1.0] * (len(jets) // 2), dtype=torch.float64)
    cancelling = check_equivariance(lambda p: p.sum(1) * (1 + 1e-3 * opposite[:, None] * p[:, :1, 0]), jets)
    assert not cancelling  # the errors' mean is near 0, their largest is not


def test_the_checker_refuses_what_it_cannot_read(jets: Tensor) -> None:
    with pytest.raises(InputError, match="shape"):
        check_equivariance(lambda p: p, jets[0])
    with pytest.raises(InputError, match="kinds"):
        check_equivariance(lambda p: p, jets, kinds="tensors")
