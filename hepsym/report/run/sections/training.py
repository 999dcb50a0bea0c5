"""How did the training go, term by term?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.labels import compact, named
from hepsym.report.page.section import Section, figures, table
from hepsym.report.page.style import MUTED, SERIES, SOFT, look, new_figure

__all__ = ["section"]

SPLITS = ("train", "validation")
_TITLES = {"loss": "Loss", "reconstruction": "Reconstruction", "kl": "KL divergence"}
_UNITS = {"kl": " [nats]"}
_NO_TERM = {"epoch", "step", "steps", "seconds", "learning_rate", "beta", "kl_weight", "rows"}

Curves = dict[str, list[tuple[float, float]]]
"""Split: (epoch, value) pairs."""


def section(
    config: Mapping[str, Any], epochs: Sequence[Mapping[str, Any]], relevant: Sequence[int] = ()
) -> Section:
    """Settings, each loss term on both splits, and the KL of every latent."""
    body: list[Markup] = [_settings(config)]
    with look():
        best = _best_epoch(epochs)
        drawings = [_term_plot(name, curves, best) for name, curves in _terms(epochs).items()]
        latents = _per_latent(epochs)
        if latents:
            drawings.append(_latent_plot(latents, relevant))
    if drawings:
        body.append(
            tag(
                "p",
                "Terms of the loss are per event. Those of the training split are means over an epoch in "
                "which the weights moved, those of the validation split are taken at its end; the weights of "
                "the epoch with the smallest validation loss are kept.",
            )
        )
        body.append(figures(drawings))
    else:
        body.append(tag("p", "This run has no training record (metrics.jsonl)."))
    return Section("training", "How the model was trained", join(*body))


def _settings(config: Mapping[str, Any]) -> Markup:
    settings = config.get("settings") or {}
    rows = [
        (key.replace("_", " "), _shown(value))
        for key, value in settings.items()
        if value is not None and not isinstance(value, Mapping)
    ]
    names = [named(str(name)) for name in config.get("kept") or config.get("names") or []]
    features = tag("p", f"{len(names)} features: ", Markup(", ".join(names)), ".") if names else None
    dropped = [named(str(name)) for name in config.get("dropped_columns") or []]
    constant = tag("p", "Left out because constant: ", Markup(", ".join(dropped)), ".") if dropped else None
    return join(
        features, constant, tag("details", tag("summary", "Settings"), table("Settings", ("", ""), rows))
    )


def _shown(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"{value:g}" if isinstance(value, float) else compact(value)


def _values(entry: Mapping[str, Any], split: str) -> Mapping[str, Any]:
    nested = entry.get(split)
    if isinstance(nested, Mapping):
        return nested
    prefix = f"{split}_"
    return {key[len(prefix) :]: value for key, value in entry.items() if key.startswith(prefix)}


def _terms(epochs: Sequence[Mapping[str, Any]]) -> dict[str, Curves]:
    """Every scalar term by name, the total first; values that are no finite number are left out."""
    found: dict[str, Curves] = {"loss": {}, "reconstruction": {}, "kl": {}}
    for number, entry in enumerate(epochs, 1):
        epoch = float(entry.get("epoch", number))
        for split in SPLITS:
            for name, value in _values(entry, split).items():
                plain = isinstance(value, int | float) and not isinstance(value, bool)
                if plain and np.isfinite(value) and name not in _NO_TERM:
                    found.setdefault(name, {}).setdefault(split, []).append((epoch, float(value)))
    if found.get("squared_error") == found["reconstruction"]:  # so it is with a fixed variance
        found.pop("squared_error", None)
    return {name: curves for name, curves in found.items() if curves}


def _per_latent(epochs: Sequence[Mapping[str, Any]]) -> list[tuple[float, list[float]]]:
    """(epoch, KL of each latent) on the validation split, or on the training split where that is absent."""
    found = []
    for number, entry in enumerate(epochs, 1):
        for split in reversed(SPLITS):
            values = _values(entry, split)
            row = values.get("kl_per_latent") or values.get("kl_latents")
            if isinstance(row, list | tuple) and all(isinstance(v, int | float) for v in row):
                found.append((float(entry.get("epoch", number)), [float(v) for v in row]))
                break
    width = len(found[-1][1]) if found else 0
    return [(epoch, row) for epoch, row in found if len(row) == width and width]


def _best_epoch(epochs: Sequence[Mapping[str, Any]]) -> float | None:
    """The epoch of the smallest validation loss: the one whose weights are kept."""
    losses = _terms(epochs).get("loss", {}).get("validation")
    return min(losses, key=lambda pair: pair[1])[0] if losses else None


def _term_plot(name: str, curves: Curves, best: float | None) -> Drawing:
    figure = new_figure(4.0, 2.9)
    axes = figure.subplots()
    for (split, points), colour, dash in zip(sorted(curves.items()), SERIES, ("-", "--"), strict=False):
        x, y = zip(*points, strict=True)
        axes.plot(x, y, color=colour, linestyle=dash, label=split, marker="o" if len(x) < 8 else "", ms=3)
    if best is not None:
        axes.axvline(best, color=MUTED, lw=0.9, ls=":", label="kept")
    smallest = min(value for points in curves.values() for _, value in points)
    largest = max(value for points in curves.values() for _, value in points)
    if smallest > 0 and largest > 20 * smallest:
        axes.set_yscale("log")
    title = _TITLES.get(name, name.replace("_", " "))
    axes.set_xlabel("epoch")
    axes.set_ylabel((title + _UNITS.get(name, "")).replace("$", r"\$"))
    axes.grid(axis="y")
    axes.legend(loc="best")
    last = {split: points[-1][1] for split, points in curves.items()}
    ends = ", ".join(f"{split} {value:.4g}" for split, value in sorted(last.items()))
    table_rows = [(split, *pair) for split, points in sorted(curves.items()) for pair in points]
    return drawn(
        figure, f"training-{name}", alt=f"{title} per event against the epoch, both splits.",
        caption=join(tag("strong", title), f". At the end: {ends}."),
        header=("split", "epoch", name), rows=table_rows,
    )  # fmt: skip


def _latent_plot(latents: list[tuple[float, list[float]]], relevant: Sequence[int]) -> Drawing:
    figure = new_figure(4.0, 2.9)
    axes = figure.subplots()
    epochs = [epoch for epoch, _ in latents]
    values = np.asarray([row for _, row in latents])
    chosen = list(relevant) or [int(i) for i in np.argsort(-values[-1]) if values[-1, i] > 0.1]
    named = 0
    for i in range(values.shape[1]):
        if i in chosen:
            axes.plot(epochs, values[:, i], color=SERIES[named % len(SERIES)], label=f"$z_{{{i}}}$", zorder=3)
            named += 1
        else:
            axes.plot(
                epochs,
                values[:, i],
                color=SOFT,
                lw=1.0,
                label="others" if i == _first_other(chosen) else None,
            )
    axes.set_xlabel("epoch")
    axes.set_ylabel("KL per latent [nats]")
    axes.grid(axis="y")
    axes.legend(loc="best", ncols=2 if named > 3 else 1)
    return drawn(
        figure, "training-kl-per-latent", alt="KL divergence of each latent against the epoch.",
        caption=join(tag("strong", "KL of every latent"), ": which ones the training switched on, and when."),
        header=("epoch", *(f"z{i}" for i in range(values.shape[1]))),
        rows=[(epoch, *row) for epoch, row in latents],
    )  # fmt: skip


def _first_other(chosen: Sequence[int]) -> int:
    return next(i for i in range(len(chosen) + 1) if i not in chosen)
