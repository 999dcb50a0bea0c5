"""What do the two halves of the Lorentz group autoencoder compute? Both in the rest frame, in units of
the mass."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from hepsym.errors import InputError
from hepsym.models.jets.losses import IN_LAB, LOSSES
from hepsym.models.lorentz import (
    AGGREGATIONS,
    Features,
    LorentzMessages,
    Mix,
    Pooling,
    gram,
    squared_intervals,
)

__all__ = ["UNIT", "Decoder", "Encoder", "LGAEOptions", "massless", "timelike"]

UNIT = 10.0
"""Momenta are multiplied by it: thirty particles share an energy of 1."""
SOFT = 0.01
"""Of `timelike`: below it, in momenta so multiplied, an energy's excess over the momentum is smoothed."""
UNSURE = 0.1
"""Of `timelike`: a momentum below about this share of the excess of energy is not made longer in full."""
FAINT = 1e-5
"""Decoded particles of less energy than this share of the jet's mass are none: of a jet of two particles,
whose latent vectors all lie along its momentum, no direction is known, and noise must not become one."""


@dataclass(frozen=True, slots=True)
class LGAEOptions:
    """What shapes a Lorentz group autoencoder. Raises InputError for a value that cannot be."""

    particles: int = 30
    """Slots of a jet."""
    latent_vectors: int = 8
    """K, the jet's momentum among them."""
    latent_scalars: int = 4
    """L."""
    aggregation: str = "ordered"
    loss: str = "chamfer"
    """Chosen on validation jets (docs/lgae.md)."""
    layers: int = 2
    """Rounds of messages in each half."""
    scalars: int = 16
    vectors: int = 4
    """Channels of a particle."""
    channels: int = 4
    """Bells: channels of messages."""
    hidden: int = 64
    attention: bool = False
    complex_maps: bool = False
    variational: bool = False
    beta: float = 1e-3
    """Weight of the KL term where variational."""
    least_speed: float = 0.3
    """Of decoded particles in the jet's rest frame; 1 makes them massless. See `timelike`."""
    mass_unit: float = 100.0
    """log(m / mass_unit) is an input of both halves, as nature is not scale invariant; 0 leaves it out."""
    compiled: str = "no"
    """The loss in training by torch.compile: no, yes, or graphs (CUDA graphs)."""

    def __post_init__(self) -> None:
        least = {"particles": 2, "latent_vectors": 2, "latent_scalars": 1, "layers": 1, "scalars": 1,
                 "vectors": 1, "channels": 1, "hidden": 2}  # fmt: skip
        for name, bound in least.items():
            if getattr(self, name) < bound:
                raise InputError(f"{name} = {getattr(self, name)} must be at least {bound}")
        if self.beta < 0 or self.mass_unit < 0:
            raise InputError(f"beta = {self.beta:g} and mass_unit = {self.mass_unit:g} must not be negative")
        if not 0 <= self.least_speed <= 1:
            raise InputError(f"least_speed = {self.least_speed:g} must be from 0 to 1, the speed of light")
        for what, known in (("loss", (*LOSSES, IN_LAB)), ("aggregation", AGGREGATIONS)):
            if getattr(self, what) not in known:
                raise InputError(f"{what} = {getattr(self, what)!r} is not one of {', '.join(known)}")
        if self.compiled != "no" and self.loss == "hungarian":
            raise InputError(
                "compiled and loss = 'hungarian' do not go together, as scipy assigns: leave one out"
            )
        if self.compiled != "no" and self.variational:
            raise InputError(
                "compiled and variational do not go together, as draws are not compiled: leave one out"
            )
        if self.complex_maps and (self.vectors % 2 or self.channels % 2):
            raise InputError(
                f"complex maps need even vectors and channels, not {self.vectors} and {self.channels}"
            )


def rounds(o: LGAEOptions) -> nn.ModuleList:
    """The rounds of messages of one half."""
    return nn.ModuleList(
        LorentzMessages(o.scalars, o.vectors, channels=o.channels, hidden=o.hidden // 2,
                        attention=o.attention, complex_maps=o.complex_maps)
        for _ in range(o.layers)
    )  # fmt: skip


def _mass_feature(mass: Tensor, like: Tensor, unit: float) -> Tensor:
    """log(m / unit), (n, 1); no column without a unit."""
    return like.new_zeros(len(mass), 0) if not unit else (mass / unit).log().to(like.dtype)[:, None]


def _jet(like: Tensor) -> Tensor:
    """(n, 1, 4): the jet's momentum in its rest frame, in units of the mass."""
    unit = like.new_zeros(4)
    unit[0] = 1.0
    return unit.expand(len(like), 1, 4)


class Encoder(nn.Module):
    """Momenta (n, P, 4) and masses (n,) to latent vectors (n, K, 4), latent scalars (n, L), and log
    variances."""

    def __init__(self, options: LGAEOptions) -> None:
        super().__init__()
        o = options
        self.mass_unit = o.mass_unit
        self.scalars = nn.Linear(2 + (o.mass_unit > 0), o.scalars)
        self.vectors = Mix(2, o.vectors)
        self.layers = rounds(o)
        many, few = o.latent_vectors - 1, o.latent_scalars
        spreads = 2 * many + few if o.variational else 0
        self.variational, self.few = o.variational, few
        self.pooling = Pooling(o.aggregation, o.particles, o.scalars, o.vectors + 1, many, few + spreads)

    def forward(self, x: Tensor, mass: Tensor) -> tuple[Tensor, Tensor, Tensor | None]:
        """x: momenta in the rest frame in units of the mass; zeros are empty slots."""
        mask = (x != 0).any(-1)
        key = x[..., 0]
        p = UNIT * x
        squares = squared_intervals(p, mask)
        energy = torch.where(mask, p[..., :1].squeeze(-1), torch.ones_like(key))
        jet = _mass_feature(mass, x, self.mass_unit)[:, None].expand(-1, x.shape[1], -1)
        s = self.scalars(torch.cat([energy[..., None], energy.log()[..., None], jet], -1))
        v = self.vectors(torch.stack([p, _jet(x).expand_as(p)], 2))
        features = Features(s, v)
        for layer in self.layers:
            features = layer(features, p, squares)
        with_input = torch.cat([p[:, :, None], features.vectors], 2)
        vectors, scalars = self.pooling(Features(features.scalars, with_input), mask, key)
        if not self.variational:
            return vectors, scalars, None
        return vectors, scalars[:, : self.few], scalars[:, self.few :].clamp(-20, 10)


class Decoder(nn.Module):
    """Latent vectors (n, K, 4), scalars (n, L) and masses (n,) to time-like momenta (n, slots, 4)."""

    def __init__(self, options: LGAEOptions) -> None:
        super().__init__()
        o = options
        self.mass_unit, self.particles, self.least_speed = o.mass_unit, o.particles, o.least_speed
        many, few = o.latent_vectors, o.latent_scalars
        self.pairs = torch.triu_indices(many, many)
        known = few + self.pairs.shape[1] - 1 + (o.mass_unit > 0)
        self.first = nn.Linear(known, o.hidden)
        self.second = nn.Linear(o.hidden, o.hidden)
        self.gates = nn.Linear(o.hidden, o.particles * many)
        self.scalars = nn.Linear(o.hidden, o.particles * o.scalars)
        self.straight = nn.Parameter(torch.randn(o.particles, o.vectors, many) / many**0.5)
        self.layers = rounds(o)
        self.correct = nn.Linear(o.scalars, o.vectors)
        with torch.no_grad():
            for small in (self.gates, self.correct):
                small.weight.mul_(0.1)
                small.bias.zero_()

    def forward(self, vectors: Tensor, scalars: Tensor, mass: Tensor) -> Tensor:
        """Their sum over slots is the jet's momentum exactly (see `balanced`)."""
        z = torch.cat([_jet(vectors), vectors], 1)
        products = gram(z)[:, self.pairs[0], self.pairs[1]][:, 1:]  # without P.P = 1
        invariants = torch.cat(
            [scalars, torch.asinh(products), _mass_feature(mass, scalars, self.mass_unit)], 1
        )
        h = nn.functional.silu(self.first(invariants))
        h = h + nn.functional.silu(self.second(h))
        s = self.scalars(h).view(len(z), self.particles, -1)
        v = torch.einsum("scl,nlx->nscx", self.straight, z)
        gated = self.gates(h).view(len(z), self.particles, -1) @ z
        v = torch.cat([v[:, :, :1] + gated[:, :, None], v[:, :, 1:]], 2)
        p = massless(v[:, :, 0])
        squares = squared_intervals(p, torch.ones_like(p[..., 0], dtype=torch.bool))
        features = Features(s, v)
        for layer in self.layers:
            features = layer(features, p, squares)
        correction = (self.correct(features.scalars)[..., None] * (features.vectors - v)).sum(2)
        return balanced(timelike(v[:, :, 0] + correction, self.least_speed))


def massless(v: Tensor) -> Tensor:
    """(|v|, x, y, z): the energy of the rest frame is replaced. Exactly 0, its gradient too, below FAINT."""
    square = v[..., 1:].square().sum(-1, keepdim=True)
    there = square > (FAINT * UNIT) ** 2
    length = torch.where(there, square, torch.ones_like(square)).sqrt() * there
    return torch.cat([length, v[..., 1:] * there], -1)


def timelike(v: Tensor, least_speed: float) -> Tensor:
    """Momenta of energy E = |v| + g, longer than v along v, g > 0 the smoothed excess of v_0 over |v|.

        g = (t + (t^2 + SOFT^2)^(1/2)) / 2,  t = v_0 - |v|,  c = UNSURE (1 - s),  s the least speed
        p = v (1 + s g / (v^2 + c^2 g^2)^(1/2)), which is |p| = |v| + s g for |v| >> c g

    What a decoder knows of a particle's direction alone is an average: shorter than its energy, and so of a
    mass. Made massless by E = |v| it would lose the energy that is known, and with it the particle's p_T in
    any frame; kept as it is it points along the jet. s is between the two (docs/lgae.md). A direction has
    v's rounding over |v|, which g would multiply by g / |v|; so with c it is multiplied by 1 + s / c at
    most, and the speed falls below s where |v| < c g, where nothing is known of it. Below FAINT it is 0.
    """
    square = v[..., 1:].square().sum(-1, keepdim=True)
    there = square > (FAINT * UNIT) ** 2
    safe = torch.where(there, square, torch.ones_like(square))
    length = safe.sqrt() * there
    excess = v[..., :1] - length
    excess = 0.5 * (excess + (excess.square() + SOFT**2).sqrt())
    known = (safe + (UNSURE * (1 - least_speed) * excess).square()).sqrt()
    longer = (1 + least_speed * excess / known) * there
    return torch.cat([length + excess, longer * v[..., 1:]], -1)


def balanced(p: Tensor) -> Tensor:
    """Momenta (n, S, 4) boosted to the rest frame of their own sum and divided by its mass.

    What comes out sums to (1, 0, 0, 0), the jet's momentum in its rest frame and unit, masses scaled: the
    one boost and scaling that mend a sum without favouring a direction. Error: 8 eps for sums near rest.
    Momenta whose sum has no mass stay as they are.
    """
    total = p.sum(1, keepdim=True)
    energy, space = total[..., :1], total[..., 1:]
    square = energy * energy - space.square().sum(-1, keepdim=True)
    heavy = square > 1e-6 * energy * energy
    mass = torch.where(heavy, square, torch.ones_like(square)).sqrt()
    moved = (energy * p[..., :1] - (space * p[..., 1:]).sum(-1, keepdim=True)) / mass
    shift = (p[..., :1] + moved) / (energy + mass)
    new = torch.cat([moved, p[..., 1:] - shift * space], -1) / mass
    return torch.where(heavy, new, p)
