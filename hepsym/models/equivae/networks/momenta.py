"""How can v carry the Lorentz group itself? Jets in their rest frame, in layers that commute with it.

A pure boost brings a jet to its rest frame, in units of its mass or of GeV. What is left there of a Lorentz
transformation of the jet is a rotation R, Wigner's. With particles p_i -> R p_i:

    r, q(y|x) and the spread of q(v|x, r)   from invariants:  unchanged,
    v = V three-vectors, each a sum of the p_i, weighted by invariants:  v -> R v,
    p_i of the decoder, each a sum of the v, weighted by invariants of v and r:  p_i -> R p_i,

and N(0, 1) and the Gaussian likelihood know no direction: the bound of a jet, an expectation over v, is the
same in every frame, by construction (tests/models/equivae/test_momenta.py: to 1e-10 in float64).
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from hepsym.errors import InputError
from hepsym.models.lorentz import Features, LorentzMessages, Mix, rest_frame, squared_intervals

__all__ = ["MomentaBody", "VectorDecoder", "VectorPosterior", "rest_rows", "vectors_of"]

Floats = NDArray[np.float64]

CARRIED = 8
"""Vectors that the body hands on."""
SCALARS, VECTORS, ROUNDS = 16, 4, 2


def rest_rows(momenta: Floats, *, gev: bool = False) -> Floats:
    """(n, P, 3) of massless momenta (n, P, 4) in GeV: in the rest frame of their sum, in units of its mass.

    gev: in GeV, so that a model is told the mass, which is the sum of |p| there. The most energetic first,
    empty slots (zeros) last. Error: that of `rest_frame`. Raises InputError for another shape, a jet
    without a rest frame (one particle, or parallel ones).
    """
    p = torch.as_tensor(momenta, dtype=torch.float64)
    if p.ndim != 3 or p.shape[2] != 4:
        raise InputError(f"momenta have shape {tuple(p.shape)}: give (jets, particles, 4), E x y z")
    moved, frame = rest_frame(p)
    if not bool((frame.mass > 0).all()):
        first = int((frame.mass <= 0).int().argmax())
        raise InputError(f"jet {first} has no rest frame (one particle, or parallel ones): leave it out")
    order = moved[..., 0].argsort(dim=1, descending=True, stable=True)
    found: Floats = moved.gather(1, order[..., None].expand_as(moved))[..., 1:].numpy()
    return found * frame.mass.numpy()[:, None, None] if gev else found


def vectors_of(equivariant: int) -> int:
    """V, for v of that many dimensions. Raises InputError where it is none of 3 V."""
    if equivariant % 3:
        raise InputError(f"equivariant = {equivariant} must be a multiple of 3: v is made of three-vectors")
    return equivariant // 3


class MomentaBody(nn.Module):
    """x (n, P * 3) to features (n, width + 3 CARRIED): invariants, then vectors; empty slots do nothing.

    Layers see momenta in units of M / P, M = sum |p| the mass, and log M is one more invariant: how heavy a
    jet is and how it looks come apart, in whatever unit the rows are.
    """

    def __init__(self, shape: tuple[int, int], width: int) -> None:
        super().__init__()
        self.shape = shape
        self.scalars = nn.Linear(2, SCALARS)
        self.vectors = Mix(1, VECTORS)
        self.layers = nn.ModuleList(LorentzMessages(SCALARS, VECTORS) for _ in range(ROUNDS))
        self.whole = nn.Sequential(nn.Linear(2 * SCALARS + 2, width), nn.ReLU(), nn.Linear(width, width))
        self.weigh = nn.Linear(SCALARS, CARRIED * (VECTORS + 1))

    def forward(self, x: Tensor) -> Tensor:
        """(n, width + 3 CARRIED)."""
        space = x.reshape(-1, *self.shape)
        there = (space != 0).any(-1)
        mass = space.norm(dim=-1).sum(1, keepdim=True) / self.shape[0]
        space = space / mass[..., None]
        safe = torch.where(there[..., None], space, torch.ones_like(space))
        energy = safe.norm(dim=-1)
        p = torch.cat([torch.where(there, energy, torch.zeros_like(energy))[..., None], space], -1)
        squares = squared_intervals(p, there)
        features = Features(
            self.scalars(torch.stack([energy, energy.log()], -1)), self.vectors(p[:, :, None])
        )
        for layer in self.layers:
            features = layer(features, p, squares)
        s = features.scalars * there[..., None]
        count = there.sum(1, keepdim=True).clamp(min=1)
        pooled = torch.cat([s.sum(1) / count, s.amax(1), count / self.shape[0], mass.log()], 1)
        # In the rest frame the first components are invariants: what turns is the other three.
        turning = torch.cat([space[:, :, None], features.vectors[..., 1:]], 2)
        weights = self.weigh(features.scalars).view(*s.shape[:2], CARRIED, VECTORS + 1)
        weights = weights * there[..., None, None]
        carried = torch.einsum("npcv,npvx->ncx", weights, turning) / count[..., None]
        return torch.cat([torch.relu(self.whole(pooled)), carried.flatten(1)], 1)


class VectorPosterior(nn.Module):
    """q(v|x, r): means are sums of the carried vectors; one variance for the three components of each."""

    def __init__(self, width: int, size: int, dimensions: int) -> None:
        super().__init__()
        self.width, self.many = width, vectors_of(dimensions)
        self.of_features, self.of_code = nn.Linear(width, width), nn.Linear(size, width, bias=False)
        self.last = nn.Linear(width, self.many * (CARRIED + 1))

    def forward(self, features: Tensor, r: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance, (n, c, dimensions), of features and codes (n, c, size)."""
        known, carried = features[:, : self.width], features[:, self.width :].view(-1, CARRIED, 3)
        told = self.last(torch.relu(self.of_features(known)[:, None] + self.of_code(r)))
        weights, log_var = told.split([self.many * CARRIED, self.many], -1)
        weights = weights.view(*r.shape[:2], self.many, CARRIED)
        mean = torch.einsum("nkvc,ncx->nkvx", weights, carried).flatten(2)
        return mean, log_var.clamp(-12, 6).repeat_interleave(3, -1)


class VectorDecoder(nn.Module):
    """(r, v) (..., size + 3 V) to momenta (..., P * 3): sums of the v, weighted by r and their products."""

    def __init__(self, size: int, dimensions: int, particles: int, width: int) -> None:
        super().__init__()
        self.size, self.many, self.particles = size, vectors_of(dimensions), particles
        pairs = torch.triu_indices(self.many, self.many)
        self.register_buffer("pairs", pairs, persistent=False)
        self.first = nn.Linear(size + pairs.shape[1], width)
        self.second = nn.Linear(width, width)
        self.last = nn.Linear(width, particles * self.many)

    def forward(self, code: Tensor) -> Tensor:
        """(..., P * 3)."""
        lead = code.shape[:-1]
        r, v = code[..., : self.size], code[..., self.size :].reshape(*lead, self.many, 3)
        pairs = self.get_buffer("pairs")
        products = torch.asinh((v @ v.mT)[..., pairs[0], pairs[1]])
        hidden = functional.silu(self.first(torch.cat([r, products], -1)))
        hidden = hidden + functional.silu(self.second(hidden))
        weights = self.last(hidden).view(*lead, self.particles, self.many)
        momenta: Tensor = (weights @ v).flatten(-2)
        return momenta
