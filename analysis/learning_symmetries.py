"""Do the latents of a VAE count the directions of a data set? All cards of analysis/learning-symmetries.

    python analysis/learning_symmetries.py -o DIR [NAME ...] [--figure counts.svg]

runs `hepsym study` on every card (or those named) into DIR/NAME, goes on where it was stopped, and prints
three Markdown tables: the truth beside every count, the count at every beta with its range over seeds,
and relevance by every definition at one beta. Complete studies are not run again.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hepsym.events import read_table
from hepsym.report.studies.card import load_study, study_names
from hepsym.report.studies.rows import rows_path
from hepsym.report.studies.run import run_study

FOLDER = "learning-symmetries/"
RULES = ("kl", "variance", "variance_over_noise", "jacobian")
SHOWN_BETA = 0.1
THIN = 0.05

Told = Mapping[str, Any]


def finished(out: Path) -> bool:
    """Whether a study has made all that the tables need."""
    return (out / "study.html").is_file() and (out / "run" / "report.html").is_file()


def run(names: Sequence[str], folder: Path) -> None:
    """Run what is not complete, each study by itself."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        out = folder / name
        if not finished(out):
            print(f"{name} ...", file=sys.stderr, flush=True)
            run_study(load_study(f"{FOLDER}{name}"), out, resume=out.exists(), threads=1)


def read(names: Sequence[str], folder: Path) -> dict[str, tuple[Told, Told]]:
    """By name: latents.json and symmetries.json."""
    return {
        name: (
            json.loads((folder / name / "latents.json").read_text(encoding="utf-8")),
            json.loads((folder / name / "symmetries" / "symmetries.json").read_text(encoding="utf-8")),
        )
        for name in names
    }


def span(values: Sequence[int]) -> str:
    """`2` or `2-4`."""
    return str(values[0]) if min(values) == max(values) else f"{min(values)}-{max(values)}"


def none_as_dash(value: int | None) -> str:
    """No plateau is a dash."""
    return "–" if value is None else str(value)


def linear_span(name: str, folder: Path) -> int:
    """Directions that are thicker than 5 % of the columns' standard deviations."""
    out = folder / name
    rows = read_table(rows_path(load_study(out / "study.toml").generate, out)).values
    spread = rows.std(axis=0)
    varies = spread > 1e-9 * np.abs(rows).max(axis=0)
    scaled = (rows[:, varies] - rows[:, varies].mean(axis=0)) / spread[varies] / np.sqrt(len(rows))
    return int((np.linalg.svd(scaled, compute_uv=False) > THIN).sum())


def print_counts(found: Mapping[str, tuple[Told, Told]], span_of: Mapping[str, int]) -> None:
    """The truth beside every count."""
    print(
        "\n| rows | columns | span | d | k | KL | Var μ | Var μ / σ² | Jacobian | symmetries: d | equations |"
    )
    print("|" + "---|" * 11)
    for name, (latents, told) in found.items():
        truth, d = latents["truth"], told["dimension"]
        interval = str(d["value"]) if d["low"] == d["high"] else f"{d['value']} ({d['low']}-{d['high']})"
        plateaus = [none_as_dash(latents["plateau"][rule]) for rule in RULES]
        cells = [name, str(len(told["columns"])), str(span_of[name]), str(truth["dimension"])]
        cells += [str(truth["latents"]), *plateaus]
        print("| " + " | ".join([*cells, interval, str(len(told["constraints"]))]) + " |")
    print("\nright of all:", end=" ")
    for rule in RULES:
        values = [(t["plateau"][rule], t["truth"]) for t, _ in found.values()]
        dims = sum(v == truth["dimension"] for v, truth in values)
        codes = sum(v == truth["latents"] for v, truth in values)
        spans = sum(t["plateau"][rule] == span_of[name] for name, (t, _) in found.items())
        print(f"{rule} {dims} of {len(values)} dimensions, {codes} codes, {spans} spans;", end=" ")
    right = sum(s["dimension"]["value"] == t["truth"]["dimension"] for t, s in found.values())
    print(f"symmetries {right} of {len(found)} dimensions")


def print_over_beta(found: Mapping[str, tuple[Told, Told]], rule: str) -> None:
    """Counts at each beta, smallest to largest over seeds."""
    betas = next(iter(found.values()))[0]["betas"]
    print(f"\ncount by {rule}\n\n| rows | d | k | " + " | ".join(f"β = {b:g}" for b in betas) + " |")
    print("|" + "---|" * (3 + len(betas)))
    for name, (latents, _) in found.items():
        truth = latents["truth"]
        cells = [span(row) for row in latents["counts"][rule]]
        print(f"| {name} | {truth['dimension']} | {truth['latents']} | " + " | ".join(cells) + " |")


def print_relevance(found: Mapping[str, tuple[Told, Told]]) -> None:
    """At one beta, means over seeds: relevance of latent k, the last that a code needs, and of the next."""
    names = list(next(iter(found.values()))[0]["relevance"])
    print(f"\nrelevance at β = {SHOWN_BETA:g}: latent k (the last needed) / latent k + 1, means over seeds\n")
    print("| rows | k | " + " | ".join(names) + " |")
    print("|" + "---|" * (2 + len(names)))
    for name, (latents, _) in found.items():
        k, b = latents["truth"]["latents"], latents["betas"].index(SHOWN_BETA)
        cells = []
        for definition in names:
            mean = np.mean(latents["relevance"][definition][b], axis=0)
            cells.append(f"{mean[k - 1]:.2g} / {mean[k]:.2g}")
        print(f"| {name} | {k} | " + " | ".join(cells) + " |")


def draw(found: Mapping[str, tuple[Told, Told]], path: Path) -> None:
    """Every count of every training beside the truth, a line a data set."""
    from hepsym.report.page.style import COLOURS, INK, SERIES, SOFT, look, new_figure

    with look():
        figure = new_figure(6.4, 0.33 * len(found) + 1.5)
        axes = figure.subplots()
        for y, (latents, told) in enumerate(found.values()):
            truth = latents["truth"]
            counts, times = np.unique(np.ravel(latents["counts"]["kl"]), return_counts=True)
            axes.plot([counts[0], counts[-1]], [y, y], color=SOFT, lw=1.0, zorder=1)
            axes.scatter(
                counts, np.full(len(counts), y), s=8 + 110 * times / times.sum(), color=SOFT, zorder=2
            )
            plateau = latents["plateau"]
            axes.plot([truth["dimension"]] * 2, [y - 0.4, y + 0.4], color=INK, lw=2.2, zorder=5)
            for rule, marker, colour in (("kl", "o", SERIES[0]), ("jacobian", "s", SERIES[1])):
                if plateau[rule] is not None:
                    axes.scatter(
                        plateau[rule], y - 0.2 * (marker == "s"), marker=marker, s=30, color=colour, zorder=4
                    )
            axes.scatter(
                told["dimension"]["value"], y + 0.2, marker="x", s=42, color=SERIES[2], zorder=6, lw=1.6
            )
        for label, marker, colour in (
            ("relevant latents, every training", "o", SOFT), ("plateau of relevant latents", "o", SERIES[0]),
            ("plateau of the decoder's Jacobian", "s", SERIES[1]), ("hepsym symmetries", "x", SERIES[2]),
            ("true dimension", "|", INK),
        ):  # fmt: skip
            axes.scatter([], [], marker=marker, color=colour, label=label)
        axes.set_yticks(range(len(found)), list(found))
        axes.invert_yaxis()
        axes.set_xlabel("count")
        axes.locator_params(axis="x", integer=True)
        axes.grid(axis="x")
        figure.legend(loc="outside lower center", ncols=2)
        figure.savefig(path, metadata={"Date": None, "Creator": None})
    text = path.read_text(encoding="utf-8")
    for sentinel, (_, light, _) in COLOURS.items():
        text = text.replace(sentinel, light)
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Run, print, draw."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*")
    parser.add_argument("-o", "--out", type=Path, required=True)
    parser.add_argument("--figure", type=Path)
    asked = parser.parse_args()
    names = asked.names or [n.removeprefix(FOLDER) for n in study_names() if n.startswith(FOLDER)]
    run(names, asked.out)
    found = read(names, asked.out)
    print_counts(found, {name: linear_span(name, asked.out) for name in names})
    for rule in ("kl", "jacobian"):
        print_over_beta(found, rule)
    print_relevance(found)
    if asked.figure is not None:
        draw(found, asked.figure)


if __name__ == "__main__":
    main()
