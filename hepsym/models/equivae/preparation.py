"""What is trained on what? Rows read, labels numbered, a few labelled rows kept for temperatures."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError
from hepsym.models.equivae.labels import Label, Labels, one_label_a_row, read_labels
from hepsym.models.equivae.networks.likelihood import likelihood
from hepsym.models.equivae.networks.network import Network
from hepsym.models.equivae.reading import Reading, checked
from hepsym.models.equivae.settings import Settings
from hepsym.random import key

__all__ = ["Ready", "build", "prepare"]

Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ready:
    """A data set, ready to train on."""

    settings: Settings
    """With kind and likelihood chosen."""
    reading: Reading
    labels: Labels
    features: NDArray[np.float32]
    """(n, D)"""
    codes: Rows
    """(n,) class numbers, -1 unlabelled"""
    training: Rows
    """Row numbers, labelled"""
    validation: Rows
    """Row numbers, labelled"""
    unlabelled: Rows

    @property
    def counts(self) -> dict[str, int]:
        """Rows of each fate."""
        return {"labelled": len(self.training) + len(self.validation), "unlabelled": len(self.unlabelled),
                "validation": len(self.validation)}  # fmt: skip


def prepare(x: ArrayLike, y: ArrayLike, classes: list[Label] | None, settings: Settings) -> Ready:
    """Check and number; `validation` of each class' rows, rounded down, at random by the seed, is kept apart.

    Raises InputError as `Reading`, `read_labels`; where x and y differ in length; where the likelihood
    does not take x.
    """
    values = checked(x)
    reading = Reading.of(values, settings.kind, settings.scaling)
    labels, codes = read_labels(y, classes)
    one_label_a_row(len(values), len(codes))
    features = reading.apply(values)
    chosen = likelihood_of(replace(settings, kind=reading.kind), reading, features)
    rng = np.random.default_rng([int(k) for k in key(settings.seed, "equivae validation")])
    training, validation = [], []
    for k in range(len(labels.classes)):
        rows = rng.permutation(np.flatnonzero(codes == k))
        kept = min(int(settings.validation * len(rows)), len(rows) - 2)
        validation.append(rows[:kept])
        training.append(rows[kept:])
    return Ready(
        chosen, reading, labels, features, codes, np.sort(np.concatenate(training)),
        np.sort(np.concatenate(validation)), np.flatnonzero(codes < 0),
    )  # fmt: skip


def likelihood_of(settings: Settings, reading: Reading, features: NDArray[np.float32]) -> Settings:
    """The settings with "auto" decided: bernoulli for pictures that are nowhere negative, else gaussian.

    Raises InputError where the likelihood does not take the features (n, D).
    """
    name = settings.likelihood
    if name == "auto":
        name = "bernoulli" if reading.kind == "image" and features.min() >= 0 else "gaussian"
    if name == "categorical" and not 2 <= reading.levels <= 1024:
        raise InputError("likelihood = 'categorical' takes pictures of whole numbers from 0 to at most 1023")
    likelihood(name, reading.levels).target(torch.from_numpy(features))  # refuses
    return replace(settings, likelihood=name)


def build(settings: Settings, reading: Reading, classes: int) -> Network:
    """A network with the starting weights of settings.seed; torch's global stream is left as it was."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(int(key(settings.seed, "equivae weights")[0]))
        return Network(settings, reading.kind, reading.shape, classes, reading.levels)
