"""What is x f between the knots: LHAPDF 6's log-bicubic of all fourteen partons at once.

    x f_i(x, Q^2) = sum_jk u_j(log x) v_k(log Q^2) x f_i(x_j, Q^2_k),    j, k over the four knots around

Cubic Hermite splines in log x and log Q^2 with finite differences for the slopes, all folded into the
weights u and v (`grid`), so that the fourteen partons share them and the loop over partons vectorises.

Outside the grid: x f = 0 for x >= 1; below x_min and outside [Q_min, Q_max] the value at the edge.
Error against the definition: 4e-16 of the largest |x f| in the stencil; exact at knots
(tests/generators/partons/test_interpolation.py).
Source: Buckley et al., https://arxiv.org/abs/1412.7420, section 5.2.
"""

import numpy as np
from numpy.typing import NDArray

from hepsym._math import log
from hepsym._numba import kernel, loop
from hepsym.generators.partons.grid import LOW, STRIDE, WIDTH, A, C, D, F, Grid

Weights = tuple[float, float, float, float]
BLOCK = 64


@kernel
def weights(cells: NDArray[np.float64], cell: np.int64, place: float) -> Weights:
    """Weights of knots cell - 1 .. cell + 2 at `place`, held to the cell.

    The Hermite polynomials are written in t and 1 - t, so that knots come out exactly at both ends.
    """
    t = (place - cells[cell, LOW]) / cells[cell, WIDTH]
    t = min(max(t, 0.0), 1.0)
    u = 1.0 - t
    left, right = t * u * u, -(t * t * u)
    a, d, c, f = cells[cell, A], cells[cell, D], cells[cell, C], cells[cell, F]
    return (
        a * left,
        u * u * (1.0 + 2.0 * t) - (a + d) * left + c * right,
        t * t * (1.0 + 2.0 * u) + d * left - (c + f) * right,
        f * right,
    )


@kernel
def locate(cells: NDArray[np.float64], first: np.int64, guess: np.int64, place: float) -> np.int64:
    """The last cell, counted from row `first`, that starts at or below `place`; not before `guess`."""
    cell = first + guess
    while cells[cell + 1, LOW] <= place:
        cell += 1
    return cell - first


@kernel
def bucket(low: float, per_unit: float, count: np.int64, place: float) -> np.int64:
    """Which of `count` equal parts of the range `place` lies in."""
    return min(np.int64((place - low) * per_unit), count - 1)


@kernel
def q_weights(grid: Grid, log_q2: float) -> tuple[np.int64, Weights]:
    """The cell in Q of log Q^2, held to the grid, and the weights there."""
    low, high, per_unit = grid.q_range[0], grid.q_range[1], grid.q_range[2]
    place = min(max(log_q2, low), high)
    guess = grid.q_buckets[bucket(low, per_unit, grid.q_buckets.shape[0], place)]
    q = locate(grid.q_cells, np.int64(0), guess, place)
    return q, weights(grid.q_cells, q, place)


@kernel
def xf_at(grid: Grid, log_x: float, log_q2: float, row: NDArray[np.float64]) -> None:
    """Write x f of the fourteen partons, x < 1, and two zeros into row (16,).

    Sixteen, because fourteen leave a rest behind the vector loop: 91 ns a point, 60 with two more.
    """
    q, v = q_weights(grid, log_q2)
    xf_at_q(grid, log_x, q, v, row)


@kernel
def xf_at_q(grid: Grid, log_x: float, q: np.int64, v: Weights, row: NDArray[np.float64]) -> None:
    """`xf_at` where the cell in Q and its weights are known."""
    v0, v1, v2, v3 = v
    s = grid.q_subgrid[q]
    low, high, per_unit = grid.x_range[s, 0], grid.x_range[s, 1], grid.x_range[s, 2]
    place = min(max(log_x, low), high)
    first = grid.x_first[s]
    x = locate(
        grid.x_cells, first, grid.x_buckets[s, bucket(low, per_unit, grid.x_buckets.shape[1], place)], place
    )
    u0, u1, u2, u3 = weights(grid.x_cells, first + x, place)
    step = grid.q_stride[s]
    k = grid.q_node[q] + x * STRIDE
    # Unsigned places spare the test for counting from the end, without which the loop vectorises.
    k0, k1, k2, k3 = np.uint64(k), np.uint64(k + step), np.uint64(k + 2 * step), np.uint64(k + 3 * step)
    n, one, two, three = grid.nodes, np.uint64(STRIDE), np.uint64(2 * STRIDE), np.uint64(3 * STRIDE)
    for parton in range(STRIDE):
        j = np.uint64(parton)
        f0 = u0 * n[k0 + j] + u1 * n[k0 + j + one] + u2 * n[k0 + j + two] + u3 * n[k0 + j + three]
        f1 = u0 * n[k1 + j] + u1 * n[k1 + j + one] + u2 * n[k1 + j + two] + u3 * n[k1 + j + three]
        f2 = u0 * n[k2 + j] + u1 * n[k2 + j + one] + u2 * n[k2 + j + two] + u3 * n[k2 + j + three]
        f3 = u0 * n[k3 + j] + u1 * n[k3 + j + one] + u2 * n[k3 + j + two] + u3 * n[k3 + j + three]
        row[j] = max(v0 * f0 + v1 * f1 + v2 * f2 + v3 * f3, grid.floor)


@loop
def fill_xf(grid: Grid, x: NDArray[np.float64], q2: NDArray[np.float64], out: NDArray[np.float64]) -> None:
    """x f at points (x[i], q2[i]) into out (n, 14)."""
    log_x, log_q2, row = np.empty(BLOCK), np.empty(BLOCK), np.empty(STRIDE)
    n = x.shape[0]
    for start in range(0, n, BLOCK):
        size = min(BLOCK, n - start)
        for i in range(size):
            log_x[i] = log(x[start + i])
            log_q2[i] = log(q2[start + i])
        for i in range(size):
            if x[start + i] < 1.0:
                xf_at(grid, log_x[i], log_q2[i], row)
                for j in range(14):
                    out[start + i, j] = row[j]
            else:
                out[start + i, :] = 0.0
