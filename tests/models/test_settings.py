"""Settings refuse what cannot be in one line that says what to do, and survive JSON."""

import json

import pytest

from hepsym.errors import InputError
from hepsym.models import FitSettings
from hepsym.models.registry import family


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"latent": 0}, "latent = 0 must be an integer of at least 1"),
        ({"latent": 2.5}, "latent = 2.5"),
        ({"latent": True}, "latent = True"),
        ({"beta": -0.1}, "beta = -0.1 must not be negative"),
        ({"beta": float("nan")}, "beta = nan must be a finite number"),
        ({"epochs": 0}, "epochs = 0 must be an integer of at least 1"),
        ({"batch": 0}, "batch = 0"),
        ({"hidden": (64, 0)}, "width must be an integer from 1 to 1,048,576"),
        ({"learning_rate": 0.0}, "learning_rate = 0 must be above 0"),
        ({"validation": 0.0}, "validation = 0 must lie between 0 and 1"),
        ({"test": 0.95}, "below 0.9"),
        ({"seed": -1}, "seed = -1 is out of range"),
        ({"variance": "learn"}, "did you mean 'learned'?"),
        ({"device": "gpu"}, "device = 'gpu' is not one of auto, cpu, cuda"),
        ({"scaling": "commun"}, "did you mean 'common'?"),
        ({"dtype": "float16"}, "float32, float64"),
        ({"reduction": "avg"}, "sum, mean"),
    ],
)
def test_impossible_settings_are_told(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(InputError) as caught:
        FitSettings(**wrong)  # type: ignore[arg-type]
    assert told in str(caught.value)
    assert "\n" not in str(caught.value)


def test_json_and_back() -> None:
    settings = FitSettings(hidden=(7, 5), beta=0.3, variance="learned", seed=2**62)
    assert FitSettings.from_json(json.loads(json.dumps(settings.to_json()))) == settings


def test_an_unknown_setting_is_told() -> None:
    with pytest.raises(InputError, match="'laten' is not a setting of a fit; did you mean 'latent'"):
        FitSettings.from_json({"laten": 3})


def test_an_unknown_model_is_told() -> None:
    with pytest.raises(InputError, match=r"model = 'vea' is not one of .*vae.*; did you mean 'vae'"):
        family("vea")
