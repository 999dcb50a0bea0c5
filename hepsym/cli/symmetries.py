"""`hepsym symmetries`: the dimension of a table, the equations its rows obey, its symmetry generators."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from hepsym.cli._errors import reported
from hepsym.cli._names import split_names
from hepsym.cli._output import p_equals, print_json

app = typer.Typer()


@app.command()
def symmetries(
    file: Annotated[
        Path,
        typer.Argument(help="Event file, dataset, table (.csv .npy .npz .parquet .h5), or a run of `fit`."),
    ],
    columns: Annotated[
        str | None, typer.Option(help="Columns or observables, with commas between them (default: all).")
    ] = None,
    alpha: Annotated[float, typer.Option(help="Chance of any false claim in this run.")] = 0.01,
    scale: Annotated[
        float | None,
        typer.Option(help="What is thinner than this, in standard deviations of a column, counts as none."),
    ] = None,
    max_degree: Annotated[int, typer.Option(help="Highest degree of the equations looked for.")] = 3,
    noise: Annotated[
        float | None,
        typer.Option(help="Noise known to be in every column, in its standard deviations."),
    ] = None,
    trajectory: Annotated[
        str | None,
        typer.Option(help="Column that labels trajectories: what each of them keeps is looked for too."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Splits the rows into those that fit and those that test.")] = 1,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Make this directory: symmetries.html, symmetries.json."),
    ] = None,
    show: Annotated[bool, typer.Option("--open", help="Open the page in a browser (with -o).")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Say how many directions the rows fill, which equations hold, and which symmetries act.

    Works on any table of numbers, one row an event; of event files the momenta of the outgoing legs; of
    a run its data, with the decoder's Jacobian as further evidence.

    Example:

        hepsym symmetries events -o found --json
    """
    with reported():
        from hepsym.errors import InputError
        from hepsym.events.disk.atomic import new_path
        from hepsym.report.symmetries import find_symmetries, write_symmetries

        if out is not None:
            new_path(out)  # refused before the work, not after
        elif show:
            raise InputError("--open shows the page that -o writes: give -o OUT too")
        named = None if columns is None else split_names([columns], "--columns")
        found = find_symmetries(
            file, named, alpha=alpha, scale=scale, max_degree=max_degree, noise=noise,
            trajectory=trajectory, seed=seed,
        )  # fmt: skip
        page = None if out is None else write_symmetries(found, out)
        if as_json:
            print_json(found.told if page is None else {**found.told, "page": page})
        else:
            print("\n".join(summary(found.told)))
            if page is not None:
                print(f"page -> {page.resolve()}")
        if show and page is not None:
            typer.launch(page.resolve().as_uri())


def summary(told: Mapping[str, Any]) -> Iterator[str]:
    """The result in words, line by line."""
    d = told["dimension"]
    interval = "" if d["low"] == d["high"] else f" (from {d['low']} to {d['high']})"
    evidence = d["evidence"] if isinstance(d["evidence"], str) else "; ".join(map(str, d["evidence"]))
    yield f"Dimension: {d['value']}{interval} of {len(told['columns'])} columns, by {evidence}."
    yield from _scales(d.get("scales") or [])
    yield ""
    yield f"Equations that hold for every row: {len(told['constraints'])}"
    for c in told["constraints"]:
        known = {k: v for k, v in c["values"].items() if v["error"]}
        fixed = "; ".join(f"{k} = {v['value']:.6g} ± {v['error']:.2g}" for k, v in known.items())
        yield f"    {c['kind']:<22} {c['formula']}" + (f"   [{fixed}]" if fixed else "")
        p_value = p_equals(c["p_value"], ".1e")
        yield f"    {'':<22} residual {c['residual']:.1e} standard deviations, {p_value}"
    yield ""
    made, kept = told["generators"], told["density"]
    yield f"Generators of the {made['of']}: {made['count']}, algebra {made['algebra']}"
    word = "score" if made["of"] == "manifold" else "effect below"
    yield from (f"    {g['name']}" + _scored(word, g.get("score")) for g in made["basis"])
    if made["of"] == "manifold":
        yield f"Of these leave the density as it is: {kept['count']}, algebra {kept['algebra']}"
    if kept["undecided"]:
        yield f"Undecided, for want of rows: {kept['undecided']}"
    for b in told["broken"]:
        yield f"    broken: {b['name']}" + (
            "" if b["p_value"] is None else f" ({p_equals(b['p_value'], '.1e')})"
        )
    yield from _discrete(told.get("discrete") or [])
    yield from _conserved(told.get("conserved"))
    yield from _latent(told.get("latent"))
    yield from (f"Note: {note}." for note in told["notes"])
    yield f"On {told['n']} rows; the chance of any false claim is at most alpha = {told['alpha']:g}."


def _scales(scales: list[Mapping[str, Any]]) -> Iterator[str]:
    """The dimension at the finest scale, and the scales at which it changes."""
    before = None
    for at in sorted(scales, key=lambda s: float(s["scale"])):
        if before is None:
            yield f"    at {at['scale']:.2g} standard deviations of a column: {at['value']}"
        elif at["value"] != before:
            yield f"    above {at['scale']:.2g} standard deviations of a column: {at['value']}"
        before = at["value"]


def _conserved(found: Mapping[str, Any] | None) -> Iterator[str]:
    if found is not None:
        yield f"Kept by each of {found['trajectories']} trajectories: {found['count']}, of {found['library']}"
        for q in found["quantities"]:
            yield f"    {q['formula']} (share of its variance within them {q['within']:.1e})"


def _latent(found: Mapping[str, Any] | None) -> Iterator[str]:
    if found is not None and found["flows"]:
        kept = [f for f in found["flows"] if f["certified"]]
        yield (
            f"Flows of {len(found['used'])} latents that keep their density: {len(found['flows'])}, of which "
            f"decoded leave that of the rows: {len(kept)}"
        )
        yield from (
            f"    effect below {f['bound_latents']:.1e} on latents, {f['bound_rows']:.1e} on rows"
            for f in found["flows"]
        )


def _scored(word: str, score: float | None) -> str:
    return "" if score is None else f" ({word} {score:.1e})"


def _discrete(found: list[Mapping[str, Any]]) -> Iterator[str]:
    kept = [entry["name"] for entry in found if entry.get("certified")]
    if found:
        yield f"Discrete symmetries certified: {len(kept)} of {len(found)} tested"
        yield from (f"    {name}" for name in kept)
