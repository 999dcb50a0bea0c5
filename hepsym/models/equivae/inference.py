"""What does a trained model say? Bounds, codes and rows, in pieces, on the CPU, without gradients."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax
from torch import Tensor

from hepsym.errors import InputError
from hepsym.models.equivae.labels import Label, Labels, one_label_a_row, read_label
from hepsym.models.equivae.networks.network import Network
from hepsym.models.equivae.preparation import Ready
from hepsym.models.equivae.reading import Reading
from hepsym.models.equivae.settings import Settings
from hepsym.models.equivae.straightening.straighten import Straightening, straightening
from hepsym.models.equivae.training.loop import generator
from hepsym.models.equivae.training.temperature import fit_temperature
from hepsym.models.equivae.training.wobble import Wobble

__all__ = ["WAYS", "Fitted", "probabilities"]

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

WAYS = ("bound", "classifier", "prototype")
"""Of telling a class."""

PIECE = 500
COPIES, STILL, MOVED = 20, 5, 0.25
"""How often `Couplings` see the rows, how often as they are, and how far they are moved otherwise, as a share
of the training's motions."""
DRAWS = 8
"""Of v, in the bound by which classes are told."""


def probabilities(scores: Floats, temperature: float) -> Floats:
    """softmax(scores / T) over classes, (n, K)."""
    return np.asarray(softmax(scores / temperature, axis=1))


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Weights, class prototypes and scales: all that a question needs."""

    settings: Settings
    reading: Reading
    labels: Labels
    network: Network
    prototypes: Tensor
    """(K, size)"""
    temperatures: dict[str, float]
    counts: dict[str, int]
    straight: Straightening | None = None
    """Of v by class; None leaves v as it is."""

    @classmethod
    def after(cls, network: Network, ready: Ready) -> "Fitted":
        """With the prototypes of all labelled training rows, and temperatures of 1."""
        fitted = cls(
            ready.settings, ready.reading, ready.labels, network.eval(), torch.empty(0),
            dict.fromkeys(WAYS, 1.0), ready.counts,
        )  # fmt: skip
        codes = ready.codes[ready.training]
        rows = ready.features[ready.training]
        if not network.code.from_members:
            return replace(fitted, prototypes=torch.eye(len(ready.labels.classes)))
        made = [fitted._set_code(rows[codes == k]) for k in range(len(ready.labels.classes))]
        return replace(fitted, prototypes=torch.stack(made))

    def straightened(
        self, features: NDArray[np.float32], codes: Codes, units: tuple[float, float, float] | None = None
    ) -> "Fitted":
        """With v of every class mapped onto one law, learned from training rows; units: of poses in v."""
        mean, log_var = self._posterior(features, codes)
        asked = self.settings
        made = straightening(mean, codes, len(self.labels.classes), asked.kept, units)
        if asked.couplings:
            drawn = generator(asked.seed, "couplings")
            move = Wobble.of(asked, self.reading.shape, drawn, share=MOVED)
            shown = []
            for copy in range(COPIES):
                rows = torch.from_numpy(features)
                if copy < STILL:
                    shown.append(mean)
                    continue
                v = mean if move is None else self._posterior(move(rows).numpy(), codes)[0]
                if move is None:  # rows that must not be moved: v is, within what q leaves open
                    noise = torch.randn(mean.shape, generator=drawn).double().numpy()
                    v = mean + MOVED * np.exp(0.5 * log_var) * noise
                shown.append(v)
            seed = int(torch.randint(2**31, (1,), generator=drawn))
            made = made.with_couplings(shown, codes, asked.couplings, seed)
        return replace(self, straight=made)

    def calibrated(self, features: NDArray[np.float32], codes: Codes) -> "Fitted":
        """With temperatures set on features (n, D) of class numbers (n,), which were not trained on."""
        if not len(codes):
            return self
        found = {way: fit_temperature(self._scores(features, way), codes) for way in WAYS}
        return replace(self, temperatures=found)

    # Scores and bounds ----------------------------------------------------------------------------

    def scores(self, x: ArrayLike, way: str) -> Floats:
        """(n, K), the larger the likelier; see `WAYS`. Raises InputError for another way."""
        if way not in WAYS:
            raise InputError(f"by = {way!r} is not one of {', '.join(WAYS)}")
        return self._scores(self.reading.apply(x), way)

    def _scores(self, features: NDArray[np.float32], way: str) -> Floats:
        if way == "bound":
            return self._bound(features, DRAWS, importance=False)
        if way == "classifier":
            known = self._in_pieces(lambda x: self.network.classifier(self.network.body(x)), features)
            missing = len(self.labels.classes) - known.shape[1]  # classes that were added later
            return np.pad(known, ((0, 0), (0, missing)), constant_values=-1e30)
        r = torch.from_numpy(self._own_code(features)).float()
        return -torch.cdist(r, self.prototypes).square().double().numpy()

    def bound(self, x: ArrayLike, codes: Codes | None, *, draws: int, importance: bool) -> Floats:
        """(n, K) nats, or (n,) under codes (n,), in the units of x."""
        if draws < 1:
            raise InputError(f"draws = {draws} must be at least 1")
        features = self.reading.apply(x)
        one_label_a_row(len(features), len(features) if codes is None else len(codes))
        found = self._bound(features, draws, codes, importance=importance)
        if self.settings.likelihood == "gaussian":
            found = found - self.reading.log_volume
        return found if codes is None else found[:, 0]

    def _bound(
        self, features: NDArray[np.float32], draws: int, codes: Codes | None = None, *, importance: bool
    ) -> Floats:
        network, drawn = self.network, generator(self.settings.seed, "questions")
        tried = (
            torch.arange(len(self.prototypes))[None] if codes is None else torch.from_numpy(codes)[:, None]
        )
        candidates = tried.expand(len(features), -1).numpy()

        def ask(x: Tensor, tried: Tensor) -> Tensor:
            h, target = network.body(x), network.likelihood.target(x)
            r = self.prototypes[tried]
            # One noise for all candidate classes: what they differ by is not the noise.
            noise = torch.randn((draws, len(x), 1, network.dimensions), generator=drawn)
            if importance:
                return network.importance_bound(h, target, r, noise)
            return network.pieces(h, target, r, x.new_zeros(r.shape[:2]), noise).bound

        return self._in_pieces(ask, features, candidates)

    # Codes ----------------------------------------------------------------------------------------

    def posterior(self, x: ArrayLike, codes: Codes) -> tuple[Floats, Floats]:
        """Mean and log variance of q(v|x, prototype), each (n, dimensions)."""
        features = self.reading.apply(x)
        one_label_a_row(len(features), len(codes))
        return self._posterior(features, codes)

    def _posterior(self, features: NDArray[np.float32], codes: Codes) -> tuple[Floats, Floats]:
        r = self.prototypes[torch.from_numpy(codes)]

        def ask(x: Tensor, r: Tensor) -> Tensor:
            mean, log_var = self.network.posterior(self.network.body(x), r[:, None])
            return torch.cat([mean[:, 0], log_var[:, 0]], 1)

        both = self._in_pieces(ask, features, r.numpy())
        return both[:, : self.network.dimensions], both[:, self.network.dimensions :]

    def own_code(self, x: ArrayLike) -> Floats:
        """(n, size): r of each row as a class set of one; a CVAE's is the calibrated q(y|x)."""
        return self._own_code(self.reading.apply(x))

    def _own_code(self, features: NDArray[np.float32]) -> Floats:
        network = self.network
        if not network.code.from_members:
            return probabilities(self._scores(features, "classifier"), self.temperatures["classifier"])

        def ask(x: Tensor) -> Tensor:
            return network.code.of_sums(network.code.embed(network.body(x)), torch.ones(len(x)))[0]

        return self._in_pieces(ask, features)

    def of_set(self, x: ArrayLike) -> Tensor:
        """r (size,) of one class set."""
        return self._set_code(self.reading.apply(x))

    def _set_code(self, features: NDArray[np.float32]) -> Tensor:
        code = self.network.code
        embedded = self._in_pieces(lambda x: code.embed(self.network.body(x)), features)
        sums = torch.from_numpy(embedded.sum(0, keepdims=True)).float()
        return code.of_sums(sums, torch.tensor([float(len(features))]))[0][0]

    def with_class(self, support: ArrayLike, label: Label) -> "Fitted":
        """With one class more."""
        features, label = self.reading.apply(support), read_label(label)
        if len(features) < 2:
            raise InputError(f"class {label!r} has a single row: give at least two")
        if str(label) in {str(c) for c in self.labels.classes}:
            raise InputError(f"class {label!r} is known already: name another label")
        return replace(
            self, labels=Labels((*self.labels.classes, label)),
            prototypes=torch.cat([self.prototypes, self._set_code(features)[None]]),
            straight=None if self.straight is None else self.straight.with_class(),
        )  # fmt: skip

    # Rows -----------------------------------------------------------------------------------------

    def decode(self, v: ArrayLike, codes: Codes) -> Floats:
        """E[x|r, v], in the shape and units of rows. Raises InputError: v of another shape, or not finite."""
        latent = np.asarray(v, dtype=np.float32)
        if latent.shape != (len(codes), self.network.dimensions):
            raise InputError(
                f"v has shape {latent.shape}: give one row a label, ({len(codes)}, {self.network.dimensions})"
            )
        if not np.isfinite(latent).all():
            raise InputError(
                f"v holds a value that is not finite, in row {int(np.argwhere(~np.isfinite(latent))[0, 0])}"
            )
        r = self.prototypes[torch.from_numpy(codes)].numpy()
        likely = self.network.likelihood
        return self.reading.invert(
            self._in_pieces(lambda v, r: likely.mean(self.network.decode(r, v)), latent, r)
        )

    def sample(self, codes: Codes, seed: int, *, mean: bool) -> Floats:
        """v ~ N(0, 1) and x ~ p(x|r, v), a row a code."""
        drawn = generator(seed, "samples")
        v = torch.randn((len(codes), self.network.dimensions), generator=drawn)
        if mean:
            return self.decode(v.numpy(), codes)
        with torch.no_grad():
            parameters = self.network.decode(self.prototypes[torch.from_numpy(codes)], v)
            return self.reading.invert(self.network.likelihood.draw(parameters, drawn).numpy())

    def _in_pieces(self, ask: Callable[..., Tensor], *arrays: NDArray[Any]) -> Floats:
        with torch.no_grad():
            pieces = [
                ask(*(torch.from_numpy(a[first : first + PIECE]) for a in arrays)).double().numpy()
                for first in range(0, len(arrays[0]), PIECE)
            ]
        return np.concatenate(pieces)
