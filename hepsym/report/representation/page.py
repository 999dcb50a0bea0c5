"""What does the page of a study of classes hold? A table over seeds, swaps, walks, mistakes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hepsym.analysis.estimate import bootstrap_weights
from hepsym.report.page.assembly import assembled, saved
from hepsym.report.page.html import Markup, join, tag
from hepsym.report.page.section import Section, figures, table
from hepsym.report.page.style import look
from hepsym.report.representation.pictures import confusion_figure, swap_grid, walk_grid

if TYPE_CHECKING:
    from hepsym.models.equivae import ClassModel
    from hepsym.report.representation.card import ClassStudy
    from hepsym.report.representation.divided import Divided

__all__ = ["over_seeds", "sentence", "write_class_page"]

Lines = Sequence[Mapping[str, Any]]
WORDS = {
    "error_bound": "error by the bound, %", "error_classifier": "error by q(y|x), %",
    "error_prototype": "error by prototype, %", "bound": "predictive bound, nats",
    "importance_bound_50": "importance-weighted, 50 draws, nats",
    "train_bound": "bound of training rows, nats",
    "kl": "KL of v, nats", "active": "active units of v", "chance": "chance",
    "leak_linear": "class from v, linear", "leak_mlp": "class from v, MLP that learned on training rows",
    "leak_mlp_within_test": "the same, learned within the test rows",
    "leak_mlp_of_both": "the same, learned on both",
    "leak_mlp_not_straightened": "class from v as it was before it was straightened, MLP",
    "swap_accuracy": "swaps judged by another classifier",
    "judge_accuracy": "that classifier on rows as they are", "v_kept_by_swap": "share of v kept by a swap",
    "r_within_over_between": "r within / between classes, sets of 8",
    "calibration_error_bound": "calibration error, bound",
    "calibration_error_classifier": "calibration error, q(y|x)",
    "calibration_error_prototype": "calibration error, prototype",
    "class_from_r": "class from r", "mig": "mutual information gap of v", "sap": "SAP of v",
    "dci_disentanglement": "DCI of v, disentanglement", "dci_completeness": "DCI of v, completeness",
    "factor_vae_score": "FactorVAE score of v",
    "equivariance_error_kept": "v under the group: error of what the maps keep",
    "equivariance_error_not_straightened": "v under the group: error of all of v without the maps",
    "change_of_r": "r under the group: change", "cpu_seconds": "CPU seconds of training",
}  # fmt: skip
"""Key of an answer: what the table calls it. Others are called by their keys."""


def over_seeds(lines: Lines) -> dict[str, dict[str, tuple[float, float]]]:
    """Mean and its bootstrap error (0 for one seed) of every number, by model."""
    found: dict[str, dict[str, tuple[float, float]]] = {}
    for model in dict.fromkeys(str(line["model"]) for line in lines):
        mine = [line for line in lines if line["model"] == model]
        keys = [k for k, v in mine[0].items() if isinstance(v, (int, float)) and k != "seed"]
        found[model] = {}
        for key in keys:
            values = np.array([line[key] for line in mine if key in line], dtype=np.float64)
            spread = (
                float(np.std(bootstrap_weights(len(values), 1000, 0) @ values)) if len(values) > 1 else 0.0
            )
            found[model][key] = (float(values.mean()), spread)
    return found


def sentence(lines: Lines) -> str:
    """What was found, in one."""
    told = over_seeds(lines)
    model, numbers = next(iter(told.items()))
    seeds = len({line["seed"] for line in lines if line["model"] == model})
    key = next(k for k in ("error_bound", "error_classifier") if k in numbers)
    times = f"{seeds} seed{'s' * (seeds != 1)}"
    words = f"{model} errs in {_written(key, *numbers[key])} % of the test rows ({times})"
    if "leak_mlp" in numbers:
        value, error = numbers["leak_mlp"]
        words += (
            f", and the class is read from v in {100 * value:.1f}"
            f"{f' ± {100 * error:.1f}' if error else ''} %, "
            f"by chance in {100 * numbers['chance'][0]:.1f} %"
        )
    return words + "."


def write_class_page(
    study: "ClassStudy", out: Path, lines: Lines, model: "ClassModel | None", rows: "Divided", judge: Any
) -> Path:
    """Write OUT/report.html: lines are the answers, model that of the first of them. Returns its path."""
    told = over_seeds(lines)
    with look():
        sections = [_numbers(told), *_mistakes(lines, model, rows)]
        if model is not None and rows.x.ndim > 2 and not study.rows.files:
            sections += _shown(model, rows, judge)
    seeds = {line["seed"] for line in lines}
    text = assembled(
        title=study.title or study.name,
        kicker=f"hepsym study {study.name}",
        found=sentence(lines),
        caveat=study.question or None,
        tiles=[
            (str(len(rows.y)), "training rows"),
            (str(study.rows.labels or len(rows.y)), "of them with a label"),
            (str(len(rows.y_test)), "test rows"),
            (str(len(seeds)), "seeds"),
        ],
        missing=[],
        sections=sections,
        beside="results.jsonl beside it has every number, models/ every model.",
    )
    return saved(out / "report.html", text)


def _numbers(told: Mapping[str, Mapping[str, tuple[float, float]]]) -> Section:
    keys = list(dict.fromkeys(key for numbers in told.values() for key in numbers))
    keys.sort(key=lambda key: list(WORDS).index(key) if key in WORDS else len(WORDS))
    cells = [
        (WORDS.get(key, key), *(_cell(key, numbers.get(key)) for numbers in told.values())) for key in keys
    ]
    words = tag(
        "p",
        "Means over seeds with the standard error of the mean by bootstrap over seeds; all of the test rows, "
        "which no training saw. Bounds of different likelihoods cannot be compared. Active units count "
        "dimensions that vary at all: look at the KL.",
    )
    return Section(
        "numbers", "Over the seeds", join(words, table("Numbers", ("of the test rows", *told), cells))
    )


def _cell(key: str, value: tuple[float, float] | None) -> str:
    return "" if value is None else _written(key, *value)


def _written(key: str, value: float, error: float) -> str:
    scale = 100.0 if key.startswith("error_") else 1.0
    value, error = scale * value, scale * error
    digits = (
        0
        if abs(value) >= 1000
        else 2
        if scale > 1 or 1 <= abs(value) < 100
        else 1
        if abs(value) >= 100
        else 3
    )
    return f"{value:.{digits}f} ± {error:.{digits}f}" if error > 0 else f"{value:.{digits}f}"


def _mistakes(lines: Lines, model: "ClassModel | None", rows: "Divided") -> list[Section]:
    classes = [str(k) for k in (np.unique(rows.y) if model is None else model.classes_)]
    drawings = []
    for name in dict.fromkeys(str(line["model"]) for line in lines):
        for key, how in (("confusion", ""), ("confusion_r", ", from r")):
            tables = [line[key] for line in lines if line["model"] == name and key in line]
            if tables:
                words = f"{name}{how}, {len(tables)} seed{'s' * (len(tables) != 1)}"
                counts = np.sum(tables, axis=0).tolist()
                drawings.append(confusion_figure(counts, classes, name + how, words))
    return [Section("mistakes", "What is taken for what", figures(drawings))] if drawings else []


def _shown(model: "ClassModel", rows: "Divided", judge: Any) -> list[Section]:
    from hepsym.analysis.representation import usage

    kl = usage(*model.posterior(rows.x_test, rows.y_test)).kl
    order = [int(j) for j in np.argsort(kl)[::-1]]
    walks = figures([walk_grid(model, k, order) for k in model.classes_[:2]])
    swapped = figures([swap_grid(model, rows.x_test, rows.y_test, judge)])
    straight = Markup("")
    if model.fitted.straight is not None:
        straight = tag("p", "Coordinates are those after v was straightened, class by class.")
    return [
        Section("swaps", "The same v in every class", swapped),
        Section("walks", "Moving along v", join(straight, walks)),
    ]
