"""Is the text of a HepMC3 event sound? Looked at before pyhepmc, whose reader trusts what it reads."""

import math
from collections.abc import Iterator
from itertools import chain

from hepsym.errors import InputError
from hepsym.events.hepmc.record import LONGEST_LINE
from hepsym.events.lhe.reading.lines import Lines

__all__ = ["event_texts", "read_opening"]

VERSION, START, END = (
    b"HepMC::Version",
    b"HepMC::Asciiv3-START_EVENT_LISTING",
    b"HepMC::Asciiv3-END_EVENT_LISTING",
)
MOST_HEADER_BYTES = 8 * 2**20
MOST_EVENT_BYTES = 32 * 2**20
MOST_PARTICLES = 1_000_000
UNITS = {(b"GEV", b"MM"), (b"GEV", b"CM"), (b"MEV", b"MM"), (b"MEV", b"CM")}


def read_opening(lines: Lines) -> tuple[bytes, int, bytes]:
    """Everything before the first event, how many weights events have (0: not told), the first event's line.

    Raises InputError for what is no HepMC3 file.
    """
    header: list[bytes] = []
    size, weights = 0, 0
    first = b""
    for line in lines:
        if line.startswith((b"E ", END)):
            first = line
            break
        size += len(line) + 1
        _refuse_unreadable(line, lines)
        if header and b"IO_GenEvent" in line:
            raise InputError(f"{lines.path} is HepMC2 (IO_GenEvent): only HepMC3's own format can be read")
        wanted = (VERSION, START)[len(header)] if len(header) < 2 else b""
        if not line.strip() and not header:
            continue
        if not line.startswith(wanted) or size > MOST_HEADER_BYTES:
            raise InputError(
                f"{lines.path} is not a HepMC3 file, or it is damaged: {wanted.decode()} is missing"
            )
        if line.startswith(b"W "):
            weights = line.count(b"\\|") + 1
        elif len(header) >= 2 and line.strip() and line[:2] not in {b"A ", b"T ", b"N "}:
            raise lines.error("a line that belongs into no HepMC3 run")
        tool = line.startswith(b"T ") and line.count(b"\\|") < 2  # name, version and description
        if tool or (line.startswith(b"A ") and line.count(b" ") < 2):
            raise lines.error("a tool or an attribute of the run that is not whole")
        header.append(line.rstrip(b"\r"))
    if len(header) < 2:
        raise InputError(f"{lines.path} is not a HepMC3 file, or it is damaged: {START.decode()} is missing")
    return b"\n".join(header) + b"\n", weights, first


def event_texts(lines: Lines, weights: int, first: bytes) -> Iterator[bytes]:
    """The text of each event, checked, up to the end of the listing, which must be there."""
    event: list[bytes] = []
    size, count = 0, 0
    for line in chain([first] if first else [], lines):
        if line.startswith((b"E ", END)):
            if event:
                _check(event, weights, f"{lines.path}, event {count} (before line {lines.number})")
                yield b"\n".join(event) + b"\n"
                count += 1
            event, size = [], 0
            if line.startswith(END):
                _nothing_follows(lines)
                return
        elif not event and line.strip():
            raise lines.error("text between events, where E belongs")
        if line.strip():
            _refuse_unreadable(line, lines)
            event.append(line.rstrip(b"\r"))
        size += len(line)
        if size > MOST_EVENT_BYTES:
            raise lines.error(f"event {count} is longer than {MOST_EVENT_BYTES} bytes")
    raise InputError(f"{lines.path} is cut short: {END.decode()} is missing at its end")


def _refuse_unreadable(line: bytes, lines: Lines) -> None:
    """What pyhepmc's reader takes for the end of a text, and then reads past it or prints on stdout."""
    if b"\0" in line:
        raise lines.error("a byte of zeros, such as a lost sector leaves")
    end = line.rstrip(b"\r")
    if (len(end) - len(end.rstrip(b"\\"))) % 2:
        raise lines.error("a backslash with nothing after it")
    if len(line) > LONGEST_LINE:
        raise lines.error(f"a line of {len(line)} bytes; HepMC3's reader takes {LONGEST_LINE}")


def _nothing_follows(lines: Lines) -> None:
    for line in lines:
        if line.strip():
            raise lines.error("text after the end of the listing: several files put together?")


def _check(event: list[bytes], weights: int, where: str) -> None:
    try:
        _look(event, weights)
    except (ValueError, IndexError) as error:
        raise InputError(f"{where}: {error or 'a line is not as HepMC3 has it'}") from None


def _look(event: list[bytes], weights: int) -> None:
    """Raise ValueError for counts that do not agree, unknown particles or vertices, numbers not finite."""
    head = event[0].split()
    vertices, particles = int(head[2]), int(head[3])
    if not 0 <= vertices <= particles <= MOST_PARTICLES or particles < 1:
        raise ValueError(f"{vertices} vertices and {particles} particles cannot be")
    if len(head) != 4:
        _position(head[4:])
    seen, units, weighed = 0, 0, 0
    known, origins, ended = set[int](), set[int](), set[int]()
    for line in event[1:]:
        tokens = line.split()
        if line[:2] == b"P ":
            seen += 1
            parent, numbers = int(tokens[2]), [float(t) for t in tokens[4:9]]
            if int(tokens[1]) != seen or len(tokens) != 10 or not all(map(math.isfinite, numbers)):
                raise ValueError(f"particle {seen} is not as it should be")
            if not -vertices <= parent < seen or abs(int(tokens[3])) >= 2**31 or abs(int(tokens[9])) >= 2**31:
                raise ValueError(f"particle {seen} comes from what is not there, or has an impossible code")
            if parent:
                origins.add(parent)
        elif line[:2] == b"V ":
            vertex = int(tokens[1])
            inside = tokens[3].strip(b"[]")
            ins = [int(t) for t in inside.split(b",")] if inside else []
            if not -vertices <= vertex < 0 or vertex in known or not all(1 <= i <= seen for i in ins):
                raise ValueError(f"vertex {vertex} is not as it should be")
            if abs(int(tokens[2])) >= 2**31 or not (tokens[3][:1] == b"[" and tokens[3][-1:] == b"]"):
                raise ValueError(f"vertex {vertex} is not as it should be")
            if len(tokens) > 4:
                _position(tokens[4:])
            known.add(vertex)
            ended.update(ins)
        elif line[:2] == b"W ":
            sound = all(math.isfinite(float(t)) for t in tokens[1:]) and weights in {0, len(tokens) - 1}
            if not sound or weighed:  # a second such line makes pyhepmc print on stdout
                raise ValueError(f"{len(tokens) - 1} weights; {weights} finite ones belong here")
            weighed += 1
        elif line[:2] == b"U ":
            if tuple(tokens[1:]) not in UNITS:
                raise ValueError("units that are none")
            units += 1
        elif line[:2] == b"A ":
            if not -vertices <= int(tokens[1]) <= particles or line.count(b" ") < 3:
                raise ValueError("an attribute of what is not there")
        else:
            raise ValueError("a line that belongs into no event")
    # What follows pyhepmc finds too, but it says so on stdout, beside our JSON.
    lost = {o for o in origins if o < 0} - known
    if lost:
        raise ValueError(f"vertex {max(lost)}, where particles come from, is not there")
    there = len(known) + len({o for o in origins if o > 0} - ended)  # a vertex of one mother may go unnamed
    if there != vertices:
        raise ValueError(f"{there} vertices of {vertices} are there")
    if seen != particles or units != 1 or (weights and not weighed):
        raise ValueError(f"{seen} particles of {particles} are there, or units or weights are missing")


def _position(tokens: list[bytes]) -> None:
    if len(tokens) != 5 or tokens[0] != b"@" or not all(math.isfinite(float(t)) for t in tokens[1:]):
        raise ValueError("a position that is none")
