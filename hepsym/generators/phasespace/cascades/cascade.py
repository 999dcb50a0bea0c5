"""How does a system fall apart, two by two? A list of steps, run on blocks of events.

Every sequential map (two bodies, GENBOD, RAMBO on diet, decay trees) is such a list. Each step
loops over the events of a block, which vectorises. A slot is a particle or a system; its excess T
is its mass above the sum of its final particles' masses, so that the release of a decay, T - T_a -
T_b, keeps its digits at threshold. Arrays of a block: slots (slots, 5 BLOCK) hold E, x, y, z, T.
"""

import math

import numpy as np
from numpy.typing import NDArray

from hepsym._numba import kernel, loop
from hepsym.generators.phasespace.blocks.passage import (
    BLOCK,
    draw_uniforms,
    load_energies,
    load_uniforms,
    scratch,
    store,
)
from hepsym.generators.phasespace.blocks.rows import borrowed
from hepsym.generators.phasespace.cascades.chain import diet_fractions, sort_fractions
from hepsym.generators.phasespace.cascades.split import (
    T,
    split_at_rest,
    split_in_flight,
    split_sharp_at_rest,
    split_sharp_in_flight,
)
from hepsym.generators.phasespace.mass_laws import cumulative, draw_square

__all__ = ["CHAIN", "DIET", "MASS", "SPLIT", "SPLIT_SHARP", "Laid", "draw", "forward"]

Array = NDArray[np.float64]
Steps = NDArray[np.int64]
Order = NDArray[np.int64]
Rooms = tuple[Array, Array, Array, Array, Array]
Laid = tuple[Steps, Array, NDArray[np.int64], Array, Array, float]
"""Steps, their numbers, lists of slots, masses of the final particles in a slot, excesses to start
with, constant factor of the weight. See program.py."""

OVER_2_PI = 0.5 / math.pi

MASS = 0
"""slot, uniform, law, parent, and where the list of its siblings starts and stops."""
CHAIN = 1
"""node, first uniform, children, start of the list (children, then the systems of the first 2, 3, ...),
and how many of the children are systems."""
DIET = 2
SPLIT = 3
"""parent, a, b, first of two uniforms, whether the parent is at rest."""
SPLIT_SHARP = 4
"""The same where all three masses are constants: numbers hold |p*|, E_a*, M."""


@kernel
def _mass(slots: Array, u: Array, weight: Array, laid: Laid, at: int) -> None:
    step, numbers = laid[0][at], laid[1][at]
    lists, base = laid[2], laid[3]
    row, above, draws, kind = slots[step[1]], slots[step[4]], u[step[2]], step[3]
    mine = base[step[1]]
    least, most = numbers[0], numbers[1]
    shape = (kind, numbers[2], numbers[3], numbers[4], numbers[5])
    for j in range(BLOCK):
        room = above[T + j]
        for k in range(step[5], step[6]):
            room -= slots[lists[k], T + j]
        high = min(mine + room, most)
        if not high > least:
            row[T + j] = math.nan
            weight[j] = math.nan
            continue
        s = draw_square(shape, draws[j], least * least, high * high)
        mass = min(max(math.sqrt(s), least), high)
        row[T + j] = mass - mine
        density = cumulative(shape, mass * mass, least * least, high * high)[1]
        weight[j] *= OVER_2_PI / density


@kernel
def _chain(slots: Array, u: Array, weight: Array, v: Array, room: Array, laid: Laid, at: int) -> None:
    step, lists, base = laid[0][at], laid[2], laid[3]
    children, start = step[3], step[4]
    count = children - 2
    for i in range(count):
        row, draws = v[i], u[step[2] + i]
        for j in range(BLOCK):
            row[j] = draws[j]
    if step[0] == CHAIN:
        sort_fractions(v, count, BLOCK)
    else:
        diet_fractions(v, weight, count, BLOCK)
    node = slots[step[1]]
    for j in range(BLOCK):
        room[j] = node[T + j]
    for c in range(children if step[5] > 0 else 0):
        child = slots[lists[start + c]]
        for j in range(BLOCK):
            room[j] -= child[T + j]
    for i in range(count):
        system, row = slots[lists[start + children + i]], v[i]
        second = slots[lists[start + i + 1]]
        first = slots[lists[start] if i == 0 else lists[start + children + i - 1]]
        mine = base[lists[start + children + i]]
        before = v[max(i - 1, 0)]
        scale = 1.0 / (math.pi * (i + 1)) if step[0] == CHAIN else 1.0 / math.pi
        for j in range(BLOCK):
            inner = first[T + j] - (room[j] * before[j] if i > 0 else 0.0)
            excess = room[j] * row[j] + (inner + second[T + j])
            system[T + j] = excess
            weight[j] *= scale * room[j] * (mine + excess)


@kernel
def _split(slots: Array, u: Array, weight: Array, laid: Laid, at: int) -> None:
    steps, base = laid[0], laid[3]
    kind, at_rest = steps[at, 0], steps[at, 5] != 0
    a, b = steps[at, 2], steps[at, 3]
    parent, first, second = slots[steps[at, 1]], slots[a], slots[b]
    polar, turn, numbers = u[steps[at, 4]], u[steps[at, 4] + 1], laid[1][at]
    if kind == SPLIT_SHARP and at_rest:
        split_sharp_at_rest(first, second, numbers, polar, turn)
    elif kind == SPLIT_SHARP:
        split_sharp_in_flight(parent, first, second, numbers, polar, turn)
    elif at_rest:
        split_at_rest(parent, first, second, base[a], base[b], polar, turn, weight)
    else:
        split_in_flight(parent, first, second, base[a], base[b], polar, turn, weight)


@loop
def _run(slots: Array, u: Array, weight: Array, v: Array, room: Array, laid: Laid) -> None:
    """All steps on one block, whose root excess is set."""
    for j in range(BLOCK):
        weight[j] = laid[5]
    for at in range(laid[0].shape[0]):
        if laid[0][at, 0] == MASS:  # not drawn yet: siblings leave it its least mass
            row, least = slots[laid[0][at, 1]], laid[4][laid[0][at, 1]]
            for j in range(BLOCK):
                row[T + j] = least
    for at in range(laid[0].shape[0]):
        kind = laid[0][at, 0]
        if kind in (SPLIT, SPLIT_SHARP):
            _split(slots, u, weight, laid, at)
        elif kind == MASS:
            _mass(slots, u, weight, laid, at)
        else:
            _chain(slots, u, weight, v, room, laid, at)


@kernel
def _start(slots: Array, excess: Array) -> None:
    for slot in range(slots.shape[0]):
        for j in range(T):
            slots[slot, j] = 0.0
        for j in range(BLOCK):
            slots[slot, T + j] = excess[slot]


@kernel
def _room(slots: int, rows: int) -> Rooms:
    """Slots, columns of uniforms, fractions of a chain, room in it, weight; of one block."""
    return (
        scratch(slots, 5 * BLOCK), scratch(rows, BLOCK), scratch(rows + 1, BLOCK),
        scratch(1, BLOCK)[0], scratch(1, BLOCK)[0],
    )  # fmt: skip


@kernel
def _uncounted(laid: Laid) -> Laid:
    steps, numbers, lists, base, excess, factor = laid
    return borrowed(steps), borrowed(numbers), borrowed(lists), borrowed(base), borrowed(excess), factor


@loop
def _forward(
    u: Array, sqrt_s: Array, laid: Laid, root: int, order: Order, momenta: Array, weights: Array,
    rooms: Rooms,
) -> None:  # fmt: skip
    laid = _uncounted(laid)
    u, sqrt_s, order = borrowed(u), borrowed(sqrt_s), borrowed(order)
    momenta, weights = borrowed(momenta), borrowed(weights)
    slots, columns, v = borrowed(rooms[0]), borrowed(rooms[1]), borrowed(rooms[2])
    room, weight = borrowed(rooms[3]), borrowed(rooms[4])
    _start(slots, laid[4])
    least = laid[3][root]
    for start in range(0, u.shape[0], BLOCK):
        load_uniforms(columns, u, start)
        load_energies(room, sqrt_s, start, u.shape[0])
        for j in range(BLOCK):
            slots[root, T + j] = room[j] - least if room[j] >= least else math.nan
            slots[root, j] = room[j]
        _run(slots, columns, weight, v, room, laid)
        store(slots, weight, order, momenta, weights, start)


@loop
def forward(
    u: Array, sqrt_s: Array, laid: Laid, root: int, order: Order, momenta: Array, weights: Array
) -> None:
    """Momenta and weights of given uniforms (n, d); sqrt_s has one or n entries."""
    rooms = _room(laid[3].shape[0], u.shape[1])
    _forward(u, sqrt_s, laid, root, order, momenta, weights, rooms)


@loop
def _draw(
    first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64, laid: Laid, root: int, order: Order,
    momenta: Array, weights: Array, rooms: Rooms,
) -> None:  # fmt: skip
    laid = _uncounted(laid)
    order, momenta, weights = borrowed(order), borrowed(momenta), borrowed(weights)
    slots, columns, v = borrowed(rooms[0]), borrowed(rooms[1]), borrowed(rooms[2])
    room, weight = borrowed(rooms[3]), borrowed(rooms[4])
    _start(slots, laid[4])
    for j in range(BLOCK):
        slots[root, j] = laid[3][root] + laid[4][root]
    for start in range(0, weights.shape[0], BLOCK):
        draw_uniforms(columns, first + start, stream, k0, k1)
        _run(slots, columns, weight, v, room, laid)
        store(slots, weight, order, momenta, weights, start)


@loop
def draw(
    first: int, stream: np.uint64, k0: np.uint64, k1: np.uint64, dimensions: int, laid: Laid,
    root: int, order: Order, momenta: Array, weights: Array,
) -> None:  # fmt: skip
    """Momenta and weights of the uniforms of Philox events first, first + 1, ...; the root is laid[4]'s."""
    rooms = _room(laid[3].shape[0], dimensions + dimensions % 2)
    _draw(first, stream, k0, k1, laid, root, order, momenta, weights, rooms)
