"""How does the answer move with beta and seed? One ensemble of all pairs, trained at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.models.fitting import config_of, train_in
from hepsym.models.hardware.device import choose_device
from hepsym.models.model import Model
from hepsym.models.registry import family
from hepsym.models.rows.scaling import Scaling
from hepsym.models.runs.rundir import open_run, read_config
from hepsym.models.runs.trained import PIECE, encode_members, evaluating, frozen, reconstruction
from hepsym.models.settings import FitSettings
from hepsym.models.training.checkpoint import read_weights
from hepsym.models.training.loop import Progress
from hepsym.models.training.standing import WEIGHTS

__all__ = ["Sweep", "load_sweep", "sweep"]

Floats = NDArray[np.float64]

DIRECTORY = "sweep"


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """A trained ensemble; results have leading axes (betas, seeds). All arithmetic is in float64."""

    run: Path
    settings: FitSettings
    """Those of every member, but for beta and seed."""
    betas: tuple[float, ...]
    seeds: tuple[int, ...]
    names: tuple[str, ...]
    kept: tuple[str, ...]
    digest: str
    """SHA-256 of the table that it was trained on."""
    scaling: Scaling
    model: Model

    def encode(self, values: Floats) -> tuple[Floats, Floats]:
        """Mean and log variance of q(z|x), each (betas, seeds, n, L), of values (n, D) in original units."""
        mu, log_var = encode_members(self.model, self.scaling.apply(values))
        return self._by_pair(mu), self._by_pair(log_var)

    def jacobian_spectrum(self, values: Floats) -> Floats:
        """Singular values of each member's decoder Jacobian (kept, L) at its codes mu(x) of values (n, D).

        (betas, seeds, n, min(kept, L)), in decreasing order, in scaled units.
        """
        mu, _ = encode_members(self.model, self.scaling.apply(values))
        pieces = []
        with evaluating(self.model):
            for first in range(0, max(mu.shape[1], 1), PIECE // 16):
                z = torch.from_numpy(np.ascontiguousarray(mu[:, first : first + PIECE // 16]))
                pieces.append(torch.linalg.svdvals(self.model.jacobian(z)).numpy())
        return self._by_pair(np.concatenate(pieces, axis=1))

    def reconstruction_loss(self, values: Floats, ablate: int | None = None) -> Floats:
        """sum_j (x_j - xhat_j(mu(x)))^2, (betas, seeds, n), in scaled units; ablate as in Trained."""
        x = self.scaling.apply(values)
        mu, _ = encode_members(self.model, x)
        return self._by_pair(reconstruction(self.model, x, mu, ablate))

    @property
    def decoder_variance(self) -> Floats:
        """s^2 of each member, (betas, seeds), in scaled units."""
        return self._by_pair(self.model.decoder_variance.numpy().astype(np.float64))

    def _by_pair(self, array: Floats) -> Floats:
        return array.reshape(len(self.betas), len(self.seeds), *array.shape[1:])


def sweep(
    values: NDArray[np.float64],
    names: Sequence[str],
    settings: FitSettings,
    run: str | Path,
    *,
    betas: Sequence[float],
    seeds: int | Sequence[int],
    drop_constant: bool = False,
    progress: Progress = None,
) -> Sweep:
    """Train a model for every beta and seed at once, in RUN/sweep; go on with it or load it where it exists.

    betas replace settings.beta; seeds replace settings.seed in the initial weights, the order of the
    rows and the noise (a number means settings.seed, settings.seed + 1, ...), while the split stays that
    of settings.seed. Member (beta, seed) is what `fit` with them would train, but for rounding; early
    stopping waits for the slowest member and each member keeps its own best epoch.

    Raises InputError: as `fit`; betas empty, negative or repeated; seeds empty or repeated; RUN/sweep is
    an ensemble of other settings, data, betas or seeds. Raises RunError and KeyboardInterrupt as `fit`.
    """
    run = Path(run)
    betas, seeds = _checked_betas(betas), _checked_seeds(seeds, settings.seed)
    kind, device = family(settings.model), choose_device(settings.device)
    kind.check(settings)
    kind.need_ensembles(run)
    data = kind.prepare(values, names, settings, drop_constant=drop_constant)
    config = config_of(settings, data, {}) | {"betas": list(betas), "seeds": list(seeds)}
    open_run(run / DIRECTORY, config, resume=True)
    model = kind.build(config, settings, betas=betas, seeds=seeds)
    train_in(run / DIRECTORY, model, data, settings, seeds, device, resume=True, progress=progress)
    return load_sweep(run)


def load_sweep(run: str | Path) -> Sweep:
    """The ensemble in RUN/sweep. Raises InputError: none there, damaged, no epoch finished."""
    directory = Path(run) / DIRECTORY
    if not directory.is_dir():
        raise InputError(f"{run} has no sweep over beta and seeds yet; `hepsym analyze {run}` makes one")
    config = read_config(directory)
    settings = FitSettings.from_json(config["settings"])
    betas, seeds = tuple(config["betas"]), tuple(config["seeds"])
    model = family(settings.model).build(config, settings, betas=betas, seeds=seeds)
    model.load_state_dict(read_weights(directory / WEIGHTS, model, settings.model))
    return Sweep(
        run=directory,
        settings=settings,
        betas=betas,
        seeds=seeds,
        names=tuple(config["names"]),
        kept=tuple(config["kept"]),
        digest=config["digest"],
        scaling=Scaling.from_json(config["scaling"]),
        model=frozen(model),
    )


def _checked_betas(betas: Sequence[float]) -> tuple[float, ...]:
    chosen = tuple(float(b) for b in betas)
    if not chosen or len(set(chosen)) < len(chosen) or not all(np.isfinite(b) and b >= 0 for b in chosen):
        told = ", ".join(f"{b:g}" for b in chosen) or "none"
        raise InputError(f"betas = {told}: give finite numbers of at least 0, each once")
    return chosen


def _checked_seeds(seeds: int | Sequence[int], first: int) -> tuple[int, ...]:
    chosen = tuple(range(first, first + seeds)) if isinstance(seeds, int) else tuple(int(s) for s in seeds)
    if not chosen or len(set(chosen)) < len(chosen) or min(chosen) < 0:
        raise InputError(f"seeds = {seeds}: give at least one, none negative, each once")
    return chosen
