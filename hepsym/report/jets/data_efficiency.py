"""How many jets does a model need? Reconstruction against the number of training jets."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from hepsym.report.jets.contenders import WORDS, Field, decoded, evenly, over_seeds, size_of
from hepsym.report.jets.figures import curves
from hepsym.report.jets.reconstruction import compared, shown
from hepsym.report.page.html import join, tag
from hepsym.report.page.section import Section, figures, table

__all__ = ["answer", "sections", "sentence"]

SHOWN = {"EMD": "mean EMD / p_T", "ptrel IQR": "width of p_T residuals", "etarel IQR": "width of η residuals"}


def answer(field: Field) -> dict[str, Any]:
    """A row a model and a fraction, over seeds; each seed draws jets of its own."""
    learn, _, test = field.parts("g", "q")
    test = evenly(test, field.card.ask.tested)
    train, true = field.card.train, test.momenta.numpy()
    many = train.jets or len(learn)
    fractions = sorted(set(field.card.ask.fractions))
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in train.models}

    def of_model(name: str, seed: int, fraction: float) -> dict[str, Any]:
        model = field.model(name, seed, fraction)
        numbers = compared(decoded(model, test.momenta), true, field.card.ask.flows, samples=False)
        return {"size": size_of(model), "numbers": numbers}

    for fraction in fractions:
        for name, kept in rows.items():
            each = [
                field.once(f"data-{name}-{seed}-{fraction:g}", partial(of_model, name, seed, fraction))
                for seed in range(train.first_seed, train.first_seed + train.own(name).seeds)
            ]
            kept.append(over_seeds(each[0]["size"], [e["numbers"] for e in each]))
    sizes = [min(len(learn), max(train.batch, int(f * many))) for f in fractions]
    return {"rows": rows, "fractions": fractions, "jets": sizes, "test": len(test)}


def sections(told: Mapping[str, Any]) -> list[Section]:
    """Curves and their numbers."""
    drawings = [
        curves(
            f"over-jets-{key.split()[0].lower()}", told["jets"],
            {n: [(r["mean"][key], r["error"][key] or 0.0) for r in rows] for n, rows in told["rows"].items()},
            labels=("training jets", words.replace("p_T", "$p_T$")), scales=("log", "linear"),
            caption=f"{words} against the number of training jets; bars: standard errors over seeds.",
        )
        for key, words in SHOWN.items()
    ]  # fmt: skip
    rows = [
        (WORDS.get(n, n), str(jets), str(r["seeds"]), *(shown(r, k) for k in SHOWN))
        for n, kept in told["rows"].items()
        for jets, r in zip(told["jets"], kept, strict=True)
    ]
    words = tag(
        "p",
        f"Each seed draws training jets of its own; {told['test']} test jets, the same for all. "
        "Few jets are seen for more epochs, so that every training has at least the card's steps.",
    )
    return [
        Section("curves", "Fewer and fewer jets", join(words, figures(drawings))),
        Section(
            "numbers", "The numbers", table("Numbers", ("model", "jets", "seeds", *SHOWN.values()), rows)
        ),
    ]


def sentence(told: Mapping[str, Any]) -> str:
    """What the first model loses between most and fewest jets."""
    name, rows = next(iter(told["rows"].items()))
    return (
        f"{WORDS[name]} reaches a mean EMD of {shown(rows[-1], 'EMD')} with {told['jets'][-1]} training "
        f"jets and {shown(rows[0], 'EMD')} with {told['jets'][0]}."
    )
