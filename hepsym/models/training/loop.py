"""How is a model trained? The one loop for all: Adam, cosine, early stopping, resumable at any step.

Everything random is a function of (seed, epoch) or (seed, step), and the state is written between two
steps, so a run that was killed and resumed ends with the very bits of one that was not (CPU, same
number of threads).
"""

import math
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from hepsym._interruption import Interruption
from hepsym.errors import RunError
from hepsym.models.hardware.threads import enough_threads
from hepsym.models.model import Model, Terms
from hepsym.models.noise import Noise
from hepsym.models.settings import FitSettings
from hepsym.models.training import metrics
from hepsym.models.training.feed import Feed
from hepsym.models.training.flat import FlatAdam
from hepsym.models.training.standing import Standing, restore, store

__all__ = ["Outcome", "Training"]

Progress = Callable[[int, int], None] | None

SAVE_SECONDS = 5.0
"""About so much work at most is lost by a kill."""

LOOK_EVERY = 32
"""On CUDA, where reading a loss waits for the device, it is read every so many steps."""

VALIDATION_NUMBERS = 1 << 21
"""Validation rows go through the network in pieces of about so many features of all members."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a training came to."""

    best_epoch: tuple[int, ...]
    """Of each member, from 0."""
    epochs: int
    """Finished ones, those before a resume included."""
    rows: int
    """Training rows visited by this call, times members."""
    seconds: float
    """Of this call, validation and saving included."""


class Training:
    """One model, its data and its directory; `run` trains, or goes on where a killed run stopped."""

    def __init__(
        self, model: Model, rows: Feed, validation: Tensor, settings: FitSettings, directory: Path
    ) -> None:
        """model, rows and validation (n, features) are on one device and of one dtype already."""
        self.model, self.rows, self.settings, self.directory = model, rows, settings, directory
        self.device = validation.device
        self.validation = validation
        self.adam = FlatAdam(model, settings.learning_rate)
        model.prepare(settings.batch)
        self.noise = Noise(rows.seeds, self.device)
        self.standing = Standing.start(model)
        self._saved = time.monotonic()

    def run(self, *, resume: bool = False, progress: Progress = None) -> Outcome:
        """Train until all epochs are done or validation has stopped improving.

        Raises RunError when a loss is not finite: the step and the batch are named, the last good state
        and checkpoint are kept. Raises KeyboardInterrupt after a SIGINT, when the step is finished and
        the state saved.
        """
        if resume:
            restore(self.directory, self.standing, self.adam, self.device)
        metrics.keep_lines(self.directory / "metrics.jsonl", self.standing.epoch)
        begun, visited = time.perf_counter(), self.standing.steps
        with Interruption() as interruption, self._threads():
            while not self.finished:
                self._epoch(interruption)
                if progress is not None:
                    progress(self.standing.epoch, self.settings.epochs)
        self._save()
        return Outcome(
            best_epoch=tuple(int(e) for e in self.standing.best_epoch),
            epochs=self.standing.epoch,
            rows=(self.standing.steps - visited) * self.rows.batch * self.model.members,
            seconds=time.perf_counter() - begun,
        )

    @property
    def finished(self) -> bool:
        """Whether all epochs are done, or every member has been without progress for too long."""
        at, patience = self.standing.epoch, self.settings.patience
        if at >= self.settings.epochs:
            return True
        last = max(int(self.standing.best_epoch.max()), self.settings.kl_warmup_epochs - 1)
        return bool(patience and at > 0 and at - 1 - last >= patience)

    def _epoch(self, interruption: Interruption) -> None:
        at, watch = self.standing, _Watch(self.device)
        warmth, precision = self._warmth(at.epoch), self._precision()
        accumulate, adam, totals = self.model.accumulate, self.adam, at.totals
        last = self.rows.steps - 1
        for batch in self.rows.epoch(at.epoch, at.step):
            with precision:
                terms = accumulate(batch, self.noise.at(at.steps), warmth)
            if not watch.good(terms, at.step, last=at.step == last):
                self._stop(watch)
            adam.rate(self._rate(at.steps))
            adam.step()
            totals.add(terms)
            at.step += 1
            at.steps += 1
            if interruption.asked:
                self._save()
                raise KeyboardInterrupt
            if time.monotonic() - self._saved > SAVE_SECONDS:
                self._save()
        self._close_epoch(warmth)

    def _close_epoch(self, warmth: float) -> None:
        at = self.standing
        validated = self.validate()
        trained = self.model.complete(at.totals.values(), warmth)
        variance = {"decoder variance": self.model.decoder_variance.detach()}
        for of, terms in (("validation ", validated), ("training ", trained), ("", variance)):
            if term := metrics.not_finite(terms):
                raise RunError(
                    f"training stopped: the {of}{term} is not finite after epoch {at.epoch}, "
                    f"step {at.steps}; {self._kept()}"
                )
        line = {
            "epoch": at.epoch, "steps": at.steps, "learning_rate": self._rate(at.steps), "kl_weight": warmth,
            "train": metrics.plain(trained),
            "validation": metrics.plain(validated),
            "decoder_variance": metrics.plain({"v": self.model.decoder_variance})["v"],
        }  # fmt: skip
        metrics.append(self.directory / "metrics.jsonl", line)
        at.close_epoch(self.model, validated["loss"])

    @torch.no_grad()
    def validate(self) -> Terms:
        """Mean terms over the validation rows at full beta, with the same noise in every epoch."""
        noise = Noise(self.rows.seeds, self.device, "validation noise")
        size = max(1, VALIDATION_NUMBERS // (self.model.members * self.validation.shape[1]))
        mean = metrics.Mean()
        for piece, first in enumerate(range(0, len(self.validation), size)):
            rows = self.validation[first : first + size]
            with self._precision():
                terms = self.model.loss_terms(rows.expand(len(self.rows.seeds), -1, -1), noise.at(piece))
            mean.add(terms, len(rows))
        return mean.values()

    def _rate(self, step: int) -> float:
        total = self.settings.epochs * self.rows.steps
        return self.settings.learning_rate * 0.5 * (1 + math.cos(math.pi * min(step / total, 1.0)))

    def _warmth(self, epoch: int) -> float:
        warm = self.settings.kl_warmup_epochs
        return min(1.0, epoch / warm) if warm else 1.0

    def _precision(self) -> AbstractContextManager[object]:
        if self.settings.amp and self.device.type == "cuda":
            return torch.autocast("cuda", torch.bfloat16)
        return nullcontext()

    def _threads(self) -> AbstractContextManager[object]:
        if self.device.type != "cpu":
            return nullcontext()
        widest = max((p.numel() for p in self.model.parameters()), default=0)
        return enough_threads(self.settings.batch * widest)

    def _save(self) -> None:
        metrics.sync(self.directory / "metrics.jsonl")
        store(self.directory, self.standing, self.adam, self.model.name)
        self._saved = time.monotonic()

    def _stop(self, watch: "_Watch") -> None:
        at = self.standing
        step = at.steps - at.step + watch.step
        if self.device.type == "cpu":
            self._save()
        raise RunError(
            f"training stopped: the loss is {watch.value} at step {step} "
            f"(epoch {at.epoch}, batch {watch.step} of {self.rows.steps}); {self._kept()}"
        )

    def _kept(self) -> str:
        best = self.standing.best_epoch
        kept = (
            "no epoch was finished"
            if int(best.min()) < 0
            else f"the checkpoint of epoch {int(best.max())} is kept"
        )
        return f"{kept}; try a smaller learning rate, float64, or look for outliers in the data"


class _Watch:
    """Is every loss of an epoch finite? On CUDA the first bad step is kept there and read now and then."""

    def __init__(self, device: torch.device) -> None:
        self.step, self.value = 0, "nan"
        self._first = None if device.type == "cpu" else torch.full((), 1 << 60, device=device)

    def good(self, terms: Terms, step: int, *, last: bool) -> bool:
        shown = [terms["loss"]] if "loss" in terms else list(terms.values())
        if self._first is None:
            value = sum(term.sum().item() for term in shown)
            if math.isfinite(value):
                return True
            self.step, self.value = step, str(value)
            return False
        finite = torch.stack([torch.isfinite(term).all() for term in shown]).all()
        bad = torch.where(finite, 1 << 60, step)
        torch.minimum(self._first, bad, out=self._first)
        if (step + 1) % LOOK_EVERY and not last:
            return True
        self.step, self.value = int(self._first), "not finite"
        return self.step == 1 << 60
