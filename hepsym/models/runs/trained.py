"""What can be asked of a trained run? Codes, decoded values, Jacobians and losses, in float64 on the CPU."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from hepsym.errors import InputError
from hepsym.models.hardware.threads import enough_threads
from hepsym.models.model import Model
from hepsym.models.registry import family
from hepsym.models.rows.scaling import Scaling
from hepsym.models.rows.splitting import Split, split_rows
from hepsym.models.runs.rundir import CONFIG, read_config
from hepsym.models.settings import FitSettings
from hepsym.models.training.checkpoint import read_weights
from hepsym.models.training.standing import WEIGHTS

__all__ = ["Trained", "load"]

Floats = NDArray[np.float64]

PIECE = 8192
"""Rows at a time, so that memory does not grow with their number."""


@dataclass(frozen=True, slots=True, eq=False)
class Trained:
    """The best weights of a run. Weights are converted to float64 and so is all arithmetic."""

    run: Path
    settings: FitSettings
    names: tuple[str, ...]
    """The table's D columns."""
    kept: tuple[str, ...]
    """Those that were learned, in the order of features; the others are constant."""
    digest: str
    """SHA-256 of the table that it was trained on."""
    scaling: Scaling
    model: Model

    @property
    def mean(self) -> Floats:
        """(kept,), subtracted from the kept columns, in their units."""
        return self.scaling.mean

    @property
    def scale(self) -> Floats:
        """(kept,), by which they are divided."""
        return self.scaling.scale

    @property
    def decoder_variance(self) -> float:
        """s^2 of p(x|z) in scaled units: fitted, or the beta/2 (sum) or beta D/2 (mean) that is implied."""
        return float(self.model.decoder_variance[0])

    def split(self, n: int) -> Split:
        """Row numbers (training, validation, test) of a table of n rows, as in the fit."""
        return split_rows(n, self.settings.seed, self.settings.validation, self.settings.test)

    def encode(self, values: Floats) -> tuple[Floats, Floats]:
        """Mean and log variance of q(z|x), each (n, L), of values (n, D) in original units.

        Raises InputError for values of another width or not finite.
        """
        mu, log_var = encode_members(self.model, self.scaling.apply(values))
        return mu[0], log_var[0]

    def decode_scaled(self, z: Floats) -> Floats:
        """Features (n, kept) of latents z (n, L), in scaled units."""
        z = self._checked(z)
        with evaluating(self.model):
            pieces = [self.model.decode(piece[None])[0].numpy() for piece in in_pieces(z)]
        return np.concatenate(pieces)

    def decode(self, z: Floats) -> Floats:
        """Values (n, D) of latents z (n, L) in original units; constant columns have their constant."""
        return self.scaling.undo(self.decode_scaled(z))

    def jacobian(self, z: Floats) -> Floats:
        """d feature_j / d z_i of the decoder at z (n, L): (n, kept, L), in scaled units, analytic."""
        z = self._checked(z)
        with evaluating(self.model):
            pieces = [self.model.jacobian(piece[None])[0].numpy() for piece in in_pieces(z)]
        return np.concatenate(pieces)

    def reconstruction_loss(self, values: Floats, ablate: int | None = None) -> Floats:
        """sum_j (x_j - xhat_j(mu(x)))^2 of every event, (n,), in scaled units, latents at their means.

        ablate = i puts latent i to its mean over these events. Raises InputError for an i that is no latent.
        """
        x = self.scaling.apply(values)
        mu, _ = encode_members(self.model, x)
        lost: Floats = reconstruction(self.model, x, mu, ablate)[0]
        return lost

    def _checked(self, z: Floats) -> Floats:
        z = np.ascontiguousarray(z, dtype=np.float64)
        if z.ndim != 2 or z.shape[1] != self.settings.latent:
            raise InputError(f"latents of shape {z.shape} do not fit: give (n, {self.settings.latent})")
        return z


def load(run: str | Path) -> Trained:
    """The best weights of RUN, as `fit` wrote them.

    Raises InputError: no run, damaged, of another model or version of the format, no epoch finished.
    """
    run = Path(run)
    config = read_config(run)
    try:
        settings = FitSettings.from_json(config["settings"])
        scaling = Scaling.from_json(config["scaling"])
        names, kept = tuple(map(str, config["names"])), tuple(map(str, config["kept"]))
        if len(scaling.constants) != len(names) or len(scaling.columns) != len(kept):
            raise ValueError("columns and their scaling do not agree")
        model = family(settings.model).build(config, settings)
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        RuntimeError,
        OverflowError,
    ) as error:
        why = " ".join(str(error).split())[:200]
        raise InputError(f"{run / CONFIG} is damaged ({why}); restore the file or train again") from None
    model.load_state_dict(read_weights(run / WEIGHTS, model, settings.model))
    return Trained(
        run=run,
        settings=settings,
        names=names,
        kept=kept,
        digest=config["digest"],
        scaling=scaling,
        model=frozen(model),
    )


def frozen(model: Model) -> Model:
    """The model in float64, its parameters constants."""
    return model.to(dtype=torch.float64).eval().requires_grad_(False)


@contextmanager
def evaluating(model: Model) -> Iterator[None]:
    """No gradients, and no more threads than a piece of rows can feed."""
    widest = max(p.numel() for p in model.parameters())
    with torch.no_grad(), enough_threads(PIECE * widest):
        yield


def in_pieces(rows: Floats) -> Iterator[Tensor]:
    """The rows as tensors of at most PIECE of them."""
    for first in range(0, max(len(rows), 1), PIECE):
        yield torch.from_numpy(np.ascontiguousarray(rows[first : first + PIECE]))


def encode_members(model: Model, x: Floats) -> tuple[Floats, Floats]:
    """Means and log variances (members, n, L) of features x (n, kept)."""
    means, log_vars = [], []
    with evaluating(model):
        for piece in in_pieces(x):
            mu, log_var = model.encode(piece.expand(model.members, -1, -1))
            means.append(mu.numpy())
            log_vars.append(log_var.numpy())
    return np.concatenate(means, axis=1), np.concatenate(log_vars, axis=1)


def reconstruction(model: Model, x: Floats, mu: Floats, ablate: int | None) -> Floats:
    """Squared error (members, n) of decoding the means mu (members, n, L) of features x (n, kept)."""
    if ablate is not None:
        if not 0 <= ablate < mu.shape[2]:
            raise InputError(f"ablate = {ablate} is no latent: there are {mu.shape[2]}, counted from 0")
        mu = mu.copy()
        mu[:, :, ablate] = mu[:, :, ablate].mean(axis=1, keepdims=True)
    pieces = []
    with evaluating(model):
        for first in range(0, max(len(x), 1), PIECE):
            rows = slice(first, first + PIECE)
            x_hat = model.decode(torch.from_numpy(np.ascontiguousarray(mu[:, rows]))).numpy()
            pieces.append(((x[rows] - x_hat) ** 2).sum(axis=2))
    lost: Floats = np.concatenate(pieces, axis=1)
    return lost
