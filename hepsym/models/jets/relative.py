"""In which coordinates do models without Lorentz symmetry see a jet? Relative to its axis, weighted by
p_T."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

from hepsym.models.lorentz.pooling import in_order

__all__ = ["AXIS_NUMBERS", "from_flow", "relative", "to_flow"]

AXIS_NUMBERS = 3
"""p_T, eta and phi of the jet: latent numbers of every model that works relative to the axis."""

WIDEST = 2.0
"""|eta - eta_jet| and |phi - phi_jet| that a reconstructed particle may have."""


def relative(momenta: Tensor) -> tuple[Tensor, Tensor]:
    """(eta - eta_jet, phi - phi_jet, p_T / p_T_jet) of particles, (n, P, 3), 0 in empty slots; the axis
    (n, 3).

    The axis is (p_T, eta, phi) of the sum of the momenta. Error: 1e-14.
    """
    p = momenta.double()
    total = p.sum(1)
    jet_pt = total[:, 1:3].norm(dim=1)
    there = (p != 0).any(-1)
    pt = p[..., 1:3].norm(dim=-1)
    safe = torch.where(there, pt, torch.ones_like(pt))
    jet_eta = torch.asinh(total[:, 3] / jet_pt)
    eta = torch.asinh(p[..., 3] / safe) - jet_eta[:, None]
    turned = p[..., 2] * total[:, None, 1] - p[..., 1] * total[:, None, 2]
    phi = torch.atan2(turned, p[..., 1] * total[:, None, 1] + p[..., 2] * total[:, None, 2])
    features = torch.stack([eta, phi, pt / jet_pt[:, None]], -1) * there[..., None]
    return features, torch.stack([jet_pt, jet_eta, torch.atan2(total[:, 2], total[:, 1])], 1)


def to_flow(momenta: Tensor, slots: int) -> tuple[Tensor, Tensor]:
    """(z, z d-eta / R, z d-phi / R) times 10, hardest first, (n, slots, 3), z = p_T / p_T_jet, R = 0.1;
    the axis.

    Continuous where a particle's p_T goes to 0 and its angles lose their meaning.
    """
    features, axis = relative(momenta)
    z = features[..., 2]
    flow = 10 * torch.stack([z, 10 * z * features[..., 0], 10 * z * features[..., 1]], -1)
    order = in_order(z, z > 0)
    flow = flow.gather(1, order[..., None].expand_as(flow))[:, :slots]
    return pad(flow, (0, 0, 0, max(0, slots - flow.shape[1]))), axis


def from_flow(flow: Tensor, axis: Tensor) -> Tensor:
    """Massless momenta (n, slots, 4), float64, of `to_flow`; slots of z <= 0 are empty, angles end at 2."""
    flow = flow.double()
    z = flow[..., 0] / 10
    safe = torch.where(z > 0, z, torch.ones_like(z))[..., None]
    angles = (flow[..., 1:] / 100 / safe).clamp(-WIDEST, WIDEST)
    pt = z.clamp(min=0) * axis[:, :1]
    eta, phi = angles[..., 0] + axis[:, 1:2], angles[..., 1] + axis[:, 2:3]
    return torch.stack(
        [pt * torch.cosh(eta), pt * torch.cos(phi), pt * torch.sin(phi), pt * torch.sinh(eta)], -1
    )
