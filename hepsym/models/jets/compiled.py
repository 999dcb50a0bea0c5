"""Can torch.compile work here? The loss of a jet autoencoder as one compiled function."""

import os
import shutil
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.func import functional_call

from hepsym.errors import InputError
from hepsym.models.jets.model import JetAutoencoder

__all__ = ["COMPILED", "check_compiled", "compiled_loss"]

COMPILED = {"no": None, "yes": "default", "graphs": "reduce-overhead"}
"""What the setting may say, and torch.compile's mode: "graphs" are CUDA graphs."""

Loss = Callable[[Mapping[str, Tensor], Tensor], Tensor]


class _MeanLoss(torch.nn.Module):
    def __init__(self, network: JetAutoencoder) -> None:
        super().__init__()
        self.network = network

    def forward(self, jets: Tensor) -> Tensor:
        return self.network.loss(jets).mean()


def check_compiled(setting: str, device: torch.device) -> None:
    """Raises InputError: a word that is none of COMPILED, graphs without CUDA, no compiler."""
    if setting not in COMPILED:
        raise InputError(f"compiled = {setting!r} is not one of {', '.join(COMPILED)}")
    if setting == "graphs" and device.type != "cuda":
        raise InputError(f"compiled = 'graphs': CUDA graphs, but the device is {device}: leave it out")
    if setting != "no" and device.type == "cpu":
        names = [os.environ["CXX"]] if os.environ.get("CXX") else ["g++", "clang++", "c++"]
        if not any(map(shutil.which, names)):
            raise InputError(
                f"compiled = {setting!r} needs a C++ compiler, and there is no {' or '.join(names)}: "
                "install one, or leave it out"
            )


def compiled_loss(network: JetAutoencoder, setting: str) -> Loss:
    """The mean loss of jets (n, P, 4) as a function of the weights by name, compiled at its first call.

    Weights have a leading axis of one, as `Model`'s members have.
    Values and gradients are those of the plain loss to rounding. A batch of another size is compiled anew.
    """
    module = _MeanLoss(network)

    def mean_loss(weights: Mapping[str, Tensor], jets: Tensor) -> Tensor:
        named = {f"network.{name}": weight[0] for name, weight in weights.items()}
        found: Tensor = functional_call(module, named, (jets,))
        return found

    made: Any = torch.compile(mean_loss, mode=COMPILED[setting], dynamic=False)
    return made  # type: ignore[no-any-return]
