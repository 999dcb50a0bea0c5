"""`hepsym fit`: train a model on event files or tables."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hepsym.cli._errors import reported
from hepsym.cli._names import split_names
from hepsym.cli._output import print_json, progress_bar

if TYPE_CHECKING:
    from hepsym.models import FitResult, FitSettings

app = typer.Typer()

EQUAL = 0.99
"""Effective over actual number of events above which a sample counts as unweighted."""

MANY = 64
"""More features than this are counted, not listed."""


@app.command()
def fit(
    out: Annotated[Path, typer.Option("--out", "-o", metavar="RUN", help="Directory of the run; made new.")],
    files: Annotated[
        list[Path] | None, typer.Argument(help="Event files or tables (.csv .npy .npz .parquet).")
    ] = None,
    online: Annotated[
        str | None,
        typer.Option(metavar="PROCESS", help="No file: events of this card or process, none seen twice."),
    ] = None,
    card_settings: Annotated[
        list[str] | None, typer.Option("--card-set", help="With --online: card key to change, key=value.")
    ] = None,
    epoch_events: Annotated[
        int | None, typer.Option(help="With --online: events an epoch; 1,000,000 by default.")
    ] = None,
    model: Annotated[str, typer.Option(help="Which model.")] = "vae",
    latent: Annotated[int, typer.Option("--latent-dim", help="Number of latents.")] = 8,
    hidden: Annotated[str, typer.Option(help="Widths of hidden layers; '' for a linear model.")] = "64,64",
    beta: Annotated[float, typer.Option(help="Weight of the KL term.")] = 0.05,
    variance: Annotated[str, typer.Option(help="Of the decoder: fixed or learned.")] = "fixed",
    reduction: Annotated[str, typer.Option(help="Squared error: sum or mean over features.")] = "sum",
    kl_warmup: Annotated[int, typer.Option(help="Epochs over which beta rises from 0.")] = 0,
    epochs: Annotated[int, typer.Option(help="Epochs at most.")] = 60,
    batch: Annotated[int, typer.Option(help="Rows a step.")] = 256,
    learning_rate: Annotated[float, typer.Option(help="Adam's, at the start; a cosine to 0.")] = 2e-3,
    patience: Annotated[int, typer.Option(help="Epochs without progress before it stops; 0: never.")] = 20,
    validation: Annotated[float, typer.Option(help="Share of rows for early stopping.")] = 0.1,
    test: Annotated[float, typer.Option(help="Share of rows that training never sees.")] = 0.2,
    scaling: Annotated[str, typer.Option(help="common, standard or none.")] = "common",
    columns: Annotated[
        str | None, typer.Option(help="Columns or observables, by commas; default: all.")
    ] = None,
    label: Annotated[str, typer.Option(help="Column of the classes, for models that learn from them.")] = "",
    own: Annotated[
        list[str] | None, typer.Option("--set", help="Setting of the model's own, name=value; repeatable.")
    ] = None,
    rows: Annotated[
        int | None, typer.Option(help="Only the first so many rows; with --online: events kept aside.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed and data, same weights.")] = 1,
    dtype: Annotated[str, typer.Option(help="float32 or float64.")] = "float32",
    device: Annotated[str, typer.Option(help="auto, cpu or cuda.")] = "auto",
    amp: Annotated[bool, typer.Option("--amp", help="bfloat16 in the layers, on CUDA.")] = False,
    threads: Annotated[int | None, typer.Option(help="Threads at most; all cores by default.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where a killed run stopped.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Train an autoencoder on the rows of FILES and keep everything in RUN.

    Event files give the four-momenta of the outgoing legs; --columns takes any of them and any
    observable. Constant columns of event files are left out and reported.

    With --online an epoch is a million new events, made while the model trains; validation, test and
    analysis see --rows events (100,000) that training never reaches. --seed seeds them too.

    Example:

        hepsym fit events -o run --beta 0.05 --epochs 40
    """
    with reported():
        from hepsym.models import FitSettings
        from hepsym.models.family import read_options

        settings = FitSettings(
            model=model, latent=latent, hidden=widths(hidden), beta=beta, variance=variance,
            reduction=reduction, kl_warmup_epochs=kl_warmup, epochs=epochs, batch=batch,
            learning_rate=learning_rate, patience=patience, seed=seed, dtype=dtype, device=device, amp=amp,
            validation=validation, test=test, scaling=scaling,
            label=label, options=read_options(own or []),
        )  # fmt: skip
        set_threads(threads)
        chosen = None if columns is None else split_names([columns], "--columns")
        if online is None:
            from hepsym.cli._online import refuse_online_options

            refuse_online_options(files, card_settings, epoch_events)
            result = run_fit(files or [], chosen, settings, out, rows=rows, resume=resume)
        else:
            from hepsym.cli._online import fit_online

            result = fit_online(
                online, card_settings or [], files or [], chosen, settings, out,
                rows=rows, epoch_events=epoch_events, resume=resume,
            )  # fmt: skip
        told = summary(result, settings)
        if as_json:
            print_json(told)
        else:
            print(in_words(told))


def run_fit(
    files: list[Path],
    columns: list[str] | None,
    settings: "FitSettings",
    out: Path,
    *,
    rows: int | None,
    resume: bool,
) -> "FitResult":
    """Read the table and fit; constant ones among an event file's default columns are left out."""
    from hepsym import models
    from hepsym.models.registry import family

    check_rows(rows)
    kind = family(settings.model)
    kind.check(settings)
    refuse_weighted(files)
    table = kind.read(files, settings, columns=columns)
    check_rows(rows, len(table))
    source: dict[str, Any] = dict(table.source) | {
        "files": [str(f.resolve()) for f in files],
        "columns": columns,
    }
    drop = columns is None and source.get("kind") == "events"
    with progress_bar("training") as progress:
        return models.fit(
            table.values[:rows], table.names, settings, out,
            source=source, drop_constant=drop, resume=resume, progress=progress,
        )  # fmt: skip


def check_rows(rows: int | None, there: int | None = None) -> None:
    """Refuse --rows below 1, and above what is there."""
    from hepsym.errors import InputError

    if rows is not None and rows < 1:
        raise InputError(f"rows = {rows} must be at least 1; leave --rows out to take all")
    if rows is not None and there is not None and rows > there:
        raise InputError(f"rows = {rows}, but there are {there}: give at most so many, or leave --rows out")


def refuse_weighted(files: list[Path]) -> None:
    """Refuse event files whose events do not all count alike: a fit would take no notice of it.

    Those that say so, and those whose weights differ within the first piece that is read by more than
    the few overweights of an unweighting: (sum w)^2 / (n sum w^2) below EQUAL.
    """
    import numpy as np

    from hepsym.errors import InputError
    from hepsym.events import is_event_file, iterate, provenance_of

    for path in files:
        if not is_event_file(path):
            continue
        if provenance_of(path).weighted:
            raise InputError(
                f"{path} is weighted, but a fit counts all events alike: generate it without --weighted"
            )
        first = next(iterate(path), None)
        weights = None if first is None else first.weights
        if weights is None or not len(weights) or np.ptp(weights) <= 1e-6 * np.abs(weights).max():
            continue
        if weights.min() <= 0.0 or weights.sum() ** 2 < EQUAL * len(weights) * (weights**2).sum():
            raise InputError(
                f"{path} has weights from {weights.min():g} to {weights.max():g}, but a fit counts all "
                "events alike: unweight them first"
            )


def summary(result: "FitResult", settings: "FitSettings") -> dict[str, Any]:
    """What `--json` prints."""
    from hepsym.models.registry import family
    from hepsym.models.runs.rundir import read_config

    config, kind = read_config(result.run), family(settings.model)
    shape: dict[str, Any] = {
        name: getattr(settings, name) for name in ("latent", "beta") if name in kind.uses
    }
    return {
        "model": settings.model,
        "run": result.run,
        "rows": config["rows"],
        "split": {"train": result.n_train, "validation": result.n_validation, "test": result.n_test},
        **({"labels": config["facts"]["labels"]} if "labels" in config["facts"] else {}),
        "features": config["kept"],
        "dropped_columns": result.dropped_columns,
        **shape,
        **dict(settings.options),
        "loss": config["loss"],
        "epochs": result.epochs,
        "best_epoch": result.best_epoch,
        "train": result.losses["train"],
        "validation": result.losses["validation"],
        "seconds": result.seconds,
        "samples_per_second": result.samples_per_second,
        "device": result.device,
        "seed": settings.seed,
        "next": kind.next_step(result.run),
    }


def in_words(told: dict[str, Any]) -> str:
    """The summary for people."""
    split, validation = told["split"], told["validation"]
    rate = f"{told['samples_per_second']:.3g} rows/s on {told['device']}"
    shape = ", ".join(
        text
        for key, text in (("latent", f"{told.get('latent')} latents"), ("beta", f"beta {told.get('beta')}"))
        if key in told
    )
    head = ", ".join(part for part in (told["model"], shape, f"seed {told['seed']}") if part)
    features = told["features"] if len(told["features"]) <= MANY else [f"{len(told['features'])} columns"]
    lines = [
        f"{head}: {told['run']}",
        f"  rows            {told['rows']} (training {split['train']}, validation {split['validation']}, "
        f"test {split['test']})",
        *(
            f"  labels          {n['labelled']} rows have one, {n['unlabelled']} have none"
            for n in [told.get("labels")]
            if n
        ),
        f"  features        {', '.join(features)}",
        f"  left out        {', '.join(told['dropped_columns']) or 'none'} (constant)",
        f"  best epoch      {told['best_epoch']} of {told['epochs']}, counted from 0",
    ]
    for name, value in validation.items():
        if isinstance(value, float) and name != "kl":
            lines.append(f"  {name.replace('_', ' '):15} {value:.4g} (validation)")
    if "kl_per_latent" in validation:
        kl = ", ".join(f"{v:.3g}" for v in sorted(validation["kl_per_latent"], reverse=True))
        lines.append(f"  KL per latent   {kl} nats")
    lines += [f"  time            {told['seconds']:.3g} s, {rate}", f"Next: {told['next']}"]
    return "\n".join(lines)


def widths(text: str) -> tuple[int, ...]:
    """'64,64' as (64, 64); '' as ()."""
    from hepsym.errors import InputError

    try:
        return tuple(int(part) for part in text.split(",")) if text.strip() else ()
    except ValueError:
        raise InputError(
            f"hidden = {text!r}: give widths by commas, such as 64,64, or '' for a linear model"
        ) from None


def set_threads(threads: int | None) -> None:
    """Let torch use so many threads at most."""
    if threads is None:
        return
    import torch

    from hepsym.errors import InputError

    if threads < 1:
        raise InputError(f"threads = {threads} must be at least 1")
    torch.set_num_threads(threads)
