"""How many latents are relevant, whatever beta? The plateau of the count over beta and seeds.

Small beta keeps every latent, large beta none; in between the count should stand still. The plateau
is the widest run of neighbouring betas, in log beta, that share the modal count over seeds. Counts
of 0 (all is switched off) and of the latent size (nothing is) say nothing and make no plateau.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError

__all__ = ["TOPOLOGY_CAVEAT", "Plateau", "plateau"]

TOPOLOGY_CAVEAT = (
    "The number of relevant latents is not the intrinsic dimension: a circle or a sphere has no "
    "continuous injection into R^1 or R^2, so a continuous encoder needs the embedding dimension "
    "(2 for a circle, 3 for a sphere). The count also depends on beta, on the seed and on the rule."
)

FEW_SEEDS = 5


@dataclass(frozen=True, slots=True)
class Plateau:
    """The count on the plateau with its interval; `value` is None where there is no plateau."""

    value: int | None
    low: int
    """Smallest count of any seed on the plateau (over the whole sweep where there is none)."""
    high: int
    """Largest count of any seed on the plateau (over the whole sweep where there is none)."""
    betas: tuple[float, ...]
    """The betas of the plateau."""
    agreement: float
    """Fraction of (beta, seed) pairs on the plateau that give `value`."""
    modes: tuple[int, ...]
    """The modal count at each beta of the sweep; of tied counts the smallest."""
    words: str


def plateau(betas: Sequence[float], counts: ArrayLike, latent: int) -> Plateau:
    """Find the plateau of counts (betas, seeds), integers in 0 .. latent, over increasing betas > 0.

    At least two neighbouring betas must share a mode. Of equally wide runs the one on which the seeds
    agree better is taken, then the one at smaller beta. InputError: betas not increasing or not
    positive, another shape, counts out of range.
    """
    table = _checked(betas, counts, latent)
    modes = tuple(int(np.bincount(row).argmax()) for row in table)
    best: tuple[float, float, int, int] | None = None
    for first, last in _runs(modes):
        if first == last or modes[first] in {0, latent}:
            continue
        width = round(float(np.log(betas[last] / betas[first])), 9)
        agreement = float((table[first : last + 1] == modes[first]).mean())
        if best is None or (width, agreement) > best[:2]:
            best = (width, agreement, first, last)
    if best is None:
        return _none(betas, table, modes, latent)
    _, agreement, first, last = best
    on = table[first : last + 1]
    return Plateau(
        value=modes[first],
        low=int(on.min()),
        high=int(on.max()),
        betas=tuple(float(b) for b in betas[first : last + 1]),
        agreement=agreement,
        modes=modes,
        words=f"{modes[first]} relevant latents from beta = {betas[first]:g} to {betas[last]:g} "
        f"({agreement:.0%} of the trainings there){_few(table)}",
    )


def _checked(betas: Sequence[float], counts: ArrayLike, latent: int) -> NDArray[np.int64]:
    table = np.asarray(counts)
    if table.ndim != 2 or len(table) != len(betas) or table.size == 0:
        raise InputError(f"counts of shape {table.shape} must be ({len(betas)} betas, seeds)")
    if not np.issubdtype(table.dtype, np.integer) or table.min() < 0 or table.max() > latent:
        raise InputError(f"counts must be integers from 0 to {latent}, the number of latents")
    if not (np.asarray(betas) > 0).all() or (np.diff(betas) <= 0).any():
        raise InputError(f"betas = {list(betas)} must be positive and increasing")
    return table.astype(np.int64)


def _runs(modes: Sequence[int]) -> list[tuple[int, int]]:
    """First and last index of every stretch of equal values."""
    edges = [0, *(i for i in range(1, len(modes)) if modes[i] != modes[i - 1]), len(modes)]
    return [(a, b - 1) for a, b in pairwise(edges)]


def _none(betas: Sequence[float], table: NDArray[np.int64], modes: tuple[int, ...], latent: int) -> Plateau:
    if all(m == 0 for m in modes):
        why = "every latent is switched off: take smaller betas"
    elif all(m == latent for m in modes):
        why = f"all {latent} latents stay on: take larger betas or more latents"
    else:
        why = "no two neighbouring betas share a count between 0 and the latent size: take more betas"
    return Plateau(
        value=None,
        low=int(table.min()),
        high=int(table.max()),
        betas=(),
        agreement=0.0,
        modes=modes,
        words=f"no plateau from beta = {betas[0]:g} to {betas[-1]:g}; {why}{_few(table)}",
    )


def _few(table: NDArray[np.int64]) -> str:
    seeds = table.shape[1]
    return "" if seeds >= FEW_SEEDS else f"; only {seeds} seeds, give at least {FEW_SEEDS} for an interval"
