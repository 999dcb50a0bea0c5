"""How are a PDF's subgrids laid out for interpolation: nodes, cells and where to look a cell up.

Knots become cells. Cell i spans knots i and i + 1 in log x (or log Q^2) and holds all that turns the
place t in it into the weights of knots i - 1 .. i + 2 (`interpolation.weights`): its lower end, its
width h, and the finite differences of Buckley et al., https://arxiv.org/abs/1412.7420, section 5.2,
folded into four numbers. With f' at a knot the mean of the slopes to its left and to its right,
r = h / h_left and s = h / h_right, the Hermite cubic's derivative terms are

    h f'_i     = (r (f_i - f_i-1) + (f_i+1 - f_i)) / 2        = A-term and D-term of the left end,
    h f'_i+1   = ((f_i+1 - f_i) + s (f_i+2 - f_i+1)) / 2      = C-term and F-term of the right end,

with the one slope that is there at the edge of a subgrid: A = 0, D = 1 or C = -1, F = 0. A subgrid of
fewer than four Q knots has both everywhere, and is then linear in log Q^2.

Nodes are stored (Q, x, parton) with sixteen numbers each, so that a stencil is four runs of 512 bytes
that start at cache lines; each subgrid has a border of zeros, so that no stencil leaves it.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from hepsym._math import log
from hepsym._numba import loop
from hepsym.generators.partons.lhagrid import Subgrid

LOW, WIDTH, A, D, C, F = range(6)
STRIDE = 16
"""Numbers a node: fourteen partons and two zeros."""
X_BUCKETS, Q_BUCKETS = 1024, 256


class Grid(NamedTuple):
    """Arrays that the kernels read; frozen, so any number of threads may."""

    nodes: NDArray[np.float64]
    """flat; node (k) of the bordered subgrids at [STRIDE k, STRIDE k + 14)"""
    x_cells: NDArray[np.float64]
    """(cells, 6): LOW .. F in log x, the subgrids one after another, each closed by a row with LOW = inf"""
    q_cells: NDArray[np.float64]
    """(cells + 1, 6) in log Q^2, over all subgrids"""
    x_buckets: NDArray[np.int64]
    """(subgrids, X_BUCKETS): a cell at or below the first that starts in this part of the range"""
    q_buckets: NDArray[np.int64]
    """(Q_BUCKETS,)"""
    x_range: NDArray[np.float64]
    """(subgrids, 3): lowest log x, highest, buckets per unit"""
    q_range: NDArray[np.float64]
    """(3,): the same in log Q^2"""
    q_subgrid: NDArray[np.int64]
    """(cells,): the subgrid of a Q cell"""
    q_node: NDArray[np.int64]
    """(cells,): place in `nodes` of the stencil's first row, for the subgrid's x cell 0"""
    x_first: NDArray[np.int64]
    """(subgrids,): row of x_cells that is the subgrid's cell 0"""
    q_stride: NDArray[np.int64]
    """(subgrids,): numbers from one Q row to the next"""
    floor: float
    """values below are raised to it (LHAPDF's ForcePositive); -inf where they are left alone"""


@loop
def logs(x: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """The kernels' own logarithm, so that a knot falls on its cell's end to the last bit."""
    for i in range(x.shape[0]):
        out[i] = log(x[i])


def logarithm(x: NDArray[np.float64]) -> NDArray[np.float64]:
    """log x, (n,), as the kernels compute it."""
    out = np.empty(x.shape)
    logs(np.ascontiguousarray(x, dtype=np.float64), out)
    return out


def cells(knots: NDArray[np.float64], *, linear: bool = False) -> NDArray[np.float64]:
    """The cells between rising knots, (len(knots) - 1, 6); `linear` for straight lines."""
    h = np.diff(knots)
    made = np.empty((h.size, 6))
    made[:, LOW], made[:, WIDTH] = knots[:-1], h
    made[1:, A], made[1:, D] = -0.5 * h[1:] / h[:-1], 0.5
    made[:-1, C], made[:-1, F] = -0.5, 0.5 * h[:-1] / h[1:]
    made[0, A], made[0, D] = 0.0, 1.0
    made[-1, C], made[-1, F] = -1.0, 0.0
    if linear:
        made[:, A:] = (0.0, 1.0, -1.0, 0.0)
    return made


def closed(made: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cells and a row that no place lies in, where the search for a cell stops."""
    return np.vstack([made, np.full((1, 6), np.inf)])


def buckets(lows: NDArray[np.float64], high: float, n: int) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Where to start looking for a cell: (n,) and (lowest, highest, buckets per unit).

    Bucket b names the last cell that starts in a bucket before b. A place at l >= lows[c] has a bucket
    not before that of lows[c], because rounding is monotonic, so the search only ever goes up.
    """
    per_unit = n / (high - lows[0])
    own = np.minimum(((lows - lows[0]) * per_unit).astype(np.int64), n - 1)
    return np.maximum(np.searchsorted(own, np.arange(n), side="left") - 1, 0), np.array(
        [lows[0], high, per_unit]
    )


def build(subgrids: tuple[Subgrid, ...], floor: float = -np.inf) -> Grid:
    """Lay subgrids out for the kernels; about 1.3 times the memory of the file's numbers."""
    size = sum((s.q.size + 2) * (s.x.size + 2) for s in subgrids) * STRIDE
    nodes = _aligned(size)
    x_cells, x_buckets, x_range, x_first, q_stride = [], [], [], [], []
    q_cells, q_subgrid, q_node = [], [], []
    start = row = 0
    for number, s in enumerate(subgrids):
        nx, nq = s.x.size, s.q.size
        block = nodes[start : start + (nq + 2) * (nx + 2) * STRIDE].reshape(nq + 2, nx + 2, STRIDE)
        block[1:-1, 1:-1, :14] = s.xf
        log_x, log_q2 = logarithm(s.x), 2.0 * logarithm(s.q)
        table, span = buckets(log_x[:-1], log_x[-1], X_BUCKETS)
        x_cells.append(closed(cells(log_x)))
        x_buckets.append(table)
        x_range.append(span)
        x_first.append(row)
        q_stride.append((nx + 2) * STRIDE)
        q_cells.append(cells(log_q2, linear=nq < 4))
        q_subgrid += [number] * (nq - 1)
        q_node += [start + i * (nx + 2) * STRIDE for i in range(nq - 1)]
        start += block.size
        row += nx
    lows = np.concatenate(q_cells)
    table, span = buckets(lows[:, LOW], lows[-1, LOW] + lows[-1, WIDTH], Q_BUCKETS)
    return Grid(
        nodes=nodes,
        x_cells=np.concatenate(x_cells),
        q_cells=closed(lows),
        x_buckets=np.array(x_buckets),
        q_buckets=table,
        x_range=np.array(x_range),
        q_range=span,
        q_subgrid=np.array(q_subgrid),
        q_node=np.array(q_node),
        x_first=np.array(x_first),
        q_stride=np.array(q_stride),
        floor=floor,
    )


def _aligned(size: int) -> NDArray[np.float64]:
    """Zeros that start at a cache line."""
    raw = np.zeros(size + 8)
    return raw[(-raw.ctypes.data % 64) // 8 :][:size]
