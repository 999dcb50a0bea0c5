"""How much does each latent matter, under every definition?"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from hepsym.report.page.drawing import Drawing, drawn
from hepsym.report.page.html import join, tag
from hepsym.report.page.section import Section, figures
from hepsym.report.page.style import INK, SERIES, SOFT, look, new_figure

__all__ = ["RELEVANCE", "estimate", "section"]

RELEVANCE: dict[str, tuple[str, str]] = {
    "kl": (
        r"$\langle\mathrm{KL}_i\rangle$ [nats]",
        "mean KL divergence: the information kept about an event",
    ),
    "variance": (r"$\mathrm{Var}\,[\mu_i]$", "variance of the mean code over events"),
    "variance_over_noise": (
        r"$\mathrm{Var}\,[\mu_i]\,/\,\langle\sigma_i^2\rangle$",
        "signal over noise of the code",
    ),
    "one_minus_noise": (
        r"$1-\langle\sigma_i^2\rangle$",
        "one minus the mean posterior variance: 0 where the posterior is the prior",
    ),
    "ablation": (
        r"$\Delta$ reconstruction loss",
        "rise of the reconstruction loss when the latent is fixed to its mean",
    ),
}
"""Definition: (axis, words). One that is not here is shown under its own name."""


def section(analysis: Mapping[str, Any], relevant: Sequence[int]) -> Section:
    """Bars with errors, a panel a definition, latents in the order of the first."""
    latents = analysis.get("latents") or []
    definitions = list(dict.fromkeys(key for latent in latents for key in latent.get("relevance", {})))
    definitions.sort(key=lambda key: list(RELEVANCE).index(key) if key in RELEVANCE else len(RELEVANCE))
    with look():
        drawings = [_bars(key, latents, relevant) for key in definitions]
    words = tag(
        "p",
        "There is no agreed formula for the relevance of a latent, so every natural one is shown. Latents "
        f"that count as relevant are coloured. Errors: one standard error over {_n(analysis)} test events "
        "that the training never saw; they do not contain the spread between trainings (next section).",
    )
    return Section("relevance", "Which latents matter", join(words, figures(drawings)))


def _n(analysis: Mapping[str, Any]) -> str:
    n = analysis.get("n_test")
    return f"{n:,}".replace(",", "\u202f") if isinstance(n, int) else "the"


def estimate(value: Any) -> tuple[float, float]:
    """(value, error) of {"value", "error"} or of a bare number; nan where null or absent."""
    if isinstance(value, Mapping):
        return _float(value.get("value")), _float(value.get("error"))
    return _float(value), float("nan")


def _float(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("nan")


def _bars(key: str, latents: Sequence[Mapping[str, Any]], relevant: Sequence[int]) -> Drawing:
    axis, words = RELEVANCE.get(key, (key.replace("_", " ").replace("$", r"\$"), key))
    pairs = [
        (latent.get("index", i), *estimate(latent.get("relevance", {}).get(key)))
        for i, latent in enumerate(latents)
    ]
    pairs.sort(key=lambda entry: (entry[0] not in relevant, -entry[1] if entry[1] == entry[1] else 0.0))
    values = np.asarray([value for _, value, _ in pairs])
    errors = np.nan_to_num(np.asarray([error for *_, error in pairs]))
    figure = new_figure(4.0, 2.8)
    axes = figure.subplots()
    colours = [SERIES[0] if index in relevant else SOFT for index, *_ in pairs]
    places = np.arange(len(pairs))
    axes.bar(places, np.nan_to_num(values), width=0.68, color=colours, zorder=2)
    axes.errorbar(places, values, errors, fmt="none", ecolor=INK, elinewidth=1.1, capsize=2.5, zorder=3)
    axes.axhline(0.0, color=INK, lw=0.8)
    positive = values[np.isfinite(values) & (values > 0)]
    if positive.size > 1 and positive.max() > 200 * np.median(positive) and positive.max() > 50:
        axes.set_yscale("symlog", linthresh=1.0)
    axes.set_xticks(places, [f"$z_{{{index}}}$" for index, *_ in pairs])
    axes.set_ylabel(axis)
    axes.grid(axis="y")
    best = ", ".join(f"z{i} {v:.3g} ± {e:.1g}" for i, v, e in pairs if i in relevant)
    return drawn(
        figure, f"relevance-{key}", alt=f"Bar chart, a bar a latent: {words}.",
        caption=join(tag("strong", words[:1].upper() + words[1:]), f". {best}." if best else "."),
        header=("latent", "value", "error", "relevant"),
        rows=[(f"z{i}", v, e, int(i in relevant)) for i, v, e in pairs],
    )  # fmt: skip
