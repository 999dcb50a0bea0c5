"""What does the card of a study of classes say? kind = "classes"; every fault one clear line."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, Field

from hepsym import _toml
from hepsym.errors import InputError
from hepsym.report.studies.card import validated

if TYPE_CHECKING:
    from hepsym.models.equivae import Action, Settings
    from hepsym.report.representation.study import ClassOutcome

__all__ = ["ACTIONS", "MODELS", "SETS", "ClassStudy"]

SETS = ("digits", "glyphs", "jets", "mnist")
MODELS = ("CVAE", "EquiVAE", "MLVAE")
ACTIONS = ("", "similarities", "space rotations")


class RowsStage(_toml.Table):
    """[rows]: which labelled set, and how it is divided."""

    set: str
    """One of `SETS`."""
    events: int = Field(default=5000, gt=0)
    """Rows of glyphs; jets of each class at most."""
    files: dict[str, str] = Field(default_factory=dict)
    """Of jets: class = file, as `hepsym generate jets` makes."""
    mass: bool = False
    """Of jets: in GeV, so that their mass is told; else in units of it."""
    test: float = Field(default=0.2, gt=0.0, lt=1.0)
    """Share of each class that is only asked about; it is the same for all seeds."""
    labels: int = Field(default=0, ge=0)
    """Rows whose label is shown, as many of each class; 0 shows all."""
    develop: bool = False
    """Divide the training rows once more, and never read the test rows."""


class TrainStage(_toml.Table):
    """[train]: which models, how often. Every further key is one of `hepsym.models.equivae.Settings`."""

    model_config = ConfigDict(extra="allow")  # the rest is checked by Settings

    models: list[str] = Field(default_factory=lambda: ["EquiVAE"])
    seeds: list[int] = Field(default_factory=lambda: [1])
    action: str = ""
    """A known group that v is asked to follow, of `ACTIONS`."""


class AskStage(_toml.Table):
    """[ask]: what costs time, and may be left out."""

    leak_of: list[str] | None = None
    """Models from whose v the class is read; absent = all."""
    svc: bool = False
    """A support vector machine on the same labelled rows beside."""
    classifier: bool = False
    """The models' own q(y|x) trained on labels alone beside, for each seed."""


class ClassStudy(_toml.Table):
    """One question about classes and transformations, and all it takes to answer it."""

    title: str = ""
    question: str = ""
    rows: RowsStage
    train: TrainStage = TrainStage()
    ask: AskStage = AskStage()
    name: str = Field(default="", exclude=True)

    @classmethod
    def of_card(cls, name: str, values: Mapping[str, Any]) -> "ClassStudy":
        """The study that a card's values, without its kind, stand for. Raises InputError."""
        study = validated(cls, name, values, _keys_at)
        try:
            study._check()
        except InputError as error:
            raise InputError(f"study {name!r}: {error}") from None
        return study

    def _check(self) -> None:
        for what, value, known in (
            ("rows.set", self.rows.set, SETS),
            ("train.action", self.train.action, ACTIONS),
            *(("train.models", model, MODELS) for model in self.train.models),
        ):
            if value not in known:
                raise InputError(_toml.unknown(what, value, list(known)))
        if (
            not self.train.models
            or not self.train.seeds
            or len(set(self.train.seeds)) < len(self.train.seeds)
        ):
            raise InputError("train.models and train.seeds need one entry at least, and no seed twice")
        if (self.rows.set == "jets") != bool(self.rows.files):
            raise InputError(
                "rows.files names the jets of each class, and is for rows.set = 'jets' alone: "
                '--set \'rows.files={g = "g.h5", t = "t.h5"}\''
            )
        for model in self.train.models:
            self.settings(model, self.train.seeds[0])

    def settings(self, model: str, seed: int) -> "Settings":
        """Those of a training. Raises InputError."""
        from hepsym.models import equivae

        kind: type[equivae.ClassModel] = getattr(equivae, model)
        return kind(**self.train.__pydantic_extra__ or {}, seed=seed).settings

    def action(self, shape: tuple[int, ...]) -> "Action | None":
        """The group on rows of that shape."""
        from hepsym.models import equivae

        if self.train.action == "similarities":
            h, w = shape[:2]
            return equivae.picture_similarities((h, w, shape[2] if len(shape) > 2 else 1))
        return equivae.space_rotations() if self.train.action == "space rotations" else None

    def run(
        self, out: Path, *, resume: bool, threads: int | None, say: Callable[[str], None],
        bar: Callable[[str], AbstractContextManager[Any]],
    ) -> "ClassOutcome":  # fmt: skip
        """Answer it in the directory `out`: see `run_class_study`."""
        from hepsym.report.representation.study import run_class_study

        del bar  # a line a training is told, which is progress enough
        return run_class_study(self, out, resume=resume, threads=threads, say=say)

    def to_toml(self) -> str:
        """The card with every override in it."""
        return 'kind = "classes"\n' + _toml.written(self.model_dump(exclude={"name"}, exclude_none=True))


def _keys_at(where: list[str]) -> list[str]:
    tables: Mapping[str, type[_toml.Table]] = {"rows": RowsStage, "train": TrainStage, "ask": AskStage}
    known = list((tables[where[0]] if len(where) > 1 else ClassStudy).model_fields)
    return [key for key in known if len(where) > 1 or key != "name"]
