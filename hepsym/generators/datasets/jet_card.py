"""What is asked of a sample of jets: a TOML card with dataset = "jets", checked once at the door."""

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from hepsym import _toml
from hepsym._cards import cards_directory
from hepsym.errors import InputError
from hepsym.generators.cards.card import Cut

__all__ = ["CLASSES", "JetCard", "is_jets", "jet_card_from_toml", "jet_card_text", "load_jet_card", "to_toml"]

CLASSES = {"g": "gluon", "q": "light quark", "t": "top quark", "w": "W boson", "z": "Z boson"}
"""JetNet's letters, and what starts the jets of each."""
_LONG_NAMES = {"gluon": "g", "quark": "q", "top": "t"}


class JetCard(_toml.Table):
    """Which jets: what starts them, in which window, how they are clustered."""

    dataset: Literal["jets"] = "jets"
    title: str = ""
    started_by: str = Field(default="g", alias="class")
    """One of CLASSES; the card's key is `class`."""
    sqrt_s: float = Field(default=13000.0, gt=0)
    """GeV"""
    R: float = Field(default=0.4, gt=0, le=1.5)
    """Radius of the anti-kT algorithm."""
    particles: int = Field(default=30, ge=1, le=10_000)
    """Kept of each jet, hardest first."""
    tune: int = Field(default=14, ge=-1, le=34)
    """Pythia's Tune:pp."""
    mpi: bool = True
    """Whether the protons' other partons collide too (the underlying event)."""
    particle_eta_max: float = Field(default=5.0, gt=0)
    pt_hat: Cut = Cut(min=990.0, max=1010.0)
    """GeV, of the hard 2 -> 2 process."""
    jet_pt: Cut = Cut(min=800.0, max=1600.0)
    """GeV"""
    jet_eta: Cut = Cut(min=-2.5, max=2.5)

    @field_validator("started_by")
    @classmethod
    def _known(cls, name: str) -> str:
        letter = _LONG_NAMES.get(name.lower(), name.lower())
        if letter not in CLASSES:
            raise ValueError(_toml.unknown("class", name, [*CLASSES, *_LONG_NAMES]))
        return letter

    @model_validator(mode="after")
    def _open(self) -> Self:
        low = self.pt_hat.min
        if not low >= 20.0:
            raise ValueError(f"pt_hat.min = {low:g} GeV is too soft for two hard jets: give at least 20")
        if not 2.0 * low < self.sqrt_s:
            raise ValueError(
                f"pt_hat.min = {low:g} GeV is closed: two such partons need more than sqrt_s = "
                f"{self.sqrt_s:g} GeV; lower pt_hat.min or raise sqrt_s"
            )
        if self.sqrt_s < 200.0:
            raise ValueError(
                f"sqrt_s = {self.sqrt_s:g} GeV is too low for Pythia's proton beams: at least 200"
            )
        return self


def is_jets(source: str | Path) -> bool:
    """Whether `hepsym generate SOURCE` means jets: that word, or a TOML file with dataset = "jets"."""
    if str(source) == "jets":
        return True
    path = Path(source)
    if path.suffix != ".toml" or not path.is_file():
        return False
    return _toml.read(path, f"card {str(source)!r}").get("dataset") == "jets"


def jet_card_text() -> str:
    """The commented text of the shipped card."""
    return (cards_directory("generators") / "datasets" / "jets.toml").read_text(encoding="utf-8")


def load_jet_card(source: str | Path = "jets", overrides: Iterable[str] = ()) -> JetCard:
    """The shipped card, or a TOML file's, with "key=value" overrides as of `--set`. Raises InputError."""
    if str(source) == "jets":
        values = _toml.parse(jet_card_text(), "card 'jets'")
    else:
        values = _toml.read(Path(source), f"card {str(source)!r}")
    for text in overrides:
        _toml.override(values, text, "class=top")
    return _checked(values, str(source))


def jet_card_from_toml(text: str) -> JetCard:
    """The card of a TOML text, such as `to_toml` writes. Raises InputError."""
    return _checked(_toml.parse(text, "card 'jets'"), "jets")


def to_toml(card: JetCard) -> str:
    """The card as TOML, every value written out, but for bounds that are none."""
    values = card.model_dump(by_alias=True)
    for name in ("pt_hat", "jet_pt", "jet_eta"):
        values[name] = {k: v for k, v in values[name].items() if math.isfinite(v)}
    return _toml.written(values)


def _checked(values: dict[str, Any], name: str) -> JetCard:
    try:
        return JetCard.model_validate(values)
    except ValidationError as error:
        raise InputError(f"card {name!r}: {_toml.first_fault(error, _keys_at)}") from None


def _keys_at(where: list[str]) -> list[str]:
    if len(where) == 1:
        return [field.alias or name for name, field in JetCard.model_fields.items()]
    return list(Cut.model_fields)
