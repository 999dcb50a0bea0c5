"""`hepsym convert`: the same events in another format."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hepsym.cli._errors import one_line, reported
from hepsym.cli._output import print_json, progress_bar

app = typer.Typer()


@app.command()
def convert(
    source: Annotated[Path, typer.Argument(metavar="IN", help="An event file of any format, or a dataset.")],
    out: Annotated[
        Path, typer.Argument(help="A new file; its suffix names the format, none means a dataset.")
    ],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Copy events to another format, bit for bit, and say what the new format cannot hold.

    Of the suffix: .lhe .lhe.gz .hepmc .hepmc.gz .root (TTree) .rntuple.root .h5 .jetnet.h5 .parquet
    .npz, none for a dataset.

    Example:

        hepsym convert events.lhe.gz events.parquet
    """
    with reported():
        from hepsym.events.conversion import convert as convert_events

        with progress_bar("converting") as progress:
            done = convert_events(source, out, progress=progress)
        for what in done.dropped:
            print(f"hepsym: dropped: {one_line(what)}", file=sys.stderr)
        for what in done.doubts:
            print(f"hepsym: warning: {source}: {one_line(what)}; copied as it is", file=sys.stderr)
        if as_json:
            print_json(
                {
                    "file": out,
                    "format": done.format,
                    "events": done.events,
                    "dropped": done.dropped,
                    "warnings": done.doubts,
                }
            )
        else:
            print(f"{done.events} events of {source} -> {out}")
