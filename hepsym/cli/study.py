"""`hepsym study`: a study card end to end, in one command."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from hepsym.cli._completion import study_cards
from hepsym.cli._errors import reported
from hepsym.cli._output import print_json, progress_bar

app = typer.Typer()


@app.command()
def study(
    card: Annotated[
        str,
        typer.Argument(
            help="Name of a shipped study, or a path to a study card.", autocompletion=study_cards
        ),
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Where to; default CARD-study.")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Card key to change, table.key=value; may be repeated.")
    ] = None,
    threads: Annotated[int | None, typer.Option(help="Threads; all cores by default.", min=1)] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Keep complete stages of OUT, do the rest.")
    ] = False,
    show: Annotated[bool, typer.Option("--open", help="Open the report in a browser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Run a study: generate events, fit a model, analyze its latents, write the report.

    Example:

        hepsym study ee2mumu -o demo --set fit.epochs=20
    """
    with reported():
        from hepsym.report.studies.kinds import load_any

        chosen = load_any(card, settings or [])
        target = out if out is not None else Path(f"{Path(chosen.name).name}-study")
        done = chosen.run(target, resume=resume, threads=threads, say=_say, bar=progress_bar)
        if as_json:
            print_json(done.to_json())
        else:
            print(f"report -> {done.report.resolve()}")
            print(f"  {done.found}")
            print(f"  {done.seconds:.0f} s; everything is in {done.out}")
        if show:
            typer.launch(done.report.resolve().as_uri())


def _say(line: str) -> None:
    print(f"hepsym study: {line}", file=sys.stderr, flush=True)
