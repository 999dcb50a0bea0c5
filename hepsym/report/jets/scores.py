"""What may tell a strange jet from a known one? Errors of its reconstruction, and how usual its latents are.

Every model is offered the same scores. Larger is stranger. A Mahalanobis distance is from the mean of
training jets in units of their covariance. An error is small for a jet's mass where it is below what training
jets of that m / p_T have: a W is heavy, and of few prongs with little between them.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hepsym.analysis.jets import jet_quantities, relative_to
from hepsym.models.jets import (
    LGAE,
    HardestParticles,
    JetAutoencoder,
    LGATrAutoencoder,
    LinearAutoencoder,
    jet_loss,
)
from hepsym.models.jets.relative import AXIS_NUMBERS
from hepsym.models.lorentz import gram, product, rest_frame
from hepsym.report.jets.contenders import PIECE

__all__ = ["Seen", "Usual", "lab_errors", "rest_frame_error", "scores", "seen"]

Floats = NDArray[np.float64]

WIDE = 0.1
"""Angles of `lab_errors` are in this unit."""
TINY = 1e-9
"""Added to errors before their logarithm is taken: some are exactly 0."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a model makes of n jets."""

    invariants: Floats
    """(n, F): see `seen`."""
    errors: dict[str, Floats]
    """(n,) each: Chamfer and squared error, in the rest frame and in the lab."""
    weight: Floats
    """(n,): mass over p_T."""


def rest_frame_error(found: Floats, true: Tensor, loss: str) -> Floats:
    """A loss of the reconstructed jets in the true jets' rest frames, (n,)."""
    x, frame = rest_frame(true)
    # The pure boost to the true jet's rest frame is the one from it with the axis turned round.
    back = type(frame)(-frame.axis, frame.stretch, torch.ones_like(frame.mass))
    moved = back.leave(torch.from_numpy(found)) / frame.mass[:, None, None]
    error: Floats = jet_loss(loss, moved, x, (true != 0).any(-1)).numpy()
    return error


def lab_errors(found: Floats, true: Floats) -> tuple[Floats, Floats]:
    """Chamfer and squared error of flows (z, z d-eta / 0.1, z d-phi / 0.1), z = p_T / p_T_jet, (n,) each.

    Relative to the true jet's axis; the squared error is that of slots by falling p_T. No invariants: the
    beam axis is a part of the question.
    """
    flows = []
    for momenta in (found, true):
        seen_as = relative_to(momenta, true)
        z = seen_as[..., 2:]
        flow = np.concatenate([z, z * seen_as[..., :2] / WIDE], -1)
        order = np.argsort(-z[..., 0], axis=1, kind="stable")
        flows.append(np.take_along_axis(flow, order[..., None], 1))
    a, b = flows
    d = ((a[:, :, None] - b[:, None]) ** 2).sum(-1)
    slots = min(a.shape[1], b.shape[1])
    squared = ((a[:, :slots] - b[:, :slots]) ** 2).sum((1, 2))
    return d.min(1).sum(1) + d.min(2).sum(1), squared


@torch.no_grad()
def seen(model: JetAutoencoder, jets: Tensor) -> Seen:
    """Errors of reconstruction, and what a model's latents say of a jet that does not move with it.

    LGAE and LGATr: log m, scalars, energies at rest and products of vectors, in units of m. Linear maps and
    the hardest particles: log m and the products of their vectors. Others: latents, without the axis.
    """
    known, found = [], []
    for piece in torch.split(jets, PIECE):
        one, other = _both(model, piece)
        known.append(one)
        found.append(other.double().numpy())
    errors: dict[str, list[Floats]] = {}
    for reconstructed, true in zip(found, torch.split(jets, PIECE), strict=True):
        told = {loss: rest_frame_error(reconstructed, true, loss) for loss in ("chamfer", "mse")}
        told |= dict(zip(("lab chamfer", "lab mse"), lab_errors(reconstructed, true.numpy()), strict=True))
        for name, values in told.items():
            errors.setdefault(name, []).append(values)
    mass, pt = jet_quantities(jets.numpy())
    joined = {name: np.concatenate(values) for name, values in errors.items()}
    return Seen(torch.cat(known).numpy(), joined, mass / pt)


def _both(model: JetAutoencoder, jets: Tensor) -> tuple[Tensor, Tensor]:
    """Invariants (n, F) and reconstruction (n, slots, 4) of one piece, in one go."""
    if isinstance(model, (LGAE, LGATrAutoencoder)):
        latent = model.latent(jets)
        v = latent.vectors.double()
        known = [latent.frame.mass.log()[:, None], latent.scalars.double(), v[..., 0], _products(v)]
        return torch.cat(known, 1), model.reconstruct(latent)
    z = model.encode(jets)
    if isinstance(model, (LinearAutoencoder, HardestParticles)):
        v = model.vectors(z)
        mass = rest_frame(jets)[1].mass[:, None]
        along = product(v, jets.sum(1)[:, None]) / mass**2
        return torch.cat([mass.log(), along, _products(v / mass[..., None])], 1), model.decode(z)
    return z[:, AXIS_NUMBERS:].double(), model.decode(z)


def _products(v: Tensor) -> Tensor:
    """asinh of all products of vectors (n, K, 4), (n, K (K + 1) / 2)."""
    pairs = torch.triu_indices(v.shape[1], v.shape[1])
    return torch.asinh(gram(v)[:, pairs[0], pairs[1]])


FAMILIES = {
    "latents": (),
    "errors": ("chamfer", "mse"),
    "errors in the lab": ("lab chamfer", "lab mse"),
    "errors in the lab and mass": ("lab chamfer", "lab mse", "weight"),
}
"""What Mahalanobis distances are of: invariants, or logarithms of these."""


NAMES = {
    "chamfer": "chamfer, rest frame", "mse": "squared error, rest frame",
    "lab chamfer": "chamfer, lab", "lab mse": "squared error, lab",
}  # fmt: skip
"""Errors in words."""
LIGHT = 2.0
"""Widths below the mean log(m / p_T) of training jets, where `heaviness` begins."""


@dataclass(frozen=True, slots=True)
class Usual:
    """Mean and inverse covariance of training jets, directions of no width left out."""

    mean: Floats
    inverse: Floats

    @classmethod
    def of(cls, features: Floats) -> Self:
        """Of features (n, F)."""
        inverse = np.linalg.pinv(np.cov(features, rowvar=False), rcond=1e-8, hermitian=True)
        return cls(features.mean(0), np.asarray(inverse, dtype=np.float64))

    def distance(self, features: Floats) -> Floats:
        """Squared Mahalanobis distances, (n,)."""
        away = features - self.mean
        found: Floats = np.einsum("nf,fg,ng->n", away, self.inverse, away)
        return found


def features(jets: Seen, of: str) -> Floats:
    """(n, F) of one of FAMILIES."""
    if not FAMILIES[of]:
        return jets.invariants
    known = jets.errors | {"weight": jets.weight}
    return np.log(np.column_stack([known[name] for name in FAMILIES[of]]) + TINY)


def scores(jets: Seen, training: Seen) -> dict[str, Floats]:
    """All that every model is offered, (n,) each, larger is stranger."""
    errors = jets.errors
    found = {words: errors[error] for error, words in NAMES.items()}
    found["chamfer, over p_T"] = errors["chamfer"] ** 0.5 * jets.weight
    found["squared error, over p_T"] = errors["mse"] ** 0.5 * jets.weight
    for of in FAMILIES:
        found[f"{of}, Mahalanobis"] = Usual.of(features(training, of)).distance(features(jets, of))
    for error, words in NAMES.items():
        missing = small_for_mass(jets, training, error)
        found[f"{words}, small for its mass"] = missing
        found[f"{words}, heavy and small for its mass"] = heaviness(jets, training) * missing.clip(0)
    return found


def small_for_mass(jets: Seen, training: Seen, error: str) -> Floats:
    """q(log m / p_T) - log(error), (n,), q the parabola that fits training jets' log(error) best."""
    known, wanted = np.log(training.weight), np.log(training.errors[error] + TINY)
    parabola = np.polyfit(known, wanted, 2)
    found = np.polyval(parabola, np.log(jets.weight)) - np.log(jets.errors[error] + TINY)
    return np.asarray(found, dtype=np.float64)


def heaviness(jets: Seen, training: Seen) -> Floats:
    """How far log(m / p_T) is above LIGHT in units of the training jets' width, at least 0, (n,)."""
    known = np.log(training.weight)
    found: Floats = ((np.log(jets.weight) - known.mean()) / known.std() + LIGHT).clip(0)
    return found
