"""What is true of a study's rows, and what do latents, Jacobians and equations say? Side by side."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hepsym import analysis
from hepsym.report.page.assembly import assembled, saved
from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.section import Section, figures, table
from hepsym.report.page.style import INK, MUTED, PAPER, SERIES, SOFT, look, new_figure
from hepsym.report.run.sections.relevance import RELEVANCE

if TYPE_CHECKING:
    from hepsym.report.studies.card import Study

__all__ = ["write_study_page"]

RULES = {
    "kl": "mean KL above 0.1 nat",
    "variance": "Var μ above 0.01",
    "variance_over_noise": "Var μ above E σ²",
    "jacobian": "decoder's Jacobian, largest gap",
}


def write_study_page(
    study: "Study", out: Path, latents: Mapping[str, Any], symmetries: Mapping[str, Any] | None
) -> Path:
    """Write OUT/study.html of what `count_latents` and the symmetries stage said; returns its path."""
    truth = latents.get("truth")
    with look():
        sections = [
            _beside(latents, symmetries),
            _counts(latents),
            _relevance(latents),
            _spectra(latents),
        ]
    text = assembled(
        title=study.title or study.name,
        kicker=f"hepsym study {study.name}",
        found=study.question or "What do the latents of a VAE say of these rows?",
        caveat=analysis.TOPOLOGY_CAVEAT,
        tiles=_tiles(latents, symmetries),
        missing=[] if truth else ["The card has no [truth]: nothing is known beforehand to compare with."],
        sections=sections,
        beside="run/report.html beside it shows the training"
        + (", symmetries/symmetries.html the equations and flows." if symmetries else "."),
    )
    return saved(out / "study.html", text)


def _plateau(latents: Mapping[str, Any], rule: str) -> str:
    value = (latents.get("plateau") or {}).get(rule)
    return "no plateau" if value is None else str(value)


def _tiles(
    latents: Mapping[str, Any], symmetries: Mapping[str, Any] | None
) -> list[tuple[str, str | Markup]]:
    truth = latents.get("truth")
    tiles: list[tuple[str, str | Markup]] = []
    if truth:
        tiles += [
            (str(truth["dimension"]), "true dimension"),
            (str(truth["latents"]), "latents that a continuous code needs"),
        ]
    tiles += [
        (_plateau(latents, "kl"), "relevant latents on the plateau"),
        (_plateau(latents, "jacobian"), "directions of the decoder's Jacobian on its plateau"),
    ]
    if symmetries:
        tiles.append((str(symmetries["dimension"]["value"]), "dimension by hepsym symmetries"))
    return tiles


def _beside(latents: Mapping[str, Any], symmetries: Mapping[str, Any] | None) -> Section:
    truth = latents.get("truth")
    rows: list[tuple[str, str]] = []
    if truth:
        rows += [
            ("true dimension", str(truth["dimension"])),
            ("latents that a continuous code needs", str(truth["latents"])),
        ]
    for rule, words in RULES.items():
        seen = sorted({c for row in latents["counts"][rule] for c in row})
        rows.append(
            (f"count by: {words}", f"{_plateau(latents, rule)} (from {seen[0]} to {seen[-1]} in all)")
        )
    if symmetries:
        d, made = symmetries["dimension"], symmetries["generators"]
        rows += [
            ("hepsym symmetries: dimension", f"{d['value']} (from {d['low']} to {d['high']})"),
            ("hepsym symmetries: equations", str(len(symmetries["constraints"]))),
            ("hepsym symmetries: generators", f"{made['count']} of the {made['of']}, {made['algebra']}"),
        ]
    said = tag("p", str(truth["words"])) if truth and truth.get("words") else None
    return Section(
        "truth", "What is true, and what is said", join(said, table("Numbers", ("what", "value"), rows))
    )


def _counts(latents: Mapping[str, Any]) -> Section:
    drawings = [_count_figure(latents, rule, words) for rule, words in RULES.items()]
    words = tag(
        "p",
        "A dot says how many seeds gave a count at this β. Solid line: the true dimension; dashed: what a "
        "continuous code needs.",
    )
    return Section("counts", "The count over β and seeds", join(words, figures(drawings)))


def _count_figure(latents: Mapping[str, Any], rule: str, words: str) -> Drawing:
    figure = new_figure(4.2, 3.0)
    axes = figure.subplots()
    betas, counts, truth = latents["betas"], latents["counts"][rule], latents.get("truth")
    if truth:
        axes.axhline(truth["dimension"], color=SERIES[2], lw=1.4)
        axes.axhline(truth["latents"], color=SERIES[1], lw=1.2, ls="--")
    for beta, row in zip(betas, counts, strict=True):
        for count, times in Counter(row).items():
            axes.scatter(beta, count, s=40 + 210 * times / len(row), color=SERIES[0], zorder=3, lw=0)
            axes.text(beta, count, str(times), color=PAPER, ha="center", va="center", fontsize=8.5, zorder=4)
    top = max(max(row) for row in counts)
    axes.set_ylim(-0.7, max(top, truth["latents"] if truth else 0) + 0.8)
    axes.locator_params(axis="y", integer=True)
    _beta_axis(axes, betas)
    axes.set_ylabel("count")
    return drawn(
        figure, f"counts-{rule}", alt=f"Counts by {words} against beta.",
        caption=tag("strong", words[:1].upper() + words[1:]),
        header=("beta", *(f"seed {s}" for s in latents["seeds"])),
        rows=[(beta, *row) for beta, row in zip(betas, counts, strict=True)],
    )  # fmt: skip


def _relevance(latents: Mapping[str, Any]) -> Section:
    drawings = [
        _lines(
            f"relevance-{name}", latents["betas"], np.asarray(latents["relevance"][name]), words, axis,
            latents.get("truth"),
        )
        for name, (axis, words) in RELEVANCE.items()
    ]  # fmt: skip
    words = tag(
        "p",
        "The latents of each training, the most relevant first: mean over seeds, and from smallest to "
        "largest. Coloured are as many as the true dimension, then (dashed) those that the topology adds.",
    )
    return Section("relevance", "Relevance under every definition", join(words, figures(drawings)))


def _spectra(latents: Mapping[str, Any]) -> Section:
    drawing = _lines(
        "jacobian-over-beta", latents["betas"], np.asarray(latents["ratio"]),
        "singular values of the decoder's Jacobian at test points, over the largest", "$s_k / s_1$",
        latents.get("truth"),
    )  # fmt: skip
    return Section("jacobian", "In how many directions the decoder moves", figures([drawing]))


def _lines(
    name: str, betas: Sequence[float], values: Any, words: str, label: str, truth: Mapping[str, Any] | None
) -> Drawing:
    """values (betas, seeds, K): one line for each k, with the range over seeds."""
    figure = new_figure(4.2, 3.0)
    axes = figure.subplots()
    floor = max(1e-6, float(values.max(initial=1e-6)) * 1e-5)
    shown = np.maximum(values, floor)
    for k in range(values.shape[2]):
        true = truth is not None and k < truth["dimension"]
        added = truth is not None and not true and k < truth["latents"]
        colour = SERIES[k % len(SERIES)] if true or added else SOFT
        axes.fill_between(
            betas, shown[:, :, k].min(axis=1), shown[:, :, k].max(axis=1), color=colour, alpha=0.18, lw=0
        )
        axes.plot(betas, shown[:, :, k].mean(axis=1), color=colour, ls="--" if added else "-", marker=".")
    axes.set_yscale("log")
    _beta_axis(axes, betas)
    axes.set_ylabel(label)
    axes.grid(axis="y")
    return drawn(
        figure, name, alt=f"{words} against beta, a line for each rank.",
        caption=join(tag("strong", words[:1].upper() + words[1:]), "."),
        header=("beta", "seed", *(f"rank {k + 1}" for k in range(values.shape[2]))),
        rows=[
            (beta, s, *(float(v) for v in values[b, s]))
            for b, beta in enumerate(betas) for s in range(values.shape[1])
        ],
    )  # fmt: skip


def _beta_axis(axes: Any, betas: Sequence[float]) -> None:
    axes.set_xscale("log")
    axes.set_xticks(betas, [f"{beta:g}" for beta in betas])
    axes.minorticks_off()
    axes.set_xlabel(r"$\beta$")
    axes.margins(x=0.09)
    axes.tick_params(colors=MUTED, labelcolor=INK)
