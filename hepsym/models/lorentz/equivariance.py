"""Is this function equivariant? Apply it to any callable of four-momenta and read the largest deviation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hepsym.errors import InputError
from hepsym.lorentz.group import random_rotations
from hepsym.random import uniforms

__all__ = ["EquivarianceReport", "check_equivariance"]

Result = Tensor | tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class EquivarianceReport:
    """Max-norm relative deviations, each the worst of all jets and transformations."""

    boosts: dict[float, float]
    """By rapidity."""
    median_boosts: dict[float, float]
    """By rapidity: of the median jet."""
    rotations: float
    permutation: float
    padding: float
    parity: float
    bounds: dict[str, float]
    """What each was held to."""
    turns: dict[float, float] = field(default_factory=dict)
    """By angle, of rotations by the `angles` that were asked for."""

    @property
    def failures(self) -> list[str]:
        """Names of the deviations above their bounds; parity is not among them unless a bound was given."""
        found = {"rotations": self.rotations, "permutation": self.permutation, "padding": self.padding,
                 "parity": self.parity} | {f"boost {y:g}": d for y, d in self.boosts.items()}  # fmt: skip
        return [n for n, d in found.items() if not d <= self.bounds.get(n, torch.inf)]

    def __bool__(self) -> bool:
        return not self.failures

    def __str__(self) -> str:
        """One line."""
        verdict = "equivariant" if self else "NOT equivariant (" + ", ".join(self.failures) + ")"
        boosts = ", ".join(f"{d:.1e} at rapidity {y:g}" for y, d in self.boosts.items())
        return (f"{verdict}: boosts {boosts}; rotations {self.rotations:.1e}, permutation "
                f"{self.permutation:.1e}, padding {self.padding:.1e}, parity {self.parity:.1e}")  # fmt: skip


def check_equivariance(
    function: Callable[[Tensor], Result],
    momenta: Tensor,
    *,
    kinds: str | Sequence[str] = "vectors",
    rapidities: Sequence[float] = (1.0, 3.0, 5.0, 10.0),
    angles: Sequence[float] = (),
    bounds: dict[str, float] | None = None,
    per_particle: bool = False,
    repeats: int = 2,
    seed: int = 1,
) -> EquivarianceReport:
    """How far f(Lambda p) is from Lambda f(p), per jet: max |f(Lambda p) - Lambda f(p)| / max |Lambda f(p)|.

    function: momenta (n, P, 4), (E, x, y, z), to a tensor or a tuple of them; kinds: of each, "vectors"
    (n, ..., 4) or "scalars" (n, ...) (an invariant; its deviation is relative to its own largest
    component in that jet). A loss per jet is a scalar. rapidities: of boosts along random directions;
    momenta are boosted in float64 and rounded to their dtype. angles: of rotations about random axes, rad,
    beside the random rotations that there always are. per_particle: outputs have the particles'
    axis second and go with their order (a tensor of one axis is of the jet); else they must not change
    with it. Padding: four slots of zeros are added (with per_particle their rows are left out). Parity:
    (E, -x, -y, -z).

    The maximum is over jets, `repeats` transformations and outputs: errors of opposite signs do not
    cancel. bounds: by "rotations", "permutation", "padding", "parity", "boost 10" and so on; in
    float64 1e-13 for all but boosts, 1e-13 at rapidity <= 1, 1e-7 above; in float32 1e-4, 1e-3. Bounds
    are no theorem: the rounding of the momenta themselves moves invariants by eps gamma at least, gamma
    the boosted jet's E / m.

    Raises InputError: shapes, or an unknown kind.
    """
    if momenta.ndim != 3 or momenta.shape[-1] != 4 or not len(momenta):
        raise InputError(f"momenta must have shape (jets, particles, 4), not {tuple(momenta.shape)}")
    check = _Check(function, momenta, kinds, per_particle)
    double = momenta.dtype == torch.float64
    held = dict.fromkeys(("rotations", "permutation", "padding"), 1e-13 if double else 0.0001)
    held |= {f"boost {y:g}": (1e-13 if y <= 1 else 1e-7) if double else 1e-3 for y in rapidities}
    boosts = {y: torch.stack([check.moved(m) for m in _boosts(y, repeats, seed)]) for y in rapidities}
    turned = {a: torch.stack([check.moved(m) for m in _turns(a, repeats, seed)]) for a in angles}
    rotations = torch.stack([check.moved(torch.from_numpy(m)) for m in random_rotations(seed, repeats)])
    order = torch.randperm(momenta.shape[1], generator=torch.Generator().manual_seed(seed))
    padded = torch.cat([momenta, torch.zeros_like(momenta[:, :1]).expand(-1, 4, -1)], 1)
    return EquivarianceReport(
        boosts={y: float(d.max()) for y, d in boosts.items()},
        median_boosts={y: float(d.median()) for y, d in boosts.items()},
        rotations=float(rotations.max()),
        permutation=float(
            check.against(momenta[:, order], lambda r: r[:, order] if check.by_particle(r) else r).max()
        ),
        padding=float(check.against(padded, lambda r: r, rows=momenta.shape[1]).max()),
        parity=float(
            check.moved(torch.diag(torch.tensor([1.0, -1.0, -1.0, -1.0], dtype=torch.float64))).max()
        ),
        bounds=held | (bounds or {}),
        turns={a: float(d.max()) for a, d in turned.items()},
    )


def _boosts(rapidity: float, n: int, seed: int) -> list[Tensor]:
    """Pure boosts of exactly this rapidity along isotropic directions, (4, 4) each, in closed form."""
    made = []
    for axis in _axes(n, seed):
        matrix = np.eye(4)
        matrix[0, 0] = np.cosh(rapidity)
        matrix[0, 1:] = matrix[1:, 0] = np.sinh(rapidity) * axis
        matrix[1:, 1:] += 2 * np.sinh(rapidity / 2) ** 2 * np.outer(axis, axis)
        made.append(torch.from_numpy(matrix))
    return made


def _turns(angle: float, n: int, seed: int) -> list[Tensor]:
    """Rotations by exactly this angle about isotropic axes, (4, 4) each, by Rodrigues' formula."""
    made = []
    for x, y, z in _axes(n, seed):
        cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
        matrix = np.eye(4)
        matrix[1:, 1:] += np.sin(angle) * cross + 2 * np.sin(angle / 2) ** 2 * cross @ cross
        made.append(torch.from_numpy(matrix))
    return made


def _axes(n: int, seed: int) -> list[NDArray[np.float64]]:
    """Isotropic unit vectors."""
    u = uniforms(seed, 2 * n, stream=0xB0057).reshape(n, 2)
    c, turn = 2 * u[:, 0] - 1, 2 * np.pi * u[:, 1]
    side = np.sqrt((1 - c) * (1 + c))
    return list(np.stack([side * np.cos(turn), side * np.sin(turn), c], 1))


class _Check:
    def __init__(
        self, function: Callable[[Tensor], Result], momenta: Tensor, kinds: str | Sequence[str], rows: bool
    ) -> None:
        self.function, self.momenta, self.per_particle = function, momenta, rows
        self.plain = self.evaluate(momenta)
        self.kinds = [kinds] * len(self.plain) if isinstance(kinds, str) else list(kinds)
        if len(self.kinds) != len(self.plain) or not set(self.kinds) <= {"vectors", "scalars"}:
            raise InputError(
                f"kinds = {kinds!r} must name 'vectors' or 'scalars' for each of {len(self.plain)} outputs"
            )

    @torch.no_grad()
    def evaluate(self, momenta: Tensor) -> tuple[Tensor, ...]:
        found = self.function(momenta)
        outputs = (found,) if isinstance(found, Tensor) else tuple(found)
        return tuple(o.detach().double() for o in outputs)

    def moved(self, matrix: Tensor) -> Tensor:
        """(n,): the worst output of each jet under Lambda."""
        there = self.evaluate((self.momenta.double() @ matrix.T).to(self.momenta.dtype))
        wanted = [o @ matrix.T if k == "vectors" else o for o, k in zip(self.plain, self.kinds, strict=True)]
        return self._worst(there, wanted)

    def by_particle(self, output: Tensor) -> bool:
        """Whether an output goes with the order of the particles."""
        return self.per_particle and output.ndim > 1 and output.shape[1] == self.momenta.shape[1]

    def against(self, momenta: Tensor, change: Callable[[Tensor], Tensor], rows: int | None = None) -> Tensor:
        there = self.evaluate(momenta)
        if rows is not None:
            there = tuple(
                o[:, :rows] if self.by_particle(b) else o for o, b in zip(there, self.plain, strict=True)
            )
        return self._worst(there, [change(o) for o in self.plain])

    def _worst(self, there: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
        deviations = []
        for a, b in zip(there, wanted, strict=True):
            n = len(self.momenta)
            size = b.reshape(n, -1).abs().amax(1)
            off = (a - b).reshape(n, -1).abs().amax(1)
            deviations.append(torch.where(size > 0, off / torch.where(size > 0, size, 1.0), off))
        return torch.stack(deviations).amax(0)
