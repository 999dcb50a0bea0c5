"""How far has a training come, and how does it survive a kill?"""

from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor, nn

from hepsym.errors import InputError
from hepsym.models.training import checkpoint
from hepsym.models.training.flat import FlatAdam
from hepsym.models.training.metrics import Mean

__all__ = ["Standing", "restore", "store"]

STATE, WEIGHTS = Path("state") / "last.pt", Path("checkpoint.safetensors")


@dataclass(slots=True)
class Standing:
    """The place in the training, between two steps, and each member's best weights so far."""

    best: dict[str, Tensor]
    best_loss: Tensor
    """(members,) float64 on the CPU; inf before the first epoch's end."""
    best_epoch: Tensor
    """(members,) int64; -1 before the first epoch's end."""
    epoch: int = 0
    """Finished epochs, which is the number of the running one."""
    step: int = 0
    """Finished steps of the running epoch."""
    steps: int = 0
    """Finished steps in all."""
    totals: Mean = field(default_factory=Mean)
    """Of the running epoch."""

    @classmethod
    def start(cls, model: nn.Module) -> "Standing":
        """Before the first step."""
        best = {name: tensor.detach().clone() for name, tensor in model.state_dict().items()}
        members = len(next(iter(best.values())))
        return cls(
            best,
            torch.full((members,), torch.inf, dtype=torch.float64),
            torch.full((members,), -1, dtype=torch.int64),
        )

    def close_epoch(self, model: nn.Module, loss: Tensor) -> None:
        """End the running epoch with the members' validation losses (members,)."""
        loss = loss.to("cpu", torch.float64)
        better = loss < self.best_loss
        for name, tensor in model.state_dict().items():
            chosen = better.to(tensor.device)
            self.best[name][chosen] = tensor[chosen]
        self.best_loss[better] = loss[better]
        self.best_epoch[better] = self.epoch
        self.epoch, self.step, self.totals = self.epoch + 1, 0, Mean()


def store(directory: Path, at: Standing, adam: FlatAdam, model: str) -> None:
    """Write the state, then the best weights, each whole or not at all. Raises RunError: disk full."""
    state = {
        "epoch": at.epoch, "step": at.step, "steps": at.steps, "sums": at.totals.sums,
        "count": at.totals.count, "best": at.best, "best_loss": at.best_loss, "best_epoch": at.best_epoch,
        "adam": adam.state(),
    }  # fmt: skip
    checkpoint.write_state(directory / STATE, state)
    if int(at.best_epoch.min()) >= 0:
        checkpoint.write_weights(directory / WEIGHTS, at.best, model)


def restore(directory: Path, at: Standing, adam: FlatAdam, device: torch.device) -> None:
    """Go back to what `store` wrote last; does nothing where it wrote nothing yet.

    Raises InputError where the state is damaged or of another model.
    """
    state = checkpoint.read_state(directory / STATE, device)
    if state is None:
        return
    try:
        adam.restore(state["adam"])
        for name, tensor in state["best"].items():
            at.best[name].copy_(tensor)
        at.best_loss.copy_(state["best_loss"])
        at.best_epoch.copy_(state["best_epoch"])
        at.epoch, at.step, at.steps = state["epoch"], state["step"], state["steps"]
        at.totals.sums, at.totals.count = state["sums"], state["count"]
    except (KeyError, RuntimeError, TypeError, ValueError, AttributeError) as error:
        raise InputError(f"{directory / STATE} is not the state of this run's model ({error})") from None
