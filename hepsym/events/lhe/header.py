"""What stands before the events: where they came from, the beams, and the cross section."""

import json
from collections.abc import Sequence

from hepsym.events.event import Provenance
from hepsym.events.lhe.weight_groups import tool_lines, weight_group_lines

__all__ = ["BLOCK_CLOSE", "BLOCK_OPEN", "CHECKSUM", "file_end", "file_start", "provenance_from_block"]

BLOCK_OPEN, BLOCK_CLOSE = "<hepsym>", "</hepsym>"
WEIGHTED, UNIT = -4, 3
"""IDWTUP: weights that average to the cross section in pb, signs allowed; all events alike."""


def file_start(
    provenance: Provenance, *, weighted: bool, weight_names: Sequence[str] = (), columns: Sequence[str] = ()
) -> str:
    """Everything up to </init>. Les Houches accord hep-ph/0109068, file format hep-ph/0609017.

    The <hepsym> block is JSON without the characters that XML minds, so that any reader passes it.
    """
    said = provenance.to_json()
    header = said.pop("header", "")  # which stands in the file as it is, for other programs
    block = {"provenance": said, "columns": list(columns), "checksum": True}
    text = json.dumps(block, indent=1, allow_nan=False)
    for character in "<>&":  # inside a JSON string, where alone they occur, an escape means the same
        text = text.replace(character, f"\\u{ord(character):04x}")
    groups = provenance.weight_groups
    return "\n".join(
        [
            '<LesHouchesEvents version="3.0">',
            "<header>",
            *([header] if header else []),
            BLOCK_OPEN,
            text,
            BLOCK_CLOSE,
            "</header>",
            "<init>",
            *_init(provenance, weighted),
            *tool_lines(provenance.tools, groups),
            *weight_group_lines(groups, weight_names),
            "</init>",
            "",
        ]
    )


def _init(provenance: Provenance, weighted: bool) -> list[str]:
    told = provenance.init
    one, two = provenance.beams if provenance.beams is not None else (0, 0)
    half = provenance.sqrt_s / 2 if provenance.sqrt_s is not None else 0.0
    energies = told.get("beam_energies", [half, half])
    scheme = told.get("weighting", WEIGHTED if weighted else UNIT)
    if not weighted and abs(scheme) != UNIT:
        scheme = UNIT
    rest = [*told.get("pdf_groups", [0, 0]), *told.get("pdf_sets", [0, 0]), scheme]
    processes = provenance.subprocesses
    if not processes:
        sigma = provenance.cross_section_pb if provenance.cross_section_pb is not None else 0.0
        error = provenance.cross_section_error_pb if provenance.cross_section_error_pb is not None else 0.0
        most = sigma if weighted else 1.0
        processes = ({"id": 1, "cross_section_pb": sigma, "error_pb": error, "maximum": most},)
    first = f" {one} {two} {energies[0]:.16e} {energies[1]:.16e} {' '.join(map(str, rest))} {len(processes)}"
    return [
        first,
        *(
            f" {p['cross_section_pb']:.16e} {p['error_pb']:.16e} {p['maximum']:.16e} {p['id']}"
            for p in processes
        ),
    ]


CHECKSUM = "<!-- hepsym: CRC-32 of all lines above: "


def file_end(checksum: int) -> str:
    """What closes the file; a reader takes a file without it as cut short."""
    return f"{CHECKSUM}{checksum:08x} -->\n</LesHouchesEvents>\n"


def provenance_from_block(text: str) -> tuple[Provenance, list[str], bool] | None:
    """The provenance, the columns, and whether a checksum follows; None if it cannot be read."""
    try:
        block = json.loads(text)
        provenance = Provenance.from_json(block["provenance"])
        columns = [str(c) for c in block["columns"]]
        checksum = block.get("checksum") is True
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return provenance, columns, checksum
