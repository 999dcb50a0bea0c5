"""How far is a reconstructed jet from the jet? Distances, each invariant when taken in the jet's
rest frame.

All take momenta x-hat (n, S, 4) and x (n, P, 4) in the rest frame and in units of the jet's mass, and a
mask (n, P), and give (n,). Distances d_ij = |x-hat_i - x_j|^2 are Euclidean over the four components: the
rest frame is part of the jet, so that they are invariant. Slots outside the mask are momenta of zero, "no
particle".
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.optimize import linear_sum_assignment
from torch import Tensor
from torch.nn.functional import pad

from hepsym.errors import InputError
from hepsym.models.lorentz import Frame
from hepsym.models.lorentz.pooling import ordered_slots

__all__ = [
    "IN_LAB", "LOSSES", "chamfer", "distance", "energy_mover", "hungarian", "jet_loss", "squared_error",
    "squared_error_in_lab",
]  # fmt: skip

SHARPNESS = 0.02
"""Entropic smoothing of `energy_mover`, in units of its largest possible cost, 2."""
ROUNDS = 200
SOFT = 1e-3
"""Of the mass: below it `distance` is quadratic."""


def _filled(target: Tensor, mask: Tensor, slots: int) -> Tensor:
    target = (target * mask[..., None])[:, :slots]
    return pad(target, (0, 0, 0, slots - target.shape[1])) if target.shape[1] < slots else target


def _distances(found: Tensor, target: Tensor) -> Tensor:
    return (found[:, :, None] - target[:, None]).square().sum(-1)


def _by_energy(found: Tensor, target: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Slots (n, S, 4) of the target by falling energy at rest (p.P), and the spread in each, (n, S)."""
    target = target * mask[..., None]
    parts = ordered_slots(target[..., 0], mask, found.shape[1])
    slots = parts @ target
    spread = (parts @ target.square()).sum(-1) - slots.square().sum(-1)  # exactly 0 where nothing is shared
    return slots, spread


def squared_error(found: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """sum_s |x-hat_s - x_s|^2, slot s the s-th by falling energy in the rest frame (p.P, an invariant).

    Particles of equal energy (hepsym.models.lorentz.pooling) share their slots: the mean over both orders.
    """
    slots, spread = _by_energy(found, target, mask)
    return (found - slots).square().sum((1, 2)) + spread.sum(1)


def squared_error_as_given(found: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """sum_s |x-hat_s - x_s|^2 over slots in the order given."""
    return (found - _filled(target, mask, found.shape[1])).square().sum((1, 2))


def squared_error_in_lab(found: Tensor, target: Tensor, mask: Tensor, frame: Frame) -> Tensor:
    """sum_s |x-hat_s - x_s|^2 / E_jet^2 over slots in the order given, as components in the frame given.

    No invariant, on purpose: it weighs particles as a detector does, by the energies it sees. What is trained
    with it commutes with the group all the same. found, target: in the rest frame, in units of the mass.
    """
    moved = frame.leave(found - _filled(target, mask, found.shape[1]))
    return (moved / frame.momentum[:, None, :1]).square().sum((1, 2)).to(found.dtype)


def distance(found: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """sum_s (|x-hat_s - x_s|^2 + d^2)^(1/2) - d, slots as in `squared_error`, d = 0.001: not squared.

    Its best guess is a median, so that what is not known does not shrink all momenta, and what can be exact
    becomes so: of the kind of the energy mover's distance.
    """
    slots, spread = _by_energy(found, target, mask)
    squares = (found - slots).square().sum(-1) + spread
    return ((squares + SOFT**2).sqrt() - SOFT).sum(1)


def chamfer(found: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """sum_j min_i d_ij + min over sets F of as many slots as particles of sum_(i in F) min_j d_ij
    + sum_(i not in F) |x-hat_i|^2.

    j runs over particles, i over slots. Slots beyond the jet's number of particles are so held to zero,
    whichever they are: a minimum is continuous where another slot becomes the one that is left over.
    """
    d = _distances(found, target)
    to_found = d.amin(1).masked_fill(~mask, 0.0).sum(1)
    alone = found.square().sum(-1)
    nearest = d.masked_fill(~mask[:, None], torch.inf).amin(2)
    rank = (nearest - alone).detach().argsort(dim=1, stable=True).argsort(dim=1)
    return to_found + torch.where(rank < mask.sum(1, keepdim=True), nearest, alone).sum(1)


def hungarian(found: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """min over one-to-one assignments of sum_i d_(i, s(i)), missing particles being zeros; by scipy."""
    full = _filled(target, mask, found.shape[1])
    d = _distances(found, full)
    costs = d.detach().double().cpu().numpy()
    columns = np.stack([linear_sum_assignment(c)[1] for c in costs])
    chosen = torch.from_numpy(columns).to(found.device)
    return d.gather(2, chosen[..., None])[..., 0].sum(1)


def energy_mover(found: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """Least work that makes one jet's energy flow the other's on the rest frame's sphere, (n,); smoothed.

        min_T sum_ij T_ij (1 - cos theta_ij) + e KL(T | a b) + |sum E-hat - sum E|,  T >= 0 of marginals a, b

    with a = E-hat / sum E-hat and b = E / sum E. Ground distance 1 - cos = chord^2 / 2, energies in units of
    the mass. After Komiske, Metodiev and Thaler, arXiv:1902.02346, with angles of the rest frame for
    rapidities and azimuths, which no boost leaves alone. Sinkhorn's iteration, 200 rounds at e = 0.02, and
    the value of its dual; the gradient is exact for a converged iteration: T by the costs, potentials by a.
    Error: above the least work by at most 0.02 log(S P), so that a jet is not at 0 from itself.
    """
    cost = 1 - _directions(found) @ _directions(target).mT
    energy, wanted = found[..., 0].clamp(min=0), (target[..., 0] * mask).clamp(min=0)
    floor = torch.finfo(found.dtype).tiny ** 0.5
    total, sum_wanted = energy.sum(1, keepdim=True) + floor, wanted.sum(1, keepdim=True) + floor
    a, b = energy / total, wanted / sum_wanted
    with torch.no_grad():
        log_a, log_b = (a + floor).log(), (b + floor).log()
        f, g = torch.zeros_like(a), torch.zeros_like(b)
        for _ in range(ROUNDS):
            g = -SHARPNESS * torch.logsumexp((f[..., None] - cost) / SHARPNESS + log_a[..., None], 1)
            f = -SHARPNESS * torch.logsumexp((g[:, None] - cost) / SHARPNESS + log_b[:, None], 2)
        plan = torch.exp((f[..., None] + g[:, None] - cost) / SHARPNESS + log_a[..., None] + log_b[:, None])
    through_cost = (plan * (cost - cost.detach())).sum((1, 2))
    surplus = (total - sum_wanted)[:, 0].abs()
    value: Tensor = (f * a).sum(1) + (g * b).sum(1) + through_cost + surplus
    return value


def _directions(p: Tensor) -> Tensor:
    square = p[..., 1:].square().sum(-1, keepdim=True)
    length = torch.where(square > 0, square, torch.ones_like(square)).sqrt()
    found: Tensor = p[..., 1:] / length
    return found


IN_LAB = "mse-in-lab"
"""The loss that `squared_error_in_lab` is; it needs the frame, as LOSSES do not."""
LOSSES = {
    "mse": squared_error,
    "distance": distance,
    "mse-as-given": squared_error_as_given,
    "chamfer": chamfer,
    "hungarian": hungarian,
    "energy-mover": energy_mover,
}


def jet_loss(name: str, found: Tensor, target: Tensor, mask: Tensor) -> Tensor:
    """The loss of this name, (n,). Raises InputError for another."""
    if name not in LOSSES:
        raise InputError(f"loss = {name!r} is not one of {', '.join(LOSSES)}")
    return LOSSES[name](found, target, mask)
