"""`hepsym compare`: are samples compatible with the first of them?"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from time import perf_counter
from typing import Annotated, Any

import typer

from hepsym.cli._errors import reported
from hepsym.cli._names import split_names
from hepsym.cli._output import p_equals, plain, print_json, progress_bar
from hepsym.errors import InputError

app = typer.Typer()

SHOWN = 12
"""Observables listed, the most different first; the JSON has all."""


@app.command()
def compare(
    files: Annotated[
        list[Path], typer.Argument(help="Two samples or more (event files, datasets, tables, runs).")
    ],
    observables: Annotated[
        list[str] | None,
        typer.Option(help="By name, with commas: 'pt(mu-),m(mu- mu+)'. May be repeated."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="New directory: page, numbers, histograms.")
    ] = None,
    bins: Annotated[int, typer.Option(help="Bins of each histogram, from 2 to 1000.")] = 50,
    alpha: Annotated[float, typer.Option(help="Family-wise p below this is a difference.")] = 0.01,
    seed: Annotated[int, typer.Option(min=0, help="Of the classifier and of simulated null laws.")] = 0,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser (with -o).")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Compare samples with the first one: chi-squared, Kolmogorov-Smirnov, a smooth test, a classifier.

    One p-value says how probable so large a difference is between samples of one law. The exit status is
    0 whether they are compatible or not.

    Example:

        hepsym compare pythia.lhe.gz ours -o comparison
    """
    with reported():
        from hepsym.events.disk.atomic import new_path

        start = perf_counter()
        if out is not None:
            new_path(out)
        elif show:
            raise InputError("--open shows the page that -o writes: give -o OUT too")
        names = None if observables is None else split_names(observables, "--observables")
        from hepsym.report.compare import compare as compared
        from hepsym.report.compare import write_comparison

        with progress_bar("comparing") as progress:
            comparison = compared(
                files, observables=names, bins=bins, alpha=alpha, seed=seed, progress=progress
            )
        told = plain(comparison.to_json())
        if out is not None:
            page = write_comparison(comparison, out, told)
            told |= {"out": str(out), "page": str(page)}
            if show:
                typer.launch(page.resolve().as_uri())
        told["seconds"] = perf_counter() - start
        if as_json:
            print_json(told)
        else:
            print("\n".join(summary(told)))


def summary(told: Mapping[str, Any]) -> Iterator[str]:
    """The result in words, line by line."""
    for one in told["comparisons"]:
        word = "compatible" if one["compatible"] else "DIFFERENT"
        yield f"{one['file']} against {told['reference']}: {word}, {p_equals(one['p_value'])}"
        heads = " ".join(f"{head:>9}" for head in ("p(chi2)", "p(KS)", "p(smooth)", "p(slope)"))
        yield f"  {'observable':<26} {'chi2/ndf':>14} {heads}"
        ordered = sorted(one["observables"].items(), key=lambda item: _smallest(item[1]))
        for name, v in ordered[:SHOWN]:
            ratio = f"{v['chi2']:.1f}/{v['ndf']}"
            p_values = " ".join(f"{v[key]:>9.2g}" for key in ("p_chi2", "p_ks", "p_smooth", "p_slope"))
            yield f"  {name:<26} {ratio:>14} {p_values}"
        if len(ordered) > SHOWN:
            yield f"  and {len(ordered) - SHOWN} more, less different"
        tests = one["histograms"]
        yield (
            f"  histograms: smallest of {tests['tests']} p-values {tests['smallest_p']:.2g}, "
            f"worth {p_equals(tests['p_value'])}"
        )
        if one["classifier"] is not None:
            c = one["classifier"]
            yield f"  classifier: AUC {c['auc']:.4f} ± {c['error']:.4f}, {p_equals(c['p_value'])}"
        if one["rate"] is not None:
            r = one["rate"]
            p = "not tested" if r["p_value"] is None else p_equals(r["p_value"])
            yield f"  rate: {r['rate']:.6g} pb over {r['reference']:.6g} pb = {r['ratio']:.6f}, {p}"
    if len(told["comparisons"]) > 1:
        yield f"All together: {p_equals(told['p_value'])}"
    yield from (f"note: {note}" for note in told["notes"])
    if "page" in told:
        yield f"page -> {told['page']}"


def _smallest(values: Mapping[str, Any]) -> float:
    return float(min(value for name, value in values.items() if name.startswith("p_")))
