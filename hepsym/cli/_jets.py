"""`hepsym generate jets`: what differs from events of a process, and what is printed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hepsym.cli._output import print_json, progress_bar
from hepsym.errors import InputError

__all__ = ["make_jets"]


def make_jets(
    source: str,
    n: int,
    out: Path | None,
    settings: Sequence[str],
    *,
    seed: int,
    refused: dict[str, bool],
    workers: int | None,
    dask: str | None,
    shards: str | None,
    resume: bool,
    as_json: bool,
) -> None:
    """Make the jets and say what was made; `refused` are options that jets have no use for, if given."""
    from hepsym.events.native import parse_part
    from hepsym.generators.datasets.jet_card import CLASSES, load_jet_card
    from hepsym.generators.datasets.jets import generate_jets
    from hepsym.generators.production.crew import chosen_crew

    for option, reason in (
        ("--weighted", "jets are drawn without weights"),
        ("--threads", "Pythia needs a process of its own: use --workers"),
        ("--device", "Pythia runs on processors alone"),
        ("--dry-run", "the cross section comes from the collisions themselves: try -n 10"),
    ):
        if refused[option]:
            raise InputError(f"`generate jets` takes no {option}: {reason}")
    card = load_jet_card(source, settings)
    target = out if out is not None else Path(f"jets-{card.started_by}.h5")
    part = None if shards is None else parse_part(shards)
    with progress_bar("making jets") as progress:
        made = generate_jets(
            card, n, target, seed=seed, crew=chosen_crew(workers, dask), part=part, resume=resume,
            progress=progress,
        )  # fmt: skip
    values: dict[str, Any] = made.to_json()
    if as_json:
        print_json(values)
        return
    print(
        f"made {values['events']:,} jets of {CLASSES[card.started_by]}s, R = {card.R:g} -> {values['file']}"
    )
    print(f"  sqrt_s          {values['sqrt_s']:.10g} GeV, seed {values['seed']}")
    print(f"  hard process    {values['cross_section_pb']:.4g} +- {values['cross_section_error_pb']:.1g} pb")
    print(f"  mean mass       {values['mean_mass']:.2f} GeV")
    print(f"  time            {values['seconds']:.3g} s, {values['events_per_second']:.3g} jets/s")
