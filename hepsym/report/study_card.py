"""What a study card says: a TOML table, checked once at the door, every fault one clear line."""

import difflib
import json
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hepsym._cards import cards_directory
from hepsym.errors import InputError

if TYPE_CHECKING:
    from hepsym.generators import Card
    from hepsym.models import FitSettings

__all__ = ["AnalyzeStage", "FitStage", "GenerateStage", "Study", "load_study", "study_names"]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class GenerateStage(_Table):
    """[generate]: which events."""

    process: str
    """A process card's name, a path to one, or a process string."""
    events: int = Field(gt=0)
    seed: int = Field(default=1, ge=0)
    set: dict[str, Any] = {}
    """Keys of the process card to change, dotted or as tables."""


class FitStage(BaseModel):
    """[fit]: which model on how many rows. Every further key is one of `hepsym.models.FitSettings`."""

    model_config = ConfigDict(extra="allow", frozen=True, strict=True, allow_inf_nan=False)

    rows: int = Field(default=100_000, gt=0)
    """The first so many events are learned from (they are in random order already)."""
    columns: list[str] | None = None
    """Features by name; absent = four-momenta of all outgoing particles."""


class AnalyzeStage(_Table):
    """[analyze]: the ensemble that the count of relevant latents is taken over."""

    betas: list[float] | None = None
    seeds: int = Field(default=5, gt=0)


class Study(_Table):
    """One question, and all it takes to answer it."""

    title: str = ""
    question: str = ""
    generate: GenerateStage
    fit: FitStage = FitStage()
    analyze: AnalyzeStage = AnalyzeStage()
    name: str = Field(default="", exclude=True)
    """The card's file name without suffix; not a key of the file."""

    def process_card(self) -> "Card":
        """The process card with this study's changes. Raises InputError."""
        from hepsym.generators import load_card

        return load_card(self.generate.process, [f"{k}={_toml(v)}" for k, v in _dotted(self.generate.set)])

    def fit_settings(self) -> "FitSettings":
        """The model's settings. Raises InputError, with a "did you mean" for an unknown key."""
        from hepsym.models import FitSettings

        return FitSettings.from_json(dict(self.fit.__pydantic_extra__ or {}))

    def check(self) -> None:
        """Raise InputError for anything that a later stage would refuse and that can be known now."""
        from hepsym.generators import generator_for
        from hepsym.models.device import choose_device
        from hepsym.models.registry import model_class

        try:
            generator_for(self.process_card())
            settings = self.fit_settings()
            model_class(settings.model)
            choose_device(settings.device)
        except InputError as error:
            raise InputError(f"study {self.name!r}: {error}") from None
        betas = self.analyze.betas
        if betas is not None and (not betas or min(betas) <= 0 or sorted(set(betas)) != betas):
            raise InputError(
                f"study {self.name!r}: analyze.betas = {betas} must be positive and increasing, "
                "e.g. [0.01, 0.1]"
            )

    def to_toml(self) -> str:
        """The card with every override in it, as TOML that `load_study` reads back equal."""
        values = self.model_dump(exclude={"name"}, exclude_none=True)
        lines = [f"{key} = {_toml(value)}" for key, value in values.items() if not isinstance(value, dict)]
        for name, table in values.items():
            if isinstance(table, dict):
                lines.append(f"\n[{name}]")
                lines += [f"{key} = {_toml(value)}" for key, value in table.items() if value != {}]
        return "\n".join(lines) + "\n"


def study_names() -> list[str]:
    """The studies that hepsym ships a card for."""
    return sorted(path.stem for path in cards_directory("analysis").glob("*.toml"))


def load_study(source: str | Path, overrides: Iterable[str] = ()) -> Study:
    """The study that `source` names: a shipped card's name, or a path to a TOML file.

    overrides are "key=value" with dotted keys and TOML values, such as "fit.epochs=10" or
    "generate.set.sqrt_s=200". Raises InputError.
    """
    name, values = _read(source)
    for override in overrides:
        _apply(values, override)
    try:
        return Study.model_validate(values).model_copy(update={"name": name})
    except ValidationError as error:
        raise InputError(f"study {name!r}: {_first_fault(error)}") from None


def _read(source: str | Path) -> tuple[str, dict[str, Any]]:
    text = str(source)
    path = Path(text)
    if path.suffix != ".toml":
        if text not in study_names():
            near = difflib.get_close_matches(text, study_names(), n=1)
            hint = (
                f"did you mean {near[0]!r}?"
                if near
                else f"known: {', '.join(study_names())}, or a path to a .toml"
            )
            raise InputError(f"unknown study {text!r}; {hint}")
        path = cards_directory("analysis") / f"{text}.toml"
    try:
        return path.stem, tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"no study card at {text!r}; shipped ones are: {', '.join(study_names())}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"study card {text!r} cannot be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"study card {text!r} is not TOML: {error}") from None


def _apply(values: dict[str, Any], override: str) -> None:
    key, equals, text = override.partition("=")
    if not equals or not key.strip():
        raise InputError(f"--set {override!r} is not of the form key=value, e.g. --set fit.epochs=10")
    try:
        value = tomllib.loads(f"x = {text.strip()}")["x"]
    except tomllib.TOMLDecodeError:
        value = text.strip()
    *tables, last = key.strip().split(".")
    for table in tables:
        inner = values.setdefault(table, {})
        if not isinstance(inner, dict):
            raise InputError(f"--set {override!r}: {table!r} is a value, not a table")
        values = inner
    values[last] = value


def _first_fault(error: ValidationError) -> str:
    fault = error.errors()[0]
    where = [str(part) for part in fault["loc"]]
    key, value = ".".join(where), fault["input"]
    if fault["type"] == "extra_forbidden":
        return _unknown(where)
    if fault["type"] == "missing":
        return f"key {key!r} is missing"
    kinds = {
        "int_type": "an integer",
        "float_type": "a number",
        "string_type": "a string",
        "list_type": "a list",
    }
    if fault["type"] in kinds:
        return f"{key} = {value!r} must be {kinds[fault['type']]}"
    if fault["type"] == "model_type":
        return f"{key} = {value!r} must be a table, [{key}]"
    return f"{key} = {value!r}: {fault['msg'].lower()}"


def _unknown(where: list[str]) -> str:
    tables: Mapping[str, type[BaseModel]] = {"generate": GenerateStage, "analyze": AnalyzeStage}
    known = list((tables[where[0]] if len(where) > 1 else Study).model_fields)
    known = [key for key in known if len(where) > 1 or key != "name"]
    near = difflib.get_close_matches(where[-1], known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(known)}"
    return f"unknown key {'.'.join(where)!r}; {hint}"


def _dotted(table: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    """Nested tables as dotted keys, in the order of the card."""
    pairs: list[tuple[str, Any]] = []
    for key, value in table.items():
        name = f"{prefix}{key}"
        pairs += _dotted(value, f"{name}.") if isinstance(value, Mapping) else [(name, value)]
    return pairs


def _toml(value: Any) -> str:
    """A value as TOML. JSON's strings, with DEL escaped, are TOML's basic strings."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value)


def _key(key: str) -> str:
    bare = key.replace("_", "a").replace("-", "a")
    return key if bare.isascii() and bare.isalnum() else _toml(key)
