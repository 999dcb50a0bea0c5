"""`hepsym merge`: the datasets of a run's parts become one."""

from pathlib import Path
from typing import Annotated

import typer

from hepsym.cli._errors import reported
from hepsym.cli._output import print_json

app = typer.Typer()


@app.command()
def merge(
    parts: Annotated[list[Path], typer.Argument(metavar="PART...", help="Datasets made with --shards.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The new dataset, a directory.")],
    check: Annotated[bool, typer.Option(help="Compare every file with its SHA-256 first.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Put the shards of datasets of one run side by side in a new one; files are linked, not copied.

    Example:

        hepsym merge part-* -o events
    """
    with reported():
        from hepsym.events.native import merge as merge_datasets

        merged = merge_datasets(parts, out, check=check)
        values = {
            "file": out,
            "parts": len(parts),
            "events": merged.events,
            "shards": len(merged.shards),
            "missing_shards": len(merged.missing),
            "complete": merged.complete,
            "cross_section_pb": merged.provenance.cross_section_pb,
            "cross_section_error_pb": merged.provenance.cross_section_error_pb,
        }
        if as_json:
            print_json(values)
            return
        print(f"{merged.events:,} events of {len(parts)} parts -> {out}, {len(merged.shards)} shards")
        if merged.missing:
            print(f"  {len(merged.missing)} shards are missing, from {merged.missing[0]} on")
