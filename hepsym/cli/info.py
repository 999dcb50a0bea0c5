"""`hepsym info`: what an event file holds and where it came from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hepsym.cli._errors import reported
from hepsym.cli._output import print_json, progress_bar

if TYPE_CHECKING:
    from hepsym.events.summary import Summary

app = typer.Typer()


@app.command()
def info(
    file: Annotated[Path, typer.Argument(help="An event file of any format, a dataset, or a table.")],
    digest: Annotated[
        bool, typer.Option("--digest", help="SHA-256 of the momenta, whatever the format and the shards.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Say what a file of events holds: legs, masses, balance, weights, and where it came from.

    Example:

        hepsym info events.lhe.gz --digest
    """
    with reported():
        from hepsym import events
        from hepsym.events.summary import summarize

        if not events.is_event_file(file):
            _table(file, as_json)
            return
        with progress_bar("reading") as progress:
            found = summarize(file, digest=digest, progress=progress)
        if as_json:
            print_json(found.to_json())
        else:
            print("\n".join(_lines(found)))


def _table(file: Path, as_json: bool) -> None:
    from hepsym import events

    table = events.read_table(file)
    told: dict[str, Any] = {
        "file": str(file),
        "format": "table",
        "rows": len(table),
        "columns": list(table.names),
        "constant_columns": table.constant_columns(),
    }
    if as_json:
        print_json(told)
        return
    print(f"{file}: a table of {len(table)} rows and {len(table.names)} columns")
    for i, name in enumerate(table.names):
        column = table.values[:, i]
        print(f"  {name}: {column.min():g} to {column.max():g}, mean {column.mean():g}")


def _lines(found: "Summary") -> list[str]:
    lines = [f"{found.file}: {found.events} events ({found.format})"]
    for leg in found.legs:
        mass = "its own in every event" if leg["mass"] is None else f"{leg['mass']:.10g} GeV"
        lines.append(f"  {leg['name']:<8} {leg['status']:<12} mass {mass}")
    if found.particles:
        counts = ", ".join(f"{count} {name}" for name, count in sorted(found.particles.items()))
        lines.append(f"  particles: {counts}")
    if found.columns:
        lines.append(f"  columns: {', '.join(found.columns)}")
    if found.sqrt_s is not None:
        lines.append(f"sqrt_s              {found.sqrt_s:.10g} GeV")
    if found.balance is not None:
        lines.append(f"max |sum p|/sqrt_s  {found.balance:.2g}")
    lines.append(f"max |p^2-m^2|/E^2   {found.off_shell:.2g}")
    if found.weighted:
        lines.append(
            f"weights             sum {found.sum_weights:.10g}, of squares {found.sum_weights_squared:.10g}"
        )
    if found.digest is not None:
        lines.append(f"sha256 of momenta   {found.digest}")
    return lines + _origin(found)


def _origin(found: "Summary") -> list[str]:
    p = found.provenance
    lines = []
    if p.process:
        lines.append(f"process             {p.process}")
    if p.seed is not None:
        lines.append(f"seed                {p.seed}")
    if p.cross_section_pb is not None:
        error = p.cross_section_error_pb
        lines.append(f"cross section       {p.cross_section_pb:.8g}{f' +- {error:.2g}' if error else ''} pb")
    if p.versions:
        lines.append(f"made by             {', '.join(f'{k} {v}' for k, v in p.versions.items())}")
    lines += [f"history             {line}" for line in p.history]
    if p.card:
        lines += ["card", *(f"  {line}" for line in p.card.splitlines())]
    return lines
