"""How is a Les Houches file of unknown origin read? Every number checked, in bounded memory."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import unescape

from hepsym.errors import InputError
from hepsym.events.event import Events, Provenance
from hepsym.events.lhe.arrays import TOKENS_HEAD, TOKENS_PARTICLE, Pending
from hepsym.events.lhe.lines import Lines
from hepsym.events.lhe.numbers import number
from hepsym.events.lhe.preamble import Preamble, is_tag, read_preamble, skip_past

__all__ = ["LheReader"]

MOST_PARTICLES = 10_000
MOST_BYTES_AFTER = 4 * 2**20
ALL_ALIKE = 3
"""|IDWTUP| where every event counts the same."""
_WEIGHT = re.compile(rb"""<wgt\s+id\s*=\s*(?:'([^'<>]*)'|"([^"<>]*)")\s*>([^<>]*)</wgt>""")


class LheReader:
    """Iterate over a .lhe or .lhe.gz file as Events, a piece at a time.

    Any version of the format; comments, unknown tags, text after the end and Fortran's exponents
    are taken as they are. Of the header of a foreign file beams, sqrt_s (2 sqrt(E1 E2)) and cross
    section are kept. Columns: `mothers`, `colours`, `lifetimes`, `spins` per leg; `scale` (GeV),
    `aqed`, `aqcd`, `process_id`; `weight:ID` for each <wgt>; `weights` (n, k) for <weights>.

    Raises InputError with the event's number and line for what is damaged: no init block, counts that
    do not agree, text where a number belongs, values not finite, mothers that do not exist, an end
    that is missing. Memory stays bounded by a piece of about 10^6 numbers, whatever the file says.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        if self.path.is_dir() or not self.path.exists():
            what = "is a directory, not a file" if self.path.is_dir() else "does not exist"
            raise InputError(f"{self.path} {what}")

    def preamble(self) -> Preamble:
        """What the file says before its first event."""
        lines = Lines(self.path)
        return read_preamble(iter(lines), lines)

    @property
    def provenance(self) -> Provenance:
        """Where the events came from."""
        return self.preamble().provenance

    def __iter__(self) -> Iterator[Events]:
        lines = Lines(self.path)
        source = iter(lines)
        start = read_preamble(source, lines)
        pending = Pending(lines, start.provenance, start.columns, abs(start.scheme) == ALL_ALIKE)
        for line in source:
            text = line.strip()
            if is_tag(text, b"event"):
                _read_event(source, lines, pending)
                if pending.full:
                    yield pending.take()
            elif text.startswith(b"</LesHouchesEvents"):
                if len(pending):
                    yield pending.take()
                return
            elif text.startswith(b"<!--"):
                skip_past(source, lines, text, b"-->")
            elif text and not text.startswith((b"<", b"#")):
                raise lines.error(f"text between events, where <event> belongs: {_shown(text)}")
        if len(pending):
            pending.take()  # a fault before the end is the better thing to tell
        raise InputError(f"{self.path} is cut short: </LesHouchesEvents> is missing at its end")


def _read_event(source: Iterator[bytes], lines: Lines, pending: Pending) -> None:
    event = pending.taken + len(pending)
    head = _tokens(source, lines, TOKENS_HEAD, event)
    first_line = lines.number
    try:
        count = int(head[0])
    except ValueError:
        raise lines.error(f"event {event}: {_shown(head[0])} is not a number of particles") from None
    if not 1 <= count <= MOST_PARTICLES or b"_" in head[0]:
        raise lines.error(f"event {event}: {_shown(head[0])} particles; 1 to {MOST_PARTICLES} can be read")
    particles: list[bytes] = []
    for _ in range(count):
        particles += _tokens(source, lines, TOKENS_PARTICLE, event)
    rwgt, weights = _read_rest(source, lines, event)
    pending.add(head, particles, first_line, rwgt, weights)


def _tokens(source: Iterator[bytes], lines: Lines, count: int, event: int) -> list[bytes]:
    """The numbers of the next line that is neither empty nor a comment."""
    for line in source:
        tokens = line.split()
        if len(tokens) == count and tokens[0][0] not in b"#<" and b"_" not in line:
            return tokens
        if not tokens or tokens[0].startswith(b"#"):
            continue
        if len(tokens) > count and tokens[count].startswith(b"#") and b"_" not in b"".join(tokens[:count]):
            return tokens[:count]
        raise lines.error(
            f"event {event}: {count} numbers belong here, found {len(tokens)}: {_shown(line.strip())}"
        )
    raise lines.error(f"the file ends inside event {event}")


def _read_rest(source: Iterator[bytes], lines: Lines, event: int) -> tuple[dict[str, float], list[float]]:
    """What follows the particles: comments, <rwgt>, <weights>, tags of other programs."""
    rwgt: dict[str, float] = {}
    weights: list[float] = []
    size = 0
    listing = False
    for line in source:
        text = line.strip()
        if text == b"</event>":
            return rwgt, weights
        size += len(line) + 1
        if size > MOST_BYTES_AFTER:
            raise lines.error(f"event {event}: more than {MOST_BYTES_AFTER} bytes after its particles")
        if is_tag(text, b"event") or text.startswith((b"</LesHouchesEvents", b"<LesHouchesEvents")):
            raise lines.error(f"event {event} does not end: {_shown(text)} before </event>")
        try:
            if text.startswith(b"<wgt"):
                _add_weight(text, rwgt)
            elif text.startswith(b"<!--"):
                size += skip_past(source, lines, text, b"-->")
            elif listing or is_tag(text, b"weights"):
                listing = b"</weights>" not in text
                inner = text.removeprefix(b"<weights>").split(b"</weights>")[0]
                weights += [number(token) for token in inner.split()]
            elif text and _is_numeric(text):
                raise lines.error(f"event {event}: more lines of numbers than the particles it announces")
        except ValueError as error:
            if isinstance(error, InputError):
                raise
            raise lines.error(
                f"event {event}: a weight that is not a finite number: {_shown(text)}"
            ) from None
    raise lines.error(f"the file ends inside event {event}")


def _add_weight(text: bytes, rwgt: dict[str, float]) -> None:
    match = _WEIGHT.match(text)
    if match is None:
        raise ValueError
    name = (match[1] if match[1] is not None else match[2]).strip().decode("utf-8", "replace")
    rwgt[unescape(name, {"&quot;": '"', "&apos;": "'"})] = number(match[3].strip())


def _is_numeric(text: bytes) -> bool:
    return len(text.split()) == TOKENS_PARTICLE and text[:1] in b"0123456789+-."


def _shown(text: bytes) -> str:
    shown = text[:40].decode("ascii", "replace")
    return repr(shown) + ("..." if len(text) > 40 else "")
