"""What do <initrwgt>, <weightinfo> and <generator> say, and how is it said again?"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape, unescape

__all__ = [
    "attributes_in",
    "quote",
    "read_tools",
    "read_weight_groups",
    "tool_lines",
    "weight_group_lines",
    "without_weight_groups",
]

MOST_WEIGHTS = 100_000
_ATTRIBUTE = re.compile(r"""([A-Za-z_][\w:.\-]*)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>=]+))""")
_BLOCK = re.compile(r"<initrwgt\b[^>]*>(.*?)</initrwgt\s*>", re.DOTALL)
_PIECE = re.compile(
    r"<weightgroup\b([^>]*)>|(</weightgroup\s*>)|<weight\b([^>]*?)/>|<weight\b([^>]*)>(.*?)</weight\s*>",
    re.DOTALL,
)
_INFO = re.compile(r"<weightinfo\b([^>]*?)/?>")
_TOOL = re.compile(r"<generator\b([^>]*?)(?:/>|>(.*?)</generator\s*>)", re.DOTALL)
_QUOTES = {"&quot;": '"', "&apos;": "'"}


def attributes_in(text: str) -> dict[str, str]:
    """The attributes of a tag, `a="1" b='2'`, in order."""
    found = {}
    for match in _ATTRIBUTE.finditer(text):
        value = next((g for g in match.groups()[1:] if g is not None), "")
        found[match[1]] = unescape(value, _QUOTES)
    return found


def read_weight_groups(text: str) -> tuple[dict[str, Any], ...]:
    """The groups of <initrwgt> in this text, and <weightinfo> lines as a group that is `listed`."""
    groups: list[dict[str, Any]] = []
    count = 0
    for block in _BLOCK.finditer(text):
        group: dict[str, Any] | None = None
        for piece in _PIECE.finditer(block[1]):
            opens, closes, alone, attributes, inside = piece.groups()
            if opens is not None:
                group = {"attributes": attributes_in(opens), "weights": []}
                groups.append(group)
                continue
            if closes is not None:
                group = None
                continue
            if group is None:
                group = {"attributes": {}, "weights": []}
                groups.append(group)
            found = attributes_in(alone if alone is not None else attributes)
            name = found.pop("id", None)
            name = found.pop("name", None) if name is None else name
            count += 1
            if name is not None and count <= MOST_WEIGHTS:
                meaning = "" if inside is None else unescape(inside, _QUOTES).strip()
                group["weights"].append({"id": name.strip(), "attributes": found, "text": meaning})
    listed = []
    for match in _INFO.finditer(text):
        found = attributes_in(match[1])
        listed.append({"id": found.pop("name", ""), "attributes": found, "text": ""})
    if listed:
        groups.append({"attributes": {}, "weights": listed[:MOST_WEIGHTS], "listed": True})
    return tuple(groups)


def without_weight_groups(text: str) -> str:
    """The text with its <initrwgt> blocks taken out."""
    return _BLOCK.sub("", text)


def read_tools(text: str) -> tuple[dict[str, str], ...]:
    """What <generator> tags of an <init> tell: name, version, description."""
    found = []
    for match in _TOOL.finditer(text):
        told = attributes_in(match[1])
        name = told.get("name", told.get("id", ""))
        description = unescape(match[2] or "", _QUOTES).strip()
        found.append({"name": name, "version": told.get("version", ""), "description": description})
    return tuple(found[:1000])


def quote(text: str) -> str:
    """An XML attribute value, in quotes."""
    return '"' + escape(text, {'"': "&quot;"}) + '"'


def _tag_attributes(attributes: Mapping[str, str]) -> str:
    kept = {k: v for k, v in attributes.items() if _ATTRIBUTE.fullmatch(f'{k}=""')}
    return "".join(f" {k}={quote(v)}" for k, v in kept.items())


def weight_group_lines(groups: Iterable[Mapping[str, Any]], names: Sequence[str]) -> list[str]:
    """<initrwgt> for these groups, and for names that are in none of them; nothing where there are none."""
    lines = []
    told = set()
    for group in groups:
        if group.get("listed"):
            continue
        lines.append(f"<weightgroup{_tag_attributes(group['attributes'])}>")
        for weight in group["weights"]:
            told.add(weight["id"])
            attributes = _tag_attributes(weight["attributes"])
            lines.append(f"<weight id={quote(weight['id'])}{attributes}> {escape(weight['text'])} </weight>")
        lines.append("</weightgroup>")
    if left := [n for n in names if n not in told]:
        lines.append('<weightgroup name="all">')
        lines += [f"<weight id={quote(n)}> {escape(n)} </weight>" for n in left]
        lines.append("</weightgroup>")
    return ["<initrwgt>", *lines, "</initrwgt>"] if lines else []


def tool_lines(tools: Iterable[Mapping[str, str]], groups: Iterable[Mapping[str, Any]]) -> list[str]:
    """<generator> and <weightinfo> lines, which stand in <init>."""
    lines = []
    for tool in tools:
        tag = f"<generator name={quote(tool['name'])} version={quote(tool['version'])}>"
        lines.append(f"{tag} {escape(tool['description'])} </generator>")
    for group in groups:
        if group.get("listed"):
            for weight in group["weights"]:
                lines.append(
                    f"<weightinfo name={quote(weight['id'])}{_tag_attributes(weight['attributes'])} />"
                )
    return lines
