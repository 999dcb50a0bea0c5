"""How strongly do two particles speak to one another? By learned bells of the invariant (p_i - p_j)^2."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn

__all__ = ["Bells", "squared_intervals"]


def squared_intervals(p: Tensor, mask: Tensor) -> Tensor:
    """((p_i - p_j)^2)^2 = (2 p_i.p_j)^2 of massless p (n, P, 4), (n, P, P); infinite for i = j and empty
    slots.

        2 p_i.p_j = E_i E_j |u_i - u_j|^2,  u = p / E

    The chord |u_i - u_j| and not 2 (E E' - p.p'): of two hard, nearly parallel particles that is noise of
    eps E E', which a narrow bell makes a noise of eps E E' / r in what is sent (1e-13 of a loss, five
    times all other rounding). Error: 4 eps / t relative, t the opening angle.

    Infinite means: no message. A bell there is exactly 0, in value and in gradient.
    """
    alone = torch.eye(p.shape[1], dtype=torch.bool, device=p.device)
    absent = alone | ~(mask[:, :, None] & mask[:, None, :])
    energy = p[..., 0]
    there = energy > 0
    u = p[..., 1:] / torch.where(there, energy, torch.ones_like(energy))[..., None]
    found: Tensor = _Squares.apply(energy, u, absent)  # type: ignore[no-untyped-call]
    return found


class _Squares(torch.autograd.Function):
    """x^2, x = E_i E_j c_ij, c = |u_i - u_j|^2, inf where absent; its derivative keeps no (n, P, P, 3).

    With G the pull and D = 2 x (G + G^T):

        dE_i = sum_j D_ij E_j c_ij          du_i = 2 sum_j D_ij E_i E_j (u_i - u_j)
    """

    @staticmethod
    def forward(ctx: Any, energy: Tensor, u: Tensor, absent: Tensor) -> Tensor:
        c = torch.zeros(absent.shape, dtype=u.dtype, device=u.device)
        for x in u.unbind(-1):
            step = x[:, :, None] - x[:, None, :]
            c.addcmul_(step, step)
        pairs = energy[:, :, None] * energy[:, None, :]
        ctx.save_for_backward(energy, u, absent, c)
        return (pairs * c).square_().masked_fill_(absent, torch.inf)

    @staticmethod
    def backward(ctx: Any, *pulls: Tensor) -> tuple[Tensor, Tensor, None]:
        energy, u, absent, c = ctx.saved_tensors
        pull = pulls[0].masked_fill(absent, 0.0)
        pairs = energy[:, :, None] * energy[:, None, :]
        both = 2 * (pull + pull.mT) * pairs * c
        into_energy = (both * c * energy[:, None, :]).sum(2)
        both *= pairs
        return into_energy, 2 * (both.sum(2, keepdim=True) * u - both @ u), None


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
