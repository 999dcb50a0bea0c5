"""How do swaps, walks and mistakes look? Grids of pictures and a confusion matrix, as figures of the page."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.style import INK, MUTED, SERIES, new_figure

if TYPE_CHECKING:
    from hepsym.models.equivae import ClassModel

__all__ = ["confusion_figure", "swap_grid", "walk_grid"]

Array = NDArray[Any]
MOST = 10
"""Classes, rows and latents shown in a grid."""
STEPS = 9
LEVELS = (0.2, 0.5, 0.8)
"""Of the brightest pixel: pictures are drawn as areas above each, so that they are vectors like all else."""


def swap_grid(model: "ClassModel", x: Array, y: Array, judge: Any) -> Drawing:
    """Each row: a test picture, then the same v in every class. judge tells classes from flat pictures."""
    classes = model.classes_[:MOST]
    chosen = [int(np.flatnonzero(y == k)[0]) for k in classes]
    made = np.stack([
        model.swap(np.repeat(x[i : i + 1], len(classes), 0), classes, source=np.repeat(y[i], len(classes)))
        for i in chosen
    ])  # fmt: skip
    sheet = np.concatenate([x[chosen][:, None], made], axis=1)
    seen = judge.predict(made.reshape(-1, int(np.prod(x.shape[1:])))).reshape(made.shape[:2])
    figure, axes = _sheet(
        sheet, high_of(model), ["test row", *(str(k) for k in classes)], [str(k) for k in classes]
    )
    side = sheet.shape[3]
    axes.axvline(side + 0.5, color=SERIES[1], lw=1.5)
    return drawn(
        figure, "swaps", alt="A grid: test pictures in the first column, the same v in every class beside.",
        caption="First column: a test row of each class. Beside it: its v with the r of every class.",
        header=("class of the row", "class asked for", "class that a judge sees"),
        rows=[(str(y[i]), str(k), str(seen[a, b])) for a, i in enumerate(chosen)
              for b, k in enumerate(classes)],
        wide=True,
    )  # fmt: skip


def walk_grid(model: "ClassModel", label: Any, order: Sequence[int]) -> Drawing:
    """Each row: one coordinate of v from -2 to 2, the others at 0, in one class; order: from above."""
    steps = np.linspace(-2, 2, STEPS)
    shown = list(order)[:MOST]
    v = np.zeros((len(shown), STEPS, model.settings.equivariant))
    for row, j in enumerate(shown):
        v[row, :, j] = steps
    made = model.decode(v.reshape(-1, v.shape[-1]), np.repeat(np.asarray([label]), len(shown) * STEPS))
    sheet = made.reshape(len(shown), STEPS, *made.shape[1:])
    figure, _ = _sheet(sheet, high_of(model), [f"{s:g}" for s in steps], [f"$v_{{{j}}}$" for j in shown])
    ink = sheet.reshape(len(shown), STEPS, -1).sum(-1)
    return drawn(
        figure, f"walk-{label}", alt=f"Pictures of class {label} while one coordinate of v moves.",
        caption=f"Class {label}: one coordinate of v from −2 to 2, the others at 0; most used above.",
        header=("coordinate", "value", "sum over the picture"),
        rows=[(j, float(s), float(ink[a, b])) for a, j in enumerate(shown) for b, s in enumerate(steps)],
        wide=True,
    )  # fmt: skip


def confusion_figure(
    counts: Sequence[Sequence[int]], classes: Sequence[str], name: str, words: str
) -> Drawing:
    """Shares of each true class (rows) by the class that is told (columns); counts may be sums over seeds."""
    table = np.asarray(counts, dtype=np.float64)
    shares = table / np.maximum(table.sum(1, keepdims=True), 1)
    size = 1.6 + 0.34 * len(classes)
    figure = new_figure(size, size)
    axes = figure.subplots()
    for i in range(len(classes)):
        for j in range(len(classes)):
            share = float(shares[i, j])
            if share > 0:
                colour = SERIES[0] if i == j else SERIES[1]
                axes.fill_between(
                    [j - 0.5, j + 0.5], i - 0.5, i + 0.5, color=colour, alpha=share**0.5 * 0.6, lw=0
                )
                axes.text(j, i, _short(share), color=INK, ha="center", va="center", fontsize=7.5)
    axes.set_xticks(range(len(classes)), classes)
    axes.set_yticks(range(len(classes)), classes)
    axes.set_xlim(-0.5, len(classes) - 0.5)
    axes.set_ylim(len(classes) - 0.5, -0.5)
    axes.set_aspect("equal")
    axes.set_xlabel("told")
    axes.set_ylabel("true")
    axes.tick_params(length=0, colors=MUTED, labelcolor=INK)
    return drawn(
        figure, f"confusion-{name}", alt=f"Confusion matrix: {words}.",
        caption=f"{words}: per cent of each true class.",
        header=("true", *classes), rows=[(k, *map(int, row)) for k, row in zip(classes, table, strict=True)],
    )  # fmt: skip


def _short(share: float) -> str:
    return f"{100 * share:.0f}" if share >= 0.01 else f"{100 * share:.1f}".removeprefix("0")


def high_of(model: "ClassModel") -> float:
    """The brightest pixel of the rows that a model was fitted to, 1 at least."""
    return float(model.fitted.reading.scale.max())


def _sheet(pictures: Array, high: float, columns: Sequence[str], rows: Sequence[str]) -> tuple[Any, Any]:
    """Pictures (rows, columns, h, w[, channels]) on one sheet, with labels; high: the brightest pixel."""
    if pictures.ndim == 5:
        pictures = pictures.mean(-1)
    down, across, h, w = pictures.shape
    sheet = pictures.transpose(0, 2, 1, 3).reshape(down * h, across * w)
    figure = new_figure(0.6 + 0.46 * across, 0.4 + 0.46 * down * h / w)
    axes = figure.subplots()
    for level in LEVELS:
        axes.contourf(sheet, levels=[level * high, 1e30], colors=[INK], alpha=1 / len(LEVELS) ** 0.5)
    axes.set_xlim(-0.5, across * w - 0.5)
    axes.set_ylim(down * h - 0.5, -0.5)
    axes.set_aspect("equal")
    axes.set_xticks((np.arange(across) + 0.5) * w - 0.5, columns)
    axes.set_yticks((np.arange(down) + 0.5) * h - 0.5, rows)
    axes.tick_params(length=0, labelsize=8)
    for spine in axes.spines.values():
        spine.set_visible(False)
    return figure, axes
