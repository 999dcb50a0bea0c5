"""Which model finds jets it was never shown? Tops, W and Z against quarks and gluons; the score chosen on
validation jets."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.analysis.jets import detection, jet_quantities, signal_efficiencies
from hepsym.models.jets import CLASSES, JetSet
from hepsym.report.jets.contenders import WORDS, Field, evenly, over_seeds, size_of
from hepsym.report.jets.figures import curves
from hepsym.report.jets.reconstruction import shown
from hepsym.report.jets.scores import scores, seen
from hepsym.report.page.html import join, tag
from hepsym.report.page.section import Section, figures, table

__all__ = ["answer", "sections", "sentence"]

Floats = NDArray[np.float64]

RATES = (1e-1, 1e-2, 1e-3)
GRID = np.geomspace(1e-3, 1.0, 31)
"""Background efficiencies of the ROC curve."""
SIGNALS = ("t", "w", "z")
USUAL = 5_000
"""Training jets that say which latents and errors are usual, at most."""


def answer(field: Field) -> dict[str, Any]:
    """A row a model: area and efficiencies of all signals together; ROC of the first seed; each signal.

    Of a model's scores the one with the largest signal efficiency on validation jets counts; what every
    score would have given on the test jets is told beside it, and nothing is chosen by that.
    """
    parts = _parts(field)
    told: dict[str, Any] = {
        "rows": {}, "roc": {}, "chosen": {}, "by_signal": {}, "every": {}, "grid": GRID.tolist()
    }  # fmt: skip
    for name in field.card.train.models:
        each = [
            field.once(f"detection-{name}-{seed}", partial(_of_model, field, name, seed, parts))
            for seed in field.seeds(name)
        ]
        told["rows"][name] = over_seeds(each[0]["size"], [e["numbers"] for e in each]) | field.trained_on(
            name
        )
        told["every"][name] = {
            score: over_seeds({}, [e["every"][score] for e in each]) for score in each[0]["every"]
        }
        told["chosen"][name] = [e["chosen"] for e in each]
        told["roc"][name], told["by_signal"][name] = each[0]["roc"], each[0]["by_signal"]
    background, signal = parts["background"], parts["signal"]
    masses = [jet_quantities(part.momenta.numpy())[0] for part in (background, signal)]
    plain = detection(masses[0], masses[1], RATES)
    told["rows"]["jet mass"] = {
        "latent_numbers": 1, "seeds": 1, "mean": numbers(masses[0], masses[1]), "error": {"AUC":
        plain.auc_error} | {f"at {r:g}": e for r, e in plain.efficiency_error.items()},
    }  # fmt: skip
    told["roc"]["jet mass"] = curve(masses[0], masses[1])
    told["by_signal"]["jet mass"] = _by_signal(masses[0], masses[1], signal)
    return told | {"background": len(background), "signal": len(signal)}


def _parts(field: Field) -> dict[str, JetSet]:
    learn, quiet, background = field.parts("g", "q")
    _, loud, signal = field.jets.of(*SIGNALS).split(validation=0.3, test=0.7)
    many = field.card.ask.tested
    return {
        "training": evenly(learn, USUAL), "quiet": evenly(quiet, many), "background": background,
        "loud": evenly(loud, many), "signal": evenly(signal, many),
    }  # fmt: skip


def _of_model(field: Field, name: str, seed: int, parts: Mapping[str, JetSet]) -> dict[str, Any]:
    model, rate = field.asked(name, seed), field.card.ask.choose_at
    looked = {name: seen(model, part.momenta) for name, part in parts.items()}
    on = {name: scores(jets, looked["training"]) for name, jets in looked.items() if name != "training"}
    quiet, loud, background, signal = (on[n] for n in ("quiet", "loud", "background", "signal"))
    found = {k: signal_efficiencies(quiet[k], loud[k], (rate,))[0] for k in quiet}
    best = max(found, key=lambda k: found[k])
    return {
        "size": size_of(model), "chosen": best, "validation": found,
        "numbers": numbers(background[best], signal[best]),
        "every": {k: numbers(background[k], signal[k]) for k in background},
        "roc": curve(background[best], signal[best]),
        "by_signal": _by_signal(background[best], signal[best], parts["signal"]),
    }  # fmt: skip


def numbers(background: Floats, signal: Floats) -> dict[str, float]:
    """Area under the ROC curve, efficiencies at 1e-1, 1e-2, 1e-3."""
    found = detection(background, signal, RATES, bootstraps=0)
    return {"AUC": found.auc} | {f"at {r:g}": e for r, e in found.efficiency.items()}


def curve(background: Floats, signal: Floats) -> list[float]:
    """Signal efficiencies on GRID; 0 where it is below one background jet."""
    found = signal_efficiencies(background, signal, tuple(GRID.tolist()))
    return [0.0 if np.isnan(v) else v for v in found]


def _by_signal(background: Floats, signal: Floats, jets: JetSet) -> dict[str, dict[str, float]]:
    return {s: numbers(background, signal[jets.classes == CLASSES.index(s)]) for s in SIGNALS}


def sections(told: Mapping[str, Any]) -> list[Section]:
    """The table, the ROC curves, signal by signal, score by score."""
    columns = ("AUC", *(f"at {r:g}" for r in RATES))
    rows = [
        (WORDS.get(n, n), str(r["seeds"]), str(r.get("jets", "–")), *(shown(r, c) for c in columns),
         "; ".join(sorted(set(told["chosen"].get(n, ["mass"])))))
        for n, r in told["rows"].items()
    ]  # fmt: skip
    many = len(next(iter(told["every"].values())))
    words = tag(
        "p",
        f"{told['signal']} jets of t, W and Z against {told['background']} of g and q. A model's score is "
        f"the one of {many} with the largest signal efficiency on validation jets; errors are those of the "
        "mean over seeds, of the jet mass those of the sample, which all rows share.",
    )
    head = ("model", "seeds", "training jets", "AUC", *(f"ε_S at ε_B = {r:g}" for r in RATES), "score")
    signals = [
        (WORDS.get(n, n), *(f"{s[c][k]:.3g}" for c in SIGNALS for k in ("AUC", "at 0.01")))
        for n, s in told["by_signal"].items()
    ]
    heads = ("model", *(f"{c}: {k}" for c in ("t", "W", "Z") for k in ("AUC", "ε_S at 0.01")))
    roc = curves(
        "roc", told["grid"], {n: [(v, 0.0) for v in line] for n, line in told["roc"].items()},
        labels=("background efficiency", "signal efficiency"), caption="ROC curves, first seed.",
    )  # fmt: skip
    offered = list(next(iter(told["every"].values())))
    every = [
        (score, *(shown(told["every"][n][score], "at 0.01") for n in told["every"])) for score in offered
    ]
    beside = tag("p", "Signal efficiency at 1e-2 on test jets. Nothing was chosen by this table.")
    all_scores = table("Every score", ("score", *(WORDS.get(n, n) for n in told["every"])), every)
    return [
        Section("numbers", "The numbers", join(words, table("Detection", head, rows))),
        Section("roc-curves", "Signal over background", figures([roc])),
        Section("signals", "Signal by signal", table("Each signal, first seed", heads, signals)),
        Section("scores", "Score by score", join(beside, all_scores)),
    ]


def sentence(told: Mapping[str, Any]) -> str:
    """Who is best at 1e-2, and what the mass alone does."""
    alone = told["rows"]["jet mass"]
    key = "at 0.01" if np.isfinite(alone["mean"]["at 0.01"]) else "at 0.1"
    best = max((r for r in told["rows"].items() if r[0] != "jet mass"), key=lambda r: r[1]["mean"][key])
    return (
        f"At a background efficiency of {key.split()[1]} {WORDS[best[0]]} keeps {shown(best[1], key)} of the "
        f"signal, the jet mass alone {shown(alone, key)}."
    )
