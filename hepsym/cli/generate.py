"""`hepsym generate`: events of a process into a file, with the cross section."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from hepsym.cli._completion import process_cards
from hepsym.cli._errors import reported
from hepsym.cli._jets import make_jets
from hepsym.cli._output import print_json, progress_bar

if TYPE_CHECKING:
    from hepsym.generators import Card
    from hepsym.generators.process import Generator

app = typer.Typer()


@app.command()
def generate(
    process: Annotated[
        str,
        typer.Argument(
            help="Card name or file, a string like 'e- e+ > mu- mu+', or `jets`.",
            autocompletion=process_cards,
        ),
    ],
    events: Annotated[int, typer.Option("--events", "-n", help="How many events.")] = 10_000,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="Where to; the suffix names the format, none is a native dataset."),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", help="Card key to change, key=value; may be repeated.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same events, however many threads.")] = 1,
    weighted: Annotated[
        bool, typer.Option("--weighted", help="Flat phase space with weights in pb.")
    ] = False,
    threads: Annotated[int | None, typer.Option(help="Threads; all cores by default.")] = None,
    workers: Annotated[
        int | None, typer.Option(help="Processes instead of threads (jets: all cores by default).")
    ] = None,
    dask: Annotated[
        str | None, typer.Option(help="Address of a Dask scheduler whose workers share this file system.")
    ] = None,
    shards: Annotated[
        str | None, typer.Option(help="a:b/n makes parts a to b-1 of a run in n parts, for batch systems.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Make the shards that OUT lacks.")] = False,
    device: Annotated[str, typer.Option(help="cpu or cuda (pairs of leptons; events to 4 ulp).")] = "cpu",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Cross section only; nothing is written.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")] = False,
) -> None:
    """Generate EVENTS of PROCESS into OUT, default PROCESS-events in the current directory.

    Example:

        hepsym generate ee2mumu -n 1000000 -o events --set sqrt_s=200
    """
    with reported():
        from hepsym.generators.cards.card import load_card
        from hepsym.generators.datasets.jet_card import is_jets

        if is_jets(process):
            refused = {"--weighted": weighted, "--threads": threads is not None, "--dry-run": dry_run,
                       "--device": device != "cpu"}  # fmt: skip
            make_jets(
                process, events, out, settings or [], seed=seed, refused=refused, workers=workers,
                dask=dask, shards=shards, resume=resume, as_json=as_json,
            )  # fmt: skip
            return
        card = load_card(process, settings or [])
        target = out if out is not None else Path(f"{card.name or 'hepsym'}-events")
        from hepsym.events import check_output
        from hepsym.events.native import parse_part
        from hepsym.generators.production.crew import chosen_crew
        from hepsym.generators.production.produce import generate_to, ready

        part = None if shards is None else parse_part(shards)
        if dry_run:
            if out is not None and not resume:
                check_output(out)
            filler = ready(
                card, events, target, seed=seed, weighted=weighted, threads=threads, part=part,
                resume=resume, crew=chosen_crew(workers, dask), device=device,
            )  # fmt: skip
            _say(_planned(card, events, target, seed, weighted, filler.generator), as_json)
            return
        with progress_bar("generating") as progress:
            made = generate_to(
                card, events, target, seed=seed, weighted=weighted, threads=threads,
                part=part, resume=resume, crew=chosen_crew(workers, dask), progress=progress,
                device=device,
            )  # fmt: skip
        _say(made.to_json(), as_json)


def _planned(
    card: "Card", events: int, target: Path, seed: int, weighted: bool, generator: "Generator"
) -> dict[str, Any]:
    exact = generator.cross_section()
    return {
        "process": card.name,
        "events": events,
        "file": str(target),
        "sqrt_s": card.sqrt_s,
        "cross_section_pb": exact.value_pb if exact.unit == "pb" else None,
        "cross_section_error_pb": exact.error_pb if exact.unit == "pb" else None,
        "seed": seed,
        "weighted": weighted,
        "dry_run": True,
        **generator.figures(),
    }


DOUBTFUL = 1e-4
"""p-value below which iterations of one integral do not look like estimates of one number."""


def _doubt(values: dict[str, Any]) -> None:
    """One line on stderr where the rate's error is likely too small."""
    p_value = values.get("chi2_p_value", 1.0)
    if p_value < DOUBTFUL:
        print(
            f"hepsym: note: the iterations of the integral disagree (chi2 per degree of freedom "
            f"{values['chi2_per_dof']:.3g}, p-value {p_value:.1g}): the rate's error is too small; "
            "try more integration.points or integration.adaptations",
            file=sys.stderr,
        )


def _say(values: dict[str, Any], as_json: bool) -> None:
    _doubt(values)
    if as_json:
        print_json(values)
        return
    done = "would make" if values.get("dry_run") else "made"
    print(f"{done} {values['events']:,} events of {values['process']} -> {values['file']}")
    print(f"  sqrt_s          {values['sqrt_s']:.10g} GeV, seed {values['seed']}")
    if values["cross_section_pb"] is not None:
        sigma, error = values["cross_section_pb"], values["cross_section_error_pb"]
        print(f"  cross section   {sigma:.8g} +- {error:.1g} pb")
    if "width_gev" in values:
        print(f"  width           {values['width_gev']:.8g} +- {values['width_error_gev']:.1g} GeV")
    if "forward_backward_asymmetry" in values:
        print(f"  A_FB            {values['forward_backward_asymmetry']:.6f}")
    if "seconds" in values:
        rate = values["events_per_second"]
        print(
            f"  time            {values['seconds']:.3g} s, {rate:.3g} events/s on {values['threads']} threads"
        )
