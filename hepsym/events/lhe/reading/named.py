"""How do weights by name become a table, when events differ in the names they have?"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hepsym.errors import InputError

__all__ = ["NamedTable", "bounded", "joined", "named_table"]

NamedTable = tuple[tuple[str, ...], NDArray[np.float64]]
"""Names, and (n, names): NaN where an event has none of that name."""

MOST_VALUES = 2**23


def bounded(names: int, events: int) -> None:
    """Raise InputError for a table that only a hostile file asks for."""
    if names * events > MOST_VALUES and names > 2000:
        raise InputError(f"{names} different names of weights among {events} events are too many to hold")


def named_table(events: Sequence[dict[str, float]]) -> NamedTable:
    """The table of these events' weights. Raises InputError for too many different names."""
    names = tuple(dict.fromkeys(name for values in events for name in values))
    bounded(len(names), len(events))
    place = {name: i for i, name in enumerate(names)}
    table = np.full((len(events), len(names)), np.nan)
    for row, values in zip(table, events, strict=True):
        for name, value in values.items():
            row[place[name]] = value
    return names, table


def joined(tables: Sequence[NamedTable], sizes: Sequence[int]) -> NamedTable:
    """One table of all events; a table of no names stands for events that have none."""
    first = tables[0][0]
    if all(names == first for names, _ in tables):
        return first, np.concatenate([values for _, values in tables])
    names = tuple(dict.fromkeys(name for some, _ in tables for name in some))
    bounded(len(names), sum(sizes))
    place = {name: i for i, name in enumerate(names)}
    out = np.full((sum(sizes), len(names)), np.nan)
    begin = 0
    for (some, values), size in zip(tables, sizes, strict=True):
        if some:
            out[begin : begin + size, [place[name] for name in some]] = values
        begin += size
    return names, out
