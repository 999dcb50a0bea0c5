"""Which observables does each relevant latent follow? All pairs, with errors, corrected for their number.

For latent z_i and observable o: mutual information, rank correlation (or its circular counterpart),
R^2 of a monotone and of a general one-dimensional regression. "Follows" means that independence is
rejected by the mutual information at a family-wise level alpha over all pairs (Holm, Scand. J. Statist.
6 (1979) 65). With many events nearly everything depends on everything, so the list is sorted by
mutual information and the reader looks at its size and at R^2, not at the p-value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from hepsym.analysis.correlation import Association, circular_linear, spearman
from hepsym.analysis.door import column, is_constant, matrix, same_length
from hepsym.analysis.estimate import Estimate
from hepsym.analysis.mutual_information import MutualInformation, mutual_information
from hepsym.analysis.regression import angle_r2, monotone_r2, r2
from hepsym.errors import InputError

__all__ = ["Link", "Observable", "Recovery", "align", "holm", "recover", "usable"]

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None] | None

RANK_CAP = 10_000
"""At most so many events enter a rank or circular correlation; the first ones, in the order given."""


@dataclass(frozen=True, slots=True, eq=False)
class Observable:
    """A quantity by name, one value an event; `period` where it is an angle (2 pi for radians)."""

    name: str
    values: Floats
    period: float | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """One latent and one observable."""

    latent: int
    observable: str
    mutual_information: MutualInformation
    p_holm: float
    """Holm-adjusted p-value of independence, over all pairs asked at once."""
    follows: bool
    spearman: Association | None
    """None for an angle."""
    circular: Association | None
    """Circular-linear R^2; None for what is no angle."""
    r2: Estimate
    """General regression on this latent alone; of an angle its sine and cosine pooled."""
    monotone_r2: Estimate | None
    """None for an angle: nothing rises all the way round a circle."""

    def to_json(self) -> dict[str, Any]:
        """Keys name, mutual_information, p_holm, follows, spearman, circular_linear, r2, monotone_r2."""
        return {
            "name": self.observable,
            "mutual_information": self.mutual_information.to_json(),
            "p_holm": self.p_holm,
            "follows": self.follows,
            "spearman": self.spearman.to_json() if self.spearman else None,
            "circular_linear": self.circular.to_json() if self.circular else None,
            "r2": self.r2.to_json(),
            "monotone_r2": self.monotone_r2.to_json() if self.monotone_r2 else None,
        }


@dataclass(frozen=True, slots=True)
class Recovery:
    """How well all latents together give one target."""

    target: str
    """The observable's name, or "sin NAME" / "cos NAME" for an angle."""
    observable: str
    r2: Estimate

    def to_json(self) -> dict[str, Any]:
        """Keys observable, of, r2, error."""
        found = self.r2.to_json()
        return {
            "observable": self.target,
            "of": self.observable,
            "r2": found["value"],
            "error": found["error"],
        }


def usable(observables: Sequence[Observable]) -> tuple[list[Observable], list[str]]:
    """Those that vary over the sample, and the names of those that do not (they follow nothing).

    An angle is judged by its sine and cosine. InputError: a name given twice, values not finite.
    """
    names = [o.name for o in observables]
    for name in names:
        if names.count(name) > 1:
            raise InputError(f"observable {name!r} is given twice: give each once")
    kept: list[Observable] = []
    constant: list[str] = []
    for o in observables:
        varies = not is_constant(column(o.values, o.name))
        if varies and o.period is not None:
            turned = o.values * (2 * np.pi / o.period)
            varies = not (is_constant(np.sin(turned)) or is_constant(np.cos(turned)))
        if varies:
            kept.append(o)
        else:
            constant.append(o.name)
    return kept, constant


def align(
    latents: ArrayLike,
    observables: Sequence[Observable],
    *,
    indices: Sequence[int] | None = None,
    alpha: float = 0.05,
    seed: int = 0,
    progress: Progress = None,
) -> list[Link]:
    """Every pair of latents (n, L) and observables: for each latent its links, most informative first.

    indices: which latents (default all; a constant latent is refused). n >= 100. The permutation null has
    max(999, pairs / alpha) pairings, so that Holm can reach alpha. Subsampling as in the parts, stated
    there and in `MutualInformation.n`. InputError: constant observable or latent (see `usable`), lengths
    differ, alpha not in (0, 1).
    """
    z = matrix(latents, "latents", rows=100)
    if not 0 < alpha < 1:
        raise InputError(f"alpha = {alpha} must lie between 0 and 1")
    chosen = list(range(z.shape[1])) if indices is None else list(indices)
    pairs = [(i, o) for i in chosen for o in observables]
    permutations = max(999, int(np.ceil(len(pairs) / alpha)))
    links = []
    for done, (i, o) in enumerate(pairs):
        links.append(_link(z[:, i], i, o, permutations, seed))
        if progress is not None:
            progress(done + 1, len(pairs))
    adjusted = holm([link.mutual_information.p_value for link in links])
    judged = [_judged(link, p, alpha) for link, p in zip(links, adjusted, strict=True)]
    rank = {i: position for position, i in enumerate(chosen)}
    return sorted(judged, key=lambda k: (rank[k.latent], -k.mutual_information.estimate.value))


def _link(z: Floats, latent: int, o: Observable, permutations: int, seed: int) -> Link:
    values = column(o.values, o.name, rows=100)
    same_length(latents=z, **{o.name: values})
    head = slice(0, RANK_CAP)
    told = mutual_information(z, values, periods=(None, o.period), permutations=permutations, seed=seed)
    if o.period is None:
        rank, circle = spearman(z[head], values[head]), None
        general, monotone = r2(z, values, seed=seed)[0], monotone_r2(z, values, seed=seed)
    else:
        rank, circle = None, circular_linear(values[head], z[head], period=o.period, seed=seed)
        general, monotone = angle_r2(z, values, period=o.period, seed=seed)["angle"], None
    return Link(latent, o.name, told, told.p_value, False, rank, circle, general, monotone)


def _judged(link: Link, p: float, alpha: float) -> Link:
    return replace(link, p_holm=p, follows=p <= alpha)


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's adjusted p-values: reject where they are <= alpha, and the chance of any false one is <= alpha.

    Adjusted p of the k-th smallest of m: max over j <= k of min(1, (m - j + 1) p_j). Valid under any
    dependence. Equal to statsmodels' multipletests(method="holm").
    """
    order = np.argsort(p_values, kind="stable")
    m = len(p_values)
    adjusted = np.empty(m)
    running = 0.0
    for place, k in enumerate(order):
        running = max(running, min(1.0, (m - place) * p_values[k]))
        adjusted[k] = running
    return [float(a) for a in adjusted]


def recover(
    latents: ArrayLike, observables: Sequence[Observable], *, centres: int | None = None, seed: int = 0
) -> list[Recovery]:
    """Cross-fitted R^2 of every observable from all latents (n, L) together; angles as sine and cosine.

    One fit serves all targets. n >= 100. InputError as `r2`.
    """
    z = matrix(latents, "latents", rows=100)
    names, columns = [], []
    for o in observables:
        values = column(o.values, o.name, rows=100)
        if o.period is None:
            names.append((o.name, o.name))
            columns.append(values)
            continue
        turned = values * (2 * np.pi / o.period)
        names += [(f"sin {o.name}", o.name), (f"cos {o.name}", o.name)]
        columns += [np.sin(turned), np.cos(turned)]
    if not columns:
        return []
    found = r2(z, np.column_stack(columns), centres=centres, seed=seed)
    return [Recovery(target, of, e) for (target, of), e in zip(names, found, strict=True)]
