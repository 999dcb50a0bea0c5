"""From counters to points with their rates, and to events: the loops of processes of two partons.

Trial t of event i takes the words of draws 3 t and 3 t + 1: a cell, a place in it, a number to accept
by; an accepted trial takes draw 3 t + 2 for the azimuth, the partons, the flow of colour and the
helicities. Trials are worked on LANES at a time, each lane a different event, stage by stage; which
event is in which lane changes no number of it.
"""

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import loop
from hepsym.generators.hadron_pair.cells import Cells, cell_at, in_cell
from hepsym.generators.hadron_pair.helicities import TOLD, choose, tell
from hepsym.generators.hadron_pair.points import Region
from hepsym.generators.hadron_pair.stages import ROOM, Physics, draw, partons, place, store, value
from hepsym.generators.partons.grid import STRIDE, Grid
from hepsym.random import uniform, words

Values = NDArray[np.float64]
Integers = NDArray[np.int64]

LANES = 32


@loop
def fill(
    physics: Physics, r: Region, cells: Cells, grid: Grid,
    events: Integers, trials: Integers, stream: np.uint64, k0: np.uint64, k1: np.uint64,
    momenta: Values, weights: Values, scales: Values, chosen: Integers,
) -> None:  # fmt: skip
    """Events of these numbers, from trials[i] of each on, into momenta (n, 4, 4) with all legs.

    trials (n,): the one that was taken comes out; weights (n,): 1, or above it for a point above its
    bound; scales (n, 2): log Q^2 of renormalisation and factorisation; chosen (n or 0, 3): pair of
    partons, flow, helicities.
    """
    n = momenta.shape[0]
    own, event, trial = np.empty(LANES, np.int64), np.empty(LANES, np.int64), np.empty(LANES, np.int64)
    u, cell, at = np.empty((5, LANES)), np.empty(LANES, np.int64), np.empty((8, LANES))
    rows, parts = np.empty((2, STRIDE)), np.empty(physics.law.shape[0])
    told, part = np.empty((TOLD, LANES)), np.empty(physics.helicities.shape[1])
    made, groups, codes = np.empty(LANES, np.int64), np.empty(LANES, np.int64), np.empty(LANES, np.int64)
    described = chosen.shape[0] > 0
    active = min(LANES, n)
    waiting = active
    for lane in range(active):
        own[lane], event[lane], trial[lane] = lane, events[lane], trials[lane]
    while active > 0:
        draw(u, event, trial, active, stream, k0, k1)
        for lane in range(active):
            k = cell_at(cells, u[0, lane])
            cell[lane] = k
            a, b, c = in_cell(k, u[1, lane], u[2, lane], u[3, lane])
            place(physics, r, a, b, c, at, lane)
        lane, done = 0, 0
        while lane < active:
            rate, pair = value(physics, r, grid, at, lane, rows, parts)
            w = rate / cells.bounds[cell[lane]]
            if not w > u[4, lane]:
                trial[lane] += 1
                lane += 1
                continue
            i = own[lane]
            weights[i], trials[i] = max(w, 1.0), trial[lane]
            w0, w1, w2, w3 = words(np.uint64(event[lane]), np.uint64(3 * trial[lane] + 2), stream, k0, k1)
            store(r, at, lane, uniform(w0, w1), momenta, i)
            scales[i, 0], scales[i, 1] = at[6, lane], at[7, lane]
            if described:
                chosen[i, 0], groups[done] = partons(physics, rows, parts, (np.float64(w2) + 0.5) * ROOM)
                tell(told, done, pair, (np.float64(w3) + 0.5) * ROOM)
                made[done] = i
                done += 1
            if waiting < n:
                own[lane], event[lane], trial[lane] = waiting, events[waiting], trials[waiting]
                waiting += 1
            else:  # the last lane moves here and repeats its trial
                active -= 1
                own[lane], event[lane], trial[lane] = own[active], event[active], trial[active]
            lane += 1
        choose(physics, r.m3, r.m4, told, groups, made, codes, done, part, chosen)


@loop
def evaluate(
    physics: Physics, r: Region, grid: Grid, points: Values,
    momenta: Values, weights: Values, scales: Values, chosen: Integers,
) -> None:  # fmt: skip
    """Rates in pb (n,) at points (n, 6): a, b, c, azimuth in turns, a number for partons, one for helicities.

    momenta, scales and chosen are filled as by `fill`, where they have room for it.
    """
    at, rows, parts = np.empty((8, 1)), np.empty((2, STRIDE)), np.empty(physics.law.shape[0])
    told, part = np.empty((TOLD, 1)), np.empty(physics.helicities.shape[1])
    made, groups, codes = np.empty(1, np.int64), np.empty(1, np.int64), np.empty(1, np.int64)
    for i in range(points.shape[0]):
        place(physics, r, points[i, 0], points[i, 1], points[i, 2], at, 0)
        weights[i], pair = value(physics, r, grid, at, 0, rows, parts)
        if i < momenta.shape[0]:
            store(r, at, 0, points[i, 3], momenta, i)
        if i < chosen.shape[0]:
            scales[i, 0], scales[i, 1] = at[6, 0], at[7, 0]
            if weights[i] > 0.0:
                chosen[i, 0], groups[0] = partons(physics, rows, parts, points[i, 4])
                tell(told, 0, pair, points[i, 5])
                made[0] = i
                choose(physics, r.m3, r.m4, told, groups, made, codes, 1, part, chosen)
