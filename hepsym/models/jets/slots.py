"""In which order do particles fill their slots, and which linear map of slots keeps most of them?"""

import torch
from torch import Tensor, nn

from hepsym.errors import InputError
from hepsym.models.lorentz import rest_frame
from hepsym.models.lorentz.pooling import in_order, ordered_slots

__all__ = ["ORDERS", "ordered", "principal_maps"]

ORDERS = ("invariant", "pt", "given")


def ordered(momenta: Tensor, order: str, slots: int) -> Tensor:
    """(n, slots, 4) in falling p.P_jet ("invariant"), in falling transverse momentum ("pt"), or as given."""
    if order not in ORDERS:
        raise InputError(f"order = {order!r} is not one of {', '.join(ORDERS)}")
    p = momenta.double()
    if order == "invariant":
        return ordered_slots(rest_frame(p)[0][..., 0], (p != 0).any(-1), slots) @ p
    if order == "pt":
        index = in_order(p[..., 1:3].norm(dim=-1), (p != 0).any(-1))
        p = p.gather(1, index[..., None].expand_as(p))
    return nn.functional.pad(p[:, :slots], (0, 0, 0, max(0, slots - p.shape[1])))


def principal_maps(second: Tensor, latent: int, *, keep_sum: bool) -> tuple[Tensor, Tensor]:
    """The best W (latent, slots) and D (slots, latent) with x-hat = D W x, of the slots' second moments
    (slots, slots).

    Least tr[(1 - DW) M (1 - DW)^T]: W's rows are eigenvectors of M. With keep_sum one row of W is (1,
    ..., 1), so that the sum of all slots is a latent: in y = M^(-1/2) x the other rows are the leading
    eigenvectors of M orthogonal to M^(1/2) (1, ..., 1). Latents other than that sum have unit second moment.
    Error: 1e-12 of the largest eigenvalue; directions below that are left out (rows of zeros).
    """
    slots = len(second)
    values, vectors = torch.linalg.eigh(second)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T
    safe = values > 1e-12 * values[-1]
    inverse = vectors * torch.where(safe, values.clamp(min=1e-300).rsqrt(), 0.0) @ vectors.T
    if not keep_sum:
        rows = vectors.T.flip(0)[:latent]
    else:
        first = root @ torch.ones(slots, dtype=second.dtype, device=second.device)
        first = first / first.norm()
        away = torch.eye(slots, dtype=second.dtype, device=second.device) - torch.outer(first, first)
        rest = torch.linalg.eigh(away @ second @ away)[1].T.flip(0)[: latent - 1]
        rows = torch.cat([first[None], rest])
    encode, decode = rows @ inverse, root @ rows.T
    if keep_sum:
        scale = encode[0].mean()
        encode[0], decode[:, 0] = 1.0, decode[:, 0] * scale
    return encode, decode
