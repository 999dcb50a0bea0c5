"""What goes with `hepsym fit --online`, and which stream does the training draw from?"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hepsym.cli._output import progress_bar
from hepsym.errors import InputError

if TYPE_CHECKING:
    from hepsym.models import FitResult, FitSettings

__all__ = ["fit_online", "refuse_online_options"]

EPOCH_EVENTS, KEPT_ROWS = 1_000_000, 100_000


def refuse_online_options(
    files: Sequence[Path] | None, card_settings: Sequence[str] | None, epoch_events: int | None
) -> None:
    """Raise InputError for a fit of files that has none, or that has options of --online."""
    for name, value in (("--card-set", card_settings), ("--epoch-events", epoch_events)):
        if value:
            raise InputError(f"{name} belongs to --online PROCESS: leave it out for a fit of files")
    if not files:
        raise InputError("no data to fit: give FILES, or --online PROCESS for events made while training")


def fit_online(
    process: str,
    card_settings: Sequence[str],
    files: Sequence[Path],
    columns: Sequence[str] | None,
    settings: "FitSettings",
    out: Path,
    *,
    rows: int | None,
    epoch_events: int | None,
    resume: bool,
) -> "FitResult":
    """Train on the stream of the process. Raises InputError for what does not go together."""
    from hepsym import models
    from hepsym.events.table import events_table
    from hepsym.generators import load_card
    from hepsym.generators.production.stream import KEPT, EventStream
    from hepsym.models.family import Family
    from hepsym.models.registry import family

    if files:
        raise InputError(f"--online {process} makes its own events: leave {files[0]} out, or --online")
    kind = family(settings.model)
    if type(kind).read is not Family.read or kind.labelled:
        raise InputError(
            f"model {settings.model} does not learn from the columns of events alone: fit it to files, "
            "without --online"
        )
    kind.check(settings)
    kept = KEPT_ROWS if rows is None else rows
    epoch_rows = EPOCH_EVENTS if epoch_events is None else epoch_events
    if kept < 1 or epoch_rows < 1:
        raise InputError(f"rows = {kept} and epoch-events = {epoch_rows} must be at least 1")
    if epoch_rows * settings.epochs > KEPT:
        raise InputError(
            f"{settings.epochs} epochs of {epoch_rows} events are more than the {KEPT} of a stream: "
            "give fewer"
        )
    stream = EventStream(load_card(process, card_settings), settings.seed, columns)
    table = events_table(stream.kept(kept), columns)
    with progress_bar("training") as progress:
        return models.fit(
            table.values, table.names, settings, out, source=stream.to_json(),
            drop_constant=columns is None, resume=resume, progress=progress,
            stream=stream, epoch_rows=epoch_rows,
        )  # fmt: skip
