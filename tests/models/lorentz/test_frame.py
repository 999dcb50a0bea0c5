"""The rest frame of massless momenta, written without cancellation."""

import pytest
import torch
from torch import Tensor

from hepsym.errors import InputError
from hepsym.models.lorentz import Frame, check_momenta, massless_products, product, rest_frame

mpmath = pytest.importorskip("mpmath")
EPS = 2.0**-52


def boosted(p: Tensor, rapidity: float) -> Tensor:
    matrix = torch.eye(4, dtype=torch.float64)
    c, s = torch.cosh(torch.tensor(rapidity)).double(), torch.sinh(torch.tensor(rapidity)).double()
    matrix[0, 0] = matrix[1, 1] = c
    matrix[0, 1] = matrix[1, 0] = s
    return p @ matrix


@pytest.mark.parametrize("rapidity", [0.0, 3.0, 8.0])
def test_the_rest_frame_agrees_with_60_digits(jets: Tensor, rapidity: float) -> None:
    """E* = p.P / m and m in mpmath, from the very same rounded momenta: error below 8 eps gamma."""
    p = boosted(jets[:6], rapidity)
    x, frame = rest_frame(p)
    with mpmath.workdps(60):
        for jet, found, mass, stretch in zip(p, x, frame.mass, frame.stretch, strict=True):
            space = [[mpmath.mpf(float(c)) for c in q[1:]] for q in jet]
            four = [[mpmath.sqrt(sum(c * c for c in q)), *q] for q in space]
            total = [sum(q[i] for q in four) for i in range(4)]
            m = mpmath.sqrt(total[0] ** 2 - sum(c * c for c in total[1:]))
            gamma = float(total[0] / m)
            assert abs(float(mass) / m - 1) < 8 * EPS * gamma
            assert (
                abs(float(stretch) * m / (total[0] + mpmath.sqrt(total[0] ** 2 - m * m)) - 1)
                < 8 * EPS * gamma
            )
            for q, got in zip(four, found, strict=True):
                energy = (q[0] * total[0] - sum(a * b for a, b in zip(q[1:], total[1:], strict=True))) / m**2
                assert abs(float(got[0]) - energy) < 8 * EPS * gamma


def test_a_naive_boost_is_far_worse(jets: Tensor) -> None:
    """p.P - p.P of rounded numbers loses gamma^2: the reason for the light cone."""
    p = boosted(jets, 8.0)
    total = p.sum(1, keepdim=True)
    sharp = rest_frame(p)[0][..., 0]
    naive = product(p, total) / product(total, total)
    assert (naive - sharp).abs().max() > 1e3 * EPS * float(
        (total[..., 0] / rest_frame(p)[1].mass[:, None]).max()
    )


def test_there_and_back(jets: Tensor) -> None:
    x, frame = rest_frame(jets)
    size = jets.abs().amax((1, 2), keepdim=True)
    assert ((frame.leave(x) - jets).abs() / size).max() < 8 * EPS
    assert (x.sum(1) - torch.tensor([1.0, 0, 0, 0])).abs().max() < 4e-14
    assert (x[(jets == 0).all(-1)] == 0).all()
    torch.testing.assert_close(frame.momentum, jets.sum(1), rtol=1e-14, atol=1e-11)


def test_a_jet_at_rest_stays() -> None:
    p = torch.tensor([[[1.0, 1, 0, 0], [1.0, -1, 0, 0]]], dtype=torch.float64)
    x, frame = rest_frame(p)
    torch.testing.assert_close(x, p / 2)
    torch.testing.assert_close(frame.leave(x), p)


def test_a_frame_from_its_momentum(jets: Tensor) -> None:
    x, frame = rest_frame(jets)
    again = Frame.of_momentum(frame.momentum)
    torch.testing.assert_close(again.leave(x), jets, rtol=1e-9, atol=1e-8)


def test_products_of_nearly_parallel_particles_keep_their_digits() -> None:
    """Opening angle 1e-7: E E' (1 - cos) is 5e-15 and noise; the chord keeps 8 digits."""
    angle = 1e-7
    p = torch.tensor(
        [[1.0, 1, 0, 0], [2.0, 2 * torch.cos(torch.tensor(angle).double()), 2 * angle, 0]]
    ).double()
    found = massless_products(p)
    assert abs(float(found[0, 1]) / (2 * angle**2 / 2) - 1) < 1e-8
    assert float(found[0, 0]) == 0.0


def broken(what: str, jets: Tensor) -> Tensor:
    p = jets[:3].clone()
    if what == "not finite":
        p[1, 0, 2] = torch.nan
    elif what == "1 particles":
        p[1, 1:] = 0
    elif what == "0 particles":
        p[1] = 0
    elif what == "mass 0":
        p[1, 1:] = p[1, :1] * torch.linspace(0.1, 1, p.shape[1] - 1, dtype=torch.float64)[:, None]
        p[1] = p[1].abs() * torch.tensor([1.0, 1, 0, 0])
        p[1, :, 0] = p[1, :, 1]
    elif what == "negative energy":
        p[1, 0, 0] *= -1
    elif what == "at most 20":
        return p[p[:, 20, 0] > 0]
    elif what == "shape":
        return p[0]
    elif what == "no jets":
        return p[:0]
    return p


@pytest.mark.parametrize(
    "what",
    [
        "not finite",
        "1 particles",
        "0 particles",
        "mass 0",
        "negative energy",
        "at most 20",
        "shape",
        "no jets",
    ],
)
def test_jets_that_have_no_rest_frame_are_refused_in_one_line(what: str, jets: Tensor) -> None:
    whole = jets[jets[:, 25, 0] > 0]
    with pytest.raises(InputError, match=what) as caught:
        check_momenta(broken(what, whole), 20 if what == "at most 20" else 30)
    assert "\n" not in str(caught.value)
