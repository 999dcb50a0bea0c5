"""No row is ever in its own class set; sets are uniform otherwise; what happens if one is let in."""

from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from hepsym.errors import InputError
from hepsym.generators.images import plane_orbits
from hepsym.models.equivae import ClassSets, EquiVAE, Supports
from hepsym.models.equivae.networks.codes import leave_one_out


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@settings(deadline=None)
@given(st.lists(st.integers(2, 6), min_size=1, max_size=4), st.integers(1, 8), st.integers(0, 2**31))
def test_x_is_never_in_its_own_class_set(sizes: list[int], m: int, seed: int) -> None:
    codes = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    sets = ClassSets(codes)
    m = min(m, min(sizes) - 1)
    rows = torch.arange(len(codes))
    drawn = sets.complement(rows, m, seeded(seed))
    assert drawn.shape == (len(codes), m)
    assert not (drawn == rows[:, None]).any()
    assert (sets.codes[drawn] == sets.codes[rows][:, None]).all()
    assert all(len(set(row)) == m for row in drawn.tolist())


def test_a_complement_is_uniform() -> None:
    """12 draws of 2 of 4 others for each of 5 rows, 2000 times: chi-squared over members, 1 in 1000."""
    sets = ClassSets([0, 0, 1, 0, 0, 1, 0])
    rows = torch.tensor([0, 1, 3, 4, 6]).repeat(2000)
    drawn = sets.complement(rows, 2, seeded(3))
    for row in (0, 1, 3, 4, 6):
        counts = np.bincount(drawn[rows == row].flatten().numpy(), minlength=7)
        others = [r for r in (0, 1, 3, 4, 6) if r != row]
        assert stats.chisquare(counts[others]).pvalue > 1e-3 / 5


@settings(deadline=None)
@given(st.lists(st.integers(2, 5), min_size=2, max_size=3), st.integers(1, 6), st.integers(0, 2**31))
def test_a_row_left_out_of_a_support_leaves_a_set_without_it(sizes: list[int], m: int, seed: int) -> None:
    """`leave_one_out` against summing over members one by one."""
    codes = np.repeat(np.arange(len(sizes)), sizes)
    sets = ClassSets(codes)
    embedding = torch.rand((len(codes), 3), generator=seeded(seed), dtype=torch.float64)
    for supports in (sets.supports(m, seeded(seed)), next(sets.sweep(m, seeded(seed))), sets.everything()):
        embedded = embedding[supports.rows.clamp(min=0)]
        rows = torch.cat([torch.arange(len(codes)), torch.tensor([-1])])
        sums, counts = leave_one_out(embedded, supports, rows)
        for b, row in enumerate(rows.tolist()):
            for k in range(len(sizes)):
                members = supports.rows[k][supports.rows[k] >= 0].tolist()
                kept = [r for r in members if r != row] if row in members else members[:-1]
                assert row not in kept
                assert len(kept) == counts[k]
                torch.testing.assert_close(sums[b, k], embedding[kept].sum(0))


def test_sets_left_by_a_support_are_uniform() -> None:
    """Row 0's class set among rows 1 .. 4, from batches that are their own supports; 1 in 1000."""
    sets = ClassSets([0] * 5 + [1] * 5)
    counts = np.zeros(5)
    for supports in islice(sets.sweep(2, seeded(1)), 6000):
        place = int(supports.left_out(torch.tensor([0]))[0, 0])
        if 0 not in supports.rows[0].tolist():
            continue
        counts += np.bincount([r for i, r in enumerate(supports.rows[0].tolist()) if i != place], minlength=5)
    assert counts[0] == 0
    assert stats.chisquare(counts[1:]).pvalue > 1e-3


def test_a_sweep_visits_every_row_once_an_order() -> None:
    sets = ClassSets([0] * 6 + [1] * 6)
    seen = torch.cat([s.rows.flatten() for s in islice(sets.sweep(2, seeded(0)), 2)])
    assert sorted(seen.tolist()) == list(range(12))


def test_unlabelled_rows_are_in_no_set() -> None:
    sets = ClassSets([0, -1, 0, 1, 1, -1])
    assert not {1, 5} & set(sets.everything().rows.flatten().tolist())
    with pytest.raises(InputError, match="row 1 has no label"):
        sets.complement([1], 1, seeded(0))
    torch.testing.assert_close(sets.shares, torch.tensor([0.5, 0.5]))


@pytest.mark.parametrize(
    ("codes", "m", "words"),
    [([0, 0, 1], 1, "class 1 has 1 member:"), ([0, 0, 2, 2], 1, "class 1 has 0 members"),
     ([0, 0, 1, 1], 2, "class 0 has 2 members: m = 2 others are too many")],
)  # fmt: skip
def test_a_class_that_is_too_small_is_refused(codes: list[int], m: int, words: str) -> None:
    with pytest.raises(InputError, match=words):
        ClassSets(codes).complement([0], m, seeded(0))


def test_padding_is_left_out() -> None:
    supports = Supports(torch.tensor([[3, 1, -1], [0, 2, 4]]))
    assert supports.sizes.tolist() == [2, 3]
    assert supports.left_out(torch.tensor([3, 4, -1])).tolist() == [[0, 2], [1, 2], [1, 2]]


def test_v_collapses_where_x_is_let_into_its_own_class_set() -> None:
    """m = 1: r alone then tells x, and q(v|x) is the prior; without x it carries the angle."""
    orbit = plane_orbits(240, classes=6, seed=4, noise=0.05)
    shape = {"invariant": 8, "equivariant": 2, "set_size": 1, "width": 32, "epochs": 25, "batch": 24,
             "learning_rate": 5e-3, "discriminative": 0.0, "validation": 0.0, "warmup": 0.0}  # fmt: skip
    kl = {
        included: EquiVAE(self_included=included, **shape).fit(orbit.x, orbit.y).history_[-1].terms["kl"]
        for included in (False, True)
    }
    assert kl[False] > 1.5
    assert kl[True] < 0.5
