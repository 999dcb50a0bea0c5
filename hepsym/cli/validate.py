"""`hepsym validate`: is an event file what it claims to be."""

from pathlib import Path
from typing import Annotated

import typer

from hepsym.cli._errors import FAILED, reported
from hepsym.cli._output import print_json

app = typer.Typer()


@app.command()
def validate(
    file: Annotated[Path, typer.Argument(help="An event file of any format, or a dataset.")],
    tolerance: Annotated[
        float | None,
        typer.Option(min=0.0, help="Allowed imbalance over the energy, and distance off shell over E^2."),
    ] = None,
    most: Annotated[int, typer.Option("--max", min=1, help="Print so many faults; all are counted.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Check an event file: complete, finite, on shell, balanced. Exit status 1 where it is at fault.

    One line for every fault, with its event's number (from 0). The tolerance is 1e-9, and 1e-6 for
    LHE files of other programs, which have fewer digits.

    Example:

        hepsym validate events.lhe --tolerance 1e-6
    """
    with reported():
        from hepsym import events

        found = events.validate(file, tolerance=tolerance, most=most)
        if as_json:
            print_json(
                {
                    "file": file,
                    "events": found.events,
                    "good": found.good,
                    "fault_count": found.count,
                    "faults": found.faults,
                }
            )
        else:
            for fault in found.faults:
                print(fault)
            if found.count > len(found.faults):
                print(f"... and {found.count - len(found.faults)} more")
            verdict = "no fault found" if found.good else f"{found.count} faults"
            print(f"{file}: {found.events} events, {verdict}")
        if not found.good:
            raise typer.Exit(FAILED)
