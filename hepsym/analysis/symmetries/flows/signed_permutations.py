"""Which flips and exchanges of columns are worth a test? Those that no moment of the rows speaks against.

Columns are standardised: z. A flip z -> s z, s_i = +-1, needs s_i s_j = 1 for every pair that is
correlated and s_i s_j s_k = 1 for every third moment that is not zero: linear equations over GF(2). An
exchange is an involution of the columns that keeps each one's law, all correlations and the moments
E[z_i^2 z_j] and E[z_i^2 z_j^2]: grown from a pair, by those columns that are not yet where they should be.

What stands here was not tested: symmetries.discrete does so on other rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Candidate", "exchanges", "flips"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SIGNIFICANT = 5.0
"""Standard errors beyond which a moment is not zero, or two are not equal."""
MOST = 24


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """z -> matrix z, of standardised columns."""

    name: str
    kind: str
    matrix: Floats
    """(D, D)"""
    hopeful: bool
    """Whether no moment speaks against it; the others are tested to be told as broken."""


def flips(z: Floats, names: Sequence[str]) -> list[Candidate]:
    """Generators of all flips that no moment of z (n, D) to the third order forbids; then single columns.

    The single ones that are forbidden are candidates for being told as broken.
    """
    d = z.shape[1]
    bounded = np.clip(z, -3, 3)
    i, j = np.triu_indices(d, 1)
    products = bounded[:, i] * bounded[:, j]
    clear = _significance(products) > SIGNIFICANT
    pairs = list(zip(i[clear].tolist(), j[clear].tolist(), strict=True))
    rows = [_indicator(d, pair) for pair in pairs]
    for k in range(d):
        upper = np.triu_indices(d - k)
        a, b = upper[0] + k, upper[1] + k
        clear = _significance(bounded[:, a] * bounded[:, b] * bounded[:, k, None]) > SIGNIFICANT
        rows += [_indicator(d, (k, x, y)) for x, y in zip(a[clear].tolist(), b[clear].tolist(), strict=True)]
    kept = _null_over_two(np.array(rows, dtype=np.int64).reshape(-1, d))
    linked = _blocks(d, pairs)
    whole = [*kept, np.ones(d, dtype=np.int64), *linked]
    allowed = np.array(rows, dtype=np.int64).reshape(-1, d)
    out: dict[bytes, Candidate] = {}
    for s in whole[:MOST]:
        matrix = np.diag(1.0 - 2.0 * s)
        hopeful = not (allowed @ s % 2).any()
        out.setdefault(matrix.tobytes(), Candidate(_flip_name(s, names), "reflection", matrix, hopeful))
    return list(out.values())


def exchanges(z: Floats, names: Sequence[str]) -> list[Candidate]:
    """Involutions of columns of z (n, D) that keep laws and moments; those of few columns first."""
    n, d = z.shape
    bounded = np.clip(z, -4, 4)
    quantiles = np.quantile(z, np.linspace(0.02, 0.98, 25), axis=0).T
    laws = np.abs(quantiles[:, None] - quantiles[None]).max(axis=2) < SIGNIFICANT * 1.8 / np.sqrt(n)
    second = [_moments(bounded, bounded), _moments(bounded**2, bounded), _moments(bounded**2, bounded**2)]
    out: dict[bytes, Candidate] = {}
    for i in range(d):
        for j in range(i + 1, d):
            if not laws[i, j]:
                continue
            found = _grown({i: j, j: i}, laws, second)
            if found is None:
                continue
            order = np.array([found.get(k, k) for k in range(d)])
            out.setdefault(
                order.tobytes(), Candidate(_exchange_name(order, names), "exchange", np.eye(d)[order], True)
            )
    return sorted(out.values(), key=lambda c: -float(np.trace(c.matrix)))[:MOST]


def _significance(products: Floats) -> Floats:
    spread = products.std(axis=0)
    out: Floats = np.abs(products.mean(axis=0)) / np.maximum(spread, 1e-12) * np.sqrt(len(products))
    return out


def _indicator(d: int, columns: Sequence[int]) -> Ints:
    """The equation sum of s over the columns, mod 2."""
    row = np.zeros(d, dtype=np.int64)
    for column in columns:
        row[column] ^= 1
    return row


def _null_over_two(rows: Ints) -> list[Ints]:
    """Reduced basis of the solutions of rows . s = 0 mod 2, last columns leading."""
    d = rows.shape[1]
    left, pivots = rows % 2, []
    done = 0
    for column in range(d):
        hits = np.flatnonzero(left[done:, column]) + done
        if not len(hits):
            continue
        left[[done, hits[0]]] = left[[hits[0], done]]
        others = np.flatnonzero(left[:, column])
        others = others[others != done]
        left[others] ^= left[done]
        pivots.append(column)
        done += 1
    out = []
    for free in [c for c in range(d) if c not in pivots]:
        s = np.zeros(d, dtype=np.int64)
        s[free] = 1
        for row, pivot in enumerate(pivots):
            s[pivot] = left[row, free]
        out.append(s)
    return out


def _blocks(d: int, pairs: Sequence[tuple[int, int]]) -> list[Ints]:
    """Columns that hang together by correlation, as flips."""
    label = np.arange(d)
    for i, j in pairs:
        label[label == label[j]] = label[i]
    return [(label == value).astype(np.int64) for value in np.unique(label)]


def _moments(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """E[a_i b_j] and by how much two of them may differ: (d, d) each."""
    n = len(a)
    spread = np.sqrt((a**2).T @ b**2 / n / n)
    return a.T @ b / n, SIGNIFICANT * 1.5 * np.maximum(spread, spread.T)


def _grown(
    mapping: dict[int, int], laws: NDArray[np.bool_], second: Sequence[tuple[Floats, Floats]], depth: int = 0
) -> dict[int, int] | None:
    """The mapping with what it needs besides to keep the second moments; None where it cannot."""
    d = len(laws)
    order = np.array([mapping.get(k, k) for k in range(d)])
    done = np.array(sorted(mapping))
    moved = order[done]
    for value, allowed in second:
        change = np.abs(value[np.ix_(done, done)] - value[np.ix_(moved, moved)])
        if (change > allowed[np.ix_(done, done)]).any():
            return None
    # A column that has not moved is wrong where it goes with i otherwise than with mapping[i].
    wrong = [k for k in range(d) if k not in mapping and not _stays(k, done, moved, second)]
    if not wrong:
        return mapping
    if depth > d // 2:
        return None
    k = wrong[0]
    for partner in wrong[1:]:
        if laws[k, partner]:
            found = _grown({**mapping, k: partner, partner: k}, laws, second, depth + 1)
            if found is not None:
                return found
    return None


def _stays(
    k: int, done: NDArray[np.int64], moved: NDArray[np.int64], second: Sequence[tuple[Floats, Floats]]
) -> bool:
    return all(
        (np.abs(value[k, done] - value[k, moved]) < allowed[k, done]).all()
        and (np.abs(value[done, k] - value[moved, k]) < allowed[done, k]).all()
        for value, allowed in second
    )


def _flip_name(s: Ints, names: Sequence[str]) -> str:
    told = [names[i] for i in np.flatnonzero(s).tolist()]
    if len(told) == len(names):
        return "parity"
    ends = {name[-1:] for name in told}
    of_space = [name for name in names if name[-1:] in "xyz"]
    if len(of_space) > 2 and set(told) == set(of_space):
        return "parity of space"
    along = (
        f" {ends.pop()} -> -{told[0][-1]}"
        if len(ends) == 1 and told[0][-1:] in "xyz" and len(told) > 1
        else ""
    )
    return f"reflection{along} of {', '.join(told)}"


def _exchange_name(order: Ints, names: Sequence[str]) -> str:
    pairs = [(names[i], names[j]) for i, j in enumerate(order.tolist()) if i < j]
    parts = [(a.rsplit(".", 1), b.rsplit(".", 1)) for a, b in pairs]
    if all(len(a) == len(b) == 2 and a[1] == b[1] for a, b in parts):
        legs = {(a[0], b[0]) for a, b in parts}
        if len(legs) == 1:
            a, b = legs.pop()
            return f"exchange of {a} and {b}" + (
                f" ({', '.join(p[0][1] for p in parts)})" if len(pairs) < 4 else ""
            )
    return f"exchange of {', '.join(f'{a} and {b}' for a, b in pairs)}"
