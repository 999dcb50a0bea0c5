"""Which studies are not of events and one model? Cards that say `kind = "..."`, and who answers them."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from hepsym import _toml
from hepsym.errors import InputError
from hepsym.report.studies.card import Study, read_card, study_of

__all__ = ["KINDS", "AnyStudy", "Outcome", "load_any"]

KINDS = {
    "classes": "hepsym.report.representation:ClassStudy",
    "jets": "hepsym.report.jets.study:JetStudy",
}
"""Kind: the module and class whose `of_card(name, values)` reads such a card."""

Bar = Callable[[str], AbstractContextManager[Callable[[int, int], None] | None]]


class Outcome(Protocol):
    """What a study came to, and where its report is."""

    @property
    def out(self) -> Path:
        """Where everything is."""

    @property
    def report(self) -> Path:
        """The page."""

    @property
    def found(self) -> str:
        """One plain sentence."""

    @property
    def seconds(self) -> float:
        """Of this call."""

    def to_json(self) -> dict[str, Any]:
        """JSON values."""


class AnyStudy(Protocol):
    """A card that was read and checked."""

    @property
    def name(self) -> str:
        """The card's."""

    def run(
        self, out: Path, *, resume: bool, threads: int | None, say: Callable[[str], None], bar: Bar
    ) -> Outcome:
        """Answer it in the directory `out`. Raises InputError, RunError, KeyboardInterrupt."""


class _EventStudy:
    def __init__(self, study: Study) -> None:
        self.study, self.name = study, study.name

    def run(
        self, out: Path, *, resume: bool, threads: int | None, say: Callable[[str], None], bar: Bar
    ) -> Outcome:
        from hepsym.report.studies.run import run_study

        return run_study(self.study, out, resume=resume, threads=threads, say=say, bar=bar)


def load_any(source: str | Path, overrides: Iterable[str] = ()) -> AnyStudy:
    """The study that `source` names, of whatever kind; overrides as for `load_study`. Raises InputError."""
    name, values = read_card(source, overrides)
    kind = values.pop("kind", "")
    if not kind:
        return _EventStudy(study_of(name, values))
    if kind not in KINDS:
        raise InputError(f"study {name!r}: {_toml.unknown('kind', str(kind), sorted(KINDS))}")
    module, _, loader = KINDS[kind].partition(":")
    made: AnyStudy = getattr(import_module(module), loader).of_card(name, values)
    return made
