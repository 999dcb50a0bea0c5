"""How do many particles become a few latent vectors, whatever their order? Aggregations, each equivariant.

All take features of P slots, a mask, and an invariant key per particle (p_i.P_jet), and give K vectors.
In the rest frame of the jet the key is the energy.

- min-max: of each channel the particle whose p_i.v_i is least and the one whose is greatest (the paper's);
- mean: over particles (the paper's);
- mix: one learned linear map over all slots in the order given (the paper's; not invariant to permutations);
- ordered: mix over slots in falling order of the key. Particles whose keys agree to 1e-6 share their slots
  evenly: in a jet of two particles the keys always agree, as no invariant tells the two apart. Exactly
  invariant; the result jumps where two keys differ by 1e-6 of themselves, and nowhere at rounding's mercy;
- soft: mix over soft ranks r_i = sum_j sigmoid(log(k_j / k_i) / tau), each particle shared linearly
  between the two slots next to its rank. Exactly invariant, and continuous: its price is that near-equal
  keys are averaged;
- attention: K learned softmax weights over particles. Exactly invariant and continuous.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from hepsym.errors import InputError
from hepsym.models.lorentz.message import Features
from hepsym.models.lorentz.mixing import Mix
from hepsym.models.lorentz.products import product

__all__ = ["AGGREGATIONS", "Pooling", "in_order", "ordered_slots", "soft_slots"]

AGGREGATIONS = ("ordered", "soft", "attention", "min-max", "mean", "mix")
SOFTNESS = 0.01
"""tau: of the logarithms of keys."""
TIE = 1e-6
"""Relative difference of keys up to which two particles share their slots: above the keys' rounding, at
any boost up to rapidity 10 and in float32, and met by one jet of thirty particles in some thousand."""


def in_order(key: Tensor, mask: Tensor) -> Tensor:
    """Indices (n, P) of the particles by falling key, empty slots last."""
    return key.masked_fill(~mask, -torch.inf).argsort(dim=1, descending=True, stable=True)


def ordered_slots(key: Tensor, mask: Tensor, slots: int) -> Tensor:
    """(n, slots, P): what part of particle i goes to slot s, by falling key; 0 or 1 but among equals.

    m equals (TIE says how equal) share m slots, 1 / m each. Invariant under permutations without
    exception, as no sort that falls back on the order given can be.
    """
    ahead, others = _log_ratios(key), _others(mask)
    first = ((ahead > TIE) & others).sum(2)[:, None, :]
    equals = ((ahead.abs() <= TIE) & others).sum(2)[:, None, :] + 1
    slot = torch.arange(slots, device=key.device)[:, None]
    inside = (slot >= first) & (slot < first + equals) & mask[:, None, :]
    return inside / equals.to(key.dtype)


def soft_slots(key: Tensor, mask: Tensor, slots: int) -> Tensor:
    """(n, slots, P): what part of particle i goes to slot s, max(0, 1 - |r_i - s|), r_i its soft rank from 0.

    Parts of a particle sum to 1 while r_i <= slots - 1; empty slots have no part.
    """
    ahead = torch.sigmoid(_log_ratios(key) / SOFTNESS)
    rank = ahead.masked_fill(~_others(mask), 0.0).sum(2)
    slot = torch.arange(slots, dtype=key.dtype, device=key.device)
    part: Tensor = (1 - (rank[:, None, :] - slot[:, None]).abs()).clamp(min=0)
    return part * mask[:, None, :]


def _log_ratios(key: Tensor) -> Tensor:
    """log k_j / k_i, (n, i, j)."""
    log_key = torch.log(key.clamp(min=torch.finfo(key.dtype).tiny))
    return log_key[:, None, :] - log_key[:, :, None]


def _others(mask: Tensor) -> Tensor:
    """(n, i, j): whether j is a particle other than i."""
    return mask[:, None, :] & ~torch.eye(mask.shape[1], dtype=torch.bool, device=mask.device)


class Pooling(nn.Module):
    """Features (S, V) of P particles become K latent vectors (n, K, 4) and L latent scalars (n, L).

    Channel 0 of the vectors is to be the particle's momentum. `slots` is the model's P; fewer may be
    given, or more of which only so many are filled.
    """

    def __init__(
        self,
        aggregation: str,
        slots: int,
        scalars: int,
        vectors: int,
        latent_vectors: int,
        latent_scalars: int,
    ) -> None:
        super().__init__()
        if aggregation not in AGGREGATIONS:
            raise InputError(f"aggregation = {aggregation!r} is not one of {', '.join(AGGREGATIONS)}")
        self.aggregation, self.slots = aggregation, slots
        self.by_slot = aggregation in ("ordered", "soft", "mix")
        self.latent_scalars = latent_scalars
        if self.by_slot:
            self.weight = nn.Parameter(torch.randn(latent_vectors, slots, vectors) / (slots * vectors) ** 0.5)
            self.gates = nn.Linear(scalars, latent_vectors)
            self.share = nn.Parameter(torch.randn(latent_scalars, slots, scalars) / (slots * scalars) ** 0.5)
        elif aggregation == "attention":
            self.gates = nn.Linear(scalars, latent_vectors, bias=False)  # a softmax forgets a bias
            self.channels = nn.Parameter(torch.randn(latent_vectors, vectors) / vectors**0.5)
            self.score = nn.Linear(scalars, latent_scalars, bias=False)
            self.value = nn.Linear(scalars, latent_scalars)
        else:
            many = 2 if aggregation == "min-max" else 1
            self.mix = Mix(many * vectors, latent_vectors)
            self.share_all = nn.Linear(many * scalars, latent_scalars)

    def forward(self, features: Features, mask: Tensor, key: Tensor) -> tuple[Tensor, Tensor]:
        """mask (n, P): which slots hold a particle; key (n, P) > 0."""
        if self.by_slot:
            return self._by_slot(features, mask, key)
        if self.aggregation == "attention":
            return self._attend(features, mask)
        if self.aggregation == "mean":
            weight = mask / mask.sum(1, keepdim=True)
            scalars = (weight[..., None] * features.scalars).sum(1)
            return self.mix((weight[..., None, None] * features.vectors).sum(1)), self.share_all(scalars)
        return self._extremes(features, mask)

    def _by_slot(self, features: Features, mask: Tensor, key: Tensor) -> tuple[Tensor, Tensor]:
        s, v = features.scalars, features.vectors
        gate = self.gates(s) * mask[..., None]
        sent = mask[..., None] * s
        if self.aggregation == "mix":
            v = (v * mask[..., None, None])[:, : self.slots]
            gate, sent = gate[:, : self.slots], sent[:, : self.slots]
        else:
            parts = (soft_slots if self.aggregation == "soft" else ordered_slots)(key, mask, self.slots)
            v = (parts @ (v * mask[..., None, None]).flatten(2)).view(len(v), self.slots, *v.shape[2:])
            gate, sent = parts @ gate, parts @ sent
        many = v.shape[1]
        straight = torch.einsum("ksc,nscx->nkx", self.weight[:, :many], v)
        gated = gate.mT @ v[:, :, 0]
        return straight + gated, torch.einsum("lsc,nsc->nl", self.share[:, :many], sent)

    def _attend(self, features: Features, mask: Tensor) -> tuple[Tensor, Tensor]:
        s, v = features
        weight = self._softmax(self.gates(s), mask)  # (n, P, K)
        pooled = torch.einsum("npk,npcx->nkcx", weight, v)
        scalars = (self._softmax(self.score(s), mask) * self.value(s)).sum(1)
        return (self.channels[..., None] * pooled).sum(2), scalars

    @staticmethod
    def _softmax(score: Tensor, mask: Tensor) -> Tensor:
        return torch.softmax(score.masked_fill(~mask[..., None], -torch.inf), 1)

    def _extremes(self, features: Features, mask: Tensor) -> tuple[Tensor, Tensor]:
        s, v = features
        total = (v[:, :, 0] * mask[..., None]).sum(1)
        size = product(v, total[:, None, None])
        absent = ~mask[..., None]
        least = size.masked_fill(absent, torch.inf).argmin(1)
        most = size.masked_fill(absent, -torch.inf).argmax(1)
        vectors = [v.gather(1, i[:, None, :, None].expand(-1, 1, -1, 4))[:, 0] for i in (least, most)]
        scalars = [s.masked_fill(absent, torch.inf).amin(1), s.masked_fill(absent, -torch.inf).amax(1)]
        return self.mix(torch.cat(vectors, 1)), self.share_all(torch.cat(scalars, 1))
