"""How does Adam touch all parameters at once? They become views of one vector, their gradients of another."""

import torch
from torch import Tensor, nn

__all__ = ["FlatAdam"]


class FlatAdam:
    """Adam on a model's parameters laid end to end: one fused kernel a step instead of one a tensor.

    All parameters share their first axis, the members'; a member's parameters lie together, in the order
    of `model.in_order()` where there is one. The parameters' .data and .grad become views; a parameter's
    gradient must be written in place.
    Kingma and Ba, https://arxiv.org/abs/1412.6980, with its default decay rates and epsilon 1e-8.
    """

    def __init__(self, model: nn.Module, rate: float) -> None:
        parameters = list(getattr(model, "in_order", model.parameters)())
        like = parameters[0].detach()
        shape = (len(like), sum(p[0].numel() for p in parameters))
        self.values, self.gradients = like.new_empty(shape), like.new_zeros(shape)
        at = 0
        for parameter in parameters:
            part = slice(at, at + parameter[0].numel())
            view = self.values[:, part].view(parameter.shape)
            view.copy_(parameter.detach())
            parameter.data = view
            parameter.grad = self.gradients[:, part].view(parameter.shape)
            at = part.stop
        self._first, self._second = torch.zeros_like(self.values), torch.zeros_like(self.values)
        self._count = torch.zeros((), device=self.values.device)
        self._one = torch.ones_like(self._count)
        self._rate = rate

    def rate(self, rate: float) -> None:
        """Set the learning rate of the steps to come."""
        self._rate = rate

    def step(self) -> None:
        """Move along the gradients that are now in the parameters' .grad."""
        # The kernel behind torch.optim.Adam(fused=True), called directly: the way there costs twice its time.
        self._count.add_(self._one)
        torch._fused_adam_(
            [self.values], [self.gradients], [self._first], [self._second], [], [self._count],
            lr=self._rate, beta1=0.9, beta2=0.999, weight_decay=0.0, eps=1e-8, amsgrad=False, maximize=False,
        )  # fmt: skip

    def state(self) -> dict[str, Tensor]:
        """Weights, moments and the number of steps."""
        return {"values": self.values, "first": self._first, "second": self._second, "count": self._count}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Inverse of `state`, in place, so that the parameters stay views."""
        for name, tensor in self.state().items():
            tensor.copy_(state[name])
