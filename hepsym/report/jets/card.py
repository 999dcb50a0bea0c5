"""What does a card of a jet study say? Which jets, which models, which question; checked once at the door."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from hepsym import _toml
from hepsym.errors import InputError
from hepsym.report.studies.card import validated

__all__ = ["QUESTIONS", "AskTable", "JetsTable", "OwnTable", "StudyCard", "TrainTable", "read_study"]

QUESTIONS = ("reconstruction", "detection", "data-efficiency", "equivariance", "latents")


class JetsTable(_toml.Table):
    """[jets]: files in JetNet's layout by class, or how many are to be made."""

    files: dict[str, str] = Field(default_factory=dict)
    """Class (g, q, t, w, z) and path; none: they are made by `hepsym generate jets`."""
    known: int = Field(default=4000, gt=0)
    """Jets made of each of g and q, where there are no files."""
    strange: int = Field(default=1500, gt=0)
    """Jets made of each of t, w and z, where the question needs them."""
    seed: int = Field(default=1, ge=0)
    particles: int = Field(default=30, ge=2)


class OwnTable(_toml.Table):
    """[train.of] of one model: what is different for it; 0 leaves a number as it is for all."""

    seeds: int = Field(default=0, ge=0)
    jets: int = Field(default=0, ge=0)
    epochs: int = Field(default=0, ge=0)


class TrainTable(_toml.Table):
    """[train]: which models, how long, how often."""

    models: list[str] = Field(min_length=1)
    seeds: int = Field(default=3, gt=0)
    """Trainings of each model; those in closed form have one."""
    first_seed: int = Field(default=1, ge=0)
    jets: int = Field(default=0, ge=0)
    """Training jets, drawn from those there are by the seed; 0 takes all."""
    epochs: int = Field(default=10, gt=0)
    batch: int = Field(default=64, gt=0)
    learning_rate: float = Field(default=3e-3, gt=0)
    dtype: str = "float32"
    device: str = "auto"
    runs: str = ""
    """A folder in which trained models are kept and looked for, for several studies; none: OUT/runs."""
    options: dict[str, dict[str, Any]] = Field(default_factory=dict)
    """Settings of a model that differ, by its name."""
    of: dict[str, OwnTable] = Field(default_factory=dict)
    """Seeds, training jets and epochs of a model that differ, by its name: the page says so in its row."""

    def own(self, name: str) -> OwnTable:
        """Seeds, training jets (0: all) and epochs of this model."""
        told = self.of.get(name, OwnTable())
        return OwnTable(
            seeds=told.seeds or self.seeds, jets=told.jets or self.jets, epochs=told.epochs or self.epochs
        )


class AskTable(_toml.Table):
    """[ask]: how much is looked at."""

    tested: int = Field(default=0, ge=0)
    """Test jets that are reconstructed; for detection, validation jets of g and q, validation and test jets
    of t, w and z (background jets are all tested). So many of each, evenly from all there are. 0: all."""
    flows: int = Field(default=200, gt=0)
    """Test jets whose energy mover's distance is computed, 5 ms each."""
    fractions: list[float] = Field(default=[1.0, 0.1, 0.01])
    """Of the training jets, for data-efficiency."""
    least_steps: int = Field(default=500, ge=0)
    """Where epochs x jets make fewer steps of a batch, there are more epochs."""
    rapidities: list[float] = Field(default=[0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0])
    angles: list[float] = Field(default=[0.01, 0.1, 0.5, 1.0, 2.0, 3.0])
    """Of rotations, rad."""
    checked: int = Field(default=512, gt=0)
    """Test jets that are boosted and rotated."""
    choose_at: float = Field(default=0.01, gt=0, lt=1)
    """Background efficiency at which a model's score is chosen, on validation jets."""


class StudyCard(_toml.Table):
    """One question about autoencoders of jets, and all it takes to answer it."""

    title: str = ""
    question: str = ""
    about: Literal["reconstruction", "detection", "data-efficiency", "equivariance", "latents"]
    jets: JetsTable = JetsTable()
    train: TrainTable
    ask: AskTable = AskTable()
    name: str = Field(default="", exclude=True)

    def to_toml(self) -> str:
        """As TOML that reads back equal."""
        return _toml.written({"kind": "jets"} | self.model_dump(exclude={"name"}))


def read_study(name: str, values: Mapping[str, Any]) -> StudyCard:
    """The card of this name with these values. Raises InputError: a key, a value or a model that is none."""
    from hepsym.models.jets import CLASSES
    from hepsym.report.jets.contenders import check_models

    card = validated(StudyCard, name, values, _keys_at)
    try:
        check_models(card.train)
        for letter, path in card.jets.files.items():
            if letter not in CLASSES:
                raise InputError(_toml.unknown("class", letter, list(CLASSES)))
            if not Path(path).is_file():
                raise InputError(f"jets.files.{letter} = {path!r} is not a file")
        missing = [letter for letter in classes_of(card) if letter not in card.jets.files]
        if card.jets.files and missing:
            raise InputError(f"jets.files lacks {', '.join(missing)}, which {card.about} needs")
        if not all(0 < f <= 1 for f in card.ask.fractions):
            raise InputError(f"ask.fractions = {card.ask.fractions} must be above 0 and at most 1")
    except InputError as error:
        raise InputError(f"study {name!r}: {error}") from None
    return card


def classes_of(card: StudyCard) -> tuple[str, ...]:
    """The classes of jets that a study looks at."""
    return ("g", "q", "t", "w", "z") if card.about in ("detection", "latents") else ("g", "q")


def _keys_at(where: list[str]) -> Iterable[str]:
    tables: Mapping[str, type[_toml.Table]] = {"jets": JetsTable, "train": TrainTable, "ask": AskTable}
    table = tables.get(where[0], StudyCard) if len(where) > 1 else StudyCard
    return [key for key in table.model_fields if key != "name"]
