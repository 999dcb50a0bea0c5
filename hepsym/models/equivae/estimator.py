"""How does one use it? fit, predict, transform, sample, swap, add_class, save: scikit-learn's manners."""

from abc import ABC
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from hepsym.errors import InputError
from hepsym.models.equivae.inference import Fitted, probabilities
from hepsym.models.equivae.labels import Label, one_label_a_row
from hepsym.models.equivae.preparation import build, prepare
from hepsym.models.equivae.settings import Settings
from hepsym.models.equivae.storage import load_fitted, save_fitted
from hepsym.models.equivae.training.action import Action
from hepsym.models.equivae.training.class_sets import ClassSets
from hepsym.models.equivae.training.loop import Epoch, Progress, train
from hepsym.models.hardware.device import choose_device

__all__ = ["CVAE", "MLVAE", "ClassModel", "EquiVAE"]

Floats = NDArray[np.float64]


class ClassModel(ABC):
    """A model of (x, y) with a class code r and a transformation code v; see `Settings` for the loss.

    Settings are given by name: EquiVAE(equivariant=4, epochs=30). After `fit`:
    classes_ (K,), prototypes_ (K, size) one r a class from all its labelled rows, counts_ {"labelled",
    "unlabelled", "validation"}, history_ one `Epoch` each, temperatures_ by way of asking.
    """

    name: ClassVar[str]
    code: ClassVar[str]
    defaults: ClassVar[dict[str, Any]] = {}

    def __init__(self, **settings: Any) -> None:
        if settings.get("code", self.code) != self.code:
            raise InputError(f"code = {settings['code']!r}: a {type(self).__name__} is code = {self.code!r}")
        self.settings = Settings.from_json({**self.defaults, **settings, "code": self.code})
        self._fitted: Fitted | None = None
        self.history_: list[Epoch] = []

    # Fitting ------------------------------------------------------------------------------------

    def fit(
        self, x: ArrayLike, y: ArrayLike, *, classes: list[Label] | None = None, action: Action | None = None,
        progress: Progress = None,
    ) -> Self:  # fmt: skip
        """Train on rows x (n, ...) with labels y (n,); -1 (or "" or None) is unlabelled: semi-supervised.

        A share `validation` of each class is left out, to set temperatures. classes: the labels allowed,
        in order. action: see `Action`; it is not saved. Raises InputError: what `Reading`, `read_labels`
        and `Settings` refuse, lengths that differ. Raises RunError where the loss becomes infinite.
        """
        ready = prepare(x, y, classes, self.settings)
        device = choose_device(self.settings.device)
        network = build(ready.settings, ready.reading, len(ready.labels.classes)).to(device)
        sets = ClassSets(ready.codes[ready.training], len(ready.labels.classes))
        shown = torch.from_numpy(ready.features[ready.training]).to(device)
        free = torch.from_numpy(ready.features[ready.unlabelled]).to(device)
        self.history_ = train(
            network, shown, sets, free, ready.settings, shape=ready.reading.shape, action=action,
            progress=progress,
        )  # fmt: skip
        fitted = Fitted.after(network.cpu(), ready)
        if ready.settings.straighten:
            rows = ready.training
            units = None if action is None else action.pose_units
            fitted = fitted.straightened(ready.features[rows], ready.codes[rows], units)
        self._fitted = fitted.calibrated(ready.features[ready.validation], ready.codes[ready.validation])
        return self

    def adopt(self, fitted: Fitted) -> None:
        """Take what was fitted elsewhere: by `hepsym fit`, or from a file."""
        self._fitted = fitted

    @property
    def fitted(self) -> Fitted:
        """Network, prototypes and scales. Raises InputError before `fit`."""
        if self._fitted is None:
            raise InputError(f"this {type(self).__name__} has not been fitted yet: call fit(X, y) first")
        return self._fitted

    @property
    def classes_(self) -> NDArray[np.generic]:
        """(K,) labels, in the order of columns and prototypes."""
        return np.asarray(self.fitted.labels.classes)

    @property
    def prototypes_(self) -> Floats:
        """(K, size): r of each class from all of its labelled training rows."""
        return self.fitted.prototypes.double().numpy()

    @property
    def counts_(self) -> dict[str, int]:
        """Rows: labelled, unlabelled, validation."""
        return dict(self.fitted.counts)

    # Asking what a row is -------------------------------------------------------------------------

    def predict(self, x: ArrayLike, *, by: str = "bound") -> NDArray[np.generic]:
        """Labels (n,): by "bound" (argmax of the predictive bound), "classifier" q(y|x) or "prototype"."""
        return self.fitted.labels.decode(self.fitted.scores(x, by).argmax(1))

    def predict_proba(self, x: ArrayLike, *, by: str = "bound") -> Floats:
        """(n, K) probabilities, calibrated: softmax(scores / T), T set on rows that were not trained on.

        By "bound", "classifier" or "prototype" (scores -|r(x) - r_k|^2); each has a T of its own. T = 1
        where no validation rows were left.
        """
        fitted = self.fitted
        return probabilities(fitted.scores(x, by), fitted.temperatures[by])

    def score(self, x: ArrayLike, y: ArrayLike, *, by: str = "bound") -> float:
        """Share of rows whose label is predicted."""
        truth, found = self.fitted.labels.encode(y), self.fitted.scores(x, by).argmax(1)
        one_label_a_row(len(found), len(truth))
        return float((found == truth).mean())

    def predictive_bound(
        self, x: ArrayLike, y: ArrayLike | None = None, *, draws: int = 16, importance: bool = False
    ) -> Floats:
        """The bound on log p(x | the class' training rows) in nats: (n,) under y, else (n, K).

        draws of v are averaged; with importance, log-averaged (IWAE: rises to the likelihood itself). A
        density in the rows' own units for "gaussian", a probability otherwise. x must not be training
        rows: those are in the prototypes.
        """
        codes = None if y is None else self.fitted.labels.encode(y)
        return self.fitted.bound(x, codes, draws=draws, importance=importance)

    # Codes ----------------------------------------------------------------------------------------

    def transform(self, x: ArrayLike, y: ArrayLike | None = None) -> tuple[Floats, Floats]:
        """(r, v): r (n, size) of each row alone, v (n, dimensions) the mean of q(v|x, prototype of y).

        Without y, v is taken under the class that `predict` says. With `straighten`, v is T_y of the mean.
        """
        return self.fitted.own_code(x), self._v(x, y)

    def posterior(self, x: ArrayLike, y: ArrayLike | None = None) -> tuple[Floats, Floats]:
        """Mean and log variance of q(v|x, prototype of y), each (n, dimensions)."""
        fitted = self.fitted
        codes = fitted.scores(x, "bound").argmax(1) if y is None else fitted.labels.encode(y)
        return fitted.posterior(x, codes)

    def embed_set(self, x: ArrayLike) -> Floats:
        """r (size,) of a class set of rows x (m, ...): for the steadiness of r over sets."""
        self._members_matter("embed a class set")
        return self.fitted.of_set(x).double().numpy()

    # Making rows ----------------------------------------------------------------------------------

    def decode(self, v: ArrayLike, y: ArrayLike) -> Floats:
        """E[x|r_y, v], (n, ...), of v (n, dimensions) as `transform` gives it, and labels (n,)."""
        codes, straight = self.fitted.labels.encode(y), self.fitted.straight
        try:
            latent = np.asarray(v, dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError("v does not hold numbers alone: give (n, dimensions), of `transform`") from None
        if straight is not None and latent.shape == (len(codes), self.fitted.network.dimensions):
            latent = straight.invert(latent, codes)
        return self.fitted.decode(latent, codes)

    def sample(self, y: ArrayLike, *, seed: int = 1, mean: bool = False) -> Floats:
        """A row for every label in y (n,): v ~ N(0, 1), x ~ p(x|r_y, v), or its mean."""
        return self.fitted.sample(self.fitted.labels.encode(y), seed, mean=mean)

    def swap(self, x: ArrayLike, y: ArrayLike, *, source: ArrayLike | None = None) -> Floats:
        """Rows x as if they were of classes y: E[x'|r_y, v(x)]; source: their own labels, else predicted."""
        return self.decode(self._v(x, source), y)

    def _v(self, x: ArrayLike, y: ArrayLike | None) -> Floats:
        fitted = self.fitted
        codes = fitted.scores(x, "bound").argmax(1) if y is None else fitted.labels.encode(y)
        mean = fitted.posterior(x, codes)[0]
        return mean if fitted.straight is None else fitted.straight.apply(mean, codes)

    def add_class(self, support: ArrayLike, label: Label) -> Self:
        """A new class from rows of it (m, ...), without training: its prototype is their code.

        `predict` and `sample` know it at once; q(y|x) gives it 0. Raises InputError for a CVAE, whose
        code is a name, for a label that is a class already or means unlabelled, fewer than two rows.
        """
        self._members_matter("add a class by showing members")
        self._fitted = self.fitted.with_class(support, label)
        return self

    # Keeping --------------------------------------------------------------------------------------

    def save(self, path: str | Path) -> None:
        """Write PATH/: model.safetensors and config.json. Raises InputError where PATH exists."""
        save_fitted(Path(path), self.fitted, self.name)

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """The model that `save` wrote. Raises InputError: none there, damaged, of another class."""
        fitted = load_fitted(Path(path), cls.name)
        model = cls(**fitted.settings.to_json())
        model.adopt(fitted)
        return model

    def _members_matter(self, what: str) -> None:
        if not self.fitted.network.code.from_members:
            raise InputError(
                f"a {type(self).__name__} cannot {what}: its class code is a name, not made of members"
            )


class EquiVAE(ClassModel):
    """r is the mean over m members of the class, x excluded. Feige, https://arxiv.org/abs/1902.03251"""

    name, code = "equivae", "mean"


class CVAE(ClassModel):
    """r is the class' name, one-hot: M2. Kingma et al., https://arxiv.org/abs/1406.5298"""

    name, code = "cvae", "one-hot"


class MLVAE(ClassModel):
    """r is a product of its members' Gaussians, x among them: ML-VAE.

    Bouchacourt, Tomioka, Nowozin, https://arxiv.org/abs/1705.08841. Trained without the discriminative
    term, which needs sets that leave x out.
    """

    name, code = "mlvae", "product"
    defaults: ClassVar[dict[str, Any]] = {"discriminative": 0.0}
