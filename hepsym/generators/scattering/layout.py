"""Which legs does an event of a process with decays have, in which order, and who comes from whom?

Incoming legs, then every declared product in the order of the process; one that decays is followed by
its products. Those that decay have status 2, the matrix element knows the others alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hepsym.events.event import INCOMING, INTERMEDIATE, OUTGOING
from hepsym.generators.cards.process_string import Node

__all__ = ["Layout", "layout"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Places of legs in an event, from 0, incoming ones first."""

    status: tuple[int, ...]
    external: tuple[int, ...]
    """Places of the matrix element's legs, in its order."""
    nodes: tuple[tuple[int, tuple[int, ...]], ...]
    """(place, matrix element legs that it ends in) of each leg that decays."""
    node_ids: tuple[int, ...]
    """PDG ids of those."""
    mothers: NDArray[np.int8]
    """(legs, 2) as in LHE: places from 1, 0 for none."""

    @property
    def legs(self) -> int:
        """Of an event."""
        return len(self.status)

    def spread(
        self,
        out: NDArray[np.float64],
        momenta: NDArray[np.float64],
        rows: NDArray[np.int64],
        skipped: int = 0,
    ) -> None:
        """Put the matrix element's momenta (m, k, 4) into rows of out, and their sums at nodes.

        out is (n, legs - skipped, 4): the first `skipped` legs are left out.
        """
        if not self.nodes:
            out[rows] = momenta[:, skipped:]
            return
        whole = np.empty((len(momenta), self.legs, 4))
        whole[:, list(self.external)] = momenta
        for place, ends in self.nodes:
            whole[:, place] = momenta[:, list(ends)].sum(axis=1)
        out[rows] = whole[:, skipped:]

    def tags(self, flows: NDArray[Any]) -> NDArray[np.int16]:
        """Colour tags (flows, legs, 2) of all legs from those of the matrix element's."""
        whole = np.zeros((len(flows), self.legs, 2), dtype=np.int16)
        whole[:, list(self.external)] = flows
        for place, ends in self.nodes:
            for flow in range(len(flows)):
                colors, anticolors = (set(flows[flow, list(ends), side].tolist()) - {0} for side in (0, 1))
                whole[flow, place, 0] = min(colors - anticolors, default=0)
                whole[flow, place, 1] = min(anticolors - colors, default=0)
        return whole


def layout(incoming: int, outgoing: Sequence[Node]) -> Layout:
    """Of `incoming` legs and the outgoing particles of a subprocess, with their decays."""
    status = [INCOMING] * incoming
    pair = (1, incoming) if incoming > 1 else (1, 0)
    mothers = [(0, 0)] * incoming
    external = list(range(incoming))
    nodes: list[tuple[int, tuple[int, ...]]] = []
    node_ids: list[int] = []

    def add(item: Node, mother: tuple[int, int]) -> list[int]:
        place = len(status)
        mothers.append(mother)
        if not item.products:
            status.append(OUTGOING)
            external.append(place)
            return [len(external) - 1]
        status.append(INTERMEDIATE)
        number = len(nodes)
        nodes.append((place, ()))
        node_ids.append(item.pdg)
        ends = [end for product in item.products for end in add(product, (place + 1, 0))]
        nodes[number] = (place, tuple(ends))
        return ends

    for item in outgoing:
        add(item, pair)
    return Layout(
        tuple(status), tuple(external), tuple(nodes), tuple(node_ids), np.array(mothers, dtype=np.int8)
    )
