"""How does a particle learn of the others without knowing the frame? Lorentz message passing.

After Hao, Kansal, Duarte and Chernyavskaya, arXiv:2212.07347, eq. (4), without Kronecker products: of all
Clebsch-Gordan products only scalar x scalar, scalar x vector and vector . vector reach scalars and vectors.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from hepsym.models.lorentz.bells import Bells
from hepsym.models.lorentz.mixing import Mix, contraction, joined, scaled, split_channels
from hepsym.models.lorentz.products import lower, product

__all__ = ["Features", "LorentzMessages"]


FEW = 0.1
"""Sums over tens of particles are brought to order one, by a constant: a count would make a message
depend on padding."""
GAIN = 0.3
"""Of what a round adds at the start: rounding errors are multiplied by little more than one a round."""


class Features(NamedTuple):
    """What a particle carries."""

    scalars: Tensor
    """(n, P, S), invariant"""
    vectors: Tensor
    """(n, P, V, 4), each a four-vector"""


class LorentzMessages(nn.Module):
    """One round of messages: features (S, V) of P particles at momenta p become features (S, V) again.

    Particle j sends, on each of R channels, its scalar t_j and vector u_j (linear in its features) to i with
    weight w_ij = f_r((p_i - p_j)^2), and i receives the products with p_ij = p_i - p_j,

        sum_j w t_j,   sum_j w p_ij.u_j,   sum_j w t_j p_ij,   sum_j w u_j,

    each a product of (w: P x P) with (t, p.u, t p, u: P x 10), as p_ij splits. Then the particle itself:
    inner products of vector channels with one another go, by asinh, with the scalars through one hidden
    layer; it adds to the scalars and gates a second linear map of the vectors. `attention`: w_ij is made
    a softmax over j of q_i.k_j + log w_ij, so that what is received does not grow with the number of
    particles.

    An empty slot has weight exactly 0 and sends nothing: the result is the same whatever the padding.
    Error: 50 eps in the rest frame (hepsym.models.lorentz.frame), times gamma^2 elsewhere.
    """

    def __init__(
        self,
        scalars: int,
        vectors: int,
        *,
        channels: int = 4,
        hidden: int = 32,
        attention: bool = False,
        complex_maps: bool = False,
    ) -> None:
        super().__init__()
        self.attention, self.channels, self.complex_maps = attention, channels, complex_maps
        self.bells = Bells(channels)
        self.send_scalars = nn.Linear(scalars, channels)
        self.send_vectors = Mix(vectors, channels, complex_maps=complex_maps)
        if attention:
            self.query = nn.Linear(scalars, 8 * channels, bias=False)
            self.key = nn.Linear(scalars, 8 * channels, bias=False)
        self.inner = max(4, vectors)
        self.move = Mix(
            vectors + 2 * channels, 2 * vectors + 2 * self.inner, gain=GAIN, complex_maps=complex_maps
        )
        self.into = nn.Linear(scalars + 2 * channels + self.inner, hidden)
        self.out = nn.Linear(hidden, scalars + vectors)
        with torch.no_grad():
            self.out.weight.mul_(GAIN)

    def forward(self, features: Features, p: Tensor, squares: Tensor) -> Features:
        """p: (n, P, 4) momenta; squares: (n, P, P) of `squared_intervals`."""
        s, v = features
        weights = self.weights(s, squares)
        t, u = self.send_scalars(s), self.send_vectors(v)
        here = p[:, :, None]
        t4 = t[..., None]
        sent = torch.cat([t4, product(here, u)[..., None], t4 * here, u], -1).transpose(1, 2)
        got = (weights @ sent).transpose(1, 2)  # (n, P, R, 10)
        sum_t, sum_pu, sum_tp, sum_u = got[..., :1], got[..., 1:2], got[..., 2:6], got[..., 6:]
        contracted = (lower(here) * sum_u).sum(-1) - sum_pu[..., 0]
        many, kind = v.shape[2], self.complex_maps
        received = (FEW * (here * sum_t - sum_tp), FEW * sum_u)
        known = joined(v, *received, complex_maps=kind)
        straight, gated, left, right = split_channels(
            self.move(known), [many, many, self.inner, self.inner], complex_maps=kind
        )
        inner = contraction(left, right, complex_maps=kind)
        heard = torch.asinh(torch.cat([FEW * sum_t[..., 0], FEW * contracted, inner], -1))
        invariants = torch.cat([s, heard], -1)
        told = self.out(nn.functional.silu(self.into(invariants)))
        add, gate = told[..., : s.shape[2]], told[..., s.shape[2] :]
        return Features(s + add, v + straight + scaled(torch.tanh(gate), gated, complex_maps=kind))

    def weights(self, s: Tensor, squares: Tensor) -> Tensor:
        """(n, R, P, P), rows over the sender; exactly 0 where squares is infinite."""
        bells: Tensor = self.bells(squares)
        if not self.attention:
            return bells
        n, particles, _ = s.shape
        query = self.query(s).view(n, particles, self.channels, 8).transpose(1, 2)
        key = self.key(s).view(n, particles, self.channels, 8).transpose(1, 2)
        score = (query @ key.mT) * 8**-0.5
        absent = torch.isinf(squares)[:, None]
        top = score.masked_fill(absent, -torch.inf).amax(-1, keepdim=True).detach()
        top = torch.where(torch.isfinite(top), top, torch.zeros_like(top))
        raw = torch.exp((score - top).masked_fill(absent, 0.0)) * bells
        total = raw.sum(-1, keepdim=True)
        return raw / torch.where(total > 0, total, torch.ones_like(total))
