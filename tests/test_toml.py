"""What cards of every kind share: any value that is written is read back, overrides land where they say."""

import math
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hepsym import _toml
from hepsym.errors import InputError

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLAIN = (
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
)
VALUES = st.recursive(
    PLAIN, lambda v: st.lists(v, max_size=3) | st.dictionaries(TEXT, v, min_size=1, max_size=3)
)


@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_what_is_written_is_read_back(values: dict[str, Any]) -> None:
    assert tomllib.loads(_toml.written(values)) == values


def test_infinite_bounds_and_empty_tables_are_left_out() -> None:
    text = _toml.written({"cuts": {"pt": {"min": 3.0, "max": math.inf}}, "masses": {}})
    assert tomllib.loads(text) == {"cuts": {"pt": {"min": 3.0}}}


def test_overrides() -> None:
    values: dict[str, Any] = {"a": {"b": 1}}
    _toml.override(values, "a.c.d = [1, 2]", "")
    _toml.override(values, "e=plain words", "")
    assert values == {"a": {"b": 1, "c": {"d": [1, 2]}}, "e": "plain words"}
    for text, words in (("a", "not of the form key=value, e.g. --set x=1"), ("a.b.c=1", "'b' is a value")):
        with pytest.raises(InputError, match=words):
            _toml.override(values, text, "x=1")
