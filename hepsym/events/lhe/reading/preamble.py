"""What does a Les Houches file of unknown origin say before its first event?"""

import math
import re
from dataclasses import dataclass, replace

from hepsym.errors import InputError
from hepsym.events.event import Provenance
from hepsym.events.lhe.header import BLOCK_CLOSE, BLOCK_OPEN, provenance_from_block
from hepsym.events.lhe.reading.lines import Lines
from hepsym.events.lhe.reading.numbers import number
from hepsym.events.lhe.weight_groups import read_tools, read_weight_groups, without_weight_groups

__all__ = ["Preamble", "is_tag", "read_preamble", "skip_past"]

MOST_HEADER_BYTES, MOST_HEADER_LINES = 16 * 2**20, 400_000
MOST_LINES_BEFORE = 1000
MOST_PROCESSES = 10_000
MOST_KEPT_HEADER = 4 * 2**20
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(slots=True)
class Preamble:
    """Where the events come from, and how their weights are meant."""

    provenance: Provenance
    columns: list[str] | None
    """Those that hepsym wrote; None for another program's file, of which all are kept."""
    scheme: int
    """IDWTUP"""
    checksum: bool
    """Whether one must still be met before the end."""

    def listed(self) -> tuple[str, ...]:
        """The names of what stands in <weights>, in order; empty where that is not told without doubt."""
        groups = self.provenance.weight_groups
        chosen = [g for g in groups if g.get("listed")] or groups
        names = tuple(weight["id"] for group in chosen for weight in group["weights"])
        return names if len(set(names)) == len(names) else ()


def is_tag(text: bytes, name: bytes) -> bool:
    """Whether a stripped line opens this tag: <init> or <init ...>, but not <initrwgt>."""
    return text.startswith(b"<" + name) and text[len(name) + 1 : len(name) + 2] in {b">", b" ", b"\t"}


def skip_past(lines: Lines, text: bytes, end: bytes) -> list[bytes]:
    """Pass over a comment until `end`; its further lines. Raises InputError where it does not end."""
    size = 0
    passed: list[bytes] = []
    while end not in text:
        following = next(lines, None)
        if following is None or size > MOST_HEADER_BYTES or len(passed) > MOST_HEADER_LINES:
            raise lines.error(f"a comment that does not end ({end.decode()} is missing)")
        text = following
        passed.append(following)
        size += len(text) + 1
    return passed


def read_preamble(lines: Lines) -> Preamble:
    """Read everything up to </init>. Raises InputError for what is no Les Houches file."""
    block, header = _read_opening(lines)
    said, scheme, inside = _read_init(lines)
    own = provenance_from_block(block) if block is not None else None
    if own is not None:
        return Preamble(replace(own[0], header=_header_text(header)), own[1], scheme, own[2])
    above = _header_text(header)
    provenance = replace(
        said,
        header=without_weight_groups(above).strip("\n"),
        weight_groups=read_weight_groups(above + "\n" + inside),
        tools=read_tools(inside),
    )
    return Preamble(provenance, None, scheme, False)


def _header_text(lines: list[bytes]) -> str:
    """As it stands, line ends aside; nothing where it is too long to be carried along."""
    if sum(map(len, lines)) > MOST_KEPT_HEADER:
        return ""
    text = b"\n".join(line.rstrip(b"\r") for line in lines).decode("utf-8", "replace")
    return _CONTROL.sub("", text)


def _read_opening(lines: Lines) -> tuple[str | None, list[bytes]]:
    """Everything before <init>: the text of the block that hepsym writes, if there is one, and the rest."""
    size, opened, inside = 0, False, False
    block: list[bytes] | None = None
    header: list[bytes] = []
    for line in lines:
        size += len(line) + 1
        text = line.strip()
        if size > MOST_HEADER_BYTES or lines.number > (MOST_HEADER_LINES if opened else MOST_LINES_BEFORE):
            break
        if opened and is_tag(text, b"init"):
            return None if block is None else b"\n".join(block).decode("utf-8", "replace"), header
        if opened and is_tag(text, b"event"):
            break
        if not opened:
            opened = b"<LesHouchesEvents" in text
        elif inside and block is not None and text != BLOCK_CLOSE.encode():
            block.append(line)
        elif text == BLOCK_CLOSE.encode():
            inside = False
        elif text == BLOCK_OPEN.encode():
            inside, block = True, []
        elif text not in {b"<header>", b"</header>"}:
            header.append(line)
            if text.startswith(b"<!--") or b"<![CDATA[" in text:
                end = b"-->" if text.startswith(b"<!--") else b"]]>"
                header += skip_past(lines, text, end)
    what = "no <init> block" if opened else "no <LesHouchesEvents> tag"
    raise InputError(f"{lines.path} is not a Les Houches event file, or it is damaged: it has {what}")


def _read_init(lines: Lines) -> tuple[Provenance, int, str]:
    """What <init> says, IDWTUP, and the text of the tags inside."""
    general = _numbers(lines, 10, "the first line of <init>")
    beams = (_whole(general[0], lines), _whole(general[1], lines))
    scheme, processes = _whole(general[8], lines), _whole(general[9], lines)
    if not 0 <= processes <= MOST_PROCESSES:
        raise lines.error(f"{processes} processes in <init>; between 0 and {MOST_PROCESSES} can be read")
    if abs(scheme) > 4:
        raise lines.error(f"weighting scheme IDWTUP = {scheme}; it is between -4 and 4")
    table = [_numbers(lines, 4, "a process line of <init>") for _ in range(processes)]
    ids = [_whole(row[3], lines) for row in table]
    inside: list[bytes] = []
    size = 0
    for line in lines:
        text = line.strip()
        if text.startswith(b"</init>"):
            break
        size += len(line) + 1
        if size > MOST_HEADER_BYTES or len(inside) > MOST_HEADER_LINES:
            raise lines.error("<init> does not end within 16 MiB")
        if is_tag(text, b"event"):
            raise lines.error("an <event> inside <init>: </init> is missing")
        if len(tokens := text.split()) == 4 and not inside and _all_numbers(tokens):
            raise lines.error(f"more process lines in <init> than the {processes} it announces")
        if text and not text.startswith(b"#"):
            inside.append(line)
    else:
        raise lines.error("the file ends inside <init>")
    said = _provenance(beams, general, table, ids)
    return said, scheme, _header_text(inside)


def _all_numbers(tokens: list[bytes]) -> bool:
    try:
        return all(math.isfinite(number(t)) for t in tokens)
    except ValueError:
        return False


def _numbers(lines: Lines, count: int, what: str) -> list[float]:
    for line in lines:
        tokens = line.split()
        if not tokens or tokens[0].startswith(b"#"):
            continue
        try:
            values = [number(token) for token in tokens[:count]]
        except ValueError:
            raise lines.error(f"{what} holds something that is not a finite number") from None
        extra = len(tokens) > count and not tokens[count].startswith((b"#", b"!", b"<"))
        if len(values) < count or extra:
            raise lines.error(f"{what} has {len(tokens)} numbers instead of {count}")
        return values
    raise lines.error("the file ends inside <init>")


def _whole(value: float, lines: Lines) -> int:
    if abs(value) >= 2**31 or value != int(value):
        raise lines.error(f"{value:g} where <init> needs an integer")
    return int(value)


def _provenance(
    beams: tuple[int, int], general: list[float], processes: list[list[float]], ids: list[int]
) -> Provenance:
    e1, e2 = general[2:4]
    sigma = sum(p[0] for p in processes)
    error = math.sqrt(sum(min(abs(p[1]), 1e150) ** 2 for p in processes))
    head_on = 0 < e1 < 1e150 and 0 < e2 < 1e150
    pdfs = [int(v) if abs(v) < 2**31 else 0 for v in general[4:8]]
    return Provenance(
        beams=beams if all(beams) else None,
        sqrt_s=2.0 * math.sqrt(e1 * e2) if head_on else None,  # beam masses neglected
        cross_section_pb=sigma if processes and math.isfinite(sigma) else None,
        cross_section_error_pb=error if processes else None,
        weighted=abs(int(general[8])) in {1, 2, 4},
        subprocesses=tuple(
            {"id": i, "cross_section_pb": p[0], "error_pb": p[1], "maximum": p[2]}
            for i, p in zip(ids, processes, strict=True)
        ),
        init={
            "beam_energies": [e1, e2],
            "pdf_groups": pdfs[:2],
            "pdf_sets": pdfs[2:],
            "weighting": int(general[8]),
        },
    )
