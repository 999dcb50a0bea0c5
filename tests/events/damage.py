"""How is a Les Houches file damaged, in twelve ways? Seeded, so that a failure can be had again."""

import gzip
import re
from collections.abc import Callable

import numpy as np

Rng = np.random.Generator
WORDS = (
    b"nan", b"inf", b"-inf", b"1e999", b"-", b"</event>", b"<event>", b"0x1p3", b"1_0", b"\x00",
    b"99999999999", b"<init>", b"</LesHouchesEvents>", b"<!--", b"]]>", b"\xff\xfe",
    b"<wgt id='x'> 1", b"1.0", b"-7",
)  # fmt: skip
TAGS = (
    b"<event>", b"</event>", b"<init>", b"</init>", b"<rwgt>", b"<wgt", b"</wgt>", b"<LesHouchesEvents",
    b"</LesHouchesEvents>",
)  # fmt: skip


def cut(data: bytes, rng: Rng) -> bytes:
    return data[: rng.integers(len(data))]


def byte(data: bytes, rng: Rng) -> bytes:
    at = int(rng.integers(len(data)))
    return data[:at] + bytes([rng.integers(256)]) + data[at + 1 :]


def bit(data: bytes, rng: Rng) -> bytes:
    at = int(rng.integers(len(data)))
    return data[:at] + bytes([data[at] ^ (1 << int(rng.integers(8)))]) + data[at + 1 :]


def deletion(data: bytes, rng: Rng) -> bytes:
    at = int(rng.integers(len(data)))
    return data[:at] + data[at + int(rng.integers(1, 200)) :]


def insertion(data: bytes, rng: Rng) -> bytes:
    at = int(rng.integers(len(data)))
    return data[:at] + rng.integers(0, 256, int(rng.integers(1, 200)), dtype=np.uint8).tobytes() + data[at:]


def word(data: bytes, rng: Rng) -> bytes:
    at = int(rng.integers(len(data)))
    return data[:at] + b" " + WORDS[int(rng.integers(len(WORDS)))] + b" " + data[at:]


def line_lost(data: bytes, rng: Rng) -> bytes:
    lines = data.split(b"\n")
    del lines[int(rng.integers(len(lines)))]
    return b"\n".join(lines)


def line_twice(data: bytes, rng: Rng) -> bytes:
    lines = data.split(b"\n")
    at = int(rng.integers(len(lines)))
    return b"\n".join([*lines[: at + 1], *lines[at:]])


def lines_swapped(data: bytes, rng: Rng) -> bytes:
    lines = data.split(b"\n")
    a, b = rng.integers(len(lines), size=2)
    lines[a], lines[b] = lines[b], lines[a]
    return b"\n".join(lines)


def zeros(data: bytes, rng: Rng) -> bytes:
    """A sector that the disk lost."""
    at, size = int(rng.integers(len(data))), int(rng.integers(1, 600))
    return data[:at] + b"\x00" * min(size, len(data) - at) + data[at + size :]


def tag_lost(data: bytes, rng: Rng) -> bytes:
    tag = TAGS[int(rng.integers(len(TAGS)))]
    places = [match.start() for match in re.finditer(re.escape(tag), data)]
    if not places:
        return deletion(data, rng)
    at = places[int(rng.integers(len(places)))]
    return data[:at] + data[at + len(tag) :]


def number_changed(data: bytes, rng: Rng) -> bytes:
    """Another number where a number was: a count, a code, a momentum."""
    lines = data.split(b"\n")
    for _ in range(50):
        at = int(rng.integers(len(lines)))
        tokens = lines[at].split()
        if tokens and tokens[0][:1].isdigit():
            tokens[int(rng.integers(len(tokens)))] = str(int(rng.integers(-1000, 1000))).encode()
            lines[at] = b" ".join(tokens)
            break
    return b"\n".join(lines)


KINDS: tuple[Callable[[bytes, Rng], bytes], ...] = (
    cut, byte, bit, deletion, insertion, word, line_lost, line_twice, lines_swapped, zeros, tag_lost,
    number_changed,
)  # fmt: skip


def damaged(good: bytes, kind: int, packing: int, rng: Rng) -> bytes:
    """The file damaged; packing 0: plain text, 1: damaged, then packed, 2: packed, then damaged."""
    if packing == 2:
        return KINDS[kind](gzip.compress(good, 1, mtime=0), rng)
    bad = KINDS[kind](good, rng)
    return gzip.compress(bad, 1, mtime=0) if packing else bad
