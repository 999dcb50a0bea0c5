"""What stands before the events: where they came from, the beams, and the cross section."""

import json
import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from hepsym.events.event import Provenance

__all__ = ["BLOCK_CLOSE", "BLOCK_OPEN", "file_end", "file_start", "provenance_from_block"]

BLOCK_OPEN, BLOCK_CLOSE = "<hepsym>", "</hepsym>"
WEIGHTED, UNIT = -4, 3
"""IDWTUP: weights that average to the cross section in pb, signs allowed; all events alike."""


def file_start(
    provenance: Provenance, *, weighted: bool, weight_names: Sequence[str] = (), columns: Sequence[str] = ()
) -> str:
    """Everything up to </init>. Les Houches accord hep-ph/0109068, file format hep-ph/0609017.

    The <hepsym> block is JSON without the characters that XML minds, so that any reader passes it.
    """
    block = {"provenance": provenance.to_json(), "columns": list(columns)}
    text = json.dumps(block, indent=1, allow_nan=False, ensure_ascii=True)
    for character in "<>&":  # inside a JSON string, where alone they occur, an escape means the same
        text = text.replace(character, f"\\u{ord(character):04x}")
    return "\n".join(
        [
            '<LesHouchesEvents version="3.0">',
            "<header>",
            BLOCK_OPEN,
            text,
            BLOCK_CLOSE,
            *_weight_names(weight_names),
            "</header>",
            "<init>",
            _init(provenance, weighted),
            "</init>",
            "",
        ]
    )


def _weight_names(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    quoted = [f"<weight id={quote(n)}> {escape(n)} </weight>" for n in names]
    return ["<initrwgt>", '<weightgroup name="all">', *quoted, "</weightgroup>", "</initrwgt>"]


def quote(text: str) -> str:
    """An XML attribute value, in quotes."""
    return '"' + escape(text, {'"': "&quot;"}) + '"'


def _init(provenance: Provenance, weighted: bool) -> str:
    one, two = provenance.beams if provenance.beams is not None else (0, 0)
    energy = provenance.sqrt_s / 2 if provenance.sqrt_s is not None else 0.0
    sigma = provenance.cross_section_pb if provenance.cross_section_pb is not None else 0.0
    error = provenance.cross_section_error_pb if provenance.cross_section_error_pb is not None else 0.0
    most = sigma if weighted else 1.0
    scheme = WEIGHTED if weighted else UNIT
    beams = f" {one} {two} {energy:.16e} {energy:.16e} 0 0 0 0 {scheme} 1"
    return f"{beams}\n {sigma:.16e} {error:.16e} {most:.16e} 1"


def file_end() -> str:
    """What closes the file; a reader takes a file without it as cut short."""
    return "</LesHouchesEvents>\n"


def provenance_from_block(text: str) -> tuple[Provenance, list[str]] | None:
    """The provenance and the columns that hepsym wrote into a header; None if it cannot be read."""
    try:
        block = json.loads(text)
        provenance = Provenance.from_json(block["provenance"])
        columns = [str(c) for c in block["columns"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return (provenance, columns) if _sane(provenance) else None


def _sane(provenance: Provenance) -> bool:
    """Whether the fields are what they should be; the block may have been edited or damaged."""
    numbers = (provenance.sqrt_s, provenance.cross_section_pb, provenance.cross_section_error_pb)
    return (
        all(x is None or (isinstance(x, (int, float)) and math.isfinite(x)) for x in numbers)
        and all(x is None or isinstance(x, int) for x in (provenance.seed, provenance.trials))
        and isinstance(provenance.process, str)
        and isinstance(provenance.card, str)
        and isinstance(provenance.weighted, bool)
        and isinstance(provenance.versions, dict)
        and isinstance(provenance.history, tuple)
        and (provenance.beams is None or _two_integers(provenance.beams))
    )


def _two_integers(beams: object) -> bool:
    return isinstance(beams, tuple) and len(beams) == 2 and all(isinstance(b, int) for b in beams)
