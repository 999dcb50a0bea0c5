"""How do events go from one format to another, and what is lost on the way?"""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice

from hepsym.errors import InputError
from hepsym.events.event import Events
from hepsym.events.files import check_output, dropped, format_of, is_event_file, iterate, open_writer
from hepsym.events.validation import TEXT_TOLERANCE, faults_in

__all__ = ["Conversion", "convert"]

Path_ = str | os.PathLike[str]
MOST_DOUBTS = 5


@dataclass(frozen=True, slots=True)
class Conversion:
    """What was done."""

    format: str
    events: int
    dropped: tuple[str, ...]
    """What the new format could not hold, in words."""
    doubts: tuple[str, ...] = ()
    """What is wrong with the events of a file that has no checksum, the first few; they were copied as
    they stand there."""


def convert(source: Path_, out: Path_, *, progress: Callable[[int, int], None] | None = None) -> Conversion:
    """Copy all events of `source` to the new file `out`, a piece at a time; momenta bit for bit.

    The provenance goes along, with a line of history. Raises InputError, before any work where
    possible, for a source that is no event file or is damaged, and for an `out` that is taken or of
    no known format; RunError when the disk fails. Then nothing is left.
    """
    if not is_event_file(source):
        raise InputError(f"{source} is a plain table, not a file of events: it cannot be converted")
    check_output(out)
    lost: dict[str, None] = {}
    doubts: list[str] = []
    count = 0
    with open_writer(out) as writer:
        for events in iterate(source):
            lost |= dict.fromkeys(dropped(out, events))
            if format_of(source) == "lhe" and not events.provenance.versions:
                # another program's text: a digit that was changed shows in the kinematics alone
                found = faults_in(events, count, TEXT_TOLERANCE)
                doubts += islice(found, MOST_DOUBTS - len(doubts))
            writer.write(_with_history(events, source, out))
            count += len(events)
            if progress is not None:
                progress(count, 0)
    return Conversion(format_of(out), count, tuple(lost), tuple(doubts))


def _with_history(events: Events, source: Path_, out: Path_) -> Events:
    line = f"converted from {format_of(source)} to {format_of(out)}"
    past = events.provenance
    return replace(events, provenance=replace(past, history=(*past.history, line)))
