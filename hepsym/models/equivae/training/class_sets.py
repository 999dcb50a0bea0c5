"""Which members of its class stand for a row? Any but the row itself: the complement sampler.

A class set that held x would let the class code carry x, and v would have nothing left to say (shown in
tests/models/equivae/test_class_sets.py).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from hepsym.errors import InputError

__all__ = ["ClassSets", "Labelling", "Supports"]


@dataclass(frozen=True, slots=True)
class Supports:
    """For every class a few rows, from which each row's class sets are made by leaving one out."""

    rows: Tensor
    """(classes, s) row numbers; where a class has fewer members than s, its last ones are -1."""

    @property
    def there(self) -> Tensor:
        """(classes, s) bool: which of `rows` are rows."""
        return self.rows >= 0

    @property
    def sizes(self) -> Tensor:
        """(classes,) members of each support."""
        return self.there.sum(1)

    def left_out(self, rows: Tensor) -> Tensor:
        """(b, classes): the place in each class' support that row b does without.

        Its own place where it is in the support, else the last one, so that all sets are of one size.
        """
        last = (self.sizes - 1).clamp(min=0).expand(len(rows), -1)
        same = (self.rows[None] == rows[:, None, None]) & self.there[None]  # rows may be -1: in no support
        return torch.where(same.any(-1), same.long().argmax(-1), last)


class Labelling(Protocol):
    """Class numbers of rows, and how frequent the classes are."""

    @property
    def codes(self) -> Tensor:
        """(n,)"""

    @property
    def classes(self) -> int:
        """How many."""

    @property
    def shares(self) -> Tensor:
        """(classes,) of the labelled rows."""


class ClassSets:
    """The labelled rows of a data set, by class; draws sets of a row's class that never hold the row.

    codes: class numbers (n,), -1 for rows without a label, which are in no set. Raises InputError for a
    class with fewer than two members: the set of its one member without itself is empty.
    """

    def __init__(self, codes: ArrayLike | Tensor, classes: int | None = None) -> None:
        self.codes = torch.as_tensor(np.asarray(codes), dtype=torch.int64)
        self.classes = int(self.codes.max()) + 1 if classes is None else classes
        self.members = [torch.nonzero(self.codes == k).flatten() for k in range(self.classes)]
        for k, rows in enumerate(self.members):
            if len(rows) < 2:
                raise InputError(
                    f"class {k} has {len(rows)} member{'s' * (len(rows) != 1)}: a class set excludes the "
                    "row itself, so give at least two rows of every class"
                )
        self.place = torch.full_like(self.codes, -1)
        """(n,) the number of each row within its class."""
        for rows in self.members:
            self.place[rows] = torch.arange(len(rows))

    def complement(self, rows: Tensor | Sequence[int], m: int, generator: torch.Generator) -> Tensor:
        """m different rows of the class of each of `rows` (b,), never the row itself: (b, m).

        Uniform over the m-subsets of the class without the row, in random order. Raises InputError where
        a class has fewer than m + 1 members, or a row has no label.
        """
        rows = torch.as_tensor(rows, dtype=torch.int64)
        codes = self.codes[rows]
        if len(rows) and int(codes.min()) < 0:
            raise InputError(f"row {int(rows[codes.argmin()])} has no label, so it has no class set")
        chosen = torch.empty((len(rows), m), dtype=torch.int64)
        for k in torch.unique(codes).tolist():
            members, mine = self.members[k], torch.nonzero(codes == k).flatten()
            if len(members) <= m:
                raise InputError(f"class {k} has {len(members)} members: m = {m} others are too many")
            keys = torch.rand((len(mine), len(members) - 1), generator=generator)
            places = keys.topk(m, dim=1).indices
            own = self.place[rows[mine]][:, None]
            chosen[mine] = members[places + (places >= own)]
        return chosen

    def supports(self, m: int, generator: torch.Generator) -> Supports:
        """m + 1 members of every class at random (all, where it has fewer): `left_out` makes sets of m.

        A row that is left out of a uniform (m + 1)-subset of its class, or the last of it where the row
        is not in it, leaves a uniform m-subset of the complement: one support serves a whole batch.
        """
        size = min(m + 1, max(len(rows) for rows in self.members))
        out = torch.full((self.classes, size), -1, dtype=torch.int64)
        for k, rows in enumerate(self.members):
            order = torch.randperm(len(rows), generator=generator)[:size]
            out[k, : len(order)] = rows[order]
        return Supports(out)

    def sweep(self, m: int, generator: torch.Generator) -> Iterator[Supports]:
        """Supports of m + 1 members a class without end, each class gone through in orders drawn anew.

        Every consecutive m + 1 of a random order are a uniform subset, so each batch may serve as its
        own support: no row is embedded twice. Rows at the end of an order that do not fill one wait for
        the next order of their class.
        """
        size = min(m + 1, max(len(rows) for rows in self.members))
        queues: list[Tensor] = [rows[:0] for rows in self.members]
        while True:
            out = torch.full((self.classes, size), -1, dtype=torch.int64)
            for k, rows in enumerate(self.members):
                want = min(size, len(rows))
                if len(queues[k]) < want:
                    queues[k] = rows[torch.randperm(len(rows), generator=generator)]
                out[k, :want], queues[k] = queues[k][:want], queues[k][want:]
            yield Supports(out)

    @property
    def shares(self) -> Tensor:
        """(classes,) of the labelled rows."""
        counts = torch.tensor([len(rows) for rows in self.members], dtype=torch.float32)
        return counts / counts.sum()

    def everything(self) -> Supports:
        """All members of every class."""
        size = max(len(rows) for rows in self.members)
        out = torch.full((self.classes, size), -1, dtype=torch.int64)
        for k, rows in enumerate(self.members):
            out[k, : len(rows)] = rows
        return Supports(out)
