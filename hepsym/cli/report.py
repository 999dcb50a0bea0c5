"""`hepsym report`: a run's report, one HTML file."""

from pathlib import Path
from typing import Annotated

import typer

from hepsym.cli._errors import reported
from hepsym.cli._output import print_json

app = typer.Typer()


@app.command()
def report(
    run: Annotated[Path, typer.Argument(help="The directory that `hepsym fit -o` made.")],
    show: Annotated[bool, typer.Option("--open", help="Open the report in a browser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Write RUN/report.html: what was generated, learned and found, in one file that needs no network.

    Example:

        hepsym report run --open
    """
    with reported():
        from hepsym.report.run.compose import found_in, write

        page = write(run).resolve()
        found = found_in(run)
        if as_json:
            print_json({"run": run, "report": page, "bytes": page.stat().st_size, "found": found})
        else:
            print(f"report -> {page}")
            print(f"  {found}")
        if show:
            typer.launch(page.as_uri())
