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

    The gradients are written, not added, into the parameters' .grad, which must exist. Equal to
    autograd to rounding (tests/models/test_mlp.py).
    """

    def __init__(self, mlp: MLP, batch: int) -> None:
        flat = mlp.members == 1
        lead = () if flat else (mlp.members,)
        self._affine = torch.addmm if flat else torch.baddbmm
        self._product = torch.mm if flat else torch.bmm
        new = mlp.weights[0].detach().new_empty
        self._values: list[Tensor] = [new(*lead, batch, width) for width in mlp.sizes[1:]]
        self._pulled = [new(*lead, batch, width) for width in mlp.sizes[:-1]]
        # Transposed views are made once: each costs a microsecond, of some ten that a product takes.
        self._values_t = [value.mT for value in self._values]
        self._layers = [(w.detach(), b.detach(), w.detach().mT) for w, b in mlp.layers(flat=flat)]
        parameters = zip(mlp.weights, mlp.biases, strict=True)
        self._gradients = [(_gradient(w, flat), _gradient(b, flat)) for w, b in parameters]
        self._input_t = self._values_t[0]

    @property
    def output(self) -> Tensor:
        """The buffer that `forward` fills and returns."""
        return self._values[-1]

    def forward(self, x: Tensor) -> Tensor:
        """Output (members, batch, out), or (batch, out) with one member; valid until the next call."""
        self._input_t = x.mT
        last = len(self._layers) - 1
        for k, (weight, bias, _) in enumerate(self._layers):
            value = self._values[k]
            self._affine(bias, x, weight, out=value)
            x = torch.tanh(value, out=value) if k < last else value
        return x

    def backward(self, gradient: Tensor, *, want_input: bool = True) -> Tensor | None:
        """Gradient at the input of the last forward, given the one at its output; uses up the forward."""
        for k in range(len(self._layers) - 1, -1, -1):
            into_weight, into_bias = self._gradients[k]
            self._product(self._values_t[k - 1] if k else self._input_t, gradient, out=into_weight)
            torch.sum(gradient, -2, keepdim=True, out=into_bias)
            if not k and not want_input:
                return None
            pulled = self._pulled[k]
            self._product(gradient, self._layers[k][2], out=pulled)
            if k:  # tanh' = 1 - tanh^2
                below = self._values[k - 1]
                torch.mul(below, below, out=below)
                pulled.addcmul_(pulled, below, value=-1)
            gradient = pulled
        return gradient


def _gradient(parameter: Tensor, flat: bool) -> Tensor:
    assert parameter.grad is not None
    return parameter.grad[0] if flat else parameter.grad
