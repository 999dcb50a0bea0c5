"""What is a multilayer perceptron, many of them side by side, and its derivative by hand?

Autograd costs more than the arithmetic of so small a network (at batch 256 about 1 ms against 0.2 ms),
so `Tape` does forward and backward in buffers that live as long as the training.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn

__all__ = ["MLP", "Tape"]


class MLP(nn.Module):
    """h_0 = x, h_{k+1} = tanh(h_k W_k + b_k), no tanh after the last layer.

    Weights are (members, in, out) and biases (members, 1, out). x is (members, batch, in); with one
    member (batch, in) is taken too, and is faster. sizes: in, hidden widths, out; without hidden widths
    the map is linear. Weights start normal with variance 1 / in (LeCun), biases at 0.
    """

    def __init__(self, sizes: Sequence[int], generators: Sequence[torch.Generator], copies: int = 1) -> None:
        """copies: how often the ensemble of one member a generator is repeated, copy by copy."""
        super().__init__()
        self.sizes, self.members = tuple(sizes), copies * len(generators)
        self.weights = nn.ParameterList()
        self.biases = nn.ParameterList()
        for wide, narrow in zip(self.sizes, self.sizes[1:], strict=False):
            drawn = [
                torch.randn(wide, narrow, generator=g, dtype=torch.float64) / math.sqrt(wide)
                for g in generators
            ]
            start = torch.stack(drawn).repeat(copies, 1, 1)
            self.weights.append(nn.Parameter(start))
            self.biases.append(nn.Parameter(start.new_zeros(self.members, 1, narrow)))

    def layers(self, *, flat: bool) -> list[tuple[Tensor, Tensor]]:
        """(weight, bias) of each layer, without the members' axis where flat."""
        pairs = zip(self.weights, self.biases, strict=True)
        return [(w[0], b[0]) if flat else (w, b) for w, b in pairs]

    def in_order(self) -> list[nn.Parameter]:
        """Layer by layer, a bias after its weight, as `Tape` needs them in memory."""
        return [p for layer in zip(self.weights, self.biases, strict=True) for p in layer]

    def forward(self, x: Tensor) -> Tensor:
        """The map itself, (..., in) -> (..., out), for autograd."""
        layers = self.layers(flat=x.dim() == 2)
        for weight, bias in layers[:-1]:
            x = torch.tanh(x @ weight + bias)
        weight, bias = layers[-1]
        last: Tensor = x @ weight + bias
        return last

    def jacobian(self, x: Tensor) -> Tensor:
        """d out_j / d in_i at x (members, batch, in): (members, batch, out, in), exact but for rounding."""
        layers = self.layers(flat=False)
        # One row for every input, carried through the layers by the chain rule.
        rows = layers[0][0][:, None].expand(-1, x.shape[1], -1, -1)
        h = x @ layers[0][0] + layers[0][1]
        for weight, bias in layers[1:]:
            h = torch.tanh(h)
            rows = (rows * (1 - h.square())[..., None, :]) @ weight[:, None]
            h = h @ weight + bias
        return rows.mT


class Tape:
    """Forward and backward of an MLP for batches of one size, without autograd and without allocation.

    Buffers are (members, width, batch), or (width, batch) with one member: the transposes of what
    `MLP.forward` takes. A layer's input has one more row, of ones, which makes the bias one more row of
    the weight: neither adding it nor its gradient costs an operation of its own. For that, a bias must
    follow its weight in memory, values and gradients alike, as `FlatAdam` lays them.

    Fill `input`, call `forward`, fill `pull`, call `backward`. Gradients are written, not added, into the
    parameters' .grad. Equal to autograd to rounding (tests/models/nn/test_mlp.py).
    """

    def __init__(self, mlp: MLP, batch: int) -> None:
        flat = mlp.members == 1
        lead = () if flat else (mlp.members,)
        new = mlp.weights[0].detach().new_ones
        self._product = torch.mm if flat else torch.bmm
        inputs = [new(*lead, width + 1, batch) for width in mlp.sizes[:-1]]
        self.output: Tensor = new(*lead, mlp.sizes[-1], batch)
        """(members, out, batch), filled by `forward`"""
        self.pull = torch.empty_like(self.output)
        """d loss / d output, to be filled before `backward`"""
        self.into_input: Tensor = new(*lead, mlp.sizes[0], batch)
        """d loss / d input, filled by `backward`"""
        # Views are made once: each costs a microsecond, of some ten that a product takes.
        rows = [buffer.narrow(-2, 0, buffer.shape[-2] - 1) for buffer in inputs]
        self.input = rows[0]
        """(members, in, batch), to be filled before `forward`"""
        pulls: list[Tensor] = [self.into_input, *(torch.empty_like(r) for r in rows[1:]), self.pull]
        pairs = list(zip(mlp.weights, mlp.biases, strict=True))
        joined = [_joined(w.detach(), b.detach(), flat) for w, b in pairs]
        self._forward = list(zip([j.mT for j in joined], inputs, [*rows[1:], self.output], strict=True))
        gradients = [_joined(_gradient(w), _gradient(b), flat) for w, b in pairs]
        weights = [w.detach()[0] if flat else w.detach() for w in mlp.weights]
        above = [(pull, pull.mT) for pull in pulls[1:]]
        self._backward = list(zip(above, inputs, gradients, weights, rows, pulls[:-1], strict=True))[::-1]

    def forward(self) -> Tensor:
        """Fill and return `output`."""
        product, last = self._product, self.output
        for weight, below, above in self._forward:
            product(weight, below, out=above)
            if above is not last:
                torch.tanh(above, out=above)
        return self.output

    def backward(self, *, want_input: bool = True) -> Tensor:
        """Write the gradients of the last forward; return `into_input`, filled only if wanted."""
        product, last = self._product, self.into_input
        for (pull, pull_t), inputs, into_weight, weight, below, into_below in self._backward:
            product(inputs, pull_t, out=into_weight)
            if into_below is not last:
                product(weight, pull, out=into_below)
                _through_tanh(into_below, below, grad_input=into_below)
            elif want_input:
                product(weight, pull, out=into_below)
        return self.into_input


_through_tanh = torch.ops.aten.tanh_backward.grad_input
"""g (1 - h^2) in one pass, h = tanh."""


def _gradient(parameter: Tensor) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad


def _joined(weight: Tensor, bias: Tensor, flat: bool) -> Tensor:
    """(members, in + 1, out): a weight and its bias as the one matrix that they are in memory."""
    members, wide, narrow = weight.shape
    if bias.data_ptr() != weight.data_ptr() + wide * narrow * weight.element_size():
        raise ValueError("a bias does not follow its weight in memory: make FlatAdam of the model first")
    joined = weight.as_strided((members, wide + 1, narrow), weight.stride())
    return joined[0] if flat else joined
