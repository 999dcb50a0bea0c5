"""How is a model trained? Settings as data, checked once, and the same after a trip through JSON."""

import difflib
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from hepsym.errors import InputError

__all__ = ["SHAPING", "FitSettings"]

WIDEST = 1 << 20
"""A layer; what memory holds of several such is for the machine to say."""
SHAPING = ("latent", "hidden", "beta", "variance", "reduction", "kl_warmup_epochs", "scaling")
"""Settings that shape the model or its features; not every family of models takes all of them."""

CHOICES: dict[str, tuple[str, ...]] = {
    "variance": ("fixed", "learned"),
    "reduction": ("sum", "mean"),
    "dtype": ("float32", "float64"),
    "device": ("auto", "cpu", "cuda"),
    "scaling": ("common", "standard", "none"),
}


@dataclass(frozen=True, slots=True)
class FitSettings:
    """All that, with the data, decides the weights. Raises InputError for a value that cannot be.

    The loss of an event, with variance="fixed" and reduction="sum", is

        L = sum_j (x_j - xhat_j)^2 + beta sum_i KL(q(z_i|x) || N(0, 1))          [KL in nats]

    in scaled features x; see `hepsym.models.VAE` for the other conventions.
    """

    model: str = "vae"
    latent: int = 8
    """Number of latents L."""
    hidden: tuple[int, ...] = (64, 64)
    """Widths of the encoder's hidden layers; the decoder's are the same reversed. () is a linear model."""
    beta: float = 0.05
    variance: str = "fixed"
    """fixed: squared error; learned: Gaussian log-likelihood with one variance that is fitted too."""
    reduction: str = "sum"
    """sum or mean of the squared error over features: mean acts as if beta were D times larger."""
    kl_warmup_epochs: int = 0
    """beta rises linearly from 0 over so many epochs."""
    epochs: int = 60
    batch: int = 256
    learning_rate: float = 2e-3
    """Of Adam at the start; it falls to 0 along a cosine over all epochs."""
    patience: int = 20
    """Stop after so many epochs without a better validation loss; 0 means never."""
    seed: int = 1
    """Of the split, the initial weights, the order of the rows and the noise."""
    dtype: str = "float32"
    """Of weights and arithmetic in training; what is asked of a trained model is computed in float64."""
    device: str = "auto"
    amp: bool = False
    """bfloat16 arithmetic in the layers, on CUDA only."""
    validation: float = 0.1
    """Share of the rows on which early stopping looks."""
    test: float = 0.2
    """Share of the rows that training never sees."""
    scaling: str = "common"
    """common: centred, divided by the root mean variance of all features, which keeps their proportions;
    standard: each feature divided by its own standard deviation; none: as they are."""

    label: str = ""
    """The column of the classes, for models that learn from them."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Settings of the model's own, by name; what is left out has its default (`Family.options`)."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "hidden", tuple(self.hidden))
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                raise InputError(
                    f"{name} = {value!r} is not one of {', '.join(choices)}{did_you_mean(value, choices)}"
                )
        self._check_integers()
        self._check_reals()

    def _check_integers(self) -> None:
        for name, least in (
            ("latent", 1),
            ("kl_warmup_epochs", 0),
            ("epochs", 1),
            ("batch", 1),
            ("patience", 0),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise InputError(f"{name} = {value!r} must be an integer of at least {least}")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int) or not 0 <= self.seed < 2**63:
            raise InputError(f"seed = {self.seed!r} is out of range: give an integer from 0 to 2^63 - 1")
        for width in self.hidden:
            if isinstance(width, bool) or not isinstance(width, int) or not 1 <= width <= WIDEST:
                raise InputError(
                    f"hidden = {self.hidden!r}: a layer's width must be an integer from 1 to {WIDEST:,}"
                )
        if self.latent > WIDEST:
            raise InputError(f"latent = {self.latent} must be at most {WIDEST:,}")

    def _check_reals(self) -> None:
        for name in ("beta", "learning_rate", "validation", "test"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise InputError(f"{name} = {value!r} must be a finite number")
        if self.beta < 0:
            raise InputError(
                f"beta = {self.beta:g} must not be negative; 0 trains a plain autoencoder with noise"
            )
        if self.learning_rate <= 0:
            raise InputError(f"learning_rate = {self.learning_rate:g} must be above 0")
        if not 0 < self.validation < 1:
            raise InputError(
                f"validation = {self.validation:g} must lie between 0 and 1: it is a share of the rows"
            )
        if not 0 <= self.test < 1 - self.validation:
            raise InputError(
                f"test = {self.test:g} must be at least 0 and leave rows to train on: "
                f"below {1 - self.validation:g} beside validation = {self.validation:g}"
            )

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values; label and options only where there are any."""
        values = asdict(self) | {"hidden": list(self.hidden)}
        return {k: v for k, v in values.items() if v or k not in {"label", "options"}}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`. Raises InputError for a key that is no setting."""
        known = [f.name for f in fields(cls)]
        for name in values:
            if name not in known:
                raise InputError(f"{name!r} is not a setting of a fit{did_you_mean(name, known)}")
        return cls(**values)


def did_you_mean(value: object, choices: "tuple[str, ...] | list[str]") -> str:
    """'; did you mean X?' where a choice is close to the value, else nothing."""
    close = difflib.get_close_matches(str(value), choices, n=1)
    return f"; did you mean {close[0]!r}?" if close else ""
