"""What does a family of models accept? Its own settings by name and kind, and none that it has no use for."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from hepsym.errors import InputError
from hepsym.models import FitSettings
from hepsym.models.family import Family, read_options


@dataclass(frozen=True, slots=True)
class Own:
    particles: int = 30
    share: float = 0.5
    pooling: str = "mean"
    exact: bool = True
    widths: tuple[int, ...] = (3, 3)


class Jets(Family):
    """A family with settings of its own."""

    name = "jets"
    options = Own
    uses: ClassVar[frozenset[str]] = frozenset({"beta"})


def own(*texts: str) -> Own:
    settings = FitSettings(model="jets", options=read_options(texts))
    Jets().check(settings)
    found = Jets().own(settings)
    assert isinstance(found, Own)
    return found


def test_what_is_left_out_has_its_default_and_the_rest_is_read() -> None:
    assert own() == Own()
    told = own("particles=20", "share=1", "pooling=max", "exact=false", "widths=[1, 2]")
    assert told == Own(20, 1.0, "max", False, (1, 2))
    assert isinstance(told.share, float)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("particels=20", "'particels' is not a setting of model jets; did you mean 'particles'"),
        ("particles=2.5", "particles = 2.5 is not an integer"),
        ("particles=true", "particles = True is not an integer"),
        ("exact=1", "exact = 1 is not true or false"),
        ("pooling=3", "pooling = 3 is not a word"),
        ("particles", "give name=value"),
    ],
)
def test_a_wrong_setting_is_told(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        own(text)


def test_a_setting_without_use_is_refused() -> None:
    Jets().check(FitSettings(model="jets", beta=0.3))
    with pytest.raises(InputError, match="model jets has no use for latent = 3"):
        Jets().check(FitSettings(model="jets", latent=3))
    with pytest.raises(InputError, match="model jets takes no label"):
        Jets().check(FitSettings(model="jets", label="class"))


def test_options_survive_json_and_are_absent_where_there_are_none() -> None:
    settings = FitSettings(model="jets", options={"particles": 20})
    assert FitSettings.from_json(settings.to_json()) == settings
    assert "options" not in FitSettings().to_json()
