"""How is a model of the family shaped and trained? Settings as data, checked once."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from numbers import Integral, Real
from typing import Any, Self

import numpy as np

from hepsym.errors import InputError
from hepsym.models.equivae.networks.momenta import vectors_of
from hepsym.models.settings import did_you_mean

__all__ = ["Settings"]

CHOICES: dict[str, tuple[str, ...]] = {
    "code": ("mean", "one-hot", "product"),
    "kind": ("auto", "vector", "image", "cloud", "momenta"),
    "likelihood": ("auto", "gaussian", "bernoulli", "categorical"),
    "scaling": ("standard", "common"),
    "device": ("auto", "cpu", "cuda"),
    "leak_measure": ("mmd", "hsic", "adversary"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """All that, with the data, decides the weights. Raises InputError for a value that cannot be.

    The loss of a labelled row x of class y, in nats, is

        - bound(x, y) - discriminative log [e^(bound(x, y)/s) / sum_k e^(bound(x, k)/s)]
        - prototype log [e^(-|f(x) - r_y|^2) / sum_k e^(-|f(x) - r_k|^2)] - classification log q(y|x)
        + leak_penalty * leak(v; y) + action_penalty * |v(gx) - rho(g) v(x)|^2

    and of an unlabelled one  - sum_k q(k|x) [bound(x, k) + log p(k)] - H[q(.|x)].
    """

    code: str = "mean"
    """mean: EquiVAE; one-hot: CVAE (M2); product: ML-VAE."""
    invariant: int = 16
    """Dimensions of r."""
    equivariant: int = 8
    """Dimensions of v."""
    set_size: int = 8
    """m: members of a class set; fewer where a class has fewer others."""
    kind: str = "auto"
    """vector (n, D), image (n, h, w) or (n, h, w, channels), cloud (n, points, features), momenta (n, P, 3)
    of `rest_rows`, for which v is vectors that turn with the jet; auto: vector or image, by shape."""
    scaling: str = "standard"
    """Of vectors. standard: each column by its mean and deviation; common: all by one number, so that a
    linear action on the columns stays one."""
    likelihood: str = "auto"
    """auto: bernoulli for pictures in [0, 1], else gaussian."""
    width: int = 256
    depth: int = 2
    """Hidden layers of encoder and decoder of vectors; 0 makes every map linear."""
    discriminative: float = 1.0
    """Weight of the true class' share among the bounds of all classes, which the plain bound leaves out."""
    softness: float = 1.0
    """s in nats: bounds enter the share as e^(bound / s), so that it goes on asking for distance."""
    rivals: int = 3
    """How many wrong classes take part in that share: those that q(y|x) finds likeliest."""
    prototype: float = 0.0
    """Weight of the share of the own class' r among the nearest, f(x) the r of x alone: of EquiVAE. The bound
    asks r for what helps to draw x, this asks it for the class (Snell et al., https://arxiv.org/abs/1703.05175)."""
    classification: float = 10.0
    """Weight of log q(y|x) of labelled rows."""
    unlabelled: float = 1.0
    """Weight of the unlabelled rows' loss."""
    leak_penalty: float = 0.0
    leak_measure: str = "mmd"
    straighten: bool = False
    """Map v of every class onto one law after the training, at no cost to the bound: `Straightening`."""
    couplings: int = 0
    """Epochs of `Couplings` behind the maps of `straighten`; rows move a quarter as far as in training."""
    kept: int = 0
    """The first so many of v are left as they are by the maps: those on which a group acts, such as the four
    of a pose, of `picture_similarities`."""
    action_penalty: float = 0.0
    shift: float = 0.0
    """Pixels by which pictures are moved at random in training, where that leaves their class: `Wobble`."""
    turn: float = 0.0
    """Radians by which they are turned."""
    stretch: float = 0.0
    """Share by which they are scaled."""
    self_included: bool = False
    """Let x into its own class set, as one must not: to show what happens (v collapses)."""
    warmup: float = 0.2
    """Share of the steps over which the KL terms' weight rises from 0 to 1: v is not given up early."""
    validation: float = 0.05
    """Share of each class' labelled rows that is kept to set temperatures; 0 leaves them at 1."""
    epochs: int = 60
    batch: int = 128
    """Labelled rows in a step, about: class sets come whole. As many unlabelled ones beside them."""
    learning_rate: float = 3e-3
    weight_decay: float = 1e-4
    seed: int = 1
    device: str = "auto"

    def __post_init__(self) -> None:
        for field in fields(self):
            object.__setattr__(self, field.name, _alike(field.name, getattr(self, field.name), field.default))
        for name, choices in CHOICES.items():
            value = getattr(self, name)
            if value not in choices:
                told = did_you_mean(value, choices)
                raise InputError(f"{name} = {value!r} is not one of {', '.join(choices)}{told}")
        for name in ("invariant", "equivariant", "set_size", "width", "epochs", "batch", "rivals"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} = {getattr(self, name)} must be at least 1")
        if self.kind == "momenta":
            if self.likelihood not in ("auto", "gaussian"):
                raise InputError(f"likelihood = {self.likelihood!r} is none of momenta: give 'gaussian'")
            vectors_of(self.equivariant)
        mapped = self.equivariant - self.kept
        if self.kept < 0 or (self.kept and not (self.straighten and mapped > 0)):
            raise InputError(
                f"kept = {self.kept} must be 0, or above it with straighten = true and a larger equivariant "
                f"({self.equivariant})"
            )
        if self.couplings < 0 or (self.couplings and not (self.straighten and mapped > 1)):
            raise InputError(
                f"couplings = {self.couplings} must be 0, or above it with straighten = true and "
                "two dimensions of v at least beside those kept"
            )
        if self.depth < 0 or self.seed < 0:
            raise InputError(f"depth = {self.depth} and seed = {self.seed} must not be negative")
        weights = (
            "discriminative",
            "prototype",
            "classification",
            "unlabelled",
            "leak_penalty",
            "action_penalty",
            "weight_decay",
            "shift",
            "turn",
            "stretch",
        )
        for name in weights:
            value = getattr(self, name)
            if not (math.isfinite(value) and value >= 0):
                raise InputError(f"{name} = {value} must be finite and not negative; 0 leaves the term out")
        for name in ("learning_rate", "softness"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise InputError(f"{name} = {getattr(self, name)} must be above 0")
        if not 0 <= self.warmup <= 1:
            raise InputError(f"warmup = {self.warmup:g} must lie in [0, 1]: a share of the steps")
        if not 0 <= self.validation < 0.5:
            raise InputError(
                f"validation = {self.validation:g} must lie in [0, 0.5): a share of the labelled rows"
            )
        if self.code != "mean" and self.prototype > 0:
            raise InputError(f"prototype = {self.prototype:g} is of EquiVAE's r alone: give prototype = 0")
        if self.code == "product" and self.discriminative > 0:
            raise InputError(
                f"discriminative = {self.discriminative:g} needs bounds that leave x out of its class set, "
                "and an ML-VAE's holds it: give discriminative = 0"
            )

    def to_json(self) -> dict[str, Any]:
        """The fields as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """Inverse of `to_json`. Raises InputError for a key that is no setting."""
        known = [f.name for f in fields(cls)]
        for name in values:
            if name not in known:
                raise InputError(f"{name!r} is not a setting of this model{did_you_mean(name, known)}")
        return cls(**values)


def _alike(name: str, value: Any, default: Any) -> Any:
    """The value as Python's own kind of its default; NumPy's numbers are taken. Raises InputError."""
    kinds: dict[type, tuple[Any, str]] = {
        bool: (bool | np.bool_, "true or false"), int: (Integral, "a whole number"),
        float: (Real, "a number"), str: (str, "a word"),
    }  # fmt: skip
    kind = type(default)
    wanted, words = kinds[kind]
    if not isinstance(value, wanted) or (kind is not bool and isinstance(value, bool | np.bool_)):
        raise InputError(f"{name} = {value!r} is not {words}, as its default {default!r} is")
    return kind(value)
