"""Every card against numbers from elsewhere: closed forms, Pythia, MadGraph, Sherpa; a table of pulls.

pull = (hepsym - reference) / standard error of both together. hepsym integrates to 0.1 % from a key of its
own, so that a pull is the same in every run. A bound of 3 holds a true value in 99.73 % of all keys; of 70
values one fails in 17 %. The table comes at the end of pytest's output (tests/conftest.py).
"""

import math
from functools import cache
from typing import Any

import pytest

from hepsym.generators import Generator, card_names, generator_for, load_card
from hepsym.generators.cards.process_string import read_process, single_process
from hepsym.generators.decay_chain import is_decay_chain

WORST = 3.0
PRECISION = 2e-3
REFERENCES = [(name, i) for name in card_names() for i in range(len(load_card(name).reference))]


def pull(ours: float, our_error: float, theirs: float, their_error: float) -> float:
    return (ours - theirs) / math.hypot(our_error, their_error)


@cache
def made_ready(name: str, overrides: tuple[str, ...]) -> Generator:
    """A generator with its cross section found, once for all references that hold for the same settings."""
    generator = generator_for(load_card(name, overrides))
    generator.cross_section()
    return generator


@pytest.mark.compiled
@pytest.mark.parametrize(("name", "index"), REFERENCES)
def test_the_cards_own_references(name: str, index: int, record_property: Any) -> None:
    """A new card is tested by existing."""
    entry: dict[str, Any] = load_card(name).reference[index]
    generator = made_ready(name, tuple(entry["set"]))
    made = generator.cross_section()
    key, unit = ("width_gev", "GeV") if "width_gev" in entry else ("cross_section_pb", "pb")
    theirs = entry[key]
    assert made.unit == unit
    assert made.error_pb <= PRECISION * made.value_pb
    distance = pull(made.value_pb, made.error_pb, theirs, theirs * entry["relative_error"])
    line = (name, made.value_pb, made.error_pb, theirs, theirs * entry["relative_error"], distance)
    record_property("pull", (*line, unit, entry["source"]))
    assert abs(distance) < WORST, f"{made.value_pb} +- {made.error_pb} {unit} is not {theirs}"
    if "forward_backward_asymmetry" in entry:
        assert generator.figures()["forward_backward_asymmetry"] == pytest.approx(
            entry["forward_backward_asymmetry"], abs=entry["absolute_error"]
        )


def has_a_rate(name: str) -> bool:
    """Chains of hadrons are drawn flat in phase space: nothing says how often they happen."""
    process = load_card(name).process
    return len(read_process(process).incoming) > 1 or not is_decay_chain(single_process(process))


def test_every_card_has_a_reference() -> None:
    assert {name for name, _ in REFERENCES} == {name for name in card_names() if has_a_rate(name)}


@pytest.mark.parametrize(("name", "index"), REFERENCES)
def test_a_reference_is_as_precise_as_the_test(name: str, index: int) -> None:
    entry = load_card(name).reference[index]
    assert 0 < entry["relative_error"] <= PRECISION
    assert entry["source"]
