"""`hepsym analyze`: which latents of a run matter, and which observables they follow."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from hepsym.cli._errors import reported
from hepsym.cli._output import print_json, progress_bar
from hepsym.errors import InputError

app = typer.Typer()

SHOWN = 5
"""Observables listed for each latent; the JSON has all."""


@app.command()
def analyze(
    run: Annotated[Path, typer.Argument(help="What `hepsym fit -o RUN` made.")],
    betas: Annotated[
        str | None, typer.Option(help="Betas of the sweep, increasing: 0.01,0.03,0.1 (default 0.001 to 0.3).")
    ] = None,
    seeds: Annotated[int, typer.Option(help="Trainings at each beta; 5 or more for an interval.")] = 5,
    alpha: Annotated[
        float, typer.Option(help="Chance of any latent being said to follow an observable it does not.")
    ] = 0.05,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Say how many latents are relevant, with an interval, and which observables each of them follows.

    Only events of the test split are used. The result is also written to RUN/analysis.json.

    Example:

        hepsym analyze run --betas 0.01,0.03,0.1,0.3 --seeds 5
    """
    with reported():
        chosen = None if betas is None else parse_betas(betas)
        from hepsym.report.run.analyze import analyze as analyze_run

        with progress_bar("analysing") as progress:
            found = analyze_run(run, betas=chosen, seeds=seeds, alpha=alpha, progress=progress)
        if as_json:
            print_json(found)
        else:
            print("\n".join(summary(found)))


def parse_betas(text: str) -> list[float]:
    """The numbers of "0.01,0.03,0.1". Raises InputError for anything else."""
    try:
        return [float(part) for part in text.split(",")]
    except ValueError:
        raise InputError(
            f"--betas {text!r}: give numbers with commas between them, such as 0.01,0.03,0.1"
        ) from None


def summary(found: Mapping[str, Any]) -> Iterator[str]:
    """The result in words, line by line."""
    relevant, this = found["relevant"], found["relevant"]["this_run"]
    if relevant["value"] is None:
        yield f"Relevant latents: not settled ({relevant['words']})."
    else:
        yield (
            f"Relevant latents: {relevant['value']} (interval {relevant['low']} to {relevant['high']}), "
            f"by {relevant['rule']}; {relevant['words']}."
        )
    yield f"In this run, at beta = {this['beta']:g}: {this['value']} of {this['latents']} latents."
    yield f"Caveat: {relevant['caveat']}"
    for index in relevant["indices"]:
        yield ""
        yield from _latent(found["latents"][index])
    yield ""
    yield from _recovered(found)
    yield ""
    yield (
        f"On {found['n_test']} test events that the training never saw, seed {found['seed']}. "
        f"Written to {Path(found['run']) / 'analysis.json'}."
    )


def _latent(latent: Mapping[str, Any]) -> Iterator[str]:
    kl, noise = latent["relevance"]["kl"], latent["relevance"]["variance_over_noise"]
    yield (
        f"z{latent['index']}: KL {_estimate(kl)} nat, signal over noise {_estimate(noise)}; "
        "follows, by mutual information:"
    )
    links = [link for link in latent["observables"] if link["follows"]]
    if not links:
        yield "    none of the observables"
    for link in links[:SHOWN]:
        told = link["mutual_information"]
        if link["spearman"] is not None:
            rank = f"Spearman {_estimate(link['spearman'])}, monotone R² {_estimate(link['monotone_r2'])}"
        else:
            rank = f"circular R² {_estimate(link['circular_linear'])}"
        yield f"    {link['name']:<24} {_estimate(told)} nat, {rank}, R² {_estimate(link['r2'])}"
    if len(links) > SHOWN:
        yield f"    and {len(links) - SHOWN} more"


def _recovered(found: Mapping[str, Any]) -> Iterator[str]:
    yield "From the relevant latents together, R² on held-out events:"
    if not found["recovered"]:
        yield "    nothing: no latent is relevant, or no observable varies"
    for r in sorted(found["recovered"], key=lambda r: -r["r2"]):
        yield f"    {r['observable']:<24} {r['r2']:.4f} ± {r['error']:.4f}"
    yield from (f"    {note}" for note in found["left_out"])


def _estimate(e: Mapping[str, Any]) -> str:
    if e["value"] is None:
        return "undefined"
    return f"{e['value']:.3g}" if e["error"] is None else f"{e['value']:.3g} ± {e['error']:.1g}"
