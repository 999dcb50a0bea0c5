"""What does a Les Houches file of unknown origin say before its first event?"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from hepsym.errors import InputError
from hepsym.events.event import Provenance
from hepsym.events.lhe.header import BLOCK_CLOSE, BLOCK_OPEN, provenance_from_block
from hepsym.events.lhe.lines import Lines
from hepsym.events.lhe.numbers import number

__all__ = ["Preamble", "is_tag", "read_preamble", "skip_past"]

MOST_HEADER_BYTES = 64 * 2**20
MOST_LINES_BEFORE = 1000
MOST_PROCESSES = 10_000


@dataclass(frozen=True, slots=True)
class Preamble:
    """Where the events come from, and how their weights are meant."""

    provenance: Provenance
    columns: list[str] | None
    """Those that hepsym wrote; None for another program's file, of which all are kept."""
    scheme: int
    """IDWTUP"""


def is_tag(text: bytes, name: bytes) -> bool:
    """Whether a stripped line opens this tag: <init> or <init ...>, but not <initrwgt>."""
    return text.startswith(b"<" + name) and text[len(name) + 1 : len(name) + 2] in {b">", b" ", b"\t"}


def skip_past(source: Iterator[bytes], lines: Lines, text: bytes, end: bytes) -> int:
    """Pass over a comment until `end`; its size in bytes. Raises InputError where it does not end."""
    size = 0
    while end not in text:
        following = next(source, None)
        if following is None or size > MOST_HEADER_BYTES:
            raise lines.error(f"a comment that does not end ({end.decode()} is missing)")
        text = following
        size += len(text) + 1
    return size


def read_preamble(source: Iterator[bytes], lines: Lines) -> Preamble:
    """Read everything up to </init>. Raises InputError for what is no Les Houches file."""
    block = _read_opening(source, lines)
    provenance, scheme = _read_init(source, lines)
    own = provenance_from_block(block) if block is not None else None
    if own is None:
        return Preamble(provenance, None, scheme)
    return Preamble(own[0], own[1], scheme)


def _read_opening(source: Iterator[bytes], lines: Lines) -> str | None:
    """Everything before <init>; the text of the block that hepsym writes, if there is one."""
    size, opened, inside = 0, False, False
    block: list[bytes] | None = None
    for line in source:
        size += len(line) + 1
        text = line.strip()
        if size > MOST_HEADER_BYTES or (not opened and lines.number > MOST_LINES_BEFORE):
            break
        opened = opened or b"<LesHouchesEvents" in text
        if opened and is_tag(text, b"init"):
            return None if block is None else b"\n".join(block).decode("utf-8", "replace")
        if text == BLOCK_CLOSE.encode():
            inside = False
        elif text == BLOCK_OPEN.encode():
            inside, block = True, []
        elif inside and block is not None:
            block.append(line)
        elif text.startswith(b"<!--"):
            size += skip_past(source, lines, text, b"-->")
        elif b"<![CDATA[" in text:
            size += skip_past(source, lines, text, b"]]>")
    what = "no <init> block" if opened else "no <LesHouchesEvents> tag"
    raise InputError(f"{lines.path} is not a Les Houches event file, or it is damaged: it has {what}")


def _read_init(source: Iterator[bytes], lines: Lines) -> tuple[Provenance, int]:
    general = _numbers(source, lines, 10, "the first line of <init>")
    beams = (_whole(general[0], lines), _whole(general[1], lines))
    scheme, processes = _whole(general[8], lines), _whole(general[9], lines)
    if not 0 <= processes <= MOST_PROCESSES:
        raise lines.error(f"{processes} processes in <init>; between 0 and {MOST_PROCESSES} can be read")
    if abs(scheme) > 4:
        raise lines.error(f"weighting scheme IDWTUP = {scheme}; it is between -4 and 4")
    table = [_numbers(source, lines, 4, "a process line of <init>") for _ in range(processes)]
    for line in source:
        if line.strip().startswith(b"</init>"):
            break
        if is_tag(line.strip(), b"event"):
            raise lines.error("an <event> inside <init>: </init> is missing")
    else:
        raise lines.error("the file ends inside <init>")
    return _provenance(beams, general[2:4], table, scheme), scheme


def _numbers(source: Iterator[bytes], lines: Lines, count: int, what: str) -> list[float]:
    for line in source:
        tokens = line.split()
        if not tokens or tokens[0].startswith(b"#"):
            continue
        try:
            values = [number(token) for token in tokens[:count]]
        except ValueError:
            raise lines.error(f"{what} holds something that is not a finite number") from None
        if len(values) < count:
            raise lines.error(f"{what} has {len(values)} numbers instead of {count}")
        return values
    raise lines.error("the file ends inside <init>")


def _whole(value: float, lines: Lines) -> int:
    if value != int(value) or abs(value) >= 2**31:
        raise lines.error(f"{value:g} where <init> needs an integer")
    return int(value)


def _provenance(
    beams: tuple[int, int], energies: list[float], processes: list[list[float]], scheme: int
) -> Provenance:
    e1, e2 = energies
    sigma = sum(p[0] for p in processes)
    error = math.sqrt(sum(min(abs(p[1]), 1e150) ** 2 for p in processes))
    head_on = 0 < e1 < 1e150 and 0 < e2 < 1e150
    return Provenance(
        beams=beams if all(beams) else None,
        sqrt_s=2.0 * math.sqrt(e1) * math.sqrt(e2) if head_on else None,  # beam masses neglected
        cross_section_pb=sigma if processes and math.isfinite(sigma) else None,
        cross_section_error_pb=error if processes else None,
        weighted=abs(scheme) == 4,
    )
