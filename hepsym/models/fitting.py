"""How does a table become a run? Checked, split, scaled, trained, written down."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from hepsym.errors import InputError
from hepsym.models.hardware.device import NUMPY_DTYPES, choose_device, to_device
from hepsym.models.hardware.parallel import joined, place
from hepsym.models.model import Model
from hepsym.models.registry import family
from hepsym.models.rows.dataset import Dataset
from hepsym.models.runs.rundir import FORMAT, open_run, versions
from hepsym.models.settings import FitSettings
from hepsym.models.training import metrics
from hepsym.models.training.feed import Feed, feed
from hepsym.models.training.loop import Outcome, Progress, Training
from hepsym.models.training.online import Online, RowStream

__all__ = ["FitResult", "fit", "train_in"]


@dataclass(frozen=True, slots=True)
class FitResult:
    """What a fit came to."""

    run: Path
    best_epoch: int
    """From 0; the epoch of the smallest validation loss, whose weights are kept."""
    epochs: int
    """Finished ones."""
    losses: Mapping[str, Mapping[str, Any]]
    """"train" and "validation": loss terms of the best epoch, per event; training terms are means over the
    epoch, while the weights moved."""
    n_train: int
    n_validation: int
    n_test: int
    seconds: float
    """Of the training loop in this call, validation and saving included."""
    samples_per_second: float
    """Training rows visited a second; 0 where a finished run was resumed."""
    dropped_columns: tuple[str, ...]
    device: str


def fit(
    values: NDArray[np.float64],
    names: Sequence[str],
    settings: FitSettings,
    run: str | Path,
    *,
    source: Mapping[str, Any],
    drop_constant: bool = False,
    resume: bool = False,
    progress: Progress = None,
    stream: RowStream | None = None,
    epoch_rows: int = 0,
) -> FitResult:
    """Train the model of `settings` on a table and write RUN/ (docs/training.md says what is in it).

    values: (n, D) float64 in any units, all finite. names: of the D columns. source: JSON values that
    say where the table came from; kept in RUN/config.json. drop_constant: leave constant columns out
    and report them instead of refusing them. resume: go on with a run that was killed or interrupted,
    or start it where there is none; the weights then are bit-identical to those of an undisturbed run
    on a CPU with the same number of threads. Under torchrun each process takes its part of every batch and
    the first writes RUN (hepsym.models.hardware.parallel). progress: called with (epochs done, epochs).
    stream: train on its rows, none of them twice, epoch_rows of them an epoch; `values` are then rows kept
    aside, whose training part sets the scaling alone.

    Raises InputError (nothing is written): everything `hepsym.models.rows.dataset.prepare` refuses, an
    unknown model, a device that is not there, RUN exists without resume, resume with other settings or
    other data. Raises RunError: loss not finite, disk full; the last good checkpoint is kept.
    KeyboardInterrupt after SIGINT: the step is finished, the state is saved.
    """
    run = Path(run)
    kind, device = family(settings.model), choose_device(settings.device)
    kind.check(settings)
    _check_amp(settings, device)
    crowd = joined(device)
    if crowd.size > 1 and not kind.parallel:
        raise InputError(f"model {settings.model} trains in one process, but torchrun started {crowd.size}")
    data = kind.prepare(values, names, settings, drop_constant=drop_constant)
    config = config_of(settings, data, source)
    if stream is not None:
        if epoch_rows < settings.batch:
            raise InputError(
                f"{epoch_rows} events an epoch are fewer than a batch of {settings.batch}: give more, or a "
                "smaller --batch"
            )
        config["stream"] = {"epoch_rows": epoch_rows}
    model = kind.build(config, settings)
    model.crowd, run = crowd, place(run, crowd, resume=resume)
    open_run(run, config, resume=resume)
    rows = None
    if stream is not None:
        rows = Online(
            stream, data.scaling, settings.batch, epoch_rows // settings.batch, (settings.seed,), device,
            NUMPY_DTYPES[settings.dtype],
        )  # fmt: skip
    outcome = train_in(
        run, model, data, settings, (settings.seed,), device, resume=resume, progress=progress, rows=rows
    )
    best = outcome.best_epoch[0]
    line = metrics.read(run / "metrics.jsonl")[best]
    return FitResult(
        run=run,
        best_epoch=best,
        epochs=outcome.epochs,
        losses={split: line[split] for split in ("train", "validation")},
        n_train=data.counts[0],
        n_validation=data.counts[1],
        n_test=data.counts[2],
        seconds=outcome.seconds,
        samples_per_second=outcome.rows / outcome.seconds,
        dropped_columns=data.dropped,
        device=str(device),
    )


def train_in(
    directory: Path,
    model: Model,
    data: Dataset,
    settings: FitSettings,
    seeds: Sequence[int],
    device: torch.device,
    *,
    resume: bool,
    progress: Progress,
    rows: Feed | None = None,
) -> Outcome:
    """Move model and data to the device and train there, keeping everything in the directory.

    rows: where batches come from, if not from the training part of the data.
    """
    dtype = NUMPY_DTYPES[settings.dtype]
    validation = to_device(data.validation.astype(dtype, copy=False), device)
    model.to(device=device, dtype=validation.dtype)
    if rows is None:
        rows = feed(torch.from_numpy(data.training.astype(dtype, copy=False)), settings.batch, seeds, device)
    return Training(model, rows, validation, settings, directory).run(resume=resume, progress=progress)


def config_of(settings: FitSettings, data: Dataset, source: Mapping[str, Any]) -> dict[str, Any]:
    """RUN/config.json: all that says which run this is."""
    return {
        "format": FORMAT,
        "model": settings.model,
        "settings": settings.to_json(),
        "names": list(data.names),
        "kept": list(data.kept),
        "dropped_columns": list(data.dropped),
        "scaling": data.scaling.to_json(),
        "split": dict(zip(("train", "validation", "test"), data.counts, strict=True))
        | {"seed": settings.seed},
        "rows": sum(data.counts),
        "digest": data.digest,
        "facts": dict(data.facts),
        "source": dict(source),
        "loss": family(settings.model).loss(settings),
        "versions": versions(),
    }


def _check_amp(settings: FitSettings, device: torch.device) -> None:
    if settings.amp and device.type != "cuda":
        raise InputError(f"amp = true needs a CUDA device, but the fit runs on {device}: leave amp out")
    if settings.amp and settings.dtype == "float64":
        raise InputError("amp = true and dtype = 'float64' contradict one another: leave one out")
