"""A study of classes end to end: divide, train, ask, for every model and seed once; then the page."""

import json
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hepsym.analysis.representation import probe
from hepsym.errors import InputError
from hepsym.events.disk.atomic import replace_text
from hepsym.report.representation.answers import answers, told
from hepsym.report.representation.beside import classifier_alone, support_vectors
from hepsym.report.representation.divided import Divided, divided, shown_labels
from hepsym.report.representation.page import sentence, write_class_page
from hepsym.report.studies.folder import open_folder

if TYPE_CHECKING:
    from hepsym.models.equivae import ClassModel
    from hepsym.report.representation.card import ClassStudy

__all__ = ["ClassOutcome", "run_class_study"]

RESULTS = "results.jsonl"


@dataclass(frozen=True, slots=True)
class ClassOutcome:
    """What a study came to."""

    study: str
    out: Path
    report: Path
    found: str
    seconds: float
    lines: list[dict[str, Any]]

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return {
            "study": self.study, "out": str(self.out), "report": str(self.report), "found": self.found,
            "seconds": self.seconds, "results": self.lines,
        }  # fmt: skip


def run_class_study(
    study: "ClassStudy", out: str | Path, *, resume: bool = False, threads: int | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> ClassOutcome:  # fmt: skip
    """Run a study into `out`: study.toml, results.jsonl (a line a training), models/, report.html.

    With resume, trainings that have a line are kept, and models that were saved are asked again rather
    than trained. Raises InputError: what the card's set, models or settings refuse; OUT exists (without
    resume) or is of another card.
    """
    import torch

    out, start = Path(out), time.perf_counter()
    if threads is not None:
        torch.set_num_threads(threads)
    rows = divided(study.rows)
    lines = _opened(out, study, resume)
    judge = probe("mlp", rows.x.reshape(len(rows.x), -1), rows.y)
    first: ClassModel | None = None
    done = {(line["model"], line["seed"]) for line in lines}

    def keep(line: dict[str, Any]) -> None:
        lines.append({k: round(v, 6) if isinstance(v, float) else v for k, v in line.items()})
        replace_text(out / RESULTS, "".join(json.dumps(one) + "\n" for one in lines))

    for seed in study.train.seeds:
        for name in study.train.models:
            path = out / "models" / f"{name}-{seed}"
            if (name, seed) not in done:
                say(f"{name}, seed {seed} ...")
                model, seconds = _trained(study, name, seed, rows, path)
                found = asked(study, name, model, rows, judge)
                keep({"model": name, "seed": seed, **found, **seconds})
            elif first is None:
                model = _load(name, path)
            first = first or model
        for name, beside in _beside(study).items():
            # A support vector machine has no seed but the choice of labels.
            again = name == "SVC" and not study.rows.labels and seed != study.train.seeds[0]
            if (name, seed) not in done and not again:
                say(f"{name}, seed {seed} ...")
                keep({"model": name, "seed": seed, **beside(study, rows, seed)})
    report = write_class_page(study, out, lines, first, rows, judge)
    return ClassOutcome(study.name, out, report, sentence(lines), time.perf_counter() - start, lines)


def asked(study: "ClassStudy", name: str, model: "ClassModel", rows: Divided, judge: Any) -> dict[str, Any]:
    """What the study wants to know of a trained model."""
    if study.rows.labels:
        return told(model, rows.x_test, rows.y_test)
    leaks = study.ask.leak_of is None or name in study.ask.leak_of
    if study.rows.set == "jets":
        from hepsym.report.representation.jets import jet_answers

        return answers(model, rows, judge, leaks=leaks) | jet_answers(model, rows)
    return answers(model, rows, judge, leaks=leaks, action=study.action(rows.shape))


def _beside(study: "ClassStudy") -> dict[str, Callable[["ClassStudy", Divided, int], dict[str, Any]]]:
    found: dict[str, Callable[[ClassStudy, Divided, int], dict[str, Any]]] = {}
    if study.ask.classifier:
        found["classifier alone"] = classifier_alone
    if study.ask.svc:
        found["SVC"] = support_vectors
    return found


def _trained(
    study: "ClassStudy", name: str, seed: int, rows: Divided, path: Path
) -> tuple["ClassModel", dict[str, float]]:
    from hepsym.models import equivae

    if (path / "config.json").exists():
        return _load(name, path), {}
    if path.exists():  # of a study that was stopped while it was written
        shutil.rmtree(path)
    kind: type[ClassModel] = getattr(equivae, name)
    model = kind(**study.settings(name, seed).to_json())
    began = time.process_time()
    model.fit(rows.x, shown_labels(rows.y, study.rows.labels, seed), action=study.action(rows.shape))
    seconds = time.process_time() - began
    path.parent.mkdir(exist_ok=True)
    model.save(path)
    return model, {"cpu_seconds": seconds}


def _load(name: str, path: Path) -> "ClassModel":
    from hepsym.models import equivae

    kind: type[ClassModel] = getattr(equivae, name)
    return kind.load(path)


def _opened(out: Path, study: "ClassStudy", resume: bool) -> list[dict[str, Any]]:
    """The lines of the trainings that are done; the study's directory exists afterwards."""
    results = out / RESULTS
    if open_folder(out, study.to_toml(), resume=resume) or not results.exists():
        return []
    try:
        return [json.loads(line) for line in results.read_text(encoding="utf-8").splitlines()]
    except (OSError, ValueError):
        raise InputError(f"{str(out)!r} is not a study to resume: {RESULTS} is damaged") from None
