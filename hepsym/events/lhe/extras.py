"""What of an event is said in tags besides its numbers: attributes, scales, a list of weights."""

from collections.abc import Sequence
from math import isnan

import numpy as np
from numpy.typing import NDArray

from hepsym.events.event import Events
from hepsym.events.lhe.columns import ATTRIBUTE_PREFIX, LIST, SCALES_PREFIX, carried

__all__ = ["joined", "opening_texts", "tail_texts"]


def opening_texts(events: Events) -> list[bytes]:
    """`<event npLO="-1">` for each event; nothing where there are no attributes."""
    return _tags(events, ATTRIBUTE_PREFIX, "event", ">\n")


def tail_texts(events: Events) -> list[bytes]:
    """<scales> and <weights> of each event; nothing where there are none."""
    scales = _tags(events, SCALES_PREFIX, "scales", "/>\n")
    if LIST not in events.columns:
        return scales
    texts = []
    for row in events.columns[LIST].tolist():
        inside = " ".join(repr(x) for x in row if not isnan(x))  # without the NaN beyond the last
        texts.append(f"<weights> {inside} </weights>\n".encode() if inside else b"")
    return [a + b for a, b in zip(scales, texts, strict=True)] if scales else texts


def _tags(events: Events, prefix: str, tag: str, close: str) -> list[bytes]:
    names = [n for n in events.columns if n.startswith(prefix) and carried(n)]
    if not names:
        return []
    table = np.stack([np.asarray(events.columns[n], dtype=np.float64) for n in names], axis=1)
    plain = [n.removeprefix(prefix) for n in names]
    texts = []
    for row in table.tolist():
        said = "".join(f' {n}="{_shortest(x)}"' for n, x in zip(plain, row, strict=True) if not isnan(x))
        texts.append(f"<{tag}{said}{close}".encode() if said or tag == "event" else b"")
    return texts


def _shortest(x: float) -> str:
    """Reads back as the same double; whole numbers without a point."""
    return str(int(x)) if x == int(x) and abs(x) < 2**53 and (x or str(x)[0] != "-") else repr(x)


def joined(texts: Sequence[bytes]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """The texts as one, and where each ends, from 0 on; (0,) where there are none."""
    ends = np.cumsum([0, *map(len, texts)], dtype=np.int64) if texts else np.empty(0, dtype=np.int64)
    return np.frombuffer(b"".join(texts) or b" ", dtype=np.uint8), ends
