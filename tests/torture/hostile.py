"""How is a sound JSON document made hostile? One value of it replaced, dropped or nested, seeded."""

import copy
import json
from typing import Any

import numpy as np

__all__ = ["hostile", "hostile_text"]

DEEP = 30_000
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 2**70, -(2**70), 1e300, float("nan"), float("inf"), "", "x", "../../etc/passwd",
    "\x00", "<script>alert(1)</script>", [], {}, [None], {"a": {"b": []}}, [[1], 2], "1" * 5000, 10**9,
)  # fmt: skip


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Of every value in the document, the root's included."""
    found = [at]
    if isinstance(value, dict):
        found += [p for k, v in value.items() for p in _places(v, (*at, k))]
    elif isinstance(value, list):
        found += [p for k, v in enumerate(value[:4]) for p in _places(v, (*at, k))]
    return found


def hostile(document: Any, rng: np.random.Generator) -> Any:
    """The document with one value changed for another, one left out, or a list made longer or shorter."""
    places = _places(document)
    at = places[int(rng.integers(len(places)))]
    new = copy.deepcopy(VALUES[int(rng.integers(len(VALUES)))])
    if not at:
        return new
    made = copy.deepcopy(document)
    holder = made
    for step in at[:-1]:
        holder = holder[step]
    kind = int(rng.integers(4))
    if kind == 0 and isinstance(holder, dict):
        del holder[at[-1]]
    elif kind == 1 and isinstance(holder[at[-1]], list):
        held = holder[at[-1]]
        holder[at[-1]] = held[:-1] if rng.integers(2) else [*held, *held[:1], new]
    elif kind == 1 and isinstance(holder[at[-1]], (int, float)):
        holder[at[-1]] = holder[at[-1]] * int(rng.integers(-3, 100)) + 1
    else:
        holder[at[-1]] = new
    return made


def hostile_text(document: Any, rng: np.random.Generator) -> str:
    """As text; now and then nested deeper than a parser can follow."""
    if rng.integers(50) == 0:
        return '{"a":' * DEEP + "1" + "}" * DEEP
    return json.dumps(hostile(document, rng))
