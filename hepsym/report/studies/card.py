"""What a study card says: a TOML table, checked once at the door, every fault one clear line."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import ConfigDict, Field, ValidationError

from hepsym import _toml
from hepsym._cards import cards_directory
from hepsym.errors import InputError

if TYPE_CHECKING:
    from hepsym.generators import Card
    from hepsym.models import FitSettings

AnyCard = TypeVar("AnyCard", bound=_toml.Table)

__all__ = [
    "AnalyzeStage",
    "FitStage",
    "GenerateStage",
    "Study",
    "SymmetriesStage",
    "Truth",
    "load_study",
    "read_card",
    "study_names",
    "study_of",
    "validated",
]


class GenerateStage(_toml.Table):
    """[generate]: which events, of a process or of a toy."""

    process: str = ""
    """A process card's name, a path to one, or a process string."""
    toy: str = ""
    """In place of a process: one of `hepsym.generators.toys.TOYS`."""
    events: int = Field(gt=0)
    seed: int = Field(default=1, ge=0)
    set: dict[str, Any] = Field(default_factory=dict)
    """Keys of the process card to change, dotted or as tables."""
    noise: float = Field(default=0.0, ge=0.0)
    """Smearing: Gaussian noise added to every column, in standard deviations of that column."""


class FitStage(_toml.Table):
    """[fit]: which model on how many rows. Every further key is one of `hepsym.models.FitSettings`."""

    model_config = ConfigDict(extra="allow")  # the rest is checked by FitSettings

    rows: int = Field(default=100_000, gt=0)
    """The first so many events are learned from (they are in random order already)."""
    columns: list[str] | None = None
    """Features by name; absent = four-momenta of all outgoing particles."""


class AnalyzeStage(_toml.Table):
    """[analyze]: the ensemble that the count of relevant latents is taken over."""

    betas: list[float] | None = None
    seeds: int = Field(default=5, gt=0)


class SymmetriesStage(_toml.Table):
    """[symmetries]: what `hepsym symmetries` is to say of the same rows."""

    alpha: float = Field(default=0.01, gt=0.0, lt=0.5)
    scale: float | None = None
    max_degree: int = 3
    noise: float | None = None


class Truth(_toml.Table):
    """[truth]: what is known of the rows beforehand, to be held beside what a model's latents say."""

    dimension: int = Field(ge=0)
    """Directions that the rows fill (above the noise, where there is noise)."""
    latents: int = Field(ge=0)
    """Smallest k such that the set of allowed rows goes into R^k continuously and one to one."""
    words: str = ""
    """Why, in a sentence."""


class Study(_toml.Table):
    """One question, and all it takes to answer it."""

    title: str = ""
    question: str = ""
    generate: GenerateStage
    fit: FitStage = FitStage()
    analyze: AnalyzeStage = AnalyzeStage()
    symmetries: SymmetriesStage | None = None
    """Absent: that stage is left out."""
    truth: Truth | None = None
    """Absent: latents are counted, and held beside nothing."""
    name: str = Field(default="", exclude=True)
    """The card's file name without suffix, a shipped one's folder in front; not a key of the file."""

    def process_card(self) -> "Card":
        """The process card with this study's changes. Raises InputError."""
        from hepsym.generators import load_card

        return load_card(
            self.generate.process, [f"{k}={_toml.value_text(v)}" for k, v in _dotted(self.generate.set)]
        )

    def fit_settings(self) -> "FitSettings":
        """The model's settings. Raises InputError, with a "did you mean" for an unknown key."""
        from hepsym.models import FitSettings

        return FitSettings.from_json(dict(self.fit.__pydantic_extra__ or {}))

    def check(self) -> None:
        """Raise InputError for anything that a later stage would refuse and that can be known now."""
        from hepsym.models.hardware.device import choose_device
        from hepsym.models.registry import family

        try:
            self._check_generate()
            settings = self.fit_settings()
            family(settings.model).check(settings)
            choose_device(settings.device)
        except InputError as error:
            raise InputError(f"study {self.name!r}: {error}") from None
        betas = self.analyze.betas
        if betas is not None and (not betas or min(betas) <= 0 or sorted(set(betas)) != betas):
            raise InputError(
                f"study {self.name!r}: analyze.betas = {betas} must be positive and increasing, "
                "e.g. [0.01, 0.1]"
            )

    def _check_generate(self) -> None:
        from hepsym.generators import generator_for
        from hepsym.generators.toys import TOYS

        made = self.generate
        if bool(made.process) == bool(made.toy):
            raise InputError("[generate] needs either a process or a toy, e.g. process = 'ee2mumu'")
        if not made.toy:
            generator_for(self.process_card())
        elif made.toy not in TOYS:
            raise InputError(_toml.unknown("toy", made.toy, sorted(TOYS)))
        elif made.set:
            raise InputError("generate.set changes a process card, and a toy has none: leave it out")

    def to_toml(self) -> str:
        """The card with every override in it, as TOML that `load_study` reads back equal."""
        return _toml.written(self.model_dump(exclude={"name"}, exclude_none=True))


def study_names(kind: str | None = "") -> list[str]:
    """The studies that hepsym ships a card for: of events and one model, of another `kind`, or (None) all."""
    folder = cards_directory("analysis")
    return sorted(
        path.relative_to(folder).with_suffix("").as_posix()
        for path in folder.rglob("*.toml")
        if kind is None or _toml.read(path, f"study card {path.name!r}").get("kind", "") == kind
    )


def load_study(source: str | Path, overrides: Iterable[str] = ()) -> Study:
    """The study that `source` names: a shipped card's name, or a path to a TOML file.

    overrides are "key=value" with dotted keys and TOML values, such as "fit.epochs=10" or
    "generate.set.sqrt_s=200". Raises InputError.
    """
    return study_of(*read_card(source, overrides))


def study_of(name: str, values: Mapping[str, Any]) -> Study:
    """The study of events and one model that a card's values stand for. Raises InputError."""
    return validated(Study, name, values, _keys_at)


def validated(
    kind: type[AnyCard], name: str, values: Mapping[str, Any], keys_at: Callable[[list[str]], Iterable[str]]
) -> AnyCard:
    """A card's values as a study of this kind, with its name. Raises InputError for the first fault.

    keys_at: the keys that there are at a place, for a hint.
    """
    try:
        return kind.model_validate(dict(values)).model_copy(update={"name": name})
    except ValidationError as error:
        raise InputError(f"study {name!r}: {_toml.first_fault(error, keys_at)}") from None


def read_card(source: str | Path, overrides: Iterable[str] = ()) -> tuple[str, dict[str, Any]]:
    """A card's name and its values, of whatever kind, overrides in them. Raises InputError."""
    text = str(source)
    path, name = Path(text), Path(text).stem
    if path.suffix != ".toml":
        name = _full_name(text)
        path = cards_directory("analysis") / f"{name}.toml"
    try:
        values = _toml.read(path, f"study card {text!r}")
    except FileNotFoundError:
        shipped = ", ".join(study_names(None))
        raise InputError(f"no study card at {text!r}; shipped ones are: {shipped}") from None
    for override in overrides:
        _toml.override(values, override, "fit.epochs=10")
    return name, values


def _full_name(text: str) -> str:
    """The shipped study of this name; its folder may be left out where no other has the name."""
    names = study_names(None)
    ends = [name for name in names if name == text or name.rsplit("/", 1)[-1] == text]
    if len(ends) != 1:
        raise InputError(_toml.unknown("study", text, names, "or give a path to a .toml"))
    return ends[0]


def _keys_at(where: list[str]) -> list[str]:
    tables: Mapping[str, type[_toml.Table]] = {
        "generate": GenerateStage,
        "analyze": AnalyzeStage,
        "symmetries": SymmetriesStage,
        "truth": Truth,
    }
    known = list((tables[where[0]] if len(where) > 1 else Study).model_fields)
    return [key for key in known if len(where) > 1 or key != "name"]


def _dotted(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Nested tables as dotted keys, in the order of the card."""
    pairs: list[tuple[str, Any]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        pairs += _dotted(value, f"{name}.") if isinstance(value, Mapping) else [(name, value)]
    return pairs
