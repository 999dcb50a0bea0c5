"""What a run's events have in common is stored once, and only if it is so to the last bit."""

import numpy as np
import pytest

from hepsym.errors import InputError
from hepsym.events import Template
from tests.events.conftest import muon_pairs, template, unlike


def test_of_finds_the_beams() -> None:
    assert Template.of(muon_pairs(5)) == template()
    assert template().varying == (2, 3)
    assert Template.from_json(template().to_json()) == template()
    assert Template.of(unlike()) is None


def test_a_changed_bit_does_not_fit() -> None:
    events = muon_pairs(5)
    assert template().fits(events)
    events.momenta[3, 1, 1] = -0.0
    assert not template().fits(events)
    assert Template.of(events).varying == (1, 2, 3)
    assert not template().fits(unlike())


def test_select_takes_rows() -> None:
    events = unlike()
    some = events.select(np.arange(40) % 2 == 0)
    assert len(some) == 20
    assert np.array_equal(some.momenta, events.momenta[::2])
    assert np.array_equal(some.columns["mothers"], events.columns["mothers"][::2])
    assert events.select(slice(3)).weights.base is not None


def test_bad_templates_are_refused() -> None:
    with pytest.raises(InputError, match="as many status codes"):
        Template((1, 2), (1,), (0.0, 0.0))
    with pytest.raises(InputError, match="leg 2 is out of range"):
        Template((1, 2), (1, 1), (0.0, 0.0), {2: (1.0, 0.0, 0.0, 0.0)})
