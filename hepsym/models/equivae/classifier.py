"""What would the labels alone give? The models' own body and q(y|x), trained as a classifier and no more."""

from typing import Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch.nn import functional

from hepsym.errors import InputError
from hepsym.models.equivae.inference import probabilities
from hepsym.models.equivae.preparation import Ready, build, prepare
from hepsym.models.equivae.settings import Settings
from hepsym.models.equivae.training.loop import generator
from hepsym.models.equivae.training.temperature import fit_temperature
from hepsym.models.equivae.training.wobble import Wobble

__all__ = ["Classifier"]

FEWEST_STEPS = 600
"""However few the labels are."""
PIECE = 1000


class Classifier:
    """q(y|x) of the same body, rows, motions and optimiser as `ClassModel`, on cross entropy alone."""

    def __init__(self, settings: Settings | None = None) -> None:
        self.settings = Settings() if settings is None else settings
        self._ready: Ready | None = None

    def fit(self, x: ArrayLike, y: ArrayLike) -> Self:
        """Train on rows x (n, ...) with labels y (n,). Raises InputError as `ClassModel.fit`."""
        ready = prepare(x, y, None, self.settings)
        chosen, drawn = ready.settings, generator(self.settings.seed, "classifier alone")
        self.network = build(chosen, ready.reading, len(ready.labels.classes))
        parameters = [*self.network.body.parameters(), *self.network.classifier.parameters()]
        features = torch.from_numpy(ready.features[ready.training])
        codes = torch.from_numpy(ready.codes[ready.training])
        batch = min(chosen.batch, len(codes))
        steps = max(FEWEST_STEPS, chosen.epochs * (len(codes) // batch))
        optimiser = torch.optim.AdamW(parameters, chosen.learning_rate, weight_decay=chosen.weight_decay)
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser, chosen.learning_rate, total_steps=steps + 1, pct_start=0.1
        )
        move = Wobble.of(chosen, ready.reading.shape, drawn)
        order = torch.empty(0, dtype=torch.int64)
        for _ in range(steps):
            if len(order) < batch:
                order = torch.randperm(len(codes), generator=drawn)
            rows, order = order[:batch], order[batch:]
            shown = features[rows] if move is None else move(features[rows])
            optimiser.zero_grad()
            functional.cross_entropy(self._logits(shown), codes[rows]).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
        self._ready, self.temperature = ready, 1.0
        if len(ready.validation):
            kept = self._scores(ready.features[ready.validation])
            self.temperature = fit_temperature(kept, ready.codes[ready.validation])
        return self

    @property
    def classes_(self) -> NDArray[np.generic]:
        """(K,) labels, in the order of columns."""
        return np.asarray(self._fitted().labels.classes)

    def predict_proba(self, x: ArrayLike) -> NDArray[np.float64]:
        """(n, K) probabilities, calibrated on the rows left out."""
        return probabilities(self._scores(self._fitted().reading.apply(x)), self.temperature)

    def predict(self, x: ArrayLike) -> NDArray[np.generic]:
        """Labels (n,)."""
        return self._fitted().labels.decode(self.predict_proba(x).argmax(1))

    def _logits(self, features: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = self.network.classifier(self.network.body(features))
        return found

    def _scores(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        with torch.no_grad():
            pieces = [
                self._logits(torch.from_numpy(features[first : first + PIECE])).double().numpy()
                for first in range(0, len(features), PIECE)
            ]
        return np.concatenate(pieces)

    def _fitted(self) -> Ready:
        if self._ready is None:
            raise InputError("this classifier has not been fitted yet: call fit(X, y) first")
        return self._ready
