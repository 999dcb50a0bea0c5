"""The derivative by hand is autograd's, the Jacobian too, for one network and for many side by side."""

import pytest
import torch

from hepsym.models.nn import MLP, Tape
from hepsym.models.training.flat import FlatAdam

SIZES = [(5, 3), (5, 16, 3), (4, 8, 8, 6)]


def network(sizes: tuple[int, ...], members: int) -> MLP:
    generators = [torch.Generator().manual_seed(11 + m) for m in range(members)]
    mlp = MLP(sizes, generators)
    for bias in mlp.biases:
        torch.nn.init.normal_(bias, generator=generators[0])
    return mlp


@pytest.mark.parametrize("members", [1, 3])
@pytest.mark.parametrize("sizes", SIZES)
def test_gradients_by_hand_equal_autograd(sizes: tuple[int, ...], members: int) -> None:
    """float64, 40 rows: weights, biases and input, to 1e-13 of the largest."""
    mlp = network(sizes, members)
    generator = torch.Generator().manual_seed(3)
    shape = (40,) if members == 1 else (members, 40)
    x = torch.randn(*shape, sizes[0], generator=generator, dtype=torch.float64, requires_grad=True)
    pull = torch.randn(*shape, sizes[-1], generator=generator, dtype=torch.float64)
    out = mlp(x)
    wanted = torch.autograd.grad(out, [x, *mlp.parameters()], pull)

    adam = FlatAdam(mlp, 1e-3)
    adam.gradients.fill_(float("nan"))
    tape = Tape(mlp, 40)
    for _ in range(2):  # buffers are used again, and their rows of ones must still be ones
        tape.input.copy_(x.detach().mT)
        assert torch.allclose(tape.forward().mT, out.detach(), rtol=0, atol=1e-14)
        tape.pull.copy_(pull.mT)
        into_x = tape.backward().mT
    for found, right in zip([into_x, *(p.grad for p in mlp.parameters())], wanted, strict=True):
        assert found is not None
        assert (found - right).abs().max() <= 1e-13 * right.abs().max()


def test_parameters_that_do_not_lie_together_are_told() -> None:
    mlp = network((5, 3), 1)
    for parameter in mlp.parameters():
        parameter.grad = torch.zeros_like(parameter)
    with pytest.raises(ValueError, match="make FlatAdam of the model first"):
        Tape(mlp, 40)


@pytest.mark.parametrize("sizes", SIZES)
def test_the_jacobian_equals_autograds(sizes: tuple[int, ...]) -> None:
    """d out_j / d in_i of each of two members at 7 points, to 1e-14."""
    mlp = network(sizes, 2)
    x = torch.randn(2, 7, sizes[0], generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    found = mlp.jacobian(x)
    assert found.shape == (2, 7, sizes[-1], sizes[0])
    by_row = torch.func.vmap(torch.func.jacrev(lambda row: mlp(row[:, None])[:, 0]))(x.transpose(0, 1))
    for member in range(2):
        assert torch.allclose(found[member], by_row[:, member, :, member], rtol=0, atol=1e-14)


def test_initial_weights_depend_on_the_generator_alone() -> None:
    """A member starts alike alone and in an ensemble; variance 1 / in to 5 standard errors."""
    alone = network((400, 300), 1)
    beside = network((400, 300), 2)
    assert torch.equal(alone.weights[0][0], beside.weights[0][0])
    assert not torch.equal(beside.weights[0][0], beside.weights[0][1])
    n = 400 * 300
    assert abs(float(alone.weights[0].detach().square().mean()) * 400 - 1) < 5 * (2 / n) ** 0.5
