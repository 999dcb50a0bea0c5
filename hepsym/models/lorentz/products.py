"""Which invariants do four-vectors have, and how are they computed without noise?"""

from __future__ import annotations

import torch
from torch import Tensor

__all__ = ["METRIC", "gram", "lower", "massless_products", "product"]

METRIC = (1.0, -1.0, -1.0, -1.0)


def lower(v: Tensor) -> Tensor:
    """v_mu = (E, -x, -y, -z) of v (..., 4)."""
    return torch.cat([v[..., :1], -v[..., 1:]], -1)


def product(v: Tensor, w: Tensor) -> Tensor:
    """v.w = E E' - x x' - y y' - z z', (...). Error: 4 eps of the sum of the |terms|, eps that of the
    dtype."""
    return v[..., 0] * w[..., 0] - (v[..., 1:] * w[..., 1:]).sum(-1)


def gram(v: Tensor, w: Tensor | None = None) -> Tensor:
    """v_a.w_b, (..., A, B), of v (..., A, 4) and w (..., B, 4); w = v if not given. Error: as `product`."""
    return lower(v) @ (v if w is None else w).mT


def massless_products(p: Tensor) -> Tensor:
    """p_i.p_j >= 0 of massless p (..., P, 4), (..., P, P); exactly 0 for i = j and where one is 0.

        p_i.p_j = E_i E_j |u_i - u_j|^2 / 2,  u = p / E

    E_i E_j (1 - cos) is noise of eps E_i E_j for nearly parallel particles; the chord |u_i - u_j| keeps the
    opening angle t to eps, so that the product is good to 4 eps / t relative and never negative. No
    square root of it is taken: its derivative is infinite at 0, and sqrt(eps) is large.
    """
    energy = p[..., 1:].norm(dim=-1)
    u = p[..., 1:] / torch.where(energy > 0, energy, torch.ones_like(energy))[..., None]
    chord = (u[..., :, None, :] - u[..., None, :, :]).square().sum(-1)
    found: Tensor = 0.5 * energy[..., :, None] * energy[..., None, :] * chord
    return found
