"""How are the weights found? Adam on batches that are their own class sets, on one device."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import islice

import torch
from torch import Tensor

from hepsym.errors import InputError, RunError
from hepsym.models.equivae.networks.network import Network
from hepsym.models.equivae.settings import Settings
from hepsym.models.equivae.training.action import Action
from hepsym.models.equivae.training.class_sets import ClassSets
from hepsym.models.equivae.training.leak import Adversary, class_mmd, hsic, spread
from hepsym.models.equivae.training.objective import Labelled, action_loss, labelled_loss, unlabelled_loss
from hepsym.models.equivae.training.wobble import Wobble
from hepsym.random import key

__all__ = ["Epoch", "Progress", "generator", "train"]


@dataclass(frozen=True, slots=True)
class Epoch:
    """What an epoch came to."""

    number: int
    terms: dict[str, float] = field(default_factory=dict)
    """Means over steps: bound, kl, cross_entropy, ... in nats"""


Progress = Callable[[Epoch], None] | None

ADVERSARY_STEPS = 3
"""Of the adversary, for each of the model's: it must keep up with a moving v."""

_MASK = 0x7FFFFFFF


def generator(seed: int, purpose: str) -> torch.Generator:
    """torch's generator on the CPU, a function of (seed, purpose)."""
    return torch.Generator().manual_seed(int(key(seed, f"equivae {purpose}")[0]) & _MASK)


def train(
    network: Network, labelled: Tensor, sets: ClassSets, unlabelled: Tensor, settings: Settings,
    *, shape: tuple[int, ...] = (), action: Action | None = None, progress: Progress = None,
) -> list[Epoch]:  # fmt: skip
    """Train in place on features labelled (n_l, D), whose class numbers are in sets, and unlabelled (n_u, D).

    shape: (h, w, channels) of pictures, for `Wobble`. The learning rate rises over the first tenth of the
    steps and falls to 0 along a cosine. Numbers drawn are a function of settings.seed. Raises RunError
    where the loss is no longer finite.
    """
    if settings.action_penalty > 0 and action is None:
        raise InputError("action_penalty is above 0, but no action is given: fit(..., action=...)")
    drawn = generator(settings.seed, "training")
    extras = Extras(network, settings, sets.classes, labelled.device, action, drawn)
    move = Wobble.of(settings, shape, drawn)
    groups, steps = _steps(sets, len(unlabelled), settings)
    optimiser = torch.optim.AdamW(
        network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, total_steps=steps * settings.epochs + 1, pct_start=0.1
    )
    supports = sets.sweep(set_size(settings), drawn)
    history = []
    network.train()
    for number in range(settings.epochs):
        totals: dict[str, Tensor] = {}
        order = torch.randperm(len(unlabelled), generator=drawn)
        for step in range(steps):
            done = (number * steps + step) / (steps * settings.epochs)
            warmth = min(1.0, done / settings.warmup) if settings.warmup else 1.0
            loss, terms = labelled.new_zeros(()), {}
            for group in islice(supports, groups):
                found = labelled_loss(network, labelled, group, sets, settings, drawn, warmth, move)
                more, told = extras(labelled, found, warmth)
                loss, terms = loss + (found.loss + more) / groups, found.terms | told
            if len(unlabelled):
                rows = order[step * settings.batch : (step + 1) * settings.batch].to(unlabelled.device)
                shown = unlabelled[rows] if move is None else move(unlabelled[rows])
                free, told = unlabelled_loss(network, shown, group, found.embedded, drawn, warmth)
                loss, terms = loss + settings.unlabelled * free, terms | told
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            for name, value in terms.items():
                totals[name] = totals.get(name, 0) + value.detach()
        epoch = Epoch(number, {name: float(value) / steps for name, value in totals.items()})
        if not all(math.isfinite(v) for v in epoch.terms.values()):
            raise RunError(
                f"epoch {number}: the loss is no longer finite ({epoch.terms}); lower the learning rate, "
                f"{settings.learning_rate:g} now"
            )
        history.append(epoch)
        if progress is not None:
            progress(epoch)
    network.eval()
    return history


def set_size(settings: Settings) -> int:
    """Members drawn beside a row: one fewer where the row itself joins its class set."""
    return settings.set_size - (settings.self_included or settings.code == "product")


def _steps(sets: ClassSets, unlabelled: int, settings: Settings) -> tuple[int, int]:
    """Class sets taken together in a step, and steps in an epoch."""
    largest = max(len(rows) for rows in sets.members)
    rows = sets.classes * min(set_size(settings) + 1, largest)
    groups = max(1, round(settings.batch / rows))
    labelled = sum(len(rows) for rows in sets.members)
    return groups, max(1, labelled // (groups * rows), unlabelled // settings.batch)


class Extras:
    """The penalties on v, with their weights: of a leak of the class, and of an action not followed."""

    def __init__(
        self, network: Network, settings: Settings, classes: int, device: torch.device,
        action: Action | None, drawn: torch.Generator,
    ) -> None:  # fmt: skip
        self.network, self.settings, self.classes = network, settings, classes
        self.action, self.drawn = action, drawn
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(key(settings.seed, "equivae adversary")[0]))
            self.adversary = Adversary(settings.equivariant, classes).to(device)

    def __call__(self, x: Tensor, found: Labelled, warmth: float) -> tuple[Tensor, dict[str, Tensor]]:
        """The sum of the penalties, and the measures as they are; the leak's weight rises with warmth."""
        total, told = x.new_zeros(()), {}
        if self.settings.leak_penalty > 0:
            told["leak"] = self.leak(found.v, found.codes)
            total = total + warmth * self.settings.leak_penalty * told["leak"]
        if self.action is not None and self.settings.action_penalty > 0:
            told["action"] = action_loss(self.network, found, self.action, self.drawn)
            total = total + self.settings.action_penalty * told["action"]
        return total, told

    def leak(self, v: Tensor, codes: Tensor) -> Tensor:
        """By the measure of the settings."""
        if self.settings.leak_measure == "hsic":
            return hsic(v / spread(v), codes, self.classes)
        if self.settings.leak_measure == "mmd":
            return class_mmd(v / spread(v), codes, self.classes)
        for _ in range(ADVERSARY_STEPS):
            self.adversary.step(v, codes)
        return self.adversary.penalty(v)
