"""What is found once, before events: the levels of tau, the cells' bounds, and the rate with its error."""

import math

import numpy as np

from hepsym.generators.hadron_pair.cells import NA, NB, NC, Cells, cells_of
from hepsym.generators.hadron_pair.laws import Values
from hepsym.generators.hadron_pair.loops import evaluate
from hepsym.generators.hadron_pair.points import Region
from hepsym.generators.hadron_pair.stages import Physics
from hepsym.generators.integration.rate import Iteration
from hepsym.generators.partons.grid import Grid
from hepsym.random import uniforms

__all__ = ["CELLS", "IN_CELL", "bounds_of", "levelled", "stratified"]

CELLS = NA * NB * NC
IN_CELL = 16
"""Points a cell gets in an iteration."""
FINE = 1024
RAPIDITIES, ANGLES = 12, 8
TAIL = 0.15
"""Share of the levels that is even in log tau, so that rare masses have cells of their own."""
MARGIN = 1.05
LEAST = 1e-3
"""Least bound of a cell, in units of the mean: what was never seen above zero may still be."""


def rates_at(physics: Physics, region: Region, grid: Grid, points: Values, momenta: Values) -> Values:
    """pb at points (n, 6); momenta (n or 0, 4, 4) are filled."""
    weights = np.empty(len(points))
    none = np.empty((0, 2))
    evaluate(physics, region, grid, points, momenta, weights, none, np.empty((0, 3), dtype=np.int64))
    return weights


def levelled(physics: Physics, region: Region, grid: Grid) -> Region:
    """The region with levels that make tau as frequent as its rate, integrated over y and angle."""
    low, high = region.levels[0], region.levels[-1]
    s, m2, mg = region.s, region.mass_2, region.mass_width
    if mg > 0.0:
        first, last = (math.log((m2 + mg * math.tan(x)) / s) for x in (low, high))
        spread = np.arctan2(np.exp(np.linspace(first, last, FINE + 1)) * s - m2, mg)
    else:
        spread = np.exp(np.linspace(math.log(low), math.log(high), FINE + 1))
    levels = np.unique(np.concatenate([spread[1:-1], np.linspace(low, high, FINE + 1)]))
    levels = levels if low < high else levels[::-1]
    levels[0], levels[-1] = low, high
    n = len(levels) - 1
    points = np.stack(
        np.meshgrid(
            (np.arange(n) + 0.5) / n,
            (np.arange(RAPIDITIES) + 0.5) / RAPIDITIES,
            (np.arange(ANGLES) + 0.5) / ANGLES,
            *[[0.5]] * 3,
            indexing="ij",
        ),
        -1,
    ).reshape(-1, 6)
    fine = region._replace(levels=np.ascontiguousarray(levels))
    rate = rates_at(physics, fine, grid, points, np.empty((0, 4, 4))).reshape(n, -1).mean(axis=1)
    tau = -2.0 * np.log(levels) if mg <= 0.0 else np.log((m2 + mg * np.tan(levels)) / s)
    even = np.abs(np.diff(tau))
    share = (1.0 - TAIL) * rate / rate.sum() + TAIL * even / even.sum()
    cumulative = np.concatenate([[0.0], np.cumsum(share)])
    steps = len(region.levels) - 1
    found = np.interp(np.linspace(0.0, cumulative[-1], steps + 1), cumulative, levels)
    found[0], found[-1] = low, high
    return region._replace(levels=found)


def stratified(stream: int) -> Values:
    """(IN_CELL CELLS, 6) points, IN_CELL to a cell: point i lies in cell i modulo CELLS."""
    n = IN_CELL * CELLS
    points = np.empty((n, 6))
    for axis in range(6):
        points[:, axis] = uniforms(0, n, stream=16 + 6 * stream + axis)
    cell = np.arange(n) % CELLS
    points[:, 0] = (cell // (NB * NC) + points[:, 0]) / NA
    points[:, 1] = (cell // NC % NB + points[:, 1]) / NB
    points[:, 2] = (cell % NC + points[:, 2]) / NC
    return points


def estimate(weights: Values) -> Iteration:
    """Mean over cells, with the error that the scatter inside gives."""
    by_cell = weights.reshape(-1, CELLS)
    error = np.sqrt((by_cell.var(axis=0, ddof=1) / len(by_cell)).sum()) / CELLS
    return Iteration(len(weights), float(weights.mean()), float(error))


def bounds_of(weights: Values, check: Values, overweight: float) -> Cells:
    """Cells bounded by the largest weight seen in each, raised together until the excess in `check`
    (other points) over them is below `overweight` of the integral."""
    bounds = weights.reshape(-1, CELLS).max(axis=0)
    bounds = np.maximum(bounds, LEAST * bounds.mean())
    factor = MARGIN
    by_cell = check.reshape(-1, CELLS)
    while np.maximum(by_cell - factor * bounds, 0.0).mean() > overweight * check.mean() and factor < 10.0:
        factor *= 1.05
    return cells_of(factor * bounds)
