"""Process strings: MadGraph's grammar, what it expands to, and what it says to a string it cannot read."""

import pytest

from hepsym.errors import InputError
from hepsym.generators.amplitudes.matrix_element import matrix_element
from hepsym.generators.cards.process_string import Node, Orders, read_process, single_process
from hepsym.generators.theory import default_theory


def test_decay_chains_nest_and_stand_in_place_of_their_parent() -> None:
    chain = single_process(
        "p p > t t~, (t > w+ b, w+ > mu+ vm), (t~ > w- b~, w- > e- ve~)".replace("p p", "g g")
    )
    assert chain.pdg_ids == (21, 21, -13, 14, 5, 11, -12, -5)
    top = chain.outgoing[0]
    assert top == Node(6, (Node(24, (Node(-13), Node(14))), Node(5)))
    assert str(chain) == "g g > (t > (w+ > mu+ vm) b) (t~ > (w- > e- ve~) b~)"


def test_one_decay_is_for_all_and_several_go_in_turn() -> None:
    same = single_process("e- e+ > z z, z > mu- mu+")
    assert same.pdg_ids == (11, -11, 13, -13, 13, -13)
    each = single_process("e- e+ > z z, z > mu- mu+, z > ta- ta+")
    assert each.pdg_ids == (11, -11, 13, -13, 15, -15)
    with pytest.raises(InputError, match="3 decays of 'z' for 2"):
        single_process("e- e+ > z z, z > mu- mu+, z > ta- ta+, z > e- e+")


def test_orders() -> None:
    assert read_process("u u~ > g g QED=0 QCD<=2").orders == Orders(qed=0, qcd=2)
    assert read_process("u u~ > t t~ WEIGHTED<=2").orders == Orders(weighted=2)
    assert not read_process("u u~ > t t~").orders.given
    with pytest.raises(InputError, match="QCD<2"):
        read_process("u u~ > t t~ QCD<2")


def test_the_lowest_weighted_order_is_kept_where_none_is_given() -> None:
    """u u~ > t t~ goes by a gluon alone; with QED<=2 by a photon and a Z as well."""
    theory = default_theory()
    alone, all_of_them = (
        matrix_element(single_process(s), theory) for s in ("u u~ > t t~", "u u~ > t t~ QED<=2")
    )
    assert [d[0].pdg for d in alone.diagrams] == [21]
    assert sorted(d[0].pdg for d in all_of_them.diagrams) == [21, 22, 23]
    assert (alone.qcd_power, all_of_them.qcd_power) == (2, -1)
    assert matrix_element(single_process("u u~ > t t~ QCD=0"), theory).qcd_power == 0
    assert (alone.weighted, all_of_them.weighted) == (2, 4)
    assert matrix_element(single_process("g g > h, h > mu- mu+"), theory).weighted == 2 + 2 + 2


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("p p > mu- mu+", 8 + 1), ("p p > t t~", 9), ("p p > mu+ vm", 4), ("e- e+ > l- l+", 2),
        ("e- e+ > z h, z > l- l+, h > b b~", 2), ("e- e+ > vl vl~", 3),
    ],
)  # fmt: skip
def test_labels_expand_to_what_can_be(text: str, count: int) -> None:
    """Combinations that break charge or a family's number are left out; g g > mu- mu+ goes by the Higgs."""
    assert len(read_process(text).expand()) == count


def test_bottom_quarks_are_partons_where_asked() -> None:
    pattern = read_process("p p > mu- mu+")
    assert pattern.hadronic
    found = {s.incoming for s in pattern.expand(bottom=True)} - {s.incoming for s in pattern.expand()}
    assert found == {(5, -5), (-5, 5)}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("e- e+", "not of the form"),
        ("e- e+ > mu- mu+ > z", "not of the form"),
        ("e- e+ g > mu- mu+", "one or two"),
        ("e- e+ > w+ w-,", "empty decay"),
        ("e- e+ > w+ w-, (w+ > mu+ vm", "brackets"),
        ("e- e+ > w+ w-, w+ w- > mu+ vm", "one decaying particle"),
        ("e- e+ > mu- muon+", "did you mean"),
        ("e- e+ > zq zq", "unknown particle 'zq'"),
        ("e- e+ > l- l+", "2 processes"),
    ],
)
def test_what_cannot_be_read_is_said(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        single_process(text)
