"""How does Adam touch all parameters at once? They become views of one vector, their gradients of another."""

from typing import Any

import torch
from torch import nn

__all__ = ["FlatAdam"]


class FlatAdam:
    """Adam on a model's parameters laid end to end: one fused kernel a step instead of one a tensor.

    The parameters' .data and .grad become views; a parameter's gradient must be written in place.
    Kingma and Ba, https://arxiv.org/abs/1412.6980, with its default decay rates and epsilon 1e-8.
    """

    def __init__(self, model: nn.Module, rate: float) -> None:
        parameters = list(model.parameters())
        size = sum(p.numel() for p in parameters)
        like = parameters[0].detach()
        self.values = nn.Parameter(like.new_empty(size))
        self.values.grad = like.new_zeros(size)
        at = 0
        for parameter in parameters:
            part = slice(at, at + parameter.numel())
            view = self.values.data[part].view(parameter.shape)
            view.copy_(parameter.detach())
            parameter.data = view
            parameter.grad = self.values.grad[part].view(parameter.shape)
            at = part.stop
        self._adam = torch.optim.Adam([self.values], lr=rate, fused=True)
        self._group: dict[str, Any] = self._adam.param_groups[0]

    def rate(self, rate: float) -> None:
        """Set the learning rate of the steps to come."""
        self._group["lr"] = rate

    def step(self) -> None:
        """Move along the gradients that are now in the parameters' .grad."""
        self._adam.step()

    def state(self) -> dict[str, Any]:
        """Weights and moments: tensors and plain numbers."""
        return {"values": self.values.detach(), "adam": self._adam.state_dict()}

    def restore(self, state: dict[str, Any]) -> None:
        """Inverse of `state`, in place, so that the parameters stay views."""
        with torch.no_grad():
            self.values.copy_(state["values"])
        self._adam.load_state_dict(state["adam"])
        self._group = self._adam.param_groups[0]
