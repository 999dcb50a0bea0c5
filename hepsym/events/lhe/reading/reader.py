"""How is a Les Houches file of unknown origin read? Every number checked, in bounded memory."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from hepsym.errors import InputError
from hepsym.events.event import Events, Provenance
from hepsym.events.lhe.header import CHECKSUM
from hepsym.events.lhe.reading.arrays import Pending
from hepsym.events.lhe.reading.blocks import Blocks
from hepsym.events.lhe.reading.lines import Lines
from hepsym.events.lhe.reading.preamble import Preamble, is_tag, read_preamble, skip_past
from hepsym.events.lhe.reading.single import SingleEvent, read_event, shown

__all__ = ["LheReader"]

ALL_ALIKE = 3
"""|IDWTUP| where every event counts the same."""
MOST_BYTES_BETWEEN, MOST_LINES_BETWEEN = 4 * 2**20, 100_000
_MORE = re.compile(rb"<event[ \t\r\n>]|<LesHouchesEvents")


class LheReader:
    """Iterate over a .lhe or .lhe.gz file as Events, a piece at a time.

    Any version of the format; comments, unknown tags, text after the end, Windows' line ends and
    Fortran's exponents are taken as they are. Columns: `mothers`, `colours`, `lifetimes`, `spins` per
    leg; `scale` (GeV), `aqed`, `aqcd`, `process_id`; `weight:ID` for each <wgt>; `weights` (n, k) for
    <weights>; `attribute:NAME` and `scales:NAME` for attributes of <event> and <scales> that are
    numbers. Of a foreign file's preamble all is kept in the provenance.

    Raises InputError with the event's number and line for what is damaged: no init block, counts that
    do not agree, text where a number belongs, values not finite, mothers that do not exist, an end
    that is missing, events after the end, and, where hepsym wrote the file, any byte that differs.
    Memory stays bounded by a piece of about 10^6 numbers, whatever the file says.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if self.path.is_dir() or not self.path.exists():
            what = "is a directory, not a file" if self.path.is_dir() else "does not exist"
            raise InputError(f"{self.path} {what}")

    def preamble(self) -> Preamble:
        """What the file says before its first event."""
        with Lines(self.path) as lines:
            return read_preamble(lines)

    @property
    def provenance(self) -> Provenance:
        """Where the events came from."""
        return self.preamble().provenance

    def __iter__(self) -> Iterator[Events]:
        with Lines(self.path) as lines:
            start = read_preamble(lines)
            pending = Pending(lines, start.provenance, start.columns, abs(start.scheme) == ALL_ALIKE)
            blocks = Blocks()
            while True:
                while blocks.take(lines, pending):
                    if pending.full:
                        yield pending.take()
                try:
                    event = _next(lines, pending, blocks, start)
                except InputError:
                    if len(pending):
                        pending.take()  # an earlier fault is the better thing to tell
                    raise
                if event is None:
                    break
                if pending.overflows(event):
                    yield pending.take()
                pending.add(event)
                if pending.full:
                    yield pending.take()
            if len(pending):
                yield pending.take()


def _next(lines: Lines, pending: Pending, blocks: Blocks, start: Preamble) -> SingleEvent | None:
    """Read on, and the next event; None at the end of the file, which is then checked."""
    size, first = 0, lines.number
    for line in lines:
        text = line.strip()
        if is_tag(text, b"event"):
            opened = lines.number
            event = read_event(text, lines, pending.taken + len(pending))
            lines.looked_at(lines.number - opened)
            if event.weights and not event.rwgt and len(event.weights) == len(names := start.listed()):
                event.rwgt, event.weights = dict(zip(names, event.weights, strict=True)), []
            blocks.expect(event)
            return event
        if text.startswith(b"</LesHouchesEvents"):
            if start.checksum:
                raise _changed(lines, "the comment with its checksum is missing")
            _nothing_follows(lines)
            return None
        if text.startswith(CHECKSUM.encode()):
            told = text[len(CHECKSUM) :][:8].decode("ascii", "replace")
            if told != f"{lines.checksum():08x}":
                raise _changed(lines, "its checksum does not agree")
            start.checksum = False
        elif text.startswith(b"<!--"):
            skip_past(lines, text, b"-->")
        elif text and not text.startswith((b"<", b"#")):
            raise lines.error(f"text between events, where <event> belongs: {shown(text)}")
        size += len(line) + 1
        if size > MOST_BYTES_BETWEEN or lines.number - first > MOST_LINES_BETWEEN:
            raise lines.error("neither an event nor the end for 4 MiB or 100000 lines")
    raise InputError(f"{lines.path} is cut short: </LesHouchesEvents> is missing at its end")


def _changed(lines: Lines, what: str) -> InputError:
    return lines.error(
        f"{what}: the file was damaged, or edited since hepsym wrote it (without its <hepsym> block and "
        "that comment it is read as any other program's)"
    )


def _nothing_follows(lines: Lines) -> None:
    """Text may follow the end, events may not. Reads on, so that gzip's own checksum is compared too."""
    passed = 0
    while True:
        if _MORE.search(lines.buffer, lines.at):
            raise lines.error(
                "events after </LesHouchesEvents>: several files put together? Convert each alone"
            )
        if passed > MOST_BYTES_BETWEEN:
            raise lines.error("more than 4 MiB of text after </LesHouchesEvents>")
        passed += len(lines.buffer) - lines.at
        lines.at = max(lines.at, len(lines.buffer) - 20)
        if not lines.more():
            return
