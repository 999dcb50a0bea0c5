"""Which linear flows leave the density as it is? Generators of the density, certified, and those broken.

Second moments leave the antisymmetric matrices so(r) in white coordinates (unit covariance), or what the
surface's own algebra shares with it. The answers T of the test functions (symmetries.probes) are linear
in the matrix; the algebra of the density is where they all vanish. On one part of the rows the candidates
are ordered, those that answer most first. On the other part each is tested:

  - *broken*: the largest answer differs from 0, also when any of what is broken before it is added: a
    true generator that the first part of the rows tells to a few degrees only is not lost so.
  - *certified*: the simultaneous upper bound of its largest effect, |E t| / rms t, is below DELTA: an
    equivalence test, "within DELTA of exact symmetry", not the absence of evidence against it.
  - *undecided*: neither.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from hepsym.analysis.symmetries.flows.probes import probe
from hepsym.analysis.symmetries.flows.responses import Responses, responses
from hepsym.analysis.symmetries.whitening import tall_svd

__all__ = ["DELTA", "DensitySymmetry", "density_symmetry"]

Floats = NDArray[np.float64]

DELTA = 0.1
"""Largest effect of a generator that is still called a symmetry."""


@dataclass(frozen=True, slots=True, eq=False)
class DensitySymmetry:
    """Antisymmetric matrices in white coordinates."""

    certified: Floats
    """(k, r, r)"""
    bounds: Floats
    """(k,): simultaneous upper bounds of their largest effects"""
    broken: Floats
    """(m, r, r)"""
    p_values: Floats
    """(m,)"""
    shown_by: tuple[tuple[str, float], ...]
    """(m,): the test function that shows each, and its effect"""
    undecided: Floats
    """(u, r, r)"""


def density_symmetry(
    fit: Floats, test: Floats, candidates: Floats, columns: Floats, *, alpha: float, seed: int,
    names: list[str] | None = None, simplest: Callable[[Floats], Floats] = lambda a: a,
    beside: Floats | None = None,
) -> DensitySymmetry:  # fmt: skip
    """Which of the span of candidates (P, r, r), antisymmetric, leave the density of white rows as it is.

    fit, test (n, r) white, columns (D, r): the columns' directions (0 for those that have none), simplest:
    a basis of the span of what is left that is told in few words; beside (m, r, r): what is known to be
    broken already, and may be mixed into the candidates by errors. P(any claim false) <= alpha, half for
    certificates and half for what is called broken, over all P and all test functions.
    """
    count, r = len(candidates), fit.shape[1]
    names = names or [f"c{i}" for i in range(len(columns))]
    empty = np.zeros((0, r, r))
    if count == 0:
        return DensitySymmetry(empty, np.empty(0), empty, np.empty(0), (), empty)
    probes = probe(fit, columns, seed)
    ordered = _ordered(candidates, responses(fit, probes)) if count > 1 else candidates
    answers = responses(test, probes)
    tests = probes.count * count
    broken, p_values = _broken(ordered, answers, alpha / 2, empty if beside is None else beside)
    lost = ordered[broken]
    if len(lost) > 1:
        told = simplest(lost)
        p_told = np.array([_p_value(answers, a) for a in told])
        if (p_told < alpha / 2 / count).all():
            lost, p_values = told, p_told
    shown = []
    for a in lost:
        value, error = answers.effects(a)
        k = probes.telling(np.abs(value) / error)
        shown.append((probes.word(k, names), float(value[k])))
    level = float(norm.isf(alpha / 2 / tests / count / 2))
    rest = simplest(ordered[~broken]) if (~broken).any() else empty
    bounds = np.array([_bound(answers, a, level) for a in rest])
    if len(rest) and not (bounds < DELTA).all():
        plain = np.array([_bound(answers, a, level) for a in ordered[~broken]])
        if (plain < DELTA).sum() > (bounds < DELTA).sum():
            rest, bounds = ordered[~broken], plain
    held = bounds < DELTA if len(rest) else np.zeros(0, dtype=bool)
    return DensitySymmetry(
        rest[held], bounds[held], lost, p_values, tuple(shown), rest[~held]
    )  # fmt: skip


def _ordered(candidates: Floats, answers: Responses) -> Floats:
    """An orthonormal basis of the candidates' span, those first that answer most beyond their errors."""
    count, r = len(candidates), candidates.shape[1]
    basis = np.linalg.qr(candidates.reshape(count, -1).T)[0].T.reshape(count, r, r)
    sample = basis[np.random.default_rng(count).permutation(count)[:24]]
    error = np.sqrt(np.mean([answers.of(a)[1] ** 2 for a in sample], axis=0))
    _, turn = tall_svd(answers.answers(basis) / error[:, None])
    out: Floats = np.einsum("qp,pij->qij", turn, basis)
    return out


def _bound(answers: Responses, a: Floats, level: float) -> float:
    value, error = answers.effects(a)
    return float((np.abs(value) + level * error).max())


def _broken(
    ordered: Floats, answers: Responses, alpha: float, beside: Floats
) -> tuple[NDArray[np.bool_], Floats]:
    """Which answer, and their p-values: Bonferroni over matrices and test functions."""
    count = len(ordered)
    broken, p_values = np.zeros(count, dtype=bool), []
    told = answers.answers(ordered)
    weight = 1 / answers.of(ordered[0])[1]
    span: list[tuple[Floats, Floats]] = []  # answers of broken matrices, orthonormal, and the matrices
    for a, answer in zip(beside, answers.answers(beside).T, strict=True):
        _join(span, answer * weight, a)
    for i, a in enumerate(ordered):
        p = _p_value(answers, a)
        if p >= alpha / count:
            continue
        if span:
            p = _p_value(answers, _apart(span, told[:, i] * weight, a)[1])
            if p >= alpha / count:
                continue
        broken[i] = True
        p_values.append(p)
        _join(span, told[:, i] * weight, a)
    return broken, np.array(p_values)


def _apart(span: list[tuple[Floats, Floats]], answer: Floats, matrix: Floats) -> tuple[Floats, Floats]:
    """The matrix less what of the span makes its answers least, and those answers."""
    for direction, made in span:
        part = float(direction @ answer)
        answer, matrix = answer - part * direction, matrix - part * made
    return answer, matrix


def _join(span: list[tuple[Floats, Floats]], answer: Floats, matrix: Floats) -> None:
    rest, matrix = _apart(span, answer, matrix)
    size = float(np.linalg.norm(rest))
    if size > 1e-9 * float(np.linalg.norm(answer)):
        span.append((rest / size, matrix / size))


def _p_value(answers: Responses, a: Floats) -> float:
    value, error = answers.effects(a)
    return min(1.0, 2 * len(value) * float(norm.sf(float((np.abs(value) / error).max()))))
