"""What are a jet's energy-flow polynomials? One sum over particles for every multigraph of pairwise
angles."""

from collections.abc import Sequence
from functools import cache
from itertools import combinations_with_replacement, permutations

import numpy as np

from hepsym.analysis.jets.coordinates import Floats
from hepsym.errors import InputError

__all__ = ["connected_multigraphs", "energy_flow_polynomials"]

Graph = tuple[tuple[int, int], ...]
MOST_EDGES = 4


@cache
def connected_multigraphs(edges: int) -> tuple[Graph, ...]:
    """All connected multigraphs without loops of exactly so many edges, up to isomorphism, as lists of edges.

    1, 1, 2, 5, 12 of 0, 1, 2, 3, 4 edges (OEIS A076864). Raises InputError for more than 4.
    """
    if not 0 <= edges <= MOST_EDGES:
        raise InputError(f"edges = {edges} must be from 0 to {MOST_EDGES}")
    found: dict[Graph, None] = {}
    for vertices in range(1, edges + 2):
        pairs = [(i, j) for j in range(vertices) for i in range(j)]
        for graph in combinations_with_replacement(pairs, edges):
            if _connected(graph, vertices):
                found.setdefault(_canonical(graph, vertices))
    return tuple(found)


def _connected(graph: Graph, vertices: int) -> bool:
    reached, last = {0}, 0
    while len(reached) != last:
        last = len(reached)
        for i, j in graph:
            if i in reached or j in reached:
                reached |= {i, j}
    return len(reached) == vertices


def _canonical(graph: Graph, vertices: int) -> Graph:
    def renamed(order: Sequence[int]) -> Graph:
        ends = [sorted((order[i], order[j])) for i, j in graph]
        return tuple(sorted((a, b) for a, b in ends))

    return min(renamed(order) for order in permutations(range(vertices)))


def energy_flow_polynomials(features: Floats, edges: int = 3, beta: float = 1.0) -> Floats:
    """EFP_G = sum_{i_1 ... i_V} z_{i_1} ... z_{i_V} prod_{(k, l) in G} theta_{i_k i_l} of jets, (n, graphs).

    features: (n, P, 3), (eta, phi, p_T), p_T 0 where empty; z = p_T / sum p_T, theta^2 = (d-eta^2 +
    d-phi^2)^beta. Graphs are all connected ones of 0 (which is 1), 1, ..., `edges` edges in the order of
    `connected_multigraphs`. Error: 1e-13 relative.
    Source: Komiske, Metodiev and Thaler, arXiv:1712.07124.
    """
    z = np.where(features[..., 2] > 0, features[..., 2], 0.0)
    z = z / z.sum(axis=1, keepdims=True)
    eta, phi = features[..., 0], features[..., 1]
    turn = np.abs(phi[:, :, None] - phi[:, None])
    squared = (eta[:, :, None] - eta[:, None]) ** 2 + np.minimum(turn, 2 * np.pi - turn) ** 2
    theta = squared ** (beta / 2)
    found = [_evaluate(graph, z, theta) for many in range(edges + 1) for graph in connected_multigraphs(many)]
    return np.stack(found, axis=1)


def _evaluate(graph: Graph, z: Floats, theta: Floats) -> Floats:
    vertices = 1 + max((max(edge) for edge in graph), default=0)
    letters = "abcdefgh"[:vertices]
    operands: list[Floats] = [z] * vertices
    terms = [f"n{v}" for v in letters]
    for pair in dict.fromkeys(graph):
        operands.append(theta ** graph.count(pair))
        terms.append(f"n{letters[pair[0]]}{letters[pair[1]]}")
    found: Floats = np.einsum(",".join(terms) + "->n", *operands, optimize="greedy")
    return found
