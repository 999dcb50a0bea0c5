"""In which frame is a Lorentz-equivariant function evaluated? In the jet's rest frame, where nothing cancels.

A map f with f(Lambda p) = Lambda f(p) may be evaluated in any frame: f(p) = L f(L^-1 p). In floating point
the frame matters: E E' - p.p' of momenta rounded to eps has error eps gamma^2 relative to its own size in
the rest frame, gamma the jet's E / m. The pure boost L^-1 to the rest frame of the sum of massless
momenta can be written without that cancellation, in light-cone variables about the axis of the sum,

    plus = |p| + p_L,  minus = p_T^2 / plus  (p_L >= 0; else the other way round),
    e^Y = sqrt(sum plus / sum minus),  m^2 = sum plus * sum minus,  plus* = plus e^-Y,  minus* = minus e^Y,

where only the direction's rounding is left: error eps gamma, once. All invariants are then computed from
momenta in the rest frame, in units of m, and are of order one. float32 momenta are brought there in float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from hepsym.errors import InputError

__all__ = ["Frame", "check_momenta", "check_width", "rest_frame"]


@dataclass(frozen=True, slots=True)
class Frame:
    """The rest frame of n jets, as seen from where they were given; float64."""

    axis: Tensor
    """(n, 3): direction of the jet's momentum; 0 for a jet at rest."""
    stretch: Tensor
    """(n,): e^Y, Y the jet's rapidity along its axis."""
    mass: Tensor
    """(n,): in the unit of the momenta. 0 for one particle, or parallel ones: they have no rest frame."""

    @property
    def momentum(self) -> Tensor:
        """(n, 4): the jet's four-momentum, m (cosh Y, axis sinh Y)."""
        energy = 0.5 * self.mass * (self.stretch + 1 / self.stretch)
        along = 0.5 * self.mass * (self.stretch - 1 / self.stretch)
        return torch.cat([energy[:, None], along[:, None] * self.axis], 1)

    def leave(self, v: Tensor) -> Tensor:
        """Four-vectors (n, ..., 4) of the rest frame, in units of m, as they are in the given frame, float64.

        Error: 4 eps of the largest component (tests/models/lorentz/test_frame.py).
        """
        lead = (-1, *[1] * (v.ndim - 2))
        v, axis = v.double(), self.axis.view(*lead, 3)
        stretch, mass = self.stretch.view(lead), self.mass.view(lead)
        along = (v[..., 1:] * axis).sum(-1)
        plus, minus = (v[..., 0] + along) * stretch, (v[..., 0] - along) / stretch
        space = v[..., 1:] + (0.5 * (plus - minus) - along)[..., None] * axis
        return torch.cat([0.5 * (plus + minus)[..., None], space], -1) * mass[..., None]

    @staticmethod
    def of_momentum(total: Tensor) -> Frame:
        """The rest frame of time-like momenta (n, 4). Error: eps gamma^2 in the mass, as nothing is
        massless."""
        total = total.double()
        length = total[:, 1:].norm(dim=1)
        plus, minus = total[:, 0] + length, total[:, 0] - length
        axis = total[:, 1:] / torch.where(length > 0, length, torch.ones_like(length))[:, None]
        return Frame(axis, *_stretch_and_mass(plus, minus))


def _stretch_and_mass(plus: Tensor, minus: Tensor) -> tuple[Tensor, Tensor]:
    there = (plus > 0) & (minus > 0)
    one = torch.ones_like(plus)
    stretch = torch.where(there, plus, one).sqrt() / torch.where(there, minus, one).sqrt()
    mass = torch.where(there, plus.clamp(min=0).sqrt() * minus.clamp(min=0).sqrt(), torch.zeros_like(plus))
    return stretch, mass


def rest_frame(momenta: Tensor) -> tuple[Tensor, Frame]:
    """Massless momenta (n, P, 4) in their jet's rest frame and in units of its mass, (n, P, 4), float64;
    the frame.

    Slots of zeros stay zeros. Energies are taken as |p|. The sum of what comes out is (1, 0, 0, 0) to
    rounding. A jet without mass stays zeros.

    Error: 8 eps gamma, gamma = E / m of the jet as given, relative to the jet's mass (tests as above).
    """
    p = momenta.double()
    space = p[..., 1:]
    total = space.sum(1)
    length = total.norm(dim=1, keepdim=True)
    axis = total / torch.where(length > 0, length, torch.ones_like(length))
    along = (space * axis[:, None]).sum(-1)
    across = space - along[..., None] * axis[:, None]
    across = (
        across - (across * axis[:, None]).sum(-1, keepdim=True) * axis[:, None]
    )  # rounding along the axis
    far = space.norm(dim=-1) + along.abs()
    near = across.square().sum(-1) / torch.where(far > 0, far, torch.ones_like(far))
    ahead = along >= 0
    plus, minus = torch.where(ahead, far, near), torch.where(ahead, near, far)
    stretch, mass = _stretch_and_mass(plus.sum(1), minus.sum(1))
    frame = Frame(axis, stretch, mass)
    plus, minus = plus / stretch[:, None], minus * stretch[:, None]
    moved = across + (0.5 * (plus - minus))[..., None] * axis[:, None]
    moved = torch.cat([(0.5 * (plus + minus))[..., None], moved], -1)
    unit = torch.where(mass > 0, 1 / torch.where(mass > 0, mass, 1.0), 0.0)
    return moved * unit[:, None, None], frame


def check_width(momenta: Tensor, slots: int) -> None:
    """Raises InputError where a jet (n, P, 4) has more particles than a model's slots; P itself may be
    larger."""
    if momenta.shape[1] > slots:
        most = int((momenta != 0).any(-1).sum(1).max())
        if most > slots:
            raise InputError(
                f"a jet has {most} particles, but this model takes at most {slots}: keep the hardest "
                f"{slots}, or make "
                f"a model with particles = {most}"
            )


def check_momenta(momenta: Tensor, slots: int) -> None:
    """Raises InputError: not (n, P, 4), more than `slots` particles, no jets, a number not finite, a jet
    of less than two particles or of parallel ones, which has no rest frame, a negative energy."""
    if momenta.ndim != 3 or momenta.shape[2] != 4:
        raise InputError(f"momenta must have shape (jets, particles, 4), not {tuple(momenta.shape)}")
    if not len(momenta):
        raise InputError("there are no jets: give at least one")
    check_width(momenta, slots)
    finite = torch.isfinite(momenta).flatten(1).all(1)
    if not finite.all():
        raise InputError(
            f"momenta of jet {int((~finite).int().argmax())} are not finite: leave such jets out"
        )
    there = (momenta != 0).any(-1)
    count = there.sum(1)
    if (count < 2).any():
        jet = int((count < 2).int().argmax())
        raise InputError(
            f"jet {jet} has {int(count[jet])} particles, but a rest frame needs at least two: leave such "
            f"jets out"
        )
    if (momenta[..., 0] < 0).any():
        jet = int((momenta[..., 0] < 0).any(1).int().argmax())
        raise InputError(f"jet {jet} has a particle of negative energy: four-momenta are (E, x, y, z)")
    mass = rest_frame(momenta)[1].mass
    if (mass <= 0).any():
        raise InputError(
            f"jet {int((mass <= 0).int().argmax())} has mass 0, for its particles are parallel: leave such "
            f"jets out"
        )
