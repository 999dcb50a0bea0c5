"""How is a jet study run? Jets, models, the question, its page; each kept, so that it can go on."""

import json
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from hepsym.report.jets.card import StudyCard, classes_of, read_study
from hepsym.report.jets.contenders import Field
from hepsym.report.page.assembly import assembled, saved
from hepsym.report.page.style import look
from hepsym.report.studies.folder import open_folder

__all__ = ["JetOutcome", "JetStudy"]

Bar = Callable[[str], AbstractContextManager[Callable[[int, int], None] | None]]

LONG = {"g": "gluon", "q": "quark", "t": "top", "w": "w", "z": "z"}


@dataclass(frozen=True, slots=True)
class JetOutcome:
    """What a jet study came to."""

    study: str
    out: Path
    report: Path
    found: str
    numbers: Mapping[str, Any]
    """What OUT/answer.json holds."""
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "study": self.study, "out": str(self.out), "report": str(self.report), "found": self.found,
            "numbers": dict(self.numbers), "seconds": self.seconds,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class JetStudy:
    """A card that was read and checked."""

    card: StudyCard

    @property
    def name(self) -> str:
        """The card's."""
        return self.card.name

    @classmethod
    def of_card(cls, name: str, values: Mapping[str, Any]) -> "JetStudy":
        """Raises InputError for anything that can be known to be wrong now."""
        return cls(read_study(name, values))

    def run(
        self, out: Path, *, resume: bool, threads: int | None, say: Callable[[str], None], bar: Bar
    ) -> JetOutcome:
        """OUT/study.toml, OUT/jets (where they were made), OUT/runs, OUT/told (of each model),
        OUT/answer.json, OUT/study.html.

        With `resume` jets, trained models, what was found of them and an answer that are there are kept.
        Raises InputError: OUT exists without `resume`, or is a study of another card.
        """
        begun = time.perf_counter()
        open_folder(out, self.card.to_toml(), resume=resume)
        if (out / "answer.json").is_file():
            told = json.loads((out / "answer.json").read_text(encoding="utf-8"))
        else:
            files = dict(self.card.jets.files) or self._made(out, threads, say, bar)
            told = self._answer(out, files, say)
        question = _question(self.card.about)
        report = _page(self.card, question, told, out)
        found = str(question.sentence(told))
        return JetOutcome(self.name, out, report, found, told, time.perf_counter() - begun)

    def _made(self, out: Path, threads: int | None, say: Callable[[str], None], bar: Bar) -> dict[str, str]:
        from hepsym.generators.datasets.jet_card import load_jet_card
        from hepsym.generators.datasets.jets import generate_jets
        from hepsym.generators.production.crew import on_processes
        from hepsym.generators.production.generate import available_threads

        made, asked = {}, self.card.jets
        (out / "jets").mkdir(exist_ok=True)
        for letter in classes_of(self.card):
            many, path = asked.known if letter in "gq" else asked.strange, out / "jets" / f"{LONG[letter]}.h5"
            say(f"{many} jets of {LONG[letter]} ...")
            settings = [f"class={LONG[letter]}", f"particles={asked.particles}"]
            with bar(LONG[letter]) as progress:
                generate_jets(
                    load_jet_card("jets", settings), many, path, seed=asked.seed,
                    crew=on_processes(threads or available_threads()), resume=True, progress=progress,
                )  # fmt: skip
            made[letter] = str(path)
        return made

    def _answer(self, out: Path, files: Mapping[str, str], say: Callable[[str], None]) -> dict[str, Any]:
        from hepsym.models.jets import load_jets

        jets = load_jets({letter: files[letter] for letter in classes_of(self.card)},
                         particles=self.card.jets.particles)  # fmt: skip
        runs = Path(self.card.train.runs) if self.card.train.runs else out / "runs"
        runs.mkdir(parents=True, exist_ok=True)
        kept = out / "told"
        kept.mkdir(exist_ok=True)
        field = Field(self.card, jets, runs, kept, say)
        learn, watch, test = field.parts("g", "q")
        told: dict[str, Any] = _question(self.card.about).answer(field)
        told |= {
            "about": self.card.about,
            "split": {"training": len(learn), "validation": len(watch), "test": len(test)},
            "left_out": jets.left_out,
        }
        saved(out / "answer.json", json.dumps(told))
        return told


def _question(about: str) -> ModuleType:
    return import_module(f"hepsym.report.jets.{about.replace('-', '_')}")


def _page(card: StudyCard, question: ModuleType, told: Mapping[str, Any], out: Path) -> Path:
    with look():
        sections = question.sections(told)
    split = told["split"]
    small = split["training"] < 50_000
    text = assembled(
        title=card.title or card.name,
        kicker=f"hepsym study {card.name}",
        found=question.sentence(told),
        caveat="A small study: " + ", ".join(f"{v} {k}" for k, v in split.items()) + " jets."
        if small
        else None,
        tiles=[(str(v), f"{k} jets, g and q") for k, v in split.items()]
        + [(str(len(card.train.models)), "models")],
        missing=[],
        sections=sections,
        beside="answer.json beside it has the numbers, study.toml the card, with which "
        "`hepsym study study.toml` makes it again.",
    )
    return saved(out / "study.html", text)
