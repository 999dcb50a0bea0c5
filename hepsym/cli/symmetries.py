"""`hepsym symmetries`: the dimension of a table, the equations its rows obey, its symmetry generators."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from hepsym.cli._errors import reported
from hepsym.cli._output import print_json

if TYPE_CHECKING:
    from hepsym.analysis.symmetries import Discovery

app = typer.Typer()


@app.command()
def symmetries(
    file: Annotated[Path, typer.Argument(help="Event file, dataset, or table (.csv .npy .npz .parquet).")],
    columns: Annotated[
        str | None, typer.Option(help="Columns or observables, with commas between them (default: all).")
    ] = None,
    alpha: Annotated[float, typer.Option(help="Chance of any false claim in this run.")] = 0.01,
    scale: Annotated[
        float | None,
        typer.Option(help="What is thinner than this, in standard deviations of a column, counts as none."),
    ] = None,
    max_degree: Annotated[int, typer.Option(help="Highest degree of the equations looked for: 1 or 2.")] = 2,
    seed: Annotated[int, typer.Option(help="Splits the rows into those that fit and those that test.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Say how many directions the rows fill, which equations hold, and which symmetries act.

    Works on any table of numbers, one row an event; of event files the momenta of the outgoing legs.

    Example:

        hepsym symmetries events --json
    """
    with reported():
        from hepsym.analysis.symmetries import discover
        from hepsym.events import read_table

        table = read_table(file, split_names(columns))
        found = discover(
            table.values, table.names, alpha=alpha, scale=scale, max_degree=max_degree, seed=seed
        )
        if as_json:
            print_json(found.to_json())
        else:
            print("\n".join(summary(found)))


def split_names(text: str | None) -> list[str] | None:
    """The names of "a,b(c,d),e": commas within brackets do not part them."""
    if text is None:
        return None
    parts, depth = [""], 0
    for letter in text:
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part.strip() for part in parts]


def summary(found: "Discovery") -> Iterator[str]:
    """The result in words, line by line."""
    d = found.dimension
    interval = "" if d.low == d.high else f" (from {d.low} to {d.high})"
    yield f"Dimension: {d.value}{interval} of {len(found.columns)} columns, by {d.evidence}."
    yield ""
    yield f"Equations that hold for every row: {len(found.constraints)}"
    for c in found.constraints:
        fixed = "; ".join(f"{k} = {v:.6g} ± {e:.2g}" for k, (v, e) in c.values.items() if e > 0)
        yield f"    {c.kind:<22} {c.formula}" + (f"   [{fixed}]" if fixed else "")
        yield f"    {'':<22} residual {c.residual:.1e} standard deviations, p = {c.p_value:.1e}"
    yield ""
    yield f"Generators of the {found.of}: {len(found.generators)}, algebra {found.algebra}"
    yield from (
        f"    {g.name} ({'score' if found.of == 'manifold' else 'effect below'} {g.score:.1e})"
        for g in found.generators
    )
    kept = found.density
    if found.of == "manifold":
        yield f"Of these leave the density as it is: {kept['count']}, algebra {kept['algebra']}"
    if kept["undecided"]:
        yield f"Undecided, for want of rows: {kept['undecided']}"
    for b in found.broken:
        told = "" if b["p_value"] is None else f" (p = {b['p_value']:.1e})"
        yield f"    broken: {b['name']}{told}"
    yield from (f"Note: {note}." for note in found.notes)
    yield f"On {found.n} rows; the chance of any false claim is at most alpha = {found.alpha:g}."
