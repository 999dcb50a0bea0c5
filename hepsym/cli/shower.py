"""`hepsym shower`: hard events to hadrons, through Pythia."""

from pathlib import Path
from typing import Annotated

import typer

from hepsym.cli._errors import reported
from hepsym.cli._output import print_json, progress_bar

app = typer.Typer()


@app.command()
def shower(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="Hard events, LHE as a rule.")],
    out: Annotated[
        Path,
        typer.Option("--out", "-o", help=".hepmc[.gz]: whole records. Else: beams and final particles."),
    ],
    events: Annotated[int | None, typer.Option("--events", "-n", help="How many; all by default.")] = None,
    hadrons: Annotated[
        bool, typer.Option("--hadrons/--partons", help="Hadronise, or end with the shower's partons.")
    ] = True,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="A setting of Pythia, e.g. Tune:pp=14; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same showers.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Shower and hadronise the events of FILE with Pythia 8; weights and cross section are FILE's.

    Example:

        hepsym shower events.lhe -o events.hepmc.gz --set PartonLevel:MPI=off
    """
    with reported():
        from hepsym.generators.showers.shower import shower as shower_events

        with progress_bar("showering") as progress:
            done = shower_events(
                source, out, n=events, seed=seed, hadrons=hadrons, settings=settings or [], progress=progress
            )
        if as_json:
            print_json(done.to_json())
            return
        lost = f", {done.given_up} given up" if done.given_up else ""
        print(f"{done.events} events of {source} -> {out}{lost}")
        print(f"  final particles {done.particles:.1f} per event, {done.weights} weights, seed {seed}")
        print(f"  time            {done.seconds:.3g} s, {done.events_per_second:.3g} events/s")
