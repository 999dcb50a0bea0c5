"""What does one event block say, whatever its form? Every line looked at, nothing taken on trust."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hepsym.events.lhe.reading.lines import Lines
from hepsym.events.lhe.reading.numbers import number
from hepsym.events.lhe.reading.preamble import is_tag, skip_past
from hepsym.events.lhe.reading.scan import TOKENS_HEAD, TOKENS_PARTICLE
from hepsym.events.lhe.weight_groups import attributes_in

__all__ = ["SingleEvent", "read_event", "read_tag_numbers", "shown"]

MOST_PARTICLES = 10_000
MOST_BYTES_AFTER = 4 * 2**20
END = b"</event>"
_OPENING = re.compile(rb"<event\b([^<>]*)>(.*)", re.DOTALL)
_WEIGHT = re.compile(rb"(<wgt\b([^<>]*)>)([^<>]*)</wgt\s*>")
_LIST = re.compile(rb"<weights\b[^<>]*>([^<>]*)</weights\s*>")
_ID = re.compile(rb"""\s+id\s*=\s*(?:'([ -%(-~]*)'|"([ -!#-%'-~]*)")\s*""")
"""Without & and what is not ASCII, which take a closer look."""
_SCALES = re.compile(rb"<scales\b[^<>]*>")


@dataclass(slots=True)
class SingleEvent:
    """One event, its numbers still as text."""

    head: list[bytes]
    particles: list[bytes]
    line: int
    """Of the first number."""
    rwgt: dict[str, float]
    openings: list[bytes]
    """The <wgt ...> tags, where each stands on a line of its own."""
    attributes: dict[str, float]
    weights: list[float]


def read_event(opening: bytes, lines: Lines, event: int) -> SingleEvent:
    """The event that begins with this line; `event` is its number, for what may have to be said.

    Raises InputError for counts that do not agree, text where a number belongs, a block without end.
    """
    match = _OPENING.match(opening)
    if match is None:
        raise lines.error(f"event {event}: its tag does not close: {shown(opening)}")
    attributes = read_tag_numbers(match[1], "attribute") if match[1] else {}
    content = _content(match[2], lines, event)
    head = _tokens(content, lines, TOKENS_HEAD, event)
    line = lines.number
    try:
        count = number(head[0])
    except ValueError:
        raise lines.error(f"event {event}: {shown(head[0])} is not a number of particles") from None
    if not 1 <= count <= MOST_PARTICLES or count != int(count):
        raise lines.error(f"event {event}: {shown(head[0])} particles; 1 to {MOST_PARTICLES} can be read")
    particles: list[bytes] = []
    for _ in range(int(count)):
        particles += _tokens(content, lines, TOKENS_PARTICLE, event)
    return _rest(SingleEvent(head, particles, line, {}, [], attributes, []), content, lines, event)


def _content(first: bytes, lines: Lines, event: int) -> Iterator[bytes]:
    """The lines of an event, stripped, without comments and empty ones, up to </event>."""
    size = 0
    text: bytes | None = first.strip()
    while text is not None:
        inside, end, after = text.partition(END)
        if text.startswith(b"<!--"):
            size += sum(map(len, skip_past(lines, text, b"-->")))
        elif end:
            if inside.strip() and not inside.startswith(b"#"):
                yield inside.strip()
            if after.strip() and not after.strip().startswith((b"#", b"<!--")):
                raise lines.error(f"event {event}: text after </event>: {shown(after.strip())}")
            return
        elif b"LesHouchesEvents" in text or is_tag(text[text.find(b"<event") :], b"event"):
            raise lines.error(f"event {event} does not end: {shown(text)} before </event>")
        elif text and not text.startswith(b"#"):
            yield text
        size += len(text) + 1
        if size > MOST_BYTES_AFTER:
            raise lines.error(f"event {event}: more than {MOST_BYTES_AFTER} bytes in it")
        following = next(lines, None)
        text = None if following is None else following.strip()
    raise lines.error(f"the file ends inside event {event}")


def _tokens(content: Iterator[bytes], lines: Lines, count: int, event: int) -> list[bytes]:
    """The numbers of the next line; a comment may follow them."""
    text = next(content, None)
    if text is None:
        raise lines.error(f"event {event}: {count} numbers belong here, found </event>")
    tokens = text.split()
    right = len(tokens) == count or (len(tokens) > count and tokens[count].startswith(b"#"))
    if not right or tokens[0].startswith(b"<"):
        raise lines.error(f"event {event}: {count} numbers belong here, found {len(tokens)}: {shown(text)}")
    return tokens[:count]


def _rest(found: SingleEvent, content: Iterator[bytes], lines: Lines, event: int) -> SingleEvent:
    """What follows the particles: <rwgt>, <weights>, <scales>, tags of other programs."""
    texts = list(content)
    if not texts:
        return found
    for i, text in enumerate(texts):
        tagged = any(t.startswith(b"<") for t in texts[: i + 1])
        if tagged:
            break
        if _are_numbers(text.split()):
            raise lines.error(f"event {event}: more lines of numbers than the particles it announces")
    whole = b"\n".join(texts)
    try:
        lists = list(_LIST.finditer(whole))
        weights = list(_WEIGHT.finditer(whole))
        if len(lists) != whole.count(b"<weights") or len(lists) != whole.count(b"</weights"):
            raise ValueError
        if len(weights) != whole.count(b"<wgt") or len(weights) != whole.count(b"</wgt"):
            raise ValueError
        for match in lists:
            found.weights += [number(token) for token in match[1].split()]
        for match in weights:
            found.rwgt[_weight_name(match[2])] = number(match[3].strip())
            found.openings.append(match[1])
    except ValueError:
        at = whole.find(b"<w")
        raise lines.error(
            f"event {event}: among its weights is one that is not a finite number, or a tag that does not "
            f"close: {shown(whole[at:])}"
        ) from None
    for text in texts:
        if text.startswith(b"<") or lists:
            continue
        if len(text.split()) == TOKENS_PARTICLE and _are_numbers(text.split()):
            raise lines.error(f"event {event}: more lines of numbers than the particles it announces")
    if sum(t.startswith(b"<wgt") and t.endswith(b"</wgt>") for t in texts) != len(weights):
        found.openings = []
    if scales := _SCALES.search(whole):
        found.attributes |= read_tag_numbers(scales[0], "scales")
    return found


def _weight_name(tag: bytes) -> str:
    """Of the attributes of <wgt>. Raises ValueError where there is none."""
    plain = _ID.fullmatch(tag)
    if plain is not None:
        return (plain[1] or plain[2] or b"").strip().decode()
    attributes = attributes_in(tag.decode("utf-8", "replace"))
    name = attributes.get("id", attributes.get("name"))
    if name is None:
        raise ValueError
    return name.strip()


def read_tag_numbers(tag: bytes, prefix: str) -> dict[str, float]:
    """The attributes of a tag that are numbers, as `prefix:name`."""
    found = {}
    for name, text in attributes_in(tag.decode("utf-8", "replace")).items():
        try:
            found[f"{prefix}:{name}"] = number(text.strip().encode())
        except ValueError:
            continue
    return found


def _are_numbers(tokens: list[bytes]) -> bool:
    try:
        for token in tokens:
            number(token)
    except ValueError:
        return False
    return bool(tokens)


def shown(text: bytes) -> str:
    """The beginning of a text, in quotes."""
    cut = text[:40].decode("ascii", "replace")
    return repr(cut) + ("..." if len(text) > 40 else "")
