"""How strongly do two particles speak to one another? By learned bells of the invariant (p_i - p_j)^2."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

from hepsym.models.lorentz.products import gram

__all__ = ["Bells", "squared_intervals"]


def squared_intervals(p: Tensor, mask: Tensor) -> Tensor:
    """((p_i - p_j)^2)^2 = (2 p_i.p_j)^2 of massless p (n, P, 4), (n, P, P); infinite for i = j and empty
    slots.

    Infinite means: no message. A bell there is exactly 0, in value and in gradient.
    """
    x = 2 * gram(p)
    alone = torch.eye(p.shape[1], dtype=torch.bool, device=p.device)
    absent = alone | ~(mask[:, :, None] & mask[:, None, :])
    return (x * x).masked_fill(absent, torch.inf)


class _Bell(torch.autograd.Function):
    """w = 1 / (1 + x^2 / r^2), its derivatives written so that x^2 = inf gives 0 and not nan.

    dw / d log r^2 = w (1 - w)          dw / d x^2 = - w^2 / r^2
    """

    @staticmethod
    def forward(ctx: Any, squares: Tensor, log_width: Tensor) -> Tensor:
        narrow = torch.exp(-log_width)
        w = (squares[:, None] * narrow[:, None, None]).add_(1).reciprocal_()
        ctx.save_for_backward(w, narrow)
        return w

    @staticmethod
    def backward(ctx: Any, *pulls: Tensor) -> tuple[Tensor | None, Tensor | None]:
        w, narrow = ctx.saved_tensors
        pull = pulls[0] * w
        into_width = (pull - pull * w).sum((0, 2, 3)) if ctx.needs_input_grad[1] else None
        into_squares = None
        if ctx.needs_input_grad[0]:
            into_squares = -torch.einsum("nrij,nrij,r->nij", pull, w, narrow)
        return into_squares, into_width


class Bells(nn.Module):
    """w_r(x) = 1 / (1 + x^2 / r^2), x = (p_i - p_j)^2, with learned widths r > 0: (n, bells, P, P).

    The paper's "Lorentzian bells" a + b / (1 + c^2 x^2); a and b are left to the linear maps that follow.
    Widths begin evenly spaced in log r between `narrow` and `wide`, in the unit of x.
    """

    def __init__(self, bells: int, narrow: float = 1e-4, wide: float = 1.0) -> None:
        super().__init__()
        ends = torch.tensor([narrow, wide], dtype=torch.float64).square().log()
        start = torch.linspace(float(ends[0]), float(ends[1]), bells, dtype=torch.float64)
        self.log_width = nn.Parameter(start.to(torch.get_default_dtype()))

    def forward(self, squares: Tensor) -> Tensor:
        """Of x^2 (n, P, P), infinite where there is no pair."""
        found: Tensor = _Bell.apply(squares, self.log_width)  # type: ignore[no-untyped-call]
        return found
